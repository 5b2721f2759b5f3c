// One memory, used from both sides.
#include "agent/journal/registers.hpp"

namespace pued {
namespace {

// As agent/metering/flags.hpp has them: the interval begins before the first reading, or has no reading at its end.
constexpr std::uint32_t kNotExact = 1U << 8 | 1U << 9;

}  // namespace

bool RegisterChain::follow(const Record& record) {
    if (record.type == RecordType::snapshot || record.type == RecordType::config ||
        record.type == RecordType::log_epoch)
        ends_.clear();
    return record.type == RecordType::interval;
}

std::optional<std::uint64_t> RegisterChain::before(const RecordPoint& point) const {
    if ((point.flags & kNotExact) != 0 || !point.reg_end) return std::nullopt;
    const auto found = ends_.find(point.point);
    return found == ends_.end() ? std::nullopt : std::optional{found->second};
}

void RegisterChain::remember(const Record& record) {
    ends_.clear();
    for (const auto& point : record.points) {
        if (point.reg_end) ends_[point.point] = *point.reg_end;
    }
}

void RegisterChain::shorten(Record& record) {
    if (!follow(record)) return;
    const auto full = record;
    for (auto& point : record.points) {
        if (point.reg_start && before(point) == point.reg_start) point.reg_start.reset();
    }
    remember(full);
}

void RegisterChain::complete(Record& record) {
    if (!follow(record)) return;
    for (auto& point : record.points) {
        if (!point.reg_start) point.reg_start = before(point);
    }
    remember(record);
}

}  // namespace pued
