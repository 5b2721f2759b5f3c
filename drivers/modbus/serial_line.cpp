// A serial port and the RTU frames on it.
#include "drivers/modbus/serial_line.hpp"

#include <linux/serial.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "drivers/poll/sleep.hpp"

namespace pued {
namespace {

// libmodbus 3.1.6 takes any other for 9600.
constexpr std::array<unsigned, 14> known_bauds{110,   300,   600,   1200,   2400,   4800,   9600,
                                               19200, 38400, 57600, 115200, 230400, 460800, 921600};
constexpr std::size_t request_bytes = 8, refusal_bytes = 5, longest_frame = 256;
constexpr Duration least_settling = std::chrono::milliseconds{500};  // of a line that is never quiet
// USB adapters hand characters over in batches, every 16 ms.
constexpr Duration least_quiet = std::chrono::milliseconds{20};

std::size_t reply_bytes(const ReadRequest& request) { return 5U + 2U * request.words; }

std::string cannot_open(const LineConfig& config, const std::string& why) {
    return "cannot open " + config.device + ": " + why;
}

// USB adapters otherwise keep a reply's last characters back, for 16 ms. Where there is no such thing, nothing is lost.
void hand_over_at_once(int fd) {
    constexpr int at_once = static_cast<int>(ASYNC_LOW_LATENCY);
    serial_struct settings{};
    if (::ioctl(fd, TIOCGSERIAL, &settings) != 0 || (settings.flags & at_once) != 0) return;
    settings.flags |= at_once;
    ::ioctl(fd, TIOCSSERIAL, &settings);
}

std::string line_error(const LineConfig& config, int error) {
    const bool vanished = error == ECONNRESET || error == EIO || error == ENXIO || error == ENODEV;
    return config.device + (vanished ? " is gone (unplugged?)" : " failed: " + std::generic_category().message(error));
}

// What stands behind a whole reply is noise, such as a two-wire line makes when it is released.
std::span<const std::uint8_t> first_frame(std::span<const std::uint8_t> received) {
    const std::size_t length = rtu_length(received).value_or(0);
    return length == 0 ? received : received.first(std::min(length, received.size()));
}

}  // namespace

void SerialLine::Free::operator()(modbus_t* context) const {
    modbus_close(context);
    modbus_free(context);
}

SerialLine::SerialLine(LineConfig config, const Clock& clock) : config_(std::move(config)), clock_(clock) {}

unsigned SerialLine::bits_per_char() const { return 1 + 8 + (config_.parity == 'N' ? 0U : 1U) + config_.stop_bits; }

Duration SerialLine::wire_time(std::size_t bytes) const {
    const auto bits = static_cast<std::int64_t>(bytes) * bits_per_char();
    return Duration{bits * 1'000'000'000 / std::max(config_.baud, 1U)};
}

// 3.5 characters; above 19200 baud the standard fixes it.
Duration SerialLine::silence() const {
    if (config_.baud > 19200) return std::chrono::microseconds{1750};
    return wire_time(7) / 2;
}

Result<void> SerialLine::open() {
    if (is_open()) return {};
    if (std::ranges::find(known_bauds, config_.baud) == known_bauds.end()) {
        return Error{cannot_open(config_, "no such speed: " + std::to_string(config_.baud) + " baud")};
    }
    std::unique_ptr<modbus_t, Free> context{modbus_new_rtu(config_.device.c_str(), static_cast<int>(config_.baud),
                                                           config_.parity, 8, static_cast<int>(config_.stop_bits))};
    if (!context || modbus_connect(context.get()) != 0) {
        return Error{cannot_open(config_, std::generic_category().message(errno))};
    }
    hand_over_at_once(modbus_get_socket(context.get()));
    context_ = std::move(context);
    pause(silence());
    return {};
}

void SerialLine::pause(Duration silence) { quiet_until_ = std::max(quiet_until_, clock_.now().boot + silence); }

// A refusal has no data.
Duration SerialLine::latency_of(const Exchange& exchange, const ReadRequest& request) const {
    const std::size_t reply = exchange.frame.exception != 0 ? refusal_bytes : reply_bytes(request);
    return exchange.received - exchange.sent - wire_time(request_bytes + reply);
}

bool SerialLine::send(const ReadRequest& request, Exchange& out) {
    ::tcflush(descriptor(), TCIOFLUSH);  // what has come unasked
    const RtuRequest bytes = encode_rtu(request);
    const auto size = ::write(descriptor(), bytes.data(), bytes.size());
    if (size == static_cast<ssize_t>(bytes.size())) return true;
    if (size < 0 && errno != EAGAIN) {
        failed(errno, out);
    } else {
        out.outcome = Outcome::bad;
        out.error = "the request cannot be sent";
    }
    return false;
}

// Late replies of other units, and of this one where they can be told, are passed over until the deadline. Behind it
// stands one more look: the reply may wait in the kernel while only this process was late.
void SerialLine::receive(const ReadRequest& request, Duration timeout, std::optional<std::uint16_t> late,
                         Exchange& out) {
    const BootTime deadline = out.sent + timeout + wire_time(request_bytes + reply_bytes(request));
    Bytes received;
    for (bool last = false; !last;) {
        const Duration rest = deadline - clock_.now().boot;
        last = rest <= Duration{};
        if (!read_more(received, std::max(rest, Duration{}), out)) return;
        while (const auto size = late_rtu_reply(received, request, late)) {
            received.erase(received.begin(), received.begin() + static_cast<std::ptrdiff_t>(size));
        }
        out.frame = parse_rtu(first_frame(received), request);
        if (out.frame.state == FrameState::incomplete) continue;
        out.outcome = out.frame.state == FrameState::whole ? Outcome::reply : Outcome::bad;
        out.error = out.frame.error;
        return;
    }
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count();
    out.outcome = Outcome::silent;
    out.error = "no reply within " + std::to_string(ms) + " ms";
}

// What comes within `rest`, if anything; false when the line failed, or a signal came, which counts as silence.
bool SerialLine::read_more(Bytes& received, Duration rest, Exchange& out) {
    pollfd line{.fd = descriptor(), .events = POLLIN, .revents = 0};
    const timespec wait{.tv_sec = static_cast<time_t>(rest.count() / 1'000'000'000),
                        .tv_nsec = static_cast<long>(rest.count() % 1'000'000'000)};
    const int ready = ::ppoll(&line, 1, &wait, nullptr);
    out.received = clock_.now().boot;
    if (ready == 0) return true;
    if (ready < 0 && errno == EINTR) {
        out.error = "interrupted";
        return false;
    }
    std::array<std::uint8_t, longest_frame> bytes{};
    const auto size = ready < 0 ? ready : ::read(line.fd, bytes.data(), bytes.size());
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (size > 0) {
        received.insert(received.end(), bytes.begin(), bytes.begin() + size);
        return true;
    }
    failed(size == 0 ? ENODEV : errno, out);
    return false;
}

void SerialLine::failed(int error, Exchange& out) const {
    out.outcome = Outcome::gone;
    out.error = line_error(config_, error);
}

Exchange SerialLine::exchange(const ReadRequest& request, Duration timeout, Duration latency,
                              std::optional<std::uint16_t> late_words) {
    Exchange out;
    sleep_until(clock_, quiet_until_);
    out.sent = out.received = clock_.now().boot;
    if (send(request, out)) {
        const Duration reply = wire_time(request_bytes + reply_bytes(request));
        sleep_until(clock_, out.sent + std::min(latency, timeout) + reply);
        receive(request, timeout, late_words, out);
    }
    if (out.outcome == Outcome::gone) {
        close();
    } else {
        if (out.outcome != Outcome::reply) settle(std::max(silence(), least_quiet));
        pause(silence());
    }
    return out;
}

void SerialLine::settle(Duration quiet) {
    const BootTime end = clock_.now().boot + std::max(least_settling, 3 * quiet);
    const auto ms = static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(quiet).count());
    std::array<std::uint8_t, longest_frame> dropped{};
    pollfd line{.fd = descriptor(), .events = POLLIN, .revents = 0};
    const auto more = [&] { return ::poll(&line, 1, ms) > 0; };
    while (clock_.now().boot < end && more()) {
        if (::read(line.fd, dropped.data(), dropped.size()) <= 0) return;
    }
}

}  // namespace pued
