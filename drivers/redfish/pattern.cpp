// One * a pattern: what stands before it and behind it must be there.
#include "drivers/redfish/pattern.hpp"

#include <algorithm>

namespace pued::redfish {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The digits in front, without leading zeros; cut off.
std::string_view cut_number(std::string_view& text) {
    const auto end = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
    auto out = text.substr(0, end);
    text.remove_prefix(end);
    while (out.size() > 1 && out.front() == '0') out.remove_prefix(1);
    return out;
}

}  // namespace

std::string filled(std::string_view text, std::string_view first) {
    std::string out;
    for (auto at = text.find("{1}"); at != std::string_view::npos; at = text.find("{1}")) {
        out.append(text.substr(0, at)).append(first);
        text.remove_prefix(at + 3);
    }
    return out.append(text);
}

std::optional<std::string> star_of(std::string_view pattern, std::string_view text) {
    const auto star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == text ? std::optional<std::string>{""} : std::nullopt;
    const auto before = pattern.substr(0, star);
    if (!text.starts_with(before)) return std::nullopt;
    text.remove_prefix(before.size());
    const auto behind = pattern.substr(star + 1);
    const bool repeats = behind.find("{1}") != std::string_view::npos;
    if (!repeats) {
        if (text.size() < behind.size() || !text.ends_with(behind)) return std::nullopt;
        return std::string{text.substr(0, text.size() - behind.size())};
    }
    for (std::size_t length = 0; length <= text.size(); ++length) {
        const auto first = text.substr(0, length);
        if (text.substr(length) == filled(behind, first)) return std::string{first};
    }
    return std::nullopt;
}

bool natural_less(std::string_view a, std::string_view b) {
    while (!a.empty() && !b.empty()) {
        if (is_digit(a.front()) && is_digit(b.front())) {
            const auto left = cut_number(a), right = cut_number(b);
            if (left.size() != right.size()) return left.size() < right.size();
            if (left != right) return left < right;
            continue;
        }
        if (a.front() != b.front()) return a.front() < b.front();
        a.remove_prefix(1);
        b.remove_prefix(1);
    }
    return a.empty() && !b.empty();
}

}  // namespace pued::redfish
