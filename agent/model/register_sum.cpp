// Sums that restart when a part does; see register_sum.hpp.
#include "agent/model/register_sum.hpp"

namespace pued {

std::uint64_t RegisterSum::add(std::span<const std::uint64_t> parts) {
    if (last_.empty()) base_.assign(parts.size(), 0);
    if (base_.size() != parts.size()) return begin_anew(parts);
    bool fell = false;
    for (std::size_t i = 0; i < last_.size(); ++i) fell = fell || parts[i] < last_[i];
    if (fell && modulus() != 0) ++times_;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (fell) base_[i] = parts[i] < last_[i] ? 0 : last_[i];
        sum += parts[i] - base_[i];
    }
    last_.assign(parts.begin(), parts.end());
    return sum;
}

std::uint64_t RegisterSum::begin_anew(std::span<const std::uint64_t> parts) {
    base_.assign(parts.begin(), parts.end());
    last_ = base_;
    ++times_;
    return 0;
}

}  // namespace pued
