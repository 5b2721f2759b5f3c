// What a tear looks like, and which two readings agree.
#include "drivers/modbus/torn_guard.hpp"

#include <algorithm>

#include "drivers/modbus/decode.hpp"

namespace pued {
namespace {

constexpr double jitter = 2;  // counts that a register may step back (metering.md 1.2)
// Then the next reading passes as it is: a register too quick for two readings to agree must not be lost for ever.
constexpr unsigned most_polls_in_doubt = 3;

double seconds_between(BootTime a, BootTime b) { return std::max(in_seconds(b - a), 1e-3); }

// The spacing of a float's values in counts, which may be far below one; 0 for integers.
double spacing(const Count& count) { return count.ulp_wh * 1e6 / static_cast<double>(count.q_uwh); }

}  // namespace

std::optional<TornGuard::Seen> TornGuard::seen(const Words& words, BootTime at) const {
    const Decoded decoded = decode(*field_, words, {});
    if (!decoded.count) return {};
    return Seen{.at = at, .count = *decoded.count, .words = words};
}

// The least that a tear can be off, in counts: one of the next word's. Of a double's four words the lowest weighs
// less than any power is worth; its second stands for 2^32 of its steps.
double TornGuard::tear(const Count& a, const Count& b) const {
    const double step = std::max(spacing(a), spacing(b));
    switch (field_->type) {
        case RegisterType::bcd16:
        case RegisterType::bcd32:
        case RegisterType::bcd64:
        case RegisterType::mod10_2:
        case RegisterType::mod10_3:
        case RegisterType::mod10_4: return 10'000;
        case RegisterType::f64: return std::max(1.0, 65'536.0 * 65'536.0 * step);
        default: return 65'536 * std::max(1.0, step);
    }
}

// In counts; below zero where it went back. A small step over the end of the register is one forward.
double TornGuard::advance(const Seen& from, const Seen& to) const {
    const auto step = static_cast<double>(static_cast<std::int64_t>(to.count.counts - from.count.counts));
    const auto modulus = static_cast<double>(from.count.modulus);
    if (step >= 0 || modulus <= 0) return step;
    const double likely = std::max(tear(from.count, to.count), 2 * pace_ * seconds_between(from.at, to.at));
    return step + modulus < std::min(likely, modulus / 2) ? step + modulus : step;
}

// A register that always runs by more than a word a poll is not read thrice for it.
bool TornGuard::suspicious() const {
    const double step = advance(*settled_, *now_);
    const double least = tear(settled_->count, now_->count);
    if (step < 0) return -step > jitter * std::max({1.0, spacing(settled_->count), spacing(now_->count)});
    const double usual = pace_ * seconds_between(settled_->at, now_->at);
    return step >= least && (usual < least || step > 2 * usual);
}

// The register may run on between the two, but by far less than a tear: by a sixteenth of one, or twice as fast as
// before, or as the later one itself would have it.
bool TornGuard::agree(const Seen& earlier, const Seen& later) const {
    const double between_s = seconds_between(earlier.at, later.at);
    const double whole = std::max(0.0, advance(*settled_, later));
    const double claimed = whole / seconds_between(settled_->at, later.at);
    const double most = std::max(
        {tear(settled_->count, later.count) / 16, 2 * pace_ * between_s, std::min(2 * claimed * between_s, whole / 2)});
    const double step = advance(earlier, later);
    return step >= 0 && step <= most;
}

void TornGuard::start() {
    now_.reset();
    again_.clear();
    doubtful_ = false;
}

void TornGuard::first(const Words& words, BootTime at) {
    now_ = seen(words, at);
    doubtful_ = now_ && settled_ && suspicious();
}

void TornGuard::again(const Words& words, BootTime at) {
    const auto reading = seen(words, at);
    if (!reading) return;
    doubtful_ = std::ranges::none_of(again_, [&](const Seen& earlier) { return agree(earlier, *reading); });
    if (doubtful_) {
        again_.push_back(*reading);
    } else {
        now_ = reading;
    }
}

std::string TornGuard::doubt() const {
    std::string out = field_->name + " went from " + std::to_string(settled_->count.counts) + " to " +
                      std::to_string(now_->count.counts) + " counts, and read again at once it gave ";
    for (const auto& reading : again_) out += std::to_string(reading.count.counts) + ", ";
    return again_.empty() ? out + "nothing" : out + "no two in agreement";
}

void TornGuard::finish() {
    if (!now_) return;
    if (doubtful_) {
        if (++polls_in_doubt_ >= most_polls_in_doubt) settled_.reset();
        return;
    }
    polls_in_doubt_ = 0;
    if (settled_) {
        const double step = advance(*settled_, *now_);
        const double pace = std::max(0.0, step) / seconds_between(settled_->at, now_->at);
        pace_ = std::min(pace, newest_pace_);
        newest_pace_ = pace;
    }
    settled_ = now_;
}

}  // namespace pued
