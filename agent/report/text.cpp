// Numbers, times and escapes of reports.
#include "agent/report/text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace pued {

std::string escape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += static_cast<unsigned char>(c) < ' ' && c != '\n' ? ' ' : c;
        }
    }
    return out;
}

std::string fixed(double value, int decimals) { return fmt::format("{:.{}f}", value, decimals); }

std::string grouped(double value, int decimals) {
    std::string text = fixed(std::abs(value), decimals);
    const auto point = text.find('.');
    auto at = static_cast<std::ptrdiff_t>(point == std::string::npos ? text.size() : point);
    for (at -= 3; at > 0; at -= 3) text.insert(static_cast<std::size_t>(at), 1, ',');
    return value < 0 ? std::string{"\u2212"}.append(text) : text;
}

std::string percent(double share, int decimals) { return fixed(100 * share, decimals) + " %"; }

std::string rounded_up(double uncertainty) {
    if (!(uncertainty > 0) || !std::isfinite(uncertainty)) return "0";
    const int exponent = static_cast<int>(std::floor(std::log10(uncertainty)));
    const double unit = std::pow(10.0, exponent - 1);
    // What binary fractions add to a number of two digits is no reason to round it up.
    const double steps = std::ceil(uncertainty / unit - 1e-9);
    const int decimals = steps < 100 ? 1 - exponent : -exponent;  // 0.00999 became 0.010
    return fixed(steps * unit, std::max(0, decimals));
}

std::string energy_text(double kwh) {
    const double size = std::abs(kwh);
    if (size >= 1e6) return fixed(kwh / 1e6, 2) + " GWh";
    if (size >= 1e3) return fixed(kwh / 1e3, 1) + " MWh";
    return fixed(kwh, size >= 10 ? 0 : 2) + " kWh";
}

std::string local_time(UtcTime time, int offset_minutes) {
    const auto local = time + std::chrono::minutes{offset_minutes};
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(local - day).count();
    return fmt::format("{} {:02}:{:02}", date_text(std::chrono::year_month_day{day}), minutes / 60, minutes % 60);
}

std::string local_date(UtcTime time, int offset_minutes) { return local_time(time, offset_minutes).substr(0, 10); }

std::string date_text(std::chrono::year_month_day date) {
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()));
}

std::string month_text(std::chrono::year_month month) {
    return fmt::format("{:04}-{:02}", static_cast<int>(month.year()), static_cast<unsigned>(month.month()));
}

std::string or_absent(const std::optional<double>& value, int decimals, const Tongue& say) {
    return value ? fixed(*value, decimals) : std::string{not_measured(say)};
}

Bilingual replay_note() {
    return {"made by replay from recorded readings, not measured by this daemon", "由回放记录生成，非实测"};
}

std::string region_text(std::string_view region, const Tongue& say) {
    struct Name {
        std::string_view id, en, zh;
    };
    static constexpr Name names[] = {
        {"beijing", "Beijing", "北京市"},     {"shanghai", "Shanghai", "上海市"},
        {"guangdong", "Guangdong", "广东省"}, {"inner-mongolia", "Inner Mongolia", "内蒙古自治区"},
        {"qingyang", "Qingyang", "庆阳市"},   {"guizhou", "Guizhou", "贵州省"}};
    for (const auto& name : names) {
        if (name.id == region) return std::string{say(name.en, name.zh)};
    }
    return std::string{region};
}

}  // namespace pued
