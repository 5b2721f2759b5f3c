// The system's D-Bus as far as OpenBMC's sensors need it: whose object a path is (the ObjectMapper), an object's
// properties, and word of their changes. Nothing here sets a property, and no service is started by asking for it. The
// only file that knows sd-bus (libsystemd). Owned by the source, on its thread; calls wait for at most `patience`.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/result.hpp"
#include "agent/model/time.hpp"

namespace pued::dbus {

// Of one sensor object; what its service does not tell is absent.
struct Properties {
    std::optional<double> value;
    std::optional<std::string> unit;  // without "xyz.openbmc_project.Sensor.Value.Unit."
    std::optional<bool> available, functional;
};

struct Owner {
    std::string service;
    std::vector<std::string> interfaces;  // of the object
};

struct Answer {
    Properties properties;
    std::string sender;  // the service's unique name: who may tell changes
};

class Bus {
public:
    using Changed = std::function<void(std::size_t who, const std::string& sender, const Properties& changed)>;

    static Result<std::unique_ptr<Bus>> open();
    virtual ~Bus() = default;

    virtual Result<Owner> owner_of(const std::string& path, Duration patience) = 0;
    // Value and unit, and of Availability and OperationalStatus what the object has.
    virtual Result<Answer> read(const Owner& owner, const std::string& path, Duration patience) = 0;
    // The call that failed last got no answer in time.
    [[nodiscard]] virtual bool timed_out() const = 0;
    // The connection has ended.
    [[nodiscard]] virtual bool broken() const = 0;

    virtual Result<void> watch(std::size_t who, const std::string& path, const Changed& changed) = 0;
    // Waits for changes for so long, and tells them.
    virtual void wait(Duration patience) = 0;
};

}  // namespace pued::dbus
