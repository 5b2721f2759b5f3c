// Compute per watt by rack: a row for each rack, a ring for each month, a dot for the newest.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "agent/report/plots.hpp"
#include "agent/report/svg.hpp"

namespace pued {
namespace {

constexpr std::size_t most_rows = 40;

struct Row {
    std::string name;
    std::vector<double> months;  // known ones, oldest first
};

std::vector<Row> rows_of(const Dossier& dossier) {
    std::vector<Row> out;
    for (const auto& [scope, months] : dossier.compute_by_rack) {
        Row row{scope, {}};
        for (const double value : months) {
            if (std::isfinite(value)) row.months.push_back(value);
        }
        if (!row.months.empty()) out.push_back(std::move(row));
    }
    return out;
}

}  // namespace

Picture plot_compute(const Dossier& dossier, const Tongue& say) {
    auto rows = rows_of(dossier);
    if (rows.empty()) {
        return {std::string{say("Compute per watt: not measured", "单位功耗算力：未测量")}, {}, {}};
    }
    const auto newest = [](const Row& a, const Row& b) { return a.months.back() < b.months.back(); };
    const auto best = *std::max_element(rows.begin(), rows.end(), newest);
    const auto all = rows.size();
    if (all > most_rows) rows.resize(most_rows);
    double high = 0;
    for (const Row& row : rows) high = std::max(high, *std::max_element(row.months.begin(), row.months.end()));
    const auto caption = fmt::format(fmt::runtime(say("{} delivered most for its energy: {:.3f} TFLOPS/W",
                                                      "{} 的单位功耗算力最高：{:.3f} TFLOPS/W")),
                                     best.name, best.months.back());
    const double step = 22;
    const Frame frame{150, 14, 560, step * static_cast<double>(rows.size())};
    Svg svg(760, frame.h + 60, caption);
    const auto axis = nice_axis(0, high, 6);
    draw_x_axis(svg, frame, axis,
                say("Delivered dense FP16, TFLOPS/W (an estimate from activity)",
                    "实际 FP16 稠密算力，TFLOPS/W（按活动度估算）"));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const double y = frame.y + step * (static_cast<double>(i) + 0.5);
        svg.line(frame.x, y, frame.x + frame.w, y, "grid");
        svg.text(frame.x - 8, y + 4, rows[i].name, TextEnd::end);
        const auto& months = rows[i].months;
        for (std::size_t m = 0; m < months.size(); ++m) {
            const double x = axis.at(months[m], frame.x, frame.x + frame.w);
            m + 1 == months.size() ? svg.circle(x, y, 4.5, "dot") : svg.circle(x, y, 3.5, "ring");
        }
    }
    std::string legend{say("Ring: a month. Dot: the newest month.", "空心圆：各月；实心圆：最近一月。")};
    if (all > most_rows) {
        legend += fmt::format(fmt::runtime(say(" {} more are in the JSON.", " 其余 {} 项见 JSON。")), all - most_rows);
    }
    return {caption, svg.finish(), legend};
}

}  // namespace pued
