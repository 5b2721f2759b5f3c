// Cutting a time off its front, part by part; see rfc3339.hpp.
#include "agent/model/rfc3339.hpp"

namespace pued {
namespace {

// Cuts so many digits off the front; nothing where there are fewer.
std::optional<int> digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) return std::nullopt;
    int out = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        out = out * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return out;
}

bool take(std::string_view& text, char wanted) {
    if (text.empty() || text.front() != wanted) return false;
    text.remove_prefix(1);
    return true;
}

bool take_one_of(std::string_view& text, std::string_view wanted) {
    if (text.empty() || wanted.find(text.front()) == std::string_view::npos) return false;
    text.remove_prefix(1);
    return true;
}

// "00:00:00", "23:59:60" (a leap second counts as the one after it, as in POSIX).
std::optional<std::chrono::seconds> time_of_day(std::string_view& text) {
    const auto hour = digits(text, 2);
    if (!hour || !take(text, ':')) return std::nullopt;
    const auto minute = digits(text, 2);
    if (!minute || !take(text, ':')) return std::nullopt;
    const auto second = digits(text, 2);
    if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second};
}

std::optional<std::chrono::sys_days> date(std::string_view& text) {
    const auto year = digits(text, 4);
    if (!year || !take(text, '-')) return std::nullopt;
    const auto month = digits(text, 2);
    if (!month || !take(text, '-')) return std::nullopt;
    const auto day = digits(text, 2);
    if (!day) return std::nullopt;
    const auto out = std::chrono::year{*year} / *month / *day;
    return out.ok() ? std::optional{std::chrono::sys_days{out}} : std::nullopt;
}

// ".25" is 250 ms; none is 0.
std::optional<std::chrono::milliseconds> fraction(std::string_view& text) {
    if (!take(text, '.')) return std::chrono::milliseconds{0};
    if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
    int value = 0, scale = 100;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        value += (text.front() - '0') * scale;
        scale /= 10;
        text.remove_prefix(1);
    }
    return std::chrono::milliseconds{value};
}

std::optional<std::chrono::minutes> offset(std::string_view& text) {
    if (take_one_of(text, "Zz")) return std::chrono::minutes{0};
    const bool west = !text.empty() && text.front() == '-';
    if (!take_one_of(text, "+-")) return std::nullopt;
    const auto hours = digits(text, 2);
    if (!hours || !take(text, ':')) return std::nullopt;
    const auto minutes = digits(text, 2);
    if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const std::chrono::minutes out{*hours * 60 + *minutes};
    return west ? -out : out;
}

}  // namespace

std::optional<UtcTime> parse_rfc3339(std::string_view text) {
    const auto day = date(text);
    if (!day || !take_one_of(text, "Tt ")) return std::nullopt;
    const auto of_day = time_of_day(text);
    if (!of_day) return std::nullopt;
    const auto part = fraction(text);
    if (!part) return std::nullopt;
    const auto zone = offset(text);
    if (!zone || !text.empty()) return std::nullopt;
    return UtcTime{day->time_since_epoch() + *of_day + *part - *zone};
}

}  // namespace pued
