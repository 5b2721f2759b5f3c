// Readers of the tables inside a [[rule]]. What must ascend, or come in pairs, is checked here.
#include "agent/config/rule_parts.hpp"

#include <cstdio>

#include "agent/config/data_row.hpp"
#include "agent/config/regions.hpp"
#include "agent/model/quantity.hpp"

namespace pued::rule_parts {
namespace {

using data_row::text;
using Day = std::chrono::year_month_day;

constexpr double most_racks = 10'000'000;
constexpr double most_kwh = 1e12;

std::optional<Day> day(Table& table, std::string_view key) {
    const auto found = table.date(key);
    int year = 0;
    unsigned month = 0, day_of_month = 0;
    if (!found || std::sscanf(found->c_str(), "%d-%u-%u", &year, &month, &day_of_month) != 3) return std::nullopt;
    return Day{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day_of_month}};
}

std::vector<BuildKind> builds(Table& table) {
    std::vector<BuildKind> out;
    for (const auto& name : table.strings("builds")) {
        const auto kind = data_row::from_name(name, all_build_kinds);
        if (kind) out.push_back(*kind);
        if (!kind) data_row::unknown_name(table, "builds", name, data_row::names(all_build_kinds));
    }
    return out;
}

void check_order(Table& table, std::string_view low, std::string_view high, bool disordered) {
    if (!disordered) return;
    table.problem(high, std::string{high} + " lies before " + std::string{low} + " (expected the same or later)");
}

// A city may be any, but not a province with a letter wrong: no site would ever be in it.
void check_region(Table& table, const std::string& region) {
    const auto meant = is_id(region) ? misspelt_region(region) : std::string{};
    if (is_id(region) && meant.empty()) return;
    table.problem("regions", "regions names \"" + region + "\", which is no region" +
                                 (meant.empty() ? std::string{} : ", did you mean \"" + meant + "\"?") +
                                 " (expected ids such as \"guizhou\", as in [site] region)");
}

void regions(Table& table, Scope& scope) {
    scope.regions = table.strings("regions");
    for (const auto& region : scope.regions) check_region(table, region);
    const bool named = table.has("region_name_en") || table.has("region_name_zh");
    if (!scope.regions.empty() || named) scope.region_name = bilingual(table, "region_name");
    if (scope.regions.empty() && named) table.missing("regions", "the ids of the regions that region_name names");
}

std::string child(const Table& row, std::string_view kind, const std::string& id) {
    return row.where() + ' ' + std::string{kind} + " \"" + id + '"';
}

// The id, and the table's `where` from here on.
std::string child_id(const Table& row, Table& table, std::string_view kind) {
    auto id = text(table, "id", "a short name such as \"1\"");
    table.set_where(child(row, kind, id));
    return id;
}

}  // namespace

double limit(Table& row, RuleMetric metric) {
    if (!row.has("limit")) row.missing("limit", "a number");
    return metric == RuleMetric::pue ? row.number("limit", 1, 10).value_or(1) : row.number("limit", 0, 1e6).value_or(0);
}

Bilingual bilingual(Table& row, const std::string& key) {
    return {text(row, key + "_en", "a text in English"), text(row, key + "_zh", "a text in Chinese")};
}

Scope scope(Table table, const std::string& where) {
    Scope out;
    if (!table.present()) return out;
    table.set_where(where + " applies");
    out.builds = builds(table);
    regions(table, out);
    out.hub_node = table.boolean("hub_node").value_or(false);
    out.government = table.boolean("government").value_or(false);
    out.racks_min = table.number("racks_min", 0, most_racks);
    out.racks_max = table.number("racks_max", 0, most_racks);
    out.edge_racks_max = table.number("edge_racks_max", 0, most_racks);
    out.annual_energy_min_kwh = table.number("annual_energy_min_kwh", 0, most_kwh);
    out.valid_from = day(table, "valid_from");
    out.valid_until = day(table, "valid_until");
    out.commissioned_from = day(table, "commissioned_from");
    out.commissioned_before = day(table, "commissioned_before");
    check_order(table, "racks_min", "racks_max", out.racks_min && out.racks_max && *out.racks_max < *out.racks_min);
    check_order(table, "valid_from", "valid_until",
                out.valid_from && out.valid_until && *out.valid_until < *out.valid_from);
    table.finish();
    return out;
}

std::vector<Grade> grades(Table& row, RuleMetric metric, Direction direction) {
    std::vector<Grade> out;
    for (auto& table : row.tables("grade")) {
        Grade grade;
        grade.id = child_id(row, table, "grade");
        grade.title = bilingual(table, "title");
        grade.limit = limit(table, metric);
        table.finish();
        if (!out.empty() && (within(grade.limit, {out.back().limit, direction}))) {
            table.problem("limit", "limit is not easier than that of the grade before (expected the strictest first)");
        }
        out.push_back(std::move(grade));
    }
    return out;
}

std::vector<EnergyTier> tiers(Table& row, RuleMetric metric) {
    std::vector<EnergyTier> out;
    for (auto& table : row.tables("tier")) {
        EnergyTier tier;
        tier.id = child_id(row, table, "tier");
        tier.title = bilingual(table, "title");
        tier.limit = limit(table, metric);
        if (!table.has("annual_energy_min_kwh")) table.missing("annual_energy_min_kwh", "kWh a year");
        tier.annual_energy_min_kwh = table.number("annual_energy_min_kwh", 0, most_kwh).value_or(0);
        tier.confidence = data_row::named(table, "confidence", all_confidences, Confidence::recalled);
        table.finish();
        if (!out.empty() && tier.annual_energy_min_kwh <= out.back().annual_energy_min_kwh) {
            table.problem("annual_energy_min_kwh", "annual_energy_min_kwh does not ascend (expected more than before)");
        }
        out.push_back(std::move(tier));
    }
    return out;
}

std::vector<SurchargeBand> surcharge(Table& row) {
    std::vector<SurchargeBand> out;
    auto tables = row.tables("surcharge");
    for (auto& table : tables) {
        table.set_where(row.where() + " surcharge");
        SurchargeBand band;
        band.over_percent_max = table.number("over_percent_max", 0, 1000);
        if (!table.has("cny_per_kwh")) table.missing("cny_per_kwh", "a price");
        band.cny_per_kwh = table.number("cny_per_kwh", 0, 100).value_or(0);
        table.finish();
        const bool open = !out.empty() && !out.back().over_percent_max;
        const bool ascends = out.empty() || !band.over_percent_max ||
                             (out.back().over_percent_max && *band.over_percent_max > *out.back().over_percent_max);
        if (open || !ascends) {
            table.problem("over_percent_max",
                          "over_percent_max does not ascend (expected more than before; only the "
                          "last band has none)");
        }
        out.push_back(band);
    }
    if (!out.empty() && out.back().over_percent_max) {
        tables.back().problem("over_percent_max", "the last band ends (expected one without over_percent_max)");
    }
    return out;
}

}  // namespace pued::rule_parts
