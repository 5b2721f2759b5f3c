// Where the energy went: a Sankey from the supply over the UPS to IT, losses, cooling and the rest.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "agent/report/plots.hpp"
#include "agent/report/svg.hpp"

namespace pued {
namespace {

constexpr double width = 760, height = 270, top = 16, node = 12;
constexpr std::array<double, 4> columns{130, 330, 500, 610};

struct Node {
    double y = 0, h = 0;
    double used = 0;  // of its right side
};

class Sankey {
public:
    Sankey(double whole_kwh, const std::string& title)
        : svg_(width, height, title), scale_((height - 2 * top - 60) / whole_kwh), whole_kwh_(whole_kwh) {}

    Node place(std::size_t column, double y, double kwh, std::string_view css) {
        const Node out{y, std::max(1.0, kwh * scale_), 0};
        svg_.rect({columns.at(column), y, node, out.h}, css);
        return out;
    }

    void flow(std::size_t from_column, Node& from, std::size_t to_column, const Node& to, std::string_view css) {
        const double x1 = columns.at(from_column) + node, x2 = columns.at(to_column), middle = (x1 + x2) / 2;
        const double a = from.y + from.used, b = to.y;
        svg_.path(
            fmt::format("M{0:.1f} {1:.1f}C{2:.1f} {1:.1f} {2:.1f} {4:.1f} {3:.1f} {4:.1f}L{3:.1f} {6:.1f}C{2:.1f} "
                        "{6:.1f} {2:.1f} {5:.1f} {0:.1f} {5:.1f}Z",
                        x1, a, middle, x2, b, a + to.h, b + to.h),
            css);
        from.used += to.h;
    }

    // Name and amount, right of the node.
    void label(std::size_t column, const Node& node_, std::string_view name, double kwh) {
        const double x = columns.at(column) + node + 7, y = node_.y + node_.h / 2;
        svg_.text(x, y - 3, name, TextEnd::start, "node-name");
        svg_.text(x, y + 13, amount(kwh), TextEnd::start);
    }
    void label_left(const Node& node_, std::string_view name, double kwh) {
        const double x = columns[0] - 7, y = node_.y + node_.h / 2;
        svg_.text(x, y - 3, name, TextEnd::end, "node-name");
        svg_.text(x, y + 13, energy_text(kwh), TextEnd::end);
    }
    std::string finish() { return svg_.finish(); }
    [[nodiscard]] double scale() const { return scale_; }
    [[nodiscard]] Svg& svg() { return svg_; }

private:
    [[nodiscard]] std::string amount(double kwh) const { return energy_text(kwh) + ", " + percent(kwh / whole_kwh_); }

    Svg svg_;
    double scale_, whole_kwh_;
};

// Labels take two lines: nodes of one column keep at least so far apart.
double below(const Node& upper) { return upper.y + std::max(upper.h, 20.0) + 20; }

void draw_whole(Sankey& sankey, const ReportFigure& figure, const Tongue& say) {
    Node supply = sankey.place(0, top + 20, figure.facility_kwh, "node-a");
    sankey.label_left(supply, say("Supply (E_DC)", "总供电 E_DC"), figure.facility_kwh);
    Node ups = sankey.place(1, top, figure.it_kwh + *figure.losses_kwh, "node-a");
    const Node cooling = sankey.place(1, below(ups), *figure.cooling_kwh, "node-b");
    const double other_kwh = std::max(0.0, *figure.other_kwh);
    const Node other = sankey.place(1, below(cooling), other_kwh, "node-c");
    sankey.flow(0, supply, 1, ups, "flow-a");
    sankey.flow(0, supply, 1, cooling, "flow-b");
    sankey.flow(0, supply, 1, other, "flow-c");
    sankey.label(1, cooling, say("Cooling", "制冷"), *figure.cooling_kwh);
    sankey.label(1, other, say("Other (lighting, auxiliaries, declared)", "其他（照明、辅助、声明值）"), other_kwh);
    const Node it = sankey.place(3, top, figure.it_kwh, "node-a");
    const Node losses = sankey.place(3, below(it), *figure.losses_kwh, "node-c");
    sankey.flow(1, ups, 3, it, "flow-a");
    sankey.flow(1, ups, 3, losses, "flow-c");
    sankey.svg().text(columns[1] + node + 7, ups.y + 16, say("UPS input", "UPS 输入"), TextEnd::start, "node-name");
    sankey.svg().text(columns[1] + node + 7, ups.y + 32, energy_text(figure.it_kwh + *figure.losses_kwh));
    sankey.label(3, it, say("IT (E_IT)", "IT 设备 E_IT"), figure.it_kwh);
    sankey.label(3, losses, say("UPS, distribution", "UPS 与配电损耗"), *figure.losses_kwh);
}

void draw_simple(Sankey& sankey, const ReportFigure& figure, const Tongue& say) {
    Node supply = sankey.place(0, top + 12, figure.facility_kwh, "node-a");
    sankey.label_left(supply, say("Supply (E_DC)", "总供电 E_DC"), figure.facility_kwh);
    const Node it = sankey.place(2, top, figure.it_kwh, "node-a");
    const double rest_kwh = figure.facility_kwh - figure.it_kwh;
    const Node rest = sankey.place(2, below(it), rest_kwh, "node-b");
    sankey.flow(0, supply, 2, it, "flow-a");
    sankey.flow(0, supply, 2, rest, "flow-b");
    sankey.label(2, it, say("IT (E_IT)", "IT 设备 E_IT"), figure.it_kwh);
    sankey.label(2, rest, say("All overhead together", "全部非 IT 用电"), rest_kwh);
}

}  // namespace

Picture plot_energy(const Dossier& dossier, const Tongue& say) {
    const ReportFigure& figure = dossier.figure;
    if (!(figure.it_kwh > 0) || figure.facility_kwh < figure.it_kwh) {
        return {std::string{say("Where the energy went: not measured", "电能去向：未测量")}, {}, {}};
    }
    const auto caption = fmt::format(fmt::runtime(say("Of each kWh supplied, {:.3f} kWh reached the IT equipment",
                                                      "每供 1 kWh 电，{:.3f} kWh 到达 IT 设备")),
                                     figure.it_kwh / figure.facility_kwh);
    Sankey sankey(figure.facility_kwh, caption);
    const bool parts = figure.cooling_kwh && figure.losses_kwh && figure.other_kwh;
    parts ? draw_whole(sankey, figure, say) : draw_simple(sankey, figure, say);
    std::string legend{say("Energies over the jointly measured intervals; widths are to scale.",
                           "两侧均测得的时段内的电量，线宽按比例。")};
    if (!parts) {
        legend += say(" Cooling and UPS losses are not both measured, so they cannot be told apart.",
                      " 制冷与 UPS 损耗未能同时测得，无法分开。");
    } else if (*figure.other_kwh < 0) {
        legend += say(" The parts exceed the whole: other is drawn as nothing; check the meters.",
                      " 各分项之和大于总量：其他绘为零，请检查电能表。");
    }
    return {caption, sankey.finish(), legend};
}

}  // namespace pued
