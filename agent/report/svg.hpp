// Drawing for reports: SVG text from a few shapes, axes with ticks, series over days. Coordinates are SVG user units
// (CSS pixels at the width of the drawing); colours and fonts come from the page's style sheet by class. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pued {

struct Frame {
    double x = 0, y = 0, w = 0, h = 0;
};

struct Axis {
    double low = 0, high = 1, step = 0.2;
    int decimals = 1;

    // Where a value stands between two ends of a frame.
    [[nodiscard]] double at(double value, double from, double to) const {
        return from + (value - low) / (high - low) * (to - from);
    }
};

// Round ends and about so many steps.
Axis nice_axis(double low, double high, int about = 5);

enum class TextEnd : std::uint8_t { start, middle, end };

class Svg {
public:
    // `title` is read out by screen readers and shown nowhere.
    Svg(double width, double height, std::string_view title);

    void line(double x1, double y1, double x2, double y2, std::string_view css);
    void rect(Frame frame, std::string_view css);
    void circle(double x, double y, double r, std::string_view css);
    void path(const std::string& d, std::string_view css);
    void text(double x, double y, std::string_view text, TextEnd anchor = TextEnd::start, std::string_view css = {});
    std::string finish();

private:
    std::string out_;
};

// Grid lines, numbers left of the frame, the axis's name above it.
void draw_y_axis(Svg& svg, const Frame& frame, const Axis& axis, std::string_view label);
void draw_x_axis(Svg& svg, const Frame& frame, const Axis& axis, std::string_view label);

// Days from the first on: ticks at months, or at days where there are few.
struct DayAxis {
    std::chrono::sys_days first, last;
    [[nodiscard]] double at(std::chrono::sys_days day, const Frame& frame) const;
};
void draw_day_axis(Svg& svg, const Frame& frame, const DayAxis& days);

using DayValues = std::vector<std::pair<std::chrono::sys_days, std::optional<double>>>;
// A line that breaks where a value or a day is missing; lone days are dots.
void draw_days(Svg& svg, const Frame& frame, const DayAxis& days, const Axis& axis, const DayValues& values,
               std::string_view css);
// A horizontal level with its name at the right end.
void draw_level(Svg& svg, const Frame& frame, const Axis& axis, double value, std::string_view label);

}  // namespace pued
