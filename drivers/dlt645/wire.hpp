// A two-way stream of bytes to meters: a serial port of this machine, or a serial server's TCP port. Owned by one
// source, on its thread. Nothing here knows of frames. No call blocks for longer than the time it is given.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "agent/config/config.hpp"
#include "agent/model/result.hpp"
#include "agent/ports/clock.hpp"

namespace pued::dlt645 {

class Wire {
public:
    virtual ~Wire() = default;
    [[nodiscard]] virtual bool is_open() const = 0;
    virtual Result<void> open(Duration timeout) = 0;
    virtual void close() = 0;
    // An error means that the wire is of no use any more; it is closed then.
    virtual Result<void> send(std::span<const std::uint8_t> bytes) = 0;
    // What has come, at most `room`; 0 when nothing came within `wait`.
    virtual Result<std::size_t> receive(std::span<std::uint8_t> room, Duration wait) = 0;
    // How long so many bytes are on their way; zero where that cannot be known.
    [[nodiscard]] virtual Duration time_of(std::size_t bytes) const = 0;
    // After a silence: whether what still comes is best met by a new connection.
    [[nodiscard]] virtual bool renew() const = 0;
};

std::unique_ptr<Wire> make_serial_wire(const LineConfig& line);
std::unique_ptr<Wire> make_tcp_wire(const std::string& host, std::uint16_t port, const Clock& clock);

}  // namespace pued::dlt645
