// Drawings over days: PUE with weather, the budget's headroom with its forecast.
#include <fmt/format.h>

#include <algorithm>

#include "agent/report/plots.hpp"
#include "agent/report/svg.hpp"

namespace pued {
namespace {

constexpr double width = 760;
constexpr double left = 56, right = 70;

Frame panel(double top, double height) { return {left, top, width - left - right, height}; }

struct Range {
    std::optional<double> low, high;
    void add(const std::optional<double>& value) {
        if (!value) return;
        low = std::min(low.value_or(*value), *value);
        high = std::max(high.value_or(*value), *value);
    }
    [[nodiscard]] Axis axis(int about) const { return nice_axis(*low, *high, about); }
};

DayValues values_of(const std::vector<ReportDay>& days, std::optional<double> ReportDay::*member) {
    DayValues out;
    for (const auto& day : days) out.emplace_back(std::chrono::sys_days{day.day}, day.*member);
    return out;
}

DayValues values_of(const std::vector<ReportBurn>& days, std::optional<double> ReportBurn::*member, double times) {
    DayValues out;
    for (const auto& day : days) {
        const auto& value = day.*member;
        out.emplace_back(std::chrono::sys_days{day.day}, value ? std::optional{*value * times} : std::nullopt);
    }
    return out;
}

Range range_of(const DayValues& values) {
    Range range;
    for (const auto& [day, value] : values) range.add(value);
    return range;
}

std::string limit_name(double limit, const Tongue& say) {
    return fmt::format("{} {}", say("limit", "限值"), limit_text(limit));
}

std::string year_caption(const Dossier& dossier, const Tongue& say) {
    const ReportMonth *best = nullptr, *worst = nullptr;
    for (const auto& month : dossier.months) {
        if (!month.figure.value) continue;
        if (best == nullptr || *month.figure.value < *best->figure.value) best = &month;
        if (worst == nullptr || *month.figure.value > *worst->figure.value) worst = &month;
    }
    if (best == nullptr || best == worst)
        return std::string{say("PUE of each day, and the weather", "逐日 PUE 与天气")};
    return fmt::format(fmt::runtime(say("PUE was lowest in {} ({:.3f}) and highest in {} ({:.3f})",
                                        "PUE 最低为 {}（{:.3f}），最高为 {}（{:.3f}）")),
                       month_text(best->month), *best->figure.value, month_text(worst->month), *worst->figure.value);
}

}  // namespace

Picture plot_year(const Dossier& dossier, const Tongue& say) {
    const auto pue = values_of(dossier.days, &ReportDay::pue);
    const auto weather = values_of(dossier.days, &ReportDay::weather_c);
    auto range = range_of(pue);
    if (!range.low) return {std::string{say("No day had a measured PUE", "没有任何一天测得 PUE")}, {}, {}};
    range.add(dossier.limit);
    const auto weather_range = range_of(weather);
    const DayAxis days{pue.front().first, pue.back().first};
    const auto caption = year_caption(dossier, say);
    Svg svg(width, weather_range.low ? 330 : 206, caption);
    const Frame top = panel(26, 150);
    const auto axis = range.axis(6);
    draw_y_axis(svg, top, axis, say("PUE, ratio of the day's energies", "PUE（当日电量之比）"));
    draw_day_axis(svg, top, days);
    if (dossier.limit) draw_level(svg, top, axis, *dossier.limit, limit_name(*dossier.limit, say));
    draw_days(svg, top, days, axis, pue, "line-a");
    std::string legend{say("A gap in the line is a day measured for less than three quarters.",
                           "曲线中断处为当日有效测量不足四分之三。")};
    if (weather_range.low) {
        const Frame below = panel(228, 72);
        const auto degrees = weather_range.axis(3);
        draw_y_axis(svg, below, degrees,
                    say("Outdoor temperature as configured, daily mean, °C", "室外温度（按配置的测点），日均，°C"));
        draw_day_axis(svg, below, days);
        draw_days(svg, below, days, degrees, weather, "line-b");
        const auto of_climate = std::count_if(dossier.days.begin(), dossier.days.end(),
                                              [](const ReportDay& day) { return day.weather_of_climate; });
        if (of_climate > 0) {
            legend += fmt::format(fmt::runtime(say(" On {} days the weather is the configured climate, not measured.",
                                                   " 其中 {} 天的气温为配置的气候值，非实测。")),
                                  of_climate);
        }
    } else {
        legend += say(" Weather: not measured.", " 天气：未测量。");
    }
    return {caption, svg.finish(), legend};
}

namespace {

std::string burn_caption(const Dossier& dossier, const Tongue& say) {
    const ReportBurn* last = nullptr;
    for (const auto& day : dossier.burn) {
        if (day.headroom_kwh) last = &day;
    }
    if (last == nullptr) return std::string{say("Forecast of the year-end PUE", "年末 PUE 预测")};
    return fmt::format(fmt::runtime(say("Headroom under the limit on {}: {}", "{} 限值余量：{}")), date_text(last->day),
                       energy_text(*last->headroom_kwh));
}

}  // namespace

Picture plot_burn(const Dossier& dossier, const Tongue& say) {
    const auto headroom = values_of(dossier.burn, &ReportBurn::headroom_kwh, 1e-3);
    const auto forecast = values_of(dossier.burn, &ReportBurn::forecast_pue, 1);
    auto room = range_of(headroom), ahead = range_of(forecast);
    if (!room.low && !ahead.low) {
        return {std::string{
                    say("Budget and forecast: the journal has none for this period", "能耗预算与预测：本期日志中没有")},
                {},
                {}};
    }
    const auto caption = burn_caption(dossier, say);
    const DayAxis days{(room.low ? headroom : forecast).front().first, (room.low ? headroom : forecast).back().first};
    Svg svg(width, room.low && ahead.low ? 330 : 176, caption);
    double top = 26;
    if (room.low) {
        room.add(0);
        const Frame frame = panel(top, 120);
        const auto axis = room.axis(5);
        draw_y_axis(svg, frame, axis, say("Headroom left in the year, MWh", "全年剩余余量，MWh"));
        draw_day_axis(svg, frame, days);
        draw_days(svg, frame, days, axis, headroom, "line-a");
        top += 172;
    }
    if (ahead.low) {
        ahead.add(dossier.limit);
        const Frame frame = panel(top, 100);
        const auto axis = ahead.axis(4);
        draw_y_axis(svg, frame, axis, say("PUE at which the year is expected to end", "预计年末 PUE"));
        draw_day_axis(svg, frame, days);
        if (dossier.limit) draw_level(svg, frame, axis, *dossier.limit, limit_name(*dossier.limit, say));
        draw_days(svg, frame, days, axis, forecast, "line-b");
    }
    return {caption, svg.finish(),
            std::string{say("Headroom: overhead energy that the limit still allows, beyond what is expected.",
                            "余量：按限值尚可消耗、超出预期的非 IT 电量。")}};
}

}  // namespace pued
