// DCMI power and sensors; see the header.
#include "drivers/ipmi/measure.hpp"

#include "drivers/ipmi/completion.hpp"
#include "drivers/ipmi/dcmi.hpp"
#include "drivers/ipmi/sensor_reading.hpp"

namespace pued::ipmi {

namespace {

Measured none(std::string why) { return {.value = std::nullopt, .why = std::move(why)}; }

Measured lost(std::string why) { return {.value = std::nullopt, .why = std::move(why), .link_lost = true}; }

Measured refused(std::uint8_t code) {
    Measured out = none(completion_text(code));
    out.not_there = code == completion::not_present;
    return out;
}

Measured from(const Result<double>& value) {
    if (!value) return none(value.error());
    return {.value = *value, .why = {}};
}

Measured with_factors(Transport& transport, const SensorRecord& record, std::uint8_t raw) {
    const std::uint8_t request[] = {record.number, raw};
    const auto reply = transport.send(record.lun, Command::get_sensor_reading_factors, request);
    if (!reply) return lost(reply.error());
    if (reply->completion != completion::ok) return refused(reply->completion);
    const auto factors = decode_factors(reply->data);
    if (!factors) return none(factors.error());
    return from(convert(record, *factors, raw));
}

}  // namespace

Measured measure_dcmi_power(Transport& transport) {
    const auto reply = transport.send(0, Command::get_power_reading, power_reading_request);
    if (!reply) return lost(reply.error());
    if (reply->completion == completion::invalid_command) {
        return none("DCMI power is not supported or switched off in the BMC; name a sensor instead");
    }
    if (reply->completion != completion::ok) return none(completion_text(reply->completion));
    const auto power = decode_power_reading(reply->data);
    if (!power) return none(power.error());
    return {.value = power->current_w, .why = {}};
}

Measured measure_sensor(Transport& transport, const SensorRecord& record) {
    const std::uint8_t request[] = {record.number};
    const auto reply = transport.send(record.lun, Command::get_sensor_reading, request);
    if (!reply) return lost(reply.error());
    if (reply->completion != completion::ok) return refused(reply->completion);
    const auto raw = decode_sensor_reading(reply->data);
    if (!raw) return none(raw.error());
    return needs_factors(record) ? with_factors(transport, record, *raw) : from(convert(record, *raw));
}

}  // namespace pued::ipmi
