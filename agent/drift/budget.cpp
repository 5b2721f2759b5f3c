// A ring of 45 days, and the eight sums that slide over it.
#include "agent/drift/budget.hpp"

#include <algorithm>
#include <cmath>

namespace pued {

namespace {

constexpr double kLeastKnown = 0.95;
constexpr double kHoursOfYear = 8760;
constexpr double kLargestWh = 9e15;  // beyond any site; a sum of 1080 of them still fits

bool known_enough(std::int64_t known, std::size_t hours) {
    return static_cast<double>(known) >= kLeastKnown * static_cast<double>(hours);
}

double kwh(std::int64_t wh) { return static_cast<double>(wh) / 1000; }

}  // namespace

double least_headroom(double it_year_kwh, double least_residual) {
    const BudgetTier& slowest = kBudgetTiers.back();
    const double hours = static_cast<double>(slowest.long_hours);
    return it_year_kwh / kHoursOfYear * hours * least_residual / slowest.share;
}

void ExcessWindows::slide(Sum& sum, std::size_t length, std::int64_t newest) const {
    if (newest != kUnknown) {
        sum.wh += newest;
        ++sum.known;
    }
    if (size_ < length) return;
    const std::int64_t oldest = ring_[(next_ + kHours - length) % kHours];
    if (oldest == kUnknown) return;
    sum.wh -= oldest;
    --sum.known;
}

void ExcessWindows::push(std::int64_t wh) {
    for (std::size_t i = 0; i < kBudgetTiers.size(); ++i) {
        slide(long_[i], kBudgetTiers[i].long_hours, wh);
        slide(short_[i], kBudgetTiers[i].short_hours, wh);
    }
    ring_[next_] = wh;
    next_ = (next_ + 1) % kHours;
    size_ = std::min(size_ + 1, kHours);
}

void ExcessWindows::add(std::optional<double> excess_kwh) {
    const bool known = excess_kwh && std::abs(*excess_kwh) * 1000 < kLargestWh / kHours;
    push(known ? std::llround(*excess_kwh * 1000) : kUnknown);
}

std::optional<Burn> ExcessWindows::burn(std::size_t index, double headroom_kwh) const {
    const BudgetTier& tier = kBudgetTiers[index];
    const Sum &slow = long_[index], &fast = short_[index];
    if (!known_enough(slow.known, tier.long_hours) || !known_enough(fast.known, tier.short_hours)) return std::nullopt;
    const double needed = tier.needed(headroom_kwh);
    const double pace = tier.pace(headroom_kwh) * static_cast<double>(tier.short_hours);
    return Burn{std::min(kwh(slow.wh) / needed, kwh(fast.wh) / pace), &tier};
}

std::optional<Burn> ExcessWindows::burn(double headroom_kwh) const {
    std::optional<Burn> worst;
    if (!(headroom_kwh > 0)) return worst;
    for (std::size_t i = 0; i < kBudgetTiers.size(); ++i) {
        const auto one = burn(i, headroom_kwh);
        if (one && (!worst || one->value > worst->value)) worst = one;
    }
    return worst;
}

std::vector<std::int64_t> ExcessWindows::state() const {
    std::vector<std::int64_t> hours;
    hours.reserve(size_);
    for (std::size_t i = 0; i < size_; ++i) hours.push_back(ring_[(next_ + kHours - size_ + i) % kHours]);
    return hours;
}

void ExcessWindows::set_state(const std::vector<std::int64_t>& hours) {
    *this = {};
    for (const std::int64_t wh : hours) push(wh);
}

}  // namespace pued
