// IT load against PUE: every point an hour.
#include <fmt/format.h>

#include <algorithm>

#include "agent/report/plots.hpp"
#include "agent/report/svg.hpp"

namespace pued {

Picture plot_load(const Dossier& dossier, const Tongue& say) {
    const auto& points = dossier.load_pue;
    if (points.empty()) {
        return {std::string{
                    say("Load against PUE: no hour was measured on both sides", "负载与 PUE：没有两侧均测得的小时")},
                {},
                {}};
    }
    const auto [low_x, high_x] = std::minmax_element(points.begin(), points.end());
    const auto by_pue = [](const auto& a, const auto& b) { return a.second < b.second; };
    const auto [low_y, high_y] = std::minmax_element(points.begin(), points.end(), by_pue);
    const auto caption =
        fmt::format(fmt::runtime(say("Hourly PUE lay between {:.2f} and {:.2f}, IT load between {} and {} kW",
                                     "小时 PUE 介于 {:.2f} 与 {:.2f} 之间，IT 负载介于 {} 与 {} kW 之间")),
                    low_y->second, high_y->second, grouped(low_x->first), grouped(high_x->first));
    Svg svg(760, 272, caption);
    const Frame frame{56, 26, 634, 198};
    const auto x = nice_axis(low_x->first, high_x->first, 7);
    const auto y = nice_axis(low_y->second, std::max(high_y->second, dossier.limit.value_or(0)), 5);
    draw_y_axis(svg, frame, y, say("PUE of the hour", "小时 PUE"));
    draw_x_axis(svg, frame, x, say("Mean IT load of the hour, kW", "小时平均 IT 负载，kW"));
    for (const auto& [load, pue] : points) {
        svg.circle(x.at(load, frame.x, frame.x + frame.w), y.at(pue, frame.y + frame.h, frame.y), 1.5, "cloud");
    }
    if (dossier.limit) {
        draw_level(svg, frame, y, *dossier.limit,
                   fmt::format("{} {}", say("limit", "限值"), limit_text(*dossier.limit)));
    }
    return {caption, svg.finish(),
            fmt::format(fmt::runtime(say("{} hours shown.", "共绘 {} 个小时。")), points.size())};
}

}  // namespace pued
