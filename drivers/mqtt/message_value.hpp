// From messages to the reports of one point: extraction, scale, what a quantity can be, and whether it is of now. A
// value may have several parts, such as the GPUs of a server, from one message or from several: it is there when all
// have come, each newly. Owned by the subscriber, on its thread; no clock of its own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "agent/model/quantity.hpp"
#include "agent/model/register_sum.hpp"
#include "drivers/mqtt/json_value.hpp"
#include "drivers/mqtt/subscriber.hpp"

namespace pued {

class MessageValue {
public:
    explicit MessageValue(MqttPoint point);

    // Nothing where the message is about something else, or parts are still missing. `retained`: the broker had kept
    // it, so that its value is only stale.
    std::optional<Report> take(std::string_view payload, bool retained, const Now& now);
    // "no message on rack/gpu for 60 s"; with why there is no connection, when there is none. Of what came since the
    // last report it says what was missing.
    Report silence(std::string_view connection_problem, BootTime at);

    [[nodiscard]] const MqttValue& config() const { return point_.config; }

private:
    struct Part {
        double value = 0;            // scaled: in the quantity's unit, or in joules
        std::optional<double> time;  // Unix seconds
        BootTime came;
        bool retained = false;
    };

    Result<void> collect(const std::vector<JsonPart>& found, bool retained, const Now& now);
    [[nodiscard]] Result<double> scaled(double number) const;
    Report report(const Now& now);
    Report failed(std::string why, BootTime at) const;
    // The time of the oldest part decides: stale, or measured when.
    void date(Report& report, const Now& now);
    [[nodiscard]] Sample sample();

    MqttPoint point_;
    Quantity quantity_;
    std::map<std::string, Part> parts_;  // that have come since the last report
    std::string keys_;                   // of the parts of `register_`
    RegisterSum register_;
    std::optional<double> told_;  // time of the last report, Unix seconds
    bool heard_ = false;          // a message has come since the last report
};

}  // namespace pued
