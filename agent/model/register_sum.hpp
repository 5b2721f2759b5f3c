// The register of a thing that is metered in parts, such as a server by the counters of its GPUs: their sum. A part
// that begins anew alone (one GPU was reset) would make the sum fall a little, which reads like a register that fell
// back to an old value; so the sum begins anew, too, with exactly what has flowed since the reading before, and the
// ledger sees a reset. Other parts than before have registers of their own, which say nothing of what has flowed: with
// them the sum begins anew at nothing. Owned by the driver that reads the parts, on its thread; std only.
//
//   parts 700, 300 -> 1000;  then 710, 2 -> 12 (10 of the first, at least 2 of the second);  then 715, 6 -> 21
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

private:
    std::vector<std::uint64_t> last_;
    std::vector<std::uint64_t> base_;  // of each part: where the sum began
};

}  // namespace pued
