// Shapes and axes of the report's drawings.
#include "agent/report/svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "agent/report/text.hpp"

namespace pued {
namespace {

std::string_view name_of(TextEnd anchor) {
    return anchor == TextEnd::start ? "start" : anchor == TextEnd::middle ? "middle" : "end";
}

// 1, 2 or 5 times a power of ten, at least `rough`.
double nice_step(double rough) {
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    for (const double times : {1.0, 2.0, 5.0}) {
        if (times * power >= rough * (1 - 1e-9)) return times * power;
    }
    return 10 * power;
}

bool is_month_begin(std::chrono::sys_days day) { return std::chrono::year_month_day{day}.day() == std::chrono::day{1}; }

}  // namespace

Axis nice_axis(double low, double high, int about) {
    if (!(high > low)) {
        const double room = std::max(std::abs(low) * 0.05, 0.05);
        low -= room;
        high += room;
    }
    Axis axis;
    axis.step = nice_step((high - low) / about);
    axis.low = std::floor(low / axis.step + 1e-9) * axis.step;
    axis.high = std::ceil(high / axis.step - 1e-9) * axis.step;
    axis.decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(axis.step) - 1e-9)));
    return axis;
}

Svg::Svg(double width, double height, std::string_view title)
    : out_(fmt::format("<svg viewBox=\"0 0 {:g} {:g}\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">\n"
                       "<title>{}</title>\n",
                       width, height, escape(title))) {}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view css) {
    out_ += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", x1, y1, x2,
                        y2, css);
}

void Svg::rect(Frame frame, std::string_view css) {
    out_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" class=\"{}\"/>\n", frame.x,
                        frame.y, std::max(0.0, frame.w), std::max(0.0, frame.h), css);
}

void Svg::circle(double x, double y, double r, std::string_view css) {
    out_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:g}\" class=\"{}\"/>\n", x, y, r, css);
}

void Svg::path(const std::string& d, std::string_view css) {
    out_ += fmt::format("<path d=\"{}\" class=\"{}\"/>\n", d, css);
}

void Svg::text(double x, double y, std::string_view text, TextEnd anchor, std::string_view css) {
    out_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" class=\"{}\">{}</text>\n", x, y,
                        name_of(anchor), css, escape(text));
}

std::string Svg::finish() { return std::move(out_) + "</svg>\n"; }

void draw_y_axis(Svg& svg, const Frame& frame, const Axis& axis, std::string_view label) {
    const double bottom = frame.y + frame.h;
    for (double value = axis.low; value < axis.high + axis.step / 2; value += axis.step) {
        const double y = axis.at(value, bottom, frame.y);
        svg.line(frame.x, y, frame.x + frame.w, y, "grid");
        svg.text(frame.x - 6, y + 4, fixed(std::abs(value) < axis.step / 1e6 ? 0 : value, axis.decimals), TextEnd::end);
    }
    svg.text(frame.x, frame.y - 9, label, TextEnd::start, "axis-name");
}

void draw_x_axis(Svg& svg, const Frame& frame, const Axis& axis, std::string_view label) {
    const double bottom = frame.y + frame.h;
    for (double value = axis.low; value < axis.high + axis.step / 2; value += axis.step) {
        const double x = axis.at(value, frame.x, frame.x + frame.w);
        svg.line(x, bottom, x, bottom + 4, "tick");
        svg.text(x, bottom + 20, grouped(value, axis.decimals), TextEnd::middle);
    }
    svg.line(frame.x, bottom, frame.x + frame.w, bottom, "tick");
    svg.text(frame.x + frame.w, bottom + 38, label, TextEnd::end, "axis-name");
}

double DayAxis::at(std::chrono::sys_days day, const Frame& frame) const {
    const double all = std::max(1.0, static_cast<double>((last - first).count()) + 1);
    return frame.x + (static_cast<double>((day - first).count()) + 0.5) / all * frame.w;
}

void draw_day_axis(Svg& svg, const Frame& frame, const DayAxis& days) {
    const double bottom = frame.y + frame.h;
    const auto count = (days.last - days.first).count() + 1;
    const bool by_month = count > 62;
    bool first = true;
    const auto every = count > 400 ? 3U : 1U;  // months; a period is a year at most, but a journal may be wrong
    svg.line(frame.x, bottom, frame.x + frame.w, bottom, "tick");
    for (auto day = days.first; day <= days.last; day += std::chrono::days{1}) {
        const std::chrono::year_month_day date{day};
        const auto number = static_cast<unsigned>(date.day());
        const bool tick = by_month ? is_month_begin(day) && (static_cast<unsigned>(date.month()) - 1) % every == 0
                                   : count <= 10 || number % 5 == 0 || number == 1;
        if (!tick) continue;
        const double half = frame.w / static_cast<double>(count) / 2;
        const double x = days.at(day, frame) - (by_month ? half : 0);
        svg.line(x, bottom, x, bottom + 4, "tick");
        const auto text = date_text(date);
        const bool january = date.month() == std::chrono::January;
        if (!by_month) {
            svg.text(x, bottom + 20, text.substr(5), TextEnd::middle);
        } else if (x + frame.w / 24 < frame.x + frame.w) {
            svg.text(x + std::min(frame.w / 24, half * 31), bottom + 20,
                     january || first ? text.substr(0, 7) : text.substr(5, 2), TextEnd::middle);
            first = false;
        }
    }
}

void draw_days(Svg& svg, const Frame& frame, const DayAxis& days, const Axis& axis, const DayValues& values,
               std::string_view css) {
    const double bottom = frame.y + frame.h;
    std::string d;
    std::chrono::sys_days before{};
    bool running = false;
    const auto dot = std::string{css} + "-dot";
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto& [day, value] = values[i];
        if (!value) {
            running = false;
            continue;
        }
        const double x = days.at(day, frame), y = axis.at(*value, bottom, frame.y);
        running = running && day - before == std::chrono::days{1};
        d += fmt::format("{}{:.1f} {:.1f}", running ? "L" : "M", x, y);
        const bool alone = !running && (i + 1 == values.size() || !values[i + 1].second ||
                                        values[i + 1].first - day > std::chrono::days{1});
        if (alone) svg.circle(x, y, 2, dot);
        running = true;
        before = day;
    }
    if (!d.empty()) svg.path(d, css);
}

void draw_level(Svg& svg, const Frame& frame, const Axis& axis, double value, std::string_view label) {
    const double y = axis.at(value, frame.y + frame.h, frame.y);
    svg.line(frame.x, y, frame.x + frame.w, y, "level");
    svg.text(frame.x + frame.w + 6, y + 4, label, TextEnd::start, "level-name");
}

}  // namespace pued
