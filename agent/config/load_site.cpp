// [site] and [metering]: who we are, and how energy is counted.
#include <chrono>

#include "agent/config/load_parts.hpp"

namespace pued::load {
namespace {

constexpr std::int64_t kHour = 3600;
constexpr double kMaxSiteW = 1e10;  // 10 GW

void build_kind(Table& table, SiteConfig& site) {
    const auto text = table.choice("build", {"new", "rebuilt", "existing"});
    if (text == "new") site.build = BuildKind::new_build;
    if (text == "rebuilt") site.build = BuildKind::rebuilt;
}

void utc_offset(Table& table, SiteConfig& site) {
    const auto minutes = table.integer("utc_offset_minutes", -720, 840);
    if (minutes && *minutes % 15 != 0) {
        table.problem("utc_offset_minutes", "utc_offset_minutes = " + std::to_string(*minutes) +
                                                " is no whole number of quarter hours (China: 480)");
    }
    set(site.utc_offset_minutes, minutes);
}

// Days and months are unions of intervals only when these divide an hour.
void interval(Table& table, MeteringConfig& metering) {
    const auto value = table.integer("interval_s", 1, kHour);
    if (!value) return;
    if (kHour % *value != 0) {
        table.problem("interval_s", "interval_s = " + std::to_string(*value) +
                                        " does not divide an hour (expected a divisor of 3600, such as 60, 300, 900)");
    }
    metering.interval = std::chrono::seconds{*value};
}

void rule_facts(Table& table, SiteConfig& out) {
    set(out.region, table.string("region"));
    set(out.hub_node, table.boolean("hub_node"));
    set(out.government, table.boolean("government"));
    if (const auto racks = table.number("standard_racks", 0, 1e7)) out.standard_racks = racks;
    out.commissioned = day(table, "commissioned");
    build_kind(table, out);
    out.annual_energy_kwh = table.number("annual_energy_kwh", 0, 1e12);
}

}  // namespace

void site(Table& root, Config& config) {
    Table table = root.table("site");
    table.set_where("site");
    if (!table.present()) return root.missing("[site]", "a table with the site's id");
    SiteConfig& out = config.site;
    set(out.id, table.id("id", true));
    set(out.agent, table.id("agent", false));
    set(out.name, table.string("name"));
    rule_facts(table, out);
    utc_offset(table, out);
    if (table.choice("lang", {"en", "zh"}) == "zh") out.lang = Language::zh;
    set(out.accuracy_note, table.string("accuracy_note"));
    config.places.note("site", 0, table, {"id", "region"});
    table.finish();
}

void metering(Table& root, Config& config) {
    Table table = root.table("metering");
    table.set_where("metering");
    MeteringConfig& out = config.metering;
    interval(table, out);
    if (const auto grace = table.integer("grace_s", 0, kHour)) out.grace = std::chrono::seconds{*grace};
    set(out.poll, seconds(table, "poll_s", 0.1, kHour));
    set(out.unmeasured_w, watts(table, "unmeasured", kMaxSiteW));
    set(out.category, table.integer("category", 0, 3));
    config.places.note("metering", 0, table, {"interval_s", "category"});
    table.finish();
}

}  // namespace pued::load
