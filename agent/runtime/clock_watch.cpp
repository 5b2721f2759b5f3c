// Offsets compared, quarter hours of boot time counted.
#include "agent/runtime/clock_watch.hpp"

#include <utility>

namespace pued {
namespace {

constexpr std::chrono::milliseconds kStep{100};
constexpr double kDrift = 50e-6;

std::chrono::milliseconds offset_of(const Now& now) {
    return now.utc.time_since_epoch() - std::chrono::floor<std::chrono::milliseconds>(now.boot.time_since_epoch());
}

}  // namespace

std::optional<ClockWatch::Step> ClockWatch::step(const Now& now) {
    if (now.quality == ClockQuality::synced) synced_at_ = now.boot;
    const auto offset = offset_of(now);
    if (offset_ && std::chrono::abs(offset - *offset_) < kStep) return std::nullopt;
    const auto before = offset_;
    offset_ = offset;
    return before ? std::optional{Step{*before, offset}} : std::nullopt;
}

std::optional<ClockWatch::Undated> ClockWatch::undated(const Now& now, std::chrono::seconds length) {
    if (is_set(now)) {
        undated_from_.reset();
        return std::nullopt;
    }
    was_undated_ = true;
    if (!undated_from_) undated_from_ = now.boot;
    if (now.boot < *undated_from_ + length) return std::nullopt;
    const Undated out{*undated_from_, *undated_from_ + length};
    undated_from_ = out.to;
    return out;
}

bool ClockWatch::dated(const Now& now) { return is_set(now) && std::exchange(was_undated_, false); }

std::uint32_t ClockWatch::error_ms(const Now& now) const {
    if (now.quality == ClockQuality::synced) return 0;
    if (!synced_at_) return unknown_error;
    return static_cast<std::uint32_t>(in_seconds(now.boot - *synced_at_) * kDrift * 1000);
}

}  // namespace pued
