// Parsing of quantity names: one table of the bare names, then the optional phase and element around them.
#include "agent/model/quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace pued {
namespace {

struct Entry {
    Quantity quantity;
    std::string_view stem;    // before the phase
    std::string_view suffix;  // the unit, after the phase
    std::string_view unit;
};

constexpr std::array<Entry, 12> kTable{{
    {Quantity::power, "power", "_w", "W"},
    {Quantity::energy, "energy", "_wh", "Wh"},
    {Quantity::energy_export, "energy_export", "_wh", "Wh"},
    {Quantity::apparent_power, "apparent_power", "_va", "VA"},
    {Quantity::voltage, "voltage", "_v", "V"},
    {Quantity::current, "current", "_a", "A"},
    {Quantity::frequency, "frequency", "_hz", "Hz"},
    {Quantity::power_factor, "power_factor", "", ""},
    {Quantity::temperature, "temperature", "_c", "°C"},
    {Quantity::humidity, "humidity", "_percent", "%"},
    {Quantity::activity, "activity", "", ""},
    {Quantity::clock, "clock", "_hz", "Hz"},
}};
constexpr std::array<std::string_view, 7> kPhases{"l1", "l2", "l3", "n", "l12", "l23", "l31"};

// The phase between stem and suffix: empty, "_l1", …; nothing where the middle is something else.
std::optional<std::string> phase_of(std::string_view middle) {
    if (middle.empty()) return std::string{};
    if (middle.front() != '_') return std::nullopt;
    middle.remove_prefix(1);
    if (std::find(kPhases.begin(), kPhases.end(), middle) == kPhases.end()) return std::nullopt;
    return std::string{middle};
}

std::optional<QuantityName> match(std::string_view text, const Entry& entry) {
    if (!text.starts_with(entry.stem) || !text.ends_with(entry.suffix)) return std::nullopt;
    if (text.size() < entry.stem.size() + entry.suffix.size()) return std::nullopt;
    const auto middle = text.substr(entry.stem.size(), text.size() - entry.stem.size() - entry.suffix.size());
    const auto phase = phase_of(middle);
    if (!phase) return std::nullopt;
    return QuantityName{{}, 0, entry.quantity, *phase};
}

std::optional<QuantityName> parse_bare(std::string_view text) {
    for (const auto& entry : kTable) {
        if (auto name = match(text, entry)) return name;
    }
    return std::nullopt;
}

}  // namespace

std::optional<QuantityName> parse_quantity(std::string_view text) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos) return parse_bare(text);
    const auto element = text.substr(0, dot);
    const auto dash = element.rfind('-');
    if (dash == std::string_view::npos || dash == 0 || !is_id(element)) return std::nullopt;
    unsigned index = 0;
    const char* end = element.data() + element.size();
    const auto [stop, failed] = std::from_chars(element.data() + dash + 1, end, index);
    if (failed != std::errc{} || stop != end || index == 0) return std::nullopt;
    auto name = parse_bare(text.substr(dot + 1));
    if (!name) return std::nullopt;
    name->element = element.substr(0, dash);
    name->index = index;
    return name;
}

std::string_view unit_of(Quantity quantity) { return kTable[static_cast<std::size_t>(quantity)].unit; }

bool adds_up(Quantity quantity) {
    switch (quantity) {
        case Quantity::power:
        case Quantity::energy:
        case Quantity::energy_export:
        case Quantity::apparent_power:
        case Quantity::current: return true;
        default: return false;
    }
}

bool is_id(std::string_view text) {
    const auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !text.empty() && text.size() <= 48 && text.front() != '-' && std::all_of(text.begin(), text.end(), good);
}

}  // namespace pued
