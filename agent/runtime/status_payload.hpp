// The agent's status message (interface.md, status topic); as "offline" it is the will.
#pragma once

#include "agent/config/config.hpp"
#include "agent/ports/sink.hpp"
#include "agent/runtime/health.hpp"
#include "agent/runtime/topics.hpp"

namespace pued {

struct Status {
    bool online = true;
    UtcTime since;
    ClockQuality clock = ClockQuality::unsynced;
    HealthCounts sources;
    std::size_t outbox = 0;
    std::uint64_t dropped = 0;
    std::uint64_t journal_size = 0;  // records
    std::uint32_t journal_epoch = 0;
    std::size_t journal_pending = 0;  // records that the disk has not taken yet
    std::string journal_error;        // why not; empty: all is well
};

Message status_message(const Topics& topics, const Config& config, const Status& status);

}  // namespace pued
