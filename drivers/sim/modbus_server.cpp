// Sockets, pseudo-terminals and libmodbus' replies, on one epoll. See modbus_server.hpp.
#include "drivers/sim/modbus_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <modbus/modbus.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace pued::sim {

namespace {

constexpr std::size_t most_peers = 1024;
constexpr std::size_t most_waiting_bytes = 8192;  // of one client
constexpr double serial_silence_s = 0.05;         // ends a broken frame

Error failure(const std::string& what) { return {what + ": " + std::strerror(errno)}; }

Result<std::uint16_t> bind_loopback(int fd) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(fd, generic, size) != 0) return failure("cannot bind a loopback port");
    if (::listen(fd, 64) != 0) return failure("cannot listen");
    if (getsockname(fd, generic, &size) != 0) return failure("cannot learn the port");
    return ntohs(address.sin_port);
}

// Raw and silent from the start: a client that opens it late must not find its own echo.
void make_raw(int terminal) {
    termios settings{};
    if (tcgetattr(terminal, &settings) != 0) return;
    cfmakeraw(&settings);
    tcsetattr(terminal, TCSANOW, &settings);
}

}  // namespace

ModbusServer::ModbusServer()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      tcp_(modbus_new_tcp("127.0.0.1", 0)),
      rtu_(modbus_new_rtu("/dev/null", 9600, 'N', 8, 1)) {}

ModbusServer::~ModbusServer() {
    for (const auto& [id, listener] : listeners_) ::close(listener.fd);
    for (const auto& [id, peer] : peers_) {
        ::close(peer.fd);
        if (peer.terminal_fd >= 0) ::close(peer.terminal_fd);
    }
    for (const std::string& link : links_) unlink(link.c_str());
    modbus_free(tcp_);
    modbus_free(rtu_);
    ::close(epoll_);
}

bool ModbusServer::watch(int fd, Id id) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = id;
    return epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
}

Result<std::uint16_t> ModbusServer::listen(Units units) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return failure("cannot make a socket");
    auto port = bind_loopback(fd);
    if (!port || !watch(fd, next_id_)) {
        ::close(fd);
        return port ? Result<std::uint16_t>(failure("cannot watch a socket")) : port;
    }
    listeners_[next_id_++] = {fd, std::move(units)};
    return port;
}

Result<void> ModbusServer::open_line(const std::string& link, Units units) {
    const int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    std::array<char, 128> name{};
    if (fd < 0 || grantpt(fd) != 0 || unlockpt(fd) != 0 || ptsname_r(fd, name.data(), name.size()) != 0) {
        const Error error = failure("cannot open a pseudo-terminal");
        if (fd >= 0) ::close(fd);
        return error;
    }
    Peer peer{.fd = fd, .medium = Medium::rtu, .units = std::move(units), .in = {}};
    peer.terminal_fd = open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    make_raw(peer.terminal_fd);
    unlink(link.c_str());
    if (symlink(name.data(), link.c_str()) != 0 || !watch(fd, next_id_)) {
        const Error error = failure("cannot link " + link);
        ::close(fd);
        ::close(peer.terminal_fd);
        return error;
    }
    links_.push_back(link);
    peers_[next_id_++] = std::move(peer);
    return {};
}

void ModbusServer::wait(int timeout_ms) {
    epoll_event event{};
    epoll_wait(epoll_, &event, 1, timeout_ms);  // level-triggered: serve() finds it again
}

void ModbusServer::serve(double now_s) {
    send_late(now_s);
    std::array<epoll_event, 64> events{};
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
        const Id id = events.at(static_cast<std::size_t>(i)).data.u64;
        const auto listener = listeners_.find(id);
        if (listener != listeners_.end())
            accept_all(listener->second);
        else
            receive(id, now_s);
    }
}

