// How the IPMI code speaks to a BMC: one command out, one reply back, in a session that is opened and closed. Pure
// interfaces; the real one is drivers/ipmi/lan_transport, the scripted one lives in tests/unit/ipmi. One thread (the
// BMC's own) uses a link. Every command that pued can send is in the list below, and all of them only read.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/model/result.hpp"

namespace pued::ipmi {

// High byte: network function of the request; low byte: command.
enum class Command : std::uint16_t {
    get_sensor_reading_factors = 0x0423,
    get_sensor_reading = 0x042D,
    get_device_id = 0x0601,
    get_sdr_repository_info = 0x0A20,
    reserve_sdr_repository = 0x0A22,  // takes a reading ticket; changes nothing that is stored
    get_sdr = 0x0A23,
    get_power_reading = 0x2C02,  // DCMI, group extension DCh
};

constexpr std::uint8_t net_fn(Command c) { return static_cast<std::uint8_t>(static_cast<unsigned>(c) >> 8); }
constexpr std::uint8_t code(Command c) { return static_cast<std::uint8_t>(static_cast<unsigned>(c) & 0xFF); }

using Bytes = std::span<const std::uint8_t>;

struct Reply {
    std::uint8_t completion = 0;     // 00h: done; see completion.hpp
    std::vector<std::uint8_t> data;  // what follows the completion code; trusted for nothing
};

class Transport {
public:
    virtual ~Transport() = default;
    // An error means that no reply came: the session is gone.
    virtual Result<Reply> send(std::uint8_t lun, Command command, Bytes data) = 0;
};

// Why a session cannot be opened: decides how long to wait before the next try.
enum class Trouble : std::uint8_t {
    silent,       // no answer: off, unplugged, restarting
    busy,         // answers, but has no session to give now
    refused,      // cipher suites or privilege: somebody must change a setting
    credentials,  // user or password: trying again soon would lock the account out
    address,      // the name cannot be resolved
};

struct LinkFailure {
    Trouble trouble = Trouble::silent;
    std::string what;
};

// A session that was asked nothing for longer than this may be taken for dead, by the BMC (after a minute) or by the
// library on our side.
constexpr std::chrono::seconds longest_silence{15};

constexpr double pause_chance = 0.25;  // of the pauses between attempts of all kinds (drivers/poll/pause.hpp)

class Link : public Transport {
public:
    // Nothing when the session is up.
    virtual std::optional<LinkFailure> open() = 0;
    [[nodiscard]] virtual bool is_open() const = 0;
    // Gives the BMC its session back; harmless when there is none.
    virtual void close() = 0;
};

}  // namespace pued::ipmi
