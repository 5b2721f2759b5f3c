// libmodbus RTU, fenced in.
#include "drivers/modbus/serial_line.hpp"

#include <linux/serial.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <thread>

namespace pued {
namespace {

// libmodbus 3.1.6 takes any other for 9600.
constexpr std::array<unsigned, 14> known_bauds{110,   300,   600,   1200,   2400,   4800,   9600,
                                               19200, 38400, 57600, 115200, 230400, 460800, 921600};
constexpr std::size_t request_bytes = 8, refusal_bytes = 5;
constexpr Duration least_settling = std::chrono::milliseconds{500};  // of a line that is never quiet
// USB adapters hand characters over in batches, every 16 ms.
constexpr Duration least_quiet = std::chrono::milliseconds{20};

std::size_t reply_bytes(const ReadRequest& request) { return 5U + 2U * request.words; }

std::string cannot_open(const LineConfig& config, const std::string& why) {
    return "cannot open " + config.device + ": " + why;
}

// USB adapters otherwise keep a reply's last characters back, for 16 ms. Where there is no such thing, nothing is lost.
void hand_over_at_once(int fd) {
    serial_struct settings{};
    if (::ioctl(fd, TIOCGSERIAL, &settings) != 0 || (settings.flags & ASYNC_LOW_LATENCY) != 0) return;
    settings.flags |= ASYNC_LOW_LATENCY;
    ::ioctl(fd, TIOCSSERIAL, &settings);
}

bool is_line_failure(int error) {
    switch (error) {
        case ETIMEDOUT:
        case EINTR:
        case EAGAIN: return false;
        default: return error < MODBUS_ENOBASE;
    }
}

std::string line_error(const LineConfig& config, int error) {
    const bool vanished = error == ECONNRESET || error == EIO || error == ENXIO || error == ENODEV;
    return config.device + (vanished ? " is gone (unplugged?)" : " failed: " + std::generic_category().message(error));
}

bool belongs_to(const Frame& frame, std::span<const std::uint8_t> bytes, std::optional<std::uint16_t> words) {
    return words && frame.state == FrameState::bad && bytes.size() == 3U + 2U * *words && bytes[2] == 2U * *words;
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
    if (modbus_get_socket(context.get()) >= FD_SETSIZE) {  // libmodbus would abort the process in select()
        return Error{cannot_open(config_, "too many files are open")};
    }
    hand_over_at_once(modbus_get_socket(context.get()));
    modbus_set_error_recovery(context.get(), MODBUS_ERROR_RECOVERY_NONE);
    modbus_set_byte_timeout(context.get(), 0, 0);  // the response timeout then bounds the whole reply
    context_ = std::move(context);
    pause(silence());
    return {};
}

void SerialLine::pause(Duration silence) { quiet_until_ = std::max(quiet_until_, clock_.now().boot + silence); }

void SerialLine::sleep_until(BootTime time) {
    const Duration rest = time - clock_.now().boot;
    if (rest > Duration{}) std::this_thread::sleep_for(rest);
}

// A refusal has no data.
Duration SerialLine::latency_of(const Exchange& exchange, const ReadRequest& request) const {
    const std::size_t reply = exchange.frame.exception != 0 ? refusal_bytes : reply_bytes(request);
    return exchange.received - exchange.sent - wire_time(request_bytes + reply);
}

bool SerialLine::send(const ReadRequest& request) {
    modbus_flush(context_.get());  // what has come unasked
    const RawRequest raw = encode_raw(request);
    return modbus_send_raw_request(context_.get(), raw.data(), static_cast<int>(raw.size())) > 0;
}

int SerialLine::receive_frame(std::uint8_t* bytes, Duration rest) {
    const auto us = std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(rest).count(), 1);
    modbus_set_response_timeout(context_.get(), static_cast<std::uint32_t>(us / 1'000'000),
                                static_cast<std::uint32_t>(us % 1'000'000));
    return modbus_receive_confirmation(context_.get(), bytes);
}

// Late replies of other units, and of this one where they can be told, are passed over until the deadline.
void SerialLine::receive(const ReadRequest& request, Duration timeout, std::optional<std::uint16_t> late,
                         Exchange& out) {
    const BootTime deadline = out.sent + timeout + wire_time(request_bytes + reply_bytes(request));
    std::array<std::uint8_t, MODBUS_RTU_MAX_ADU_LENGTH> bytes{};
    for (Duration rest = deadline - clock_.now().boot; rest > Duration{}; rest = deadline - clock_.now().boot) {
        const int size = receive_frame(bytes.data(), rest);
        out.received = clock_.now().boot;
        if (size < 0) return explain_failure(errno, timeout, out);
        if (size == 0) continue;  // a foreign unit's frame
        const std::span<const std::uint8_t> frame{bytes.data(), static_cast<std::size_t>(size) - 2};
        out.frame = parse_rtu(frame, request);
        if (belongs_to(out.frame, frame, late)) continue;
        out.outcome = out.frame.state == FrameState::whole ? Outcome::reply : Outcome::bad;
        out.error = out.frame.error;
        return;
    }
    explain_failure(ETIMEDOUT, timeout, out);
}

void SerialLine::explain_failure(int error, Duration timeout, Exchange& out) {
    if (error == ETIMEDOUT) {
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count();
        out.outcome = Outcome::silent;
        out.error = "no reply within " + std::to_string(ms) + " ms";
    } else if (is_line_failure(error)) {
        out.outcome = Outcome::gone;
        out.error = line_error(config_, error);
    } else {
        out.outcome = Outcome::bad;
        out.error = error == EMBBADCRC ? "reply with a wrong checksum" : "garbled reply";
    }
}

Exchange SerialLine::exchange(const ReadRequest& request, Duration timeout, Duration latency,
                              std::optional<std::uint16_t> late_words) {
    Exchange out;
    sleep_until(quiet_until_);
    out.sent = out.received = clock_.now().boot;
    if (modbus_set_slave(context_.get(), request.unit) != 0) {
        out.outcome = Outcome::bad;
        out.error = "unit_id = " + std::to_string(request.unit) + " is out of range on a serial line (expected 1..247)";
        return out;
    }
    if (send(request)) {
        const Duration reply = wire_time(request_bytes + reply_bytes(request));
        sleep_until(out.sent + std::min(latency, timeout) + reply);
        receive(request, timeout, late_words, out);
    } else {
        explain_failure(errno, timeout, out);
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
    std::array<std::uint8_t, 256> dropped{};
    pollfd line{.fd = modbus_get_socket(context_.get()), .events = POLLIN, .revents = 0};
    while (clock_.now().boot<end&& ::poll(&line, 1, ms)> 0) {
        if (::read(line.fd, dropped.data(), dropped.size()) <= 0) return;
    }
}

}  // namespace pued
