// [journal], [[maintenance]] and [gb40879]: what is kept as evidence, and what a human adds to it.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "agent/config/load_parts.hpp"
#include "agent/journal/note.hpp"

namespace pued::load {
namespace {

constexpr std::size_t kMaxOrigin = 200;
constexpr std::size_t kFive = 5;  // conditions of GB 40879

// The name of a C2SP signed note's key: no spaces, no plus.
bool is_origin(std::string_view text) {
    const auto bad = [](char c) { return c == '+' || static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
    return !text.empty() && text.size() <= kMaxOrigin && std::none_of(text.begin(), text.end(), bad);
}

void origin(Table& table, Config& config) {
    config.journal.origin = "pued/" + config.site.id + '/' + config.site.agent;
    const auto text = table.string("origin");
    if (!text) return;
    config.journal.origin = *text;
    if (is_origin(*text)) return;
    table.problem("origin", "origin = \"" + *text + "\" cannot name a log (expected 1 to " +
                                std::to_string(kMaxOrigin) +
                                " letters without spaces and +, such as \"dc.example/hall-1/box-1\")");
}

void witnesses(Table& table, JournalConfig& out) {
    for (const auto& vkey : table.strings("witnesses")) {
        const auto key = NoteKey::parse(vkey);
        const bool again = std::find(out.witnesses.begin(), out.witnesses.end(), vkey) != out.witnesses.end();
        if (!key) {
            table.problem("witnesses", "witnesses: " + key.error());
        } else if (key->type != 4) {
            table.problem("witnesses", "witnesses: \"" + vkey +
                                           "\" is the key of a log (expected that of a witness, whose KEY begins with "
                                           "the octet 4)");
        } else if (again) {
            table.problem("witnesses", "witnesses: \"" + vkey + "\" stands there twice (expected each key once)");
        } else {
            out.witnesses.push_back(vkey);
        }
    }
}

FiveConditions::Point condition(Table& table) {
    FiveConditions::Point out;
    out.share = required_number(table, "share", 0, 1, "T_i, the condition's share of the year, 0..1");
    out.facility_kw = required_number(table, "facility_kw", 0, 1e7, "the power of the whole data centre in kW");
    out.it_kw = required_number(table, "it_kw", 0, 1e7, "the power of the IT equipment in kW");
    if (table.has("it_kw") && table.has("facility_kw") && !(out.it_kw > 0 && out.facility_kw >= out.it_kw)) {
        table.problem("it_kw", "it_kw must be more than 0 and at most facility_kw (expected what was measured)");
    }
    table.finish();
    return out;
}

void check_shares(Table& table, const std::vector<FiveConditions::Point>& points) {
    if (points.size() != kFive) {
        return table.problem("points", "points has " + std::to_string(points.size()) + " conditions (expected 5)");
    }
    const double sum = std::accumulate(points.begin(), points.end(), 0.0,
                                       [](double all, const auto& point) { return all + point.share; });
    if (std::abs(sum - 1) <= 0.001) return;
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", sum);
    table.problem("points", "the shares of points sum to " + std::string{text} + " (expected 1, within 0.001)");
}

Maintenance work(Table& table) {
    Maintenance out;
    const auto from = table.time("from"), until = table.time("until");
    for (const char* key : {"from", "until"}) {
        if (!table.has(key)) table.missing(key, "a time with its zone, such as 2026-03-14T09:30:00+08:00");
    }
    out.from = from.value_or(UtcTime{});
    out.until = until.value_or(UtcTime{});
    if (from && until && *from >= *until) {
        table.problem("until", "until = " + rfc3339(*until) + " is not after from (expected a time after " +
                                   rfc3339(*from) + ")");
    }
    out.reason = required_text(table, "reason", "what was done, for the record");
    return out;
}

}  // namespace

void journal(Table& root, Config& config) {
    Table table = root.table("journal");
    table.set_where("journal");
    origin(table, config);
    set(config.journal.segment_kib, table.integer("segment_kib", 64, 65536));
    set(config.journal.keep_mib, table.integer("keep_mib", 0, 1'000'000));
    set(config.journal.checkpoint_s, table.integer("checkpoint_s", 60, 86400));
    witnesses(table, config.journal);
    table.finish();
}

void maintenance(Table& root, Config& config) {
    for (auto& table : root.tables("maintenance")) {
        table.set_where("maintenance " + std::to_string(config.maintenance.size() + 1));
        config.maintenance.push_back(work(table));
        table.finish();
    }
}

void gb40879(Table& root, Config& config) {
    Table table = root.table("gb40879");
    table.set_where("gb40879");
    if (!table.present()) return;
    FiveConditions out;
    out.source = required_text(table, "source",
                               "where the shares come from: to be filled from the standard's table for the city");
    if (!table.has("points")) table.missing("points", "five of { share, facility_kw, it_kw }");
    for (auto& point : table.tables("points")) {
        point.set_where("gb40879 point " + std::to_string(out.points.size() + 1));
        out.points.push_back(condition(point));
    }
    if (table.has("points")) check_shares(table, out.points);
    table.finish();
    config.gb40879 = std::move(out);
}

}  // namespace pued::load
