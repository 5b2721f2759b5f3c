// Builds the sources of an installation: one for all Modbus TCP endpoints, one for each serial line, each BMC, and the
// MQTT values. The only place that knows every driver.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "agent/config/installation.hpp"
#include "agent/ports/clock.hpp"
#include "agent/ports/source.hpp"

namespace pued {

// What the broker knows us by: configured, or pued-SITE-AGENT.
std::string mqtt_client_id(const Config& config);

// What sources learn about their devices and use again at the next start (BMCs' sensor lists): only the daemon writes
// it.
enum class Memory : std::uint8_t { read, write };

// A source whose password cannot be read reports just that, so that the others run.
std::vector<std::unique_ptr<Source>> make_sources(const Installation& installation, const Clock& clock, Memory memory);

}  // namespace pued
