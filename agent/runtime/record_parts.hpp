// What all records are made of: times, clock state, and the CBOR of key 12. Only for .cpp files: the header is heavy.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "agent/journal/record.hpp"
#include "agent/model/result.hpp"
#include "agent/model/time.hpp"

namespace pued {

inline std::int64_t seconds_of(UtcTime time) {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

inline ClockState clock_state(ClockQuality quality) {
    switch (quality) {
        case ClockQuality::synced: return ClockState::synced;
        case ClockQuality::holdover: return ClockState::holdover;
        default: return ClockState::unsynced;
    }
}

inline Bytes to_bytes(const nlohmann::json& document) {
    Bytes out;
    nlohmann::json::to_cbor(document, out);
    return out;
}

inline Result<nlohmann::json> from_bytes(std::string_view bytes) {
    auto document = nlohmann::json::from_cbor(bytes, true, false);
    if (document.is_discarded()) return Error{"key 12 is no CBOR"};
    return document;
}

}  // namespace pued
