// A server read over IPMI: its power, and the activity of its accelerators, as one source of the daemon. The runtime
// gives each BMC a thread; everything here but wake() runs on it. Power in W, activity as a share of peak, 0..1.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/config/config.hpp"
#include "agent/model/reading.hpp"
#include "agent/ports/clock.hpp"
#include "agent/ports/source.hpp"
#include "drivers/ipmi/sdr_memory.hpp"
#include "drivers/ipmi/transport.hpp"

namespace pued {

struct IpmiPoll {
    DeviceIndex device = 0;
    ServerConfig config;
    std::string password;                       // the contents of config.password_file
    std::optional<PointIndex> power, activity;  // where the configuration asks for them
    Duration period{};
    Duration start_delay{};                     // so that not all BMCs are asked for a session in one moment
    std::shared_ptr<ipmi::SdrMemory> memory{};  // of sensor lists; may be absent
};

// The clock must outlive the source. Opens nothing yet.
std::unique_ptr<Source> make_lan_source(IpmiPoll poll, const Clock& clock);

namespace ipmi {

// The same over any link, with a sleep and an end to it of the caller's and a fixed seed: what the tests drive.
// Sleeping answers false when it is time to leave.
using Sleep = std::function<bool(Duration)>;
std::unique_ptr<Source> make_source(IpmiPoll poll, const Clock& clock, std::unique_ptr<Link> link, Sleep sleep,
                                    unsigned seed, std::function<void()> wake = {});

}  // namespace ipmi
}  // namespace pued
