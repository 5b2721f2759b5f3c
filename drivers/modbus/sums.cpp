// Adding up; see the header.
#include "drivers/modbus/sums.hpp"

#include <algorithm>

namespace pued {

Decoded summed(std::span<const Decoded> parts) {
    Decoded sum{.quality = Quality::good, .why = NoValue::none, .value = 0, .count = {}};
    for (const auto& part : parts) {
        if (part.quality == Quality::invalid) return {};
        if (part.quality == Quality::stale) sum.quality = Quality::stale;
        sum.value += part.value;
    }
    return sum;
}

void add_sums(const FieldList& list, PointIndex first_point, std::vector<Sample>& samples) {
    const auto point_of = [first_point](std::size_t index) { return first_point + static_cast<PointIndex>(index); };
    for (std::size_t i = 0; i < list.sums.size(); ++i) {
        std::vector<Decoded> parts;
        for (const auto index : list.sums[i]) {
            const auto part = std::ranges::find(samples, point_of(index), &Sample::point);
            if (part != samples.end()) parts.push_back({.quality = part->quality, .value = part->value, .count = {}});
        }
        if (parts.size() < list.sums[i].size()) continue;
        const Decoded sum = summed(parts);
        samples.push_back({point_of(list.published + i), sum.quality, sum.value, {}});
    }
}

}  // namespace pued
