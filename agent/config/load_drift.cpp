// [weather] and [drift]: what the detectors explain the season with, and when they speak.
#include "agent/config/load_parts.hpp"

namespace pued::load {
namespace {

constexpr double kColdest = -60, kHottest = 60;  // °C, out of doors
constexpr std::size_t kMonths = 12;

void monthly(Table& table, WeatherConfig& out) {
    out.monthly_c = table.numbers("monthly_c", kColdest, kHottest);
    if (!table.has("monthly_c") || out.monthly_c.size() == kMonths) return;
    table.problem("monthly_c", "monthly_c has " + std::to_string(out.monthly_c.size()) +
                                   " good values (expected 12, the means of January to December in °C)");
}

void sensors(Table& table, WeatherConfig& out) {
    set(out.wet_bulb, table.string("wet_bulb"));
    set(out.dry_bulb, table.string("dry_bulb"));
    set(out.humidity, table.string("humidity"));
    if (table.has("wet_bulb") && table.has("dry_bulb")) {
        table.problem("dry_bulb", "both wet_bulb and dry_bulb are given (expected one of them)");
    }
    if (table.has("humidity") && !table.has("dry_bulb")) {
        table.problem("humidity", "humidity is given without dry_bulb (expected both; a wet bulb needs neither)");
    }
}

void limits(Table& table, DriftConfig& out) {
    set(out.enabled, table.boolean("enabled"));
    if (const auto limit = table.number("limit", 1, 5)) out.limit = limit;
    set(out.acute, table.number("acute", 0.001, 2));
    set(out.acute_clear, table.number("acute_clear", 0, 2));
    if (out.acute_clear > out.acute) {
        table.problem(table.has("acute_clear") ? "acute_clear" : "acute",
                      "acute_clear is greater than acute, so the alert could never clear (expected at most acute)");
    }
    set(out.k, table.number("k", 0, 1));
    set(out.h, table.number("h", 0.001, 10));
    set(out.shewhart, table.number("shewhart", 0.001, 2));
    set(out.least_load, table.number("least_load", 0, 1));
}

void design_curve(Table& table, DriftConfig& out) {
    out.design_curve = table.pairs("design_curve", {kColdest, kHottest}, {1, 5});
    if (!table.has("design_curve")) return;
    bool rising = true;
    for (std::size_t i = 1; i < out.design_curve.size(); ++i) {
        rising = rising && out.design_curve[i - 1].first < out.design_curve[i].first;
    }
    if (rising && out.design_curve.size() >= 2) return;
    table.problem("design_curve",
                  "design_curve does not rise from colder to warmer (expected two or more [°C, PUE], each warmer than "
                  "the one before)");
}

}  // namespace

void weather(Table& root, Config& config) {
    Table table = root.table("weather");
    table.set_where("weather");
    sensors(table, config.weather);
    monthly(table, config.weather);
    config.places.note("weather", 0, table, {"wet_bulb", "dry_bulb", "humidity"});
    table.finish();
}

void drift(Table& root, Config& config) {
    Table table = root.table("drift");
    table.set_where("drift");
    limits(table, config.drift);
    design_curve(table, config.drift);
    table.finish();
}

}  // namespace pued::load