void ModbusServer::accept_all(const Listener& listener) {
    for (;;) {
        const int fd = accept4(listener.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        const int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (peers_.size() >= most_peers || !watch(fd, next_id_)) {
            ::close(fd);
            continue;
        }
        peers_[next_id_++] = {.fd = fd, .medium = Medium::tcp, .units = listener.units, .in = {}};
    }
}

void ModbusServer::receive(Id id, double now_s) {
    const auto found = peers_.find(id);
    if (found == peers_.end()) return;
    Peer& peer = found->second;
    std::array<std::uint8_t, 2048> bytes{};
    const ssize_t got = read(peer.fd, bytes.data(), bytes.size());
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return close_peer(id);
    if (peer.medium == Medium::rtu && now_s - peer.last_byte_s > serial_silence_s) peer.in.clear();
    peer.last_byte_s = now_s;
    peer.in.insert(peer.in.end(), bytes.begin(), bytes.begin() + got);
    if (!take_requests(id, peer, now_s) || peer.in.size() > most_waiting_bytes) close_peer(id);
}

// False where the stream is beyond repair.
bool ModbusServer::take_requests(Id id, Peer& peer, double now_s) {
    for (;;) {
        const Cut cut = cut_request(peer.medium, peer.in);
        if (cut.broken && peer.medium == Medium::tcp) return false;
        if (cut.broken) peer.in.clear();  // noise on the line: real devices wait for silence too
        if (!cut.request) return true;
        const auto end = peer.in.begin() + static_cast<std::ptrdiff_t>(cut.request->bytes);
        std::vector<std::uint8_t> frame(peer.in.begin(), end);
        peer.in.erase(peer.in.begin(), end);
        handle(id, peer, *cut.request, std::move(frame), now_s);
    }
}

void ModbusServer::handle(Id id, Peer& peer, const Request& request, std::vector<std::uint8_t> frame, double now_s) {
    ++counts_.requests;
    if (request.function != 3 && request.function != 4) ++counts_.refused_functions;
    const auto unit = peer.units.find(request.unit);
    if (unit == peer.units.end()) {  // a gateway says so; on a serial line nobody speaks
        if (peer.medium == Medium::tcp) refuse(peer, frame, exception::no_target);
        return;
    }
    const Manner& manner = unit->second->manner();
    if (manner.silent) return;
    if (manner.late_s > 0)
        late_.emplace(now_s + manner.late_s, Late{id, std::move(frame), request});
    else
        reply(peer, request, frame, now_s);
}

void ModbusServer::reply(Peer& peer, const Request& request, const std::vector<std::uint8_t>& frame, double now_s) {
    const Answer said = answer(*peer.units.at(request.unit), request, now_s);
    if (said.exception != 0) return refuse(peer, frame, said.exception);
    const auto count = static_cast<unsigned>(said.words.size());
    modbus_mapping_t* registers =
        modbus_mapping_new_start_address(0, 0, 0, 0, request.address, count, request.address, count);
    if (registers == nullptr) return;
    std::copy(said.words.begin(), said.words.end(), registers->tab_registers);
    std::copy(said.words.begin(), said.words.end(), registers->tab_input_registers);
    modbus_reply(context(peer), frame.data(), static_cast<int>(frame.size()), registers);
    modbus_mapping_free(registers);
}

void ModbusServer::refuse(Peer& peer, const std::vector<std::uint8_t>& frame, int code) {
    ++counts_.exceptions;
    modbus_reply_exception(context(peer), frame.data(), static_cast<unsigned>(code));
}

void ModbusServer::send_late(double now_s) {
    while (!late_.empty() && late_.begin()->first <= now_s) {
        const Late late = std::move(late_.begin()->second);
        late_.erase(late_.begin());
        const auto peer = peers_.find(late.peer);
        if (peer != peers_.end()) reply(peer->second, late.request, late.frame, now_s);
    }
}

void ModbusServer::close_peer(Id id) {
    const auto found = peers_.find(id);
    ::close(found->second.fd);
    if (found->second.terminal_fd >= 0) ::close(found->second.terminal_fd);
    peers_.erase(found);
}

_modbus* ModbusServer::context(const Peer& peer) {
    modbus_t* context = peer.medium == Medium::tcp ? tcp_ : rtu_;
    modbus_set_socket(context, peer.fd);
    modbus_set_slave(context, MODBUS_TCP_SLAVE);
    return context;
}

}  // namespace pued::sim
