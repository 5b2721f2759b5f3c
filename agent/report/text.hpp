// How a report writes: numbers, local times, escaped text, one of two languages. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "agent/config/config.hpp"
#include "agent/model/time.hpp"
#include "agent/rules/rule.hpp"

namespace pued {

// For text and attribute values: & < > " '; control characters become spaces.
std::string escape(std::string_view text);

std::string fixed(double value, int decimals);        // "1.269"
std::string grouped(double value, int decimals = 0);  // "12,345"
std::string percent(double share, int decimals = 1);  // "99.4 %"
// Two significant digits, rounded up: 0.01549 is "0.016" (metering.md 3.6).
std::string rounded_up(double uncertainty);
std::string energy_text(double kwh);  // "812 kWh", "20.5 MWh", "12.34 GWh"

std::string local_time(UtcTime time, int offset_minutes);  // "2026-07-14 08:00"
std::string local_date(UtcTime time, int offset_minutes);  // "2026-07-14"
std::string date_text(std::chrono::year_month_day date);
std::string month_text(std::chrono::year_month month);

// Picks one of two languages.
struct Tongue {
    Language lang = Language::en;
    [[nodiscard]] std::string_view operator()(std::string_view en, std::string_view zh) const {
        return lang == Language::zh ? zh : en;
    }
    [[nodiscard]] const std::string& operator()(const Bilingual& text) const {
        return lang == Language::zh && !text.zh.empty() ? text.zh : text.en;
    }
};

// Of evidence that nobody measured.
Bilingual replay_note();
// "guizhou" as people write it; an id that is not known stays as it is.
std::string region_text(std::string_view region, const Tongue& say);

// What stands where nothing was measured.
inline std::string_view not_measured(const Tongue& say) { return say("not measured", "未测量"); }
std::string or_absent(const std::optional<double>& value, int decimals, const Tongue& say);

}  // namespace pued
