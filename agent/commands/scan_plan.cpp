// Lists of units and settings. See scan_plan.hpp.
#include "agent/commands/scan_plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace pued {
namespace {

constexpr std::array<unsigned, 7> kBauds{9600, 19200, 38400, 115200, 4800, 2400, 1200};
constexpr std::array<char, 3> kParities{'N', 'E', 'O'};
constexpr std::size_t kUsualParities = 2;  // odd is rare: only when asked for

std::optional<unsigned> number(std::string_view text) {
    unsigned out = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failed != std::errc{} || end != text.data() + text.size()) return {};
    return out;
}

struct UnitRange {
    unsigned first = 0, last = 0;
};

std::optional<UnitRange> unit_range(std::string_view text) {
    const auto dash = text.find('-');
    const auto first = number(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number(text.substr(dash + 1));
    if (!first || !last || *first > *last) return {};
    return UnitRange{*first, *last};
}

}  // namespace

std::optional<std::vector<unsigned>> parse_units(std::string_view text, bool rtu) {
    const unsigned least = rtu ? 1 : 0, most = rtu ? 247 : 255;
    std::vector<unsigned> out;
    while (true) {
        const auto comma = text.find(',');
        const auto range = unit_range(text.substr(0, comma));
        if (!range || range->first < least || range->last > most) return {};
        for (unsigned unit = range->first; unit <= range->last; ++unit) {
            if (std::ranges::find(out, unit) == out.end()) out.push_back(unit);
        }
        if (comma == std::string_view::npos) return out;
        text.remove_prefix(comma + 1);
    }
}

std::string_view default_units(bool rtu) { return rtu ? "1-247" : "1,255,0,2-32,100"; }

std::vector<LineConfig> serial_settings(const std::string& device, const std::vector<unsigned>& bauds,
                                        const std::vector<std::string>& parities) {
    std::vector<unsigned> speeds = bauds;
    if (speeds.empty()) speeds.assign(kBauds.begin(), kBauds.end());
    std::string letters;
    for (const auto& parity : parities) letters += parity.substr(0, 1);
    if (letters.empty()) letters.assign(kParities.begin(), kParities.begin() + kUsualParities);
    std::vector<LineConfig> out;
    for (const unsigned baud : speeds) {
        for (const char parity : letters) out.push_back({"rs485", device, baud, parity, 1});
    }
    return out;
}

}  // namespace pued
