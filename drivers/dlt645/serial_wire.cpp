// A serial port through termios: raw, eight data bits, no flow control.
#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "drivers/dlt645/descriptor_io.hpp"
#include "drivers/dlt645/wire.hpp"

namespace pued::dlt645 {
namespace {

constexpr std::array<std::pair<unsigned, speed_t>, 11> speeds{{{1200, B1200},
                                                               {2400, B2400},
                                                               {4800, B4800},
                                                               {9600, B9600},
                                                               {19200, B19200},
                                                               {38400, B38400},
                                                               {57600, B57600},
                                                               {115200, B115200},
                                                               {230400, B230400},
                                                               {460800, B460800},
                                                               {921600, B921600}}};

termios settings_of(const LineConfig& line, speed_t speed) {
    termios out{};
    ::cfmakeraw(&out);
    out.c_cflag |= CLOCAL | CREAD;
    if (line.parity != 'N') out.c_cflag |= PARENB;
    if (line.parity == 'O') out.c_cflag |= PARODD;
    if (line.stop_bits == 2) out.c_cflag |= CSTOPB;
    ::cfsetispeed(&out, speed);
    ::cfsetospeed(&out, speed);
    return out;
}

class SerialWire final : public Wire {
public:
    explicit SerialWire(LineConfig line) : line_(std::move(line)) {}
    ~SerialWire() override { close_port(); }
    SerialWire(const SerialWire&) = delete;
    SerialWire& operator=(const SerialWire&) = delete;

    [[nodiscard]] bool is_open() const override { return fd_ >= 0; }

    Result<void> open(Duration) override {
        const auto* speed = std::ranges::find(speeds, line_.baud, &std::pair<unsigned, speed_t>::first);
        if (speed == speeds.end()) return cannot("no such speed: " + std::to_string(line_.baud) + " baud");
        fd_ = ::open(line_.device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
        if (fd_ < 0) return cannot(error_text(errno));
        const termios settings = settings_of(line_, speed->second);
        if (::tcsetattr(fd_, TCSANOW, &settings) != 0) return cannot(error_text(errno));
        ::tcflush(fd_, TCIOFLUSH);
        return {};
    }

    void close() override { close_port(); }

    Result<void> send(std::span<const std::uint8_t> bytes) override {
        return checked(send_all(fd_, Kind::file, bytes));
    }
    Result<std::size_t> receive(std::span<std::uint8_t> room, Duration wait) override {
        return checked(receive_some(fd_, room, wait));
    }

    [[nodiscard]] Duration time_of(std::size_t bytes) const override {
        const unsigned bits = 1 + 8 + (line_.parity == 'N' ? 0U : 1U) + line_.stop_bits;
        return Duration{static_cast<std::int64_t>(bytes) * bits * 1'000'000'000 / std::max(line_.baud, 1U)};
    }
    [[nodiscard]] bool renew() const override { return false; }

private:
    Error cannot(const std::string& why) {
        close_port();
        return Error{"cannot open " + line_.device + ": " + why};
    }

    template <class T>
    Result<T> checked(Result<T> result) {
        if (result) return result;
        close_port();
        return Error{line_.device + ": " + result.error()};
    }

    void close_port() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

    LineConfig line_;
    int fd_ = -1;
};

}  // namespace

std::unique_ptr<Wire> make_serial_wire(const LineConfig& line) { return std::make_unique<SerialWire>(line); }

}  // namespace pued::dlt645
