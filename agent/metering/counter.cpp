// Register steps; see counter.hpp.
#include "agent/metering/counter.hpp"

#include <algorithm>
#include <cmath>

namespace pued {

std::string_view name_of(StepKind kind) {
    switch (kind) {
        case StepKind::advance: return "advance";
        case StepKind::jump: return "jump";
        case StepKind::jitter: return "jitter";
        case StepKind::rollover: return "rollover";
        case StepKind::reset: return "reset";
        case StepKind::backward: return "backward";
        case StepKind::refused: return "refused exchange";
    }
    return "?";
}

std::uint64_t plausible_counts(double pmax_w, Duration dt, std::int64_t q_uwh, double margin) {
    constexpr double most = 4611686018427387904.0;  // 2^62: sums of two limits still fit
    const double dt_s = std::max(0.0, in_seconds(dt));
    const double counts = pmax_w * margin * dt_s / 3600 / (static_cast<double>(q_uwh) * 1e-6) + 1;
    // The tiny addition keeps 300.99999999 from losing a whole count to binary rounding.
    return static_cast<std::uint64_t>(std::clamp(std::floor(counts + 1e-6), 1.0, most));
}

Step advance(std::uint64_t prev, std::uint64_t now, std::uint64_t modulus, std::uint64_t limit, std::uint64_t jitter) {
    if (now >= prev) {
        const std::uint64_t forward = now - prev;
        return forward <= limit ? Step{StepKind::advance, forward} : Step{StepKind::jump, 0};
    }
    if (prev - now <= jitter) return {StepKind::jitter, 0};
    const bool in_range = modulus == 0 || prev < modulus;
    const std::uint64_t wrapped = modulus - prev + now;  // modulo 2^64, which is what modulus 0 stands for
    if (in_range && wrapped <= limit) return {StepKind::rollover, wrapped};
    if (now <= limit) return {StepKind::reset, now};
    return {StepKind::backward, 0};
}

double effective_resolution_wh(const Count& count) {
    return std::max(static_cast<double>(count.q_uwh) * 1e-6, count.ulp_wh);
}

std::uint64_t jitter_of(const Count& count) {
    if (count.ulp_wh <= 0 || count.q_uwh <= 0) return default_jitter;
    const double counts = std::ceil(2 * count.ulp_wh * 1e6 / static_cast<double>(count.q_uwh));
    return std::max(default_jitter, static_cast<std::uint64_t>(std::min(counts, 1e15)));
}

double float32_ulp(double value) {
    constexpr int digits = 24;   // of the mantissa, with the hidden one
    constexpr int least = -149;  // exponent of the smallest number
    if (value == 0 || !std::isfinite(value)) return std::ldexp(1.0, least);
    return std::ldexp(1.0, std::max(std::ilogb(value) - (digits - 1), least));
}

double quantisation_u(double q) { return q / std::sqrt(6.0); }

Duration stuck_after(double q_eff_wh, double power_w) {
    if (power_w <= 0) return Duration::max();
    const double ns = 3 * q_eff_wh / power_w * 3600e9;
    return ns >= 9.2e18 ? Duration::max() : Duration{std::llround(ns)};
}

void StuckWatch::register_polled(bool moved) {
    polls_ = moved ? 0 : polls_ + 1;
    if (moved) since_change_wh_ = 0;
}

void StuckWatch::power_polled(BootTime at, double power_w, Duration max_gap) {
    if (at_ && at > *at_ && at - *at_ <= max_gap) {
        since_change_wh_ += std::max(0.0, (power_w_ + power_w) / 2) * in_seconds(at - *at_) / 3600;
    }
    at_ = at;
    power_w_ = power_w;
}

void StuckWatch::restore(const StillRegister& still) {
    since_change_wh_ = std::max(0.0, still.energy_wh);
    polls_ = still.polls;
}

bool StuckWatch::stuck(double q_eff_wh) const { return polls_ >= polls_that_tell && since_change_wh_ >= 3 * q_eff_wh; }

void StillWatch::polled(BootTime at, std::uint64_t credit) {
    if (credit == 0) return;
    if (moved_at_ != BootTime::min()) {
        steps_[moves_ % steps_kept] = at - moved_at_;
        credits_[moves_++ % steps_kept] = credit;
    }
    moved_at_ = at;
    if (moves_ < steps_kept) return;
    auto sorted = steps_;
    std::nth_element(sorted.begin(), sorted.begin() + steps_kept / 2, sorted.end());
    longest_ = std::max<Duration>(10 * sorted[steps_kept / 2], std::chrono::hours{1});
}

double StillWatch::missed(BootTime at) const {
    double counts = 0, took_s = 0;
    for (std::size_t i = 0; i < steps_kept; ++i) {
        counts += static_cast<double>(credits_[i]);
        took_s += in_seconds(steps_[i]);
    }
    return took_s > 0 ? counts / took_s * in_seconds(at - moved_at_) : 0;
}

}  // namespace pued
