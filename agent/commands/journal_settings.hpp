// [journal] as the journal takes it; for every command that opens one.
#pragma once

#include "agent/config/config.hpp"
#include "agent/journal/journal.hpp"

namespace pued {

inline JournalSettings journal_settings(const Config& config) {
    const auto& from = config.journal;
    JournalSettings out;
    out.origin = from.origin.empty() ? "pued/" + config.site.id + "/" + config.site.agent : from.origin;
    out.segment_bytes = std::size_t{from.segment_kib} << 10;
    out.keep_bytes = std::size_t{from.keep_mib} << 20;
    out.checkpoint_every = std::chrono::seconds{from.checkpoint_s};
    return out;
}

}  // namespace pued
