// pued check: every problem of the configuration and of the data it names, on stdout; or one line of summary and what
// the rules make of this site, and which PUE its metering can prove.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "agent/commands/commands.hpp"
#include "agent/commands/metering_text.hpp"
#include "agent/config/data.hpp"
#include "agent/config/installation.hpp"
#include "agent/config/rule_file.hpp"
#include "agent/journal/capacity.hpp"
#include "agent/metering/calendar.hpp"
#include "agent/rules/applicability.hpp"
#include "firmware/clock.hpp"

namespace pued {
namespace {

void print_rule(const Rule& rule, const SiteFacts& site, std::chrono::year_month_day today) {
    const auto applicability = applies(rule, site, today);
    const auto binding = binding_limit(rule, site);
    if (applicability.answer != Answer::applies) {
        const char* what = applicability.answer == Answer::cannot_tell ? "cannot tell" : "does not apply";
        fmt::print("  {:<34} {}: {}\n", rule.id, what, applicability.reason.en);
    } else if (!binding) {
        fmt::print("  {:<34} cannot tell: its limit depends on site.annual_energy_kwh, which is not declared\n",
                   rule.id);
    } else {
        fmt::print("  {:<34} {} {} {} ({}, {}; {})\n", rule.id, to_string(rule.metric),
                   rule.limit.direction == Direction::at_most ? "<=" : ">=", limit_text(binding->limit.value),
                   to_string(rule.standard.force), to_string(binding->confidence), rule.file);
    }
}

// How much room the evidence takes; meters are what a record lists.
void print_journal(const Installation& installation) {
    const auto& config = installation.config;
    const auto meters = std::count_if(installation.points.devices.begin(), installation.points.devices.end(),
                                      [](const Device& device) { return device.energy || device.power; });
    const auto year = journal_bytes_per_year(meters, config.metering.interval.count());
    fmt::print("journal: about {:.1f} MB a year for {} metering points", static_cast<double>(year) / 1e6, meters);
    if (config.journal.keep_mib > 0) {
        const double days = 365 * config.journal.keep_mib * 1048576.0 / static_cast<double>(year);
        fmt::print("; keep_mib = {} holds about {:.0f} days, then exported segments go", config.journal.keep_mib, days);
    }
    fmt::print("\n");
}

// "57 register maps"; of a few, their names: an operator's own.
std::string kind_text(const std::string& directory, std::string_view kind, std::string_view plural) {
    constexpr std::size_t few = 8;
    const auto files = find_files({directory}, kind, ".toml");
    if (files.empty()) return {};
    auto text = fmt::format("{} {}", files.size(), plural);
    if (files.size() > few) return text;
    const char* mark = " (";
    for (const auto& file : files) {
        text += mark + std::filesystem::path{file}.stem().string();
        mark = ", ";
    }
    return text + ')';
}

// Which folder brought what: a map in the wrong place is not read, and nothing else would say so.
void print_data(const Config& config) {
    fmt::print("data:\n");
    for (const auto& directory : data_directories(config)) {
        std::string all;
        for (const auto& [kind, plural] : {std::pair{"devices", "register maps"},
                                           {"redfish", "Redfish profiles"},
                                           {"rules", "files of rules"},
                                           {"accelerators", "files of chips"}}) {
            const auto text = kind_text(directory, kind, plural);
            if (!text.empty()) all += (all.empty() ? "" : ", ") + text;
        }
        fmt::print("  {:<34} {}\n", directory, all.empty() ? "nothing" : all);
    }
}

void print_summary(const Installation& installation) {
    const auto& config = installation.config;
    fmt::print("{}: sound: site \"{}\", {} meters, {} servers, {} MQTT values, {} points\n", config.file,
               config.site.id, config.meters.size(), config.servers.size(), config.mqtt_values.size(),
               installation.points.points.size());
    const SystemClock clock;
    const Zone zone{std::chrono::minutes{config.site.utc_offset_minutes}};
    const auto site = site_facts(config.site);
    print_data(config);
    fmt::print("rules for this site:{}\n", installation.rules.empty() ? " none, for want of data" : "");
    const auto today = zone.date(clock.now().utc);
    for (const auto& rule : installation.rules) print_rule(rule, site, today);
    fmt::print("{}\n", metering_line(installation, today));
    print_journal(installation);
}

}  // namespace

int check_command(const std::string& config_file) {
    Problems problems;
    const auto installation = load_installation(config_file, problems);
    if (installation && problems.none()) {
        print_summary(*installation);
    } else {
        for (const auto& problem : problems.sorted()) fmt::print("{}\n", problem.text());
    }
    for (const auto& note : problems.notes()) fmt::print("{}\n", note.text());
    return installation && problems.none() ? 0 : 1;
}

}  // namespace pued
