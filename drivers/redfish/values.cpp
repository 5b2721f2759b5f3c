// Reading and combining; see the header.
//
// A service tells energy as a decimal number of kWh or J. llround(value * multiply * 1e6 / divide) is the same count
// for the same number and grows with it, so differences telescope exactly; it holds up to 2^53 microwatt-hours, 9 GWh.
#include "drivers/redfish/values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "agent/model/quantity.hpp"

namespace pued::redfish {
namespace {

constexpr double kMostUwh = 9007199254740992.0;  // 2^53
constexpr double kMost = 1e15;
constexpr int kMostDecimals = 6;
constexpr std::size_t kMostStamp = 40;

Slot bad(std::string why) { return {Quality::invalid, 0, std::move(why)}; }

// "412.5" and 412.5; "nan" and null are none.
Slot number_of(const Json* node) {
    if (node == nullptr) return bad("is not there");
    if (node->is_null()) return bad("is null");
    double value = 0;
    if (node->is_number()) {
        value = node->get<double>();
    } else if (node->is_string()) {
        const auto& text = node->get_ref<const std::string&>();
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (failed != std::errc{} || end != text.data() + text.size()) return bad("is \"" + text.substr(0, 20) + '"');
    } else {
        return bad("is no number");
    }
    if (!std::isfinite(value)) return bad("is not a number");
    if (std::abs(value) > kMost) return bad("is out of range");
    return {Quality::good, value, {}};
}

Slot metric_slot(const Json& entry) {
    auto out = number_of(at_pointer(entry, "/MetricValue"));
    out.stamp = text_at(entry, "/Timestamp").substr(0, kMostStamp);
    const Json* stale = at_pointer(entry, "/Oem/Nvidia/MetricValueStale");
    if (out.quality == Quality::good && stale != nullptr && stale->is_boolean() && stale->get<bool>()) {
        out.quality = Quality::stale;
        out.why = "is marked stale by the service";
    }
    return out;
}

// How many places behind the point the number has.
int decimals_of(double value) {
    double scale = 1;
    for (int places = 0; places < kMostDecimals; ++places, scale *= 10) {
        const double shifted = value * scale;
        if (std::abs(shifted - std::round(shifted)) <= 1e-9 * std::max(1.0, std::abs(shifted))) return places;
    }
    return kMostDecimals;
}

bool is_energy(Quantity quantity) { return quantity == Quantity::energy || quantity == Quantity::energy_export; }

// Sum or mean of what the targets said; counts for energies.
struct Total {
    double value = 0;
    std::vector<std::uint64_t> counts;  // of each
    bool counted = true;
};

Total total_of(const Binding& binding, const std::vector<const Slot*>& slots) {
    Total out;
    for (const auto* slot : slots) {
        out.value += slot->value * binding.value->multiply / binding.value->divide;
        const double uwh = slot->value * binding.value->multiply * 1e6 / binding.value->divide;
        out.counted = out.counted && uwh >= 0 && uwh <= kMostUwh;
        if (out.counted) out.counts.push_back(static_cast<std::uint64_t>(std::llround(uwh)));
    }
    if (binding.value->combine == RedfishCombine::mean) out.value /= static_cast<double>(slots.size());
    return out;
}

}  // namespace

std::vector<Slot> read_slots(const Json& page, const std::vector<const Target*>& targets) {
    std::map<std::string, const Json*> metrics;
    const Json* entries = at_pointer(page, "/MetricValues");
    if (entries != nullptr && entries->is_array()) {
        for (const auto& entry : *entries) metrics[text_at(entry, "/MetricProperty")] = &entry;  // the last one counts
    }
    std::vector<Slot> out;
    for (const auto* target : targets) {
        const auto entry = metrics.find(target->metric);
        if (target->metric.empty()) {
            out.push_back(number_of(at_pointer(page, target->pointer)));
        } else {
            out.push_back(entry == metrics.end() ? bad("is not in the report") : metric_slot(*entry->second));
        }
    }
    return out;
}

Sample sample_of(const Binding& binding, const std::vector<const Slot*>& slots, Register& counter, std::string& why) {
    Sample out{binding.point, Quality::invalid, 0, std::nullopt};
    why = binding.why;
    if (!why.empty() || binding.value == nullptr || slots.empty()) return out;
    out.quality = Quality::good;
    for (const auto* slot : slots) {
        if (slot->quality == Quality::good) continue;
        if (why.empty()) why = slot->why;
        if (slot->quality == Quality::invalid) return {binding.point, Quality::invalid, 0, std::nullopt};
        out.quality = Quality::stale;
    }
    const auto total = total_of(binding, slots);
    const auto quantity = parse_quantity(binding.name).value_or(QuantityName{}).quantity;
    const bool possible = quantity == Quantity::activity ? total.value >= 0 && total.value <= 1 : true;
    if (!possible || (is_energy(quantity) && !total.counted)) {
        why = std::to_string(total.value) + " is out of range";
        return {binding.point, Quality::invalid, 0, std::nullopt};
    }
    out.value = total.value;
    if (!is_energy(quantity)) return out;
    for (const auto* slot : slots) counter.decimals = std::max(counter.decimals, decimals_of(slot->value));
    const double step = std::pow(10.0, -counter.decimals) * binding.value->multiply / binding.value->divide;
    const auto sum = counter.anew ? counter.sum.begin_anew(total.counts) : counter.sum.add(total.counts);
    counter.anew = false;
    out.count = Count{sum, 1, counter.sum.modulus(), step};
    out.value = static_cast<double>(out.count->counts) / 1e6;  // a sum may have begun anew
    return out;
}

}  // namespace pued::redfish
