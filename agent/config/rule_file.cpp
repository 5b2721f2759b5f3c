// The head of a rule file ([standard]) and its [[rule]] rows, with what must agree inside a row.
#include "agent/config/rule_file.hpp"

#include <string_view>

#include "agent/config/data_row.hpp"
#include "agent/config/rule_parts.hpp"

namespace pued {
namespace {

using data_row::named;
using data_row::text;

// What all rules of a file share.
struct Head {
    std::string id;
    Bilingual title;
};

Head read_head(Table& root) {
    Head out;
    auto table = root.table("standard");
    if (!table.present()) root.missing("standard", "a table [standard] with id, title_en and title_zh");
    if (!table.present()) return out;
    table.set_where("standard");
    out.id = text(table, "id", "the number of the standard or document");
    out.title = rule_parts::bilingual(table, "title");
    table.finish();
    return out;
}

Standard read_standard(Table& row, const Head& head) {
    Standard out;
    out.id = head.id;
    out.title = head.title;
    out.clause = text(row, "clause", "the clause, or that it was not seen");
    out.clause_zh = row.string("clause_zh").value_or("");
    // With a problem here the row counts for nothing; these fallbacks only keep check_force() from adding another.
    out.force = named(row, "force", all_forces, Force::target);
    out.confidence = named(row, "confidence", all_confidences, Confidence::found_c);
    out.source = data_row::sources(row);
    return out;
}

// Only {value} and {limit} are filled in.
void check_placeholders(Table& row, std::string_view key, const std::string& message) {
    for (auto at = message.find('{'); at != std::string::npos; at = message.find('{', at + 1)) {
        const auto word = message.substr(at, message.find('}', at) - at + 1);
        if (word == "{value}" || word == "{limit}") continue;
        row.problem(key, std::string{key} + " has " + word + " (expected only {value} and {limit})");
    }
}

Bilingual read_message(Table& row) {
    auto out = rule_parts::bilingual(row, "message");
    check_placeholders(row, "message_en", out.en);
    check_placeholders(row, "message_zh", out.zh);
    return out;
}

void read_metric(Table& row, Rule& rule) {
    rule.metric = named(row, "metric", all_metrics, RuleMetric::pue);
    const bool compute = rule.metric == RuleMetric::compute_per_watt_rated;
    if (compute) rule.precision = named(row, "precision", all_precisions, Precision::fp16);
    if (!compute && row.has("precision")) {
        row.string("precision");
        row.problem("precision", "precision has no meaning for metric = \"pue\" (expected none)");
    }
    rule.limit.value = rule_parts::limit(row, rule.metric);
    rule.limit.direction = named(row, "direction", all_directions, Direction::at_most);
}

void check_force(Table& row, const Rule& rule) {
    if (rule.alerting != Alerting::limit) return;
    if (!advisory_only(rule.standard.force, rule.standard.confidence)) return;
    row.problem("alerting", "alerting = \"limit\" is too strong for force = \"" +
                                std::string{to_string(rule.standard.force)} + "\" with confidence = \"" +
                                std::string{to_string(rule.standard.confidence)} + "\" (expected \"advisory\")");
}

void check_surcharge(Table& row, const Rule& rule) {
    const bool over_pue = rule.metric == RuleMetric::pue && rule.limit.direction == Direction::at_most;
    if (rule.surcharge.empty() || over_pue) return;
    row.problem("surcharge",
                "surcharge is for a PUE over a limit (expected metric = \"pue\", direction = \"at-most\")");
}

void check_tiers(Table& row, const Rule& rule) {
    if (rule.tiers.empty() || rule.grades.empty()) return;
    row.problem("tier", "a rule has grades or tiers, not both");
}

Rule read_rule(Table& row, const Head& head) {
    Rule out;
    out.id = row.id("id", true).value_or("");
    out.file = row.place().file;
    row.set_where("rule \"" + out.id + '"');
    out.name = rule_parts::bilingual(row, "name");
    out.message = read_message(row);
    out.standard = read_standard(row, head);
    read_metric(row, out);
    out.alerting = named(row, "alerting", all_alertings, Alerting::advisory);
    out.note = row.string("note").value_or("");
    out.scope = rule_parts::scope(row.table("applies"), row.where());
    out.grades = rule_parts::grades(row, out.metric, out.limit.direction);
    out.tiers = rule_parts::tiers(row, out.metric);
    out.surcharge = rule_parts::surcharge(row);
    check_force(row, out);
    check_surcharge(row, out);
    check_tiers(row, out);
    row.finish();
    return out;
}

struct Reader {
    static Head head(Table& root) { return read_head(root); }
    static Rule row(Table& table, const Head& head) { return read_rule(table, head); }
};

}  // namespace

std::vector<Rule> load_rules(const std::vector<std::string>& files, Problems& problems) {
    return data_row::load<Rule>(files, "rule", problems, Reader{});
}

SiteFacts site_facts(const SiteConfig& site) {
    return {.build = site.build,
            .region = site.region,
            .hub_node = site.hub_node,
            .government = site.government,
            .standard_racks = site.standard_racks,
            .commissioned = site.commissioned,
            .annual_energy_kwh = site.annual_energy_kwh};
}

}  // namespace pued
