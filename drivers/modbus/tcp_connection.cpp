// The life of one Modbus TCP connection.
#include "drivers/modbus/tcp_connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <span>
#include <system_error>

#include "drivers/modbus/descriptors.hpp"

namespace pued {
namespace {

std::string link_name(const ModbusDevice& device) {
    const bool v6 = device.host.find(':') != std::string::npos;
    return (v6 ? '[' + device.host + ']' : device.host) + ':' + std::to_string(device.port);
}

// strerror is not safe with threads. A capital in front reads badly after "10.0.0.5:502 unit 3: ".
std::string error_text(int number) {
    std::string text = std::generic_category().message(number);
    if (number == ECONNREFUSED) return "connection refused";
    if (number == EMFILE || number == ENFILE) text += " (raise the limit of open files)";
    return text;
}

std::string within(const char* what, Duration timeout) {
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count();
    return std::string{what} + " within " + std::to_string(ms) + " ms";
}

// Of the line behind a serial server, which we know nothing of: as most are.
constexpr Duration usual_latency = std::chrono::milliseconds{20};
LineCost served_line_cost(Duration latency, Duration pause) {
    constexpr unsigned baud = 9600, bits_per_char = 10;
    return rtu_cost(baud, bits_per_char, latency, std::max<Duration>(pause, std::chrono::milliseconds{4}));
}

}  // namespace

TcpConnection::TcpConnection(std::size_t id, const std::vector<ModbusPoll>& units, FieldLists& lists,
                             std::optional<BootTime> first, int epoll, Resolver& resolver, const Clock& clock)
    : id_(id),
      host_(units.front().config.host),
      port_(units.front().config.port),
      rtu_(units.front().config.framing == Framing::rtu),
      epoll_(epoll),
      resolver_(resolver),
      clock_(clock),
      rota_(
          units,
          [this](Duration latency, Duration pause) { return rtu_ ? served_line_cost(latency, pause) : tcp_cost(); },
          usual_latency, link_name(units.front().config), lists, first),
      addresses_(numeric_address(host_, port_)),
      rest_(static_cast<unsigned>(id) * 2654435761U + 1) {
    numeric_ = !addresses_.empty();
}

BootTime TcpConnection::wake() const { return current_ != nullptr ? deadline_ : rota_.next_due(); }

void TcpConnection::run(BootTime now, ReportSink& out) {
    if (current_ != nullptr && deadline_ <= now) expire(now, out);
    while (current_ == nullptr) {
        current_ = rota_.take_due(now, out);
        if (current_ == nullptr) return;
        retried_ = false;
        if (phase_ == Phase::open) {
            proceed(out);
        } else {
            connect(now, out);
        }
    }
}

void TcpConnection::expire(BootTime now, ReportSink& out) {
    switch (phase_) {
        case Phase::pausing: return send_request(now, out);
        case Phase::resolving: return fail_link("no address for \"" + host_ + "\" yet", now, out);
        case Phase::connecting: return connect_failed(within("no connection", current_->timeout), now, out);
        default: break;
    }
    if (arrived_late(now, out)) return;
    close_socket();
    fail_unit(within("no reply", current_->timeout), now, out);
}

// Was it only we who were late? The reply may be waiting in the socket while this process got no time to look.
bool TcpConnection::arrived_late(BootTime now, ReportSink& out) {
    const std::uint16_t awaited = transaction_;
    receive(now, out);
    return current_ == nullptr || phase_ != Phase::waiting || transaction_ != awaited;
}

void TcpConnection::connect(BootTime now, ReportSink& out) {
    if (!refused_.empty()) return fail_link(refused_, now, out);
    if (rest_.resting(now)) return fail_link(link_error_, now, out);
    tries_ = 0;
    if (!addresses_.empty()) return open_socket(now, out);
    resolver_.ask(id_, host_, port_);
    phase_ = Phase::resolving;
    deadline_ = now + current_->timeout;
}

void TcpConnection::resolved(Resolution resolution, BootTime now, ReportSink& out) {
    if (!resolution.addresses.empty()) {
        addresses_ = std::move(resolution.addresses);
        address_ = 0;
    }
    if (phase_ != Phase::resolving || current_ == nullptr) return;
    if (addresses_.empty()) {
        rest_.failed(now);
        fail_link(resolution.error, now, out);
    } else {
        open_socket(now, out);
    }
    run(now, out);
}

bool TcpConnection::watch(int operation, std::uint32_t events) {
    epoll_event event{};
    event.events = events;
    event.data.u64 = id_;
    return ::epoll_ctl(epoll_, operation, fd_, &event) == 0;
}

void TcpConnection::open_socket(BootTime now, ReportSink& out) {
    const SocketAddress& address = addresses_[address_];
    fd_ = out_of_the_way(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (fd_ < 0) return connect_failed(error_text(errno), now, out);
    const int on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    phase_ = Phase::connecting;
    deadline_ = now + current_->timeout;
    fresh_ = true;
    const int failed = ::connect(fd_, reinterpret_cast<const sockaddr*>(&address.storage), address.length);
    if (failed != 0 && errno != EINPROGRESS) return connect_failed(error_text(errno), now, out);
    if (!watch(EPOLL_CTL_ADD, EPOLLOUT)) return connect_failed(error_text(errno), now, out);
}

void TcpConnection::finish_connecting(BootTime now, ReportSink& out) {
    int error = 0;
    socklen_t length = sizeof error;
    if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
    if (error == 0 && !watch(EPOLL_CTL_MOD, EPOLLIN)) error = errno;
    if (error != 0) return connect_failed(error_text(error), now, out);
    rest_.succeeded();
    phase_ = Phase::open;
    proceed(out);
}

void TcpConnection::connect_failed(const std::string& why, BootTime now, ReportSink& out) {
    close_socket();
    address_ = (address_ + 1) % addresses_.size();
    if (++tries_ < addresses_.size()) return open_socket(now, out);
    rest_.failed(now);
    rota_.forget_all();
    if (!numeric_) resolver_.ask(id_, host_, port_);  // it may have moved
    fail_link(why, now, out);
}

// The next request of the current poll, or its end.
void TcpConnection::proceed(ReportSink& out) {
    if (current_->poll.request()) return send_request(clock_.now().boot, out);
    current_->succeed(out);
    current_ = nullptr;
}

void TcpConnection::send_request(BootTime now, ReportSink& out) {
    if (now < quiet_until_) {
        phase_ = Phase::pausing;
        deadline_ = quiet_until_;
        return;
    }
    request_ = next_request();
    ++transaction_;
    received_size_ = 0;
    phase_ = Phase::waiting;
    sent_ = now;
    deadline_ = now + current_->timeout;
    send_bytes(now, out);
}

// After a reply that never came, first what tells it from the next one.
ReadRequest TcpConnection::next_request() {
    late_words_ = doubts_.words(current_);
    if (!late_words_) return *current_->poll.request();
    if (const auto probe = current_->poll.probe(*late_words_)) return *probe;
    late_words_.reset();
    doubts_.drop(current_);
    return *current_->poll.request();
}

void TcpConnection::send_bytes(BootTime now, ReportSink& out) {
    const TcpRequest tcp = encode_tcp(transaction_, request_);
    const RtuRequest rtu = encode_rtu(request_);
    const auto bytes = rtu_ ? std::span<const std::uint8_t>{rtu} : std::span<const std::uint8_t>{tcp};
    const auto size = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0) return lost(error_text(errno), now, out);
    if (static_cast<std::size_t>(size) != bytes.size()) lost("the request cannot be sent", now, out);
}

void TcpConnection::ready(BootTime now, ReportSink& out) {
    if (phase_ == Phase::connecting) {
        finish_connecting(now, out);
    } else if (fd_ >= 0) {
        receive(now, out);
    }
    run(now, out);
}

void TcpConnection::receive(BootTime now, ReportSink& out) {
    const std::size_t room = received_.size() - received_size_;
    const auto size = ::recv(fd_, received_.data() + received_size_, room, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (size < 0) return lost(error_text(errno), now, out);
    if (size == 0) return lost("connection closed by the device", now, out);
    received_size_ += static_cast<std::size_t>(size);
    const Frame frame = judge();
    if (frame.state == FrameState::incomplete) return;
    if (frame.state == FrameState::whole) return take(frame, out);
    close_socket();
    if (current_ != nullptr) fail_unit(frame.error, now, out);
}

// Of what has been received so far.
Frame TcpConnection::judge() {
    if (phase_ != Phase::waiting && rtu_) received_size_ = 0;  // a late reply
    if (phase_ != Phase::waiting) {
        const auto state = rtu_ ? FrameState::incomplete : FrameState::bad;
        return {.state = state, .exception = 0, .words = {}, .error = "bytes that nobody asked for"};
    }
    if (!rtu_) return parse_tcp({received_.data(), received_size_}, transaction_, request_);
    while (const auto late = late_rtu_reply({received_.data(), received_size_}, request_, late_words_)) {
        std::copy(received_.begin() + static_cast<std::ptrdiff_t>(late),
                  received_.begin() + static_cast<std::ptrdiff_t>(received_size_), received_.begin());
        received_size_ -= late;
    }
    return parse_rtu({received_.data(), received_size_}, request_);
}

void TcpConnection::take(const Frame& frame, ReportSink& out) {
    const BootTime now = clock_.now().boot;
    phase_ = Phase::open;
    fresh_ = false;
    received_size_ = 0;
    quiet_until_ = now + current_->pause;
    if (late_words_) return take_probe(frame, out);
    retried_ = false;
    if (gateway_says_absent(frame.exception)) return fail_unit(exception_text(frame.exception), now, out);
    if (frame.exception != 0) {
        current_->poll.refuse(frame.exception, sent_, now);
    } else {
        current_->poll.answer(frame.words, sent_, now);
    }
    proceed(out);
}

void TcpConnection::take_probe(const Frame& frame, ReportSink& out) {
    if (doubts_.answered(current_, frame.exception)) return proceed(out);
    fail_unit(exception_text(frame.exception), clock_.now().boot, out);
}

// From now on, of the request in flight; of a probe, what it was for.
void TcpConnection::doubt() {
    if (rtu_) doubts_.begin(current_, late_words_.value_or(request_.words));
}

void TcpConnection::lost(const std::string& why, BootTime now, ReportSink& out) {
    if (phase_ == Phase::waiting) doubt();
    close_socket();
    const bool between_polls = current_ == nullptr || !current_->poll.begun();
    if (between_polls) rota_.forget_all();
    if (current_ == nullptr) return;
    // Closed by the device while we were silent, noticed only now: no failure yet.
    if (fresh_ || retried_ || received_size_ > 0) return fail_unit(why, now, out);
    retried_ = true;
    if (between_polls) current_->poll.start(now);
    connect(now, out);
}

void TcpConnection::fail_unit(const std::string& why, BootTime now, ReportSink& out) {
    doubt();
    current_->fail(why, now, out, rtu_ ? current_->timeout : Duration{});
    current_ = nullptr;
}

void TcpConnection::fail_link(const std::string& why, BootTime now, ReportSink& out) {
    if (phase_ == Phase::resolving) phase_ = Phase::closed;
    link_error_ = why;
    current_->fail_with_link(why, now, out);
    current_ = nullptr;
}

void TcpConnection::close_socket() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
    phase_ = Phase::closed;
}

}  // namespace pued
