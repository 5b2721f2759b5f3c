// The register of a thing that is metered in parts, such as a server by the counters of its GPUs: their sum. A part
// that begins anew alone (one GPU was reset) would make the sum fall a little, which reads like a register that fell
// back to an old value; so the sum begins anew, too, with exactly what has flowed since the reading before, and the
// ledger sees a reset. Other parts than before have registers of their own, which say nothing of what has flowed: with
// them the sum begins anew at nothing. Owned by the driver that reads the parts, on its thread; std only.
//
// What was taken out when a sum began anew is forgotten with the process: after a restart the sum is that of the parts
// again, and its step from the old one would count the past a second time. So a sum of several parts says by its
// modulus, one that no register has, how often it has begun anew: the ledger follows it from one time to the next. A
// step back to the plain sum is another register for it, and so is a sum that fell without having begun anew (a part
// did while nobody looked: the others' past is in it): the difference is uncredited and declared, by a new epoch.
//
//   parts 700, 300 -> 1000;  then 710, 2 -> 12 (10 of the first, at least 2 of the second);  then 715, 6 -> 21;
//   a restart, 720, 9 -> 729, which is another register than 21 was
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace pued {

class RegisterSum {
public:
    // Always the same parts in the same order, each in the same unit; another number of parts are others.
    std::uint64_t add(std::span<const std::uint64_t> parts);
    // Of other parts than before.
    std::uint64_t begin_anew(std::span<const std::uint64_t> parts);
    // For the Count: 0 of a single part, which tells all by itself.
    [[nodiscard]] std::uint64_t modulus() const { return times_ == 0 && base_.size() < 2 ? 0 : least_modulus + times_; }

    static constexpr std::uint64_t least_modulus = std::uint64_t{1} << 62U;

private:
    std::vector<std::uint64_t> last_;
    std::vector<std::uint64_t> base_;  // of each part: where the sum began
    std::uint64_t times_ = 0;          // it has begun anew
};

constexpr bool is_sum(std::uint64_t modulus) { return modulus >= RegisterSum::least_modulus; }

// Whether a sum with the modulus `to` is the one with `from` that has begun anew, so that its counts are what has
// flowed.
constexpr bool sum_begins_anew(std::uint64_t from, std::uint64_t to) {
    if (from == 0) return to == RegisterSum::least_modulus + 1;
    return is_sum(from) && to == from + 1;
}

}  // namespace pued
