// Each condition of a Scope is one small function; applies() joins their answers.
#include "agent/rules/applicability.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string_view>

namespace pued {
namespace {

using Day = std::chrono::year_month_day;

// A condition's answer: nothing when it holds.
struct Obstacle {
    std::string missing;  // the undeclared fact; empty: the condition is known not to hold
    Bilingual reason;
};
using Check = std::optional<Obstacle>;

Obstacle no(std::string en, std::string zh) { return {{}, {std::move(en), std::move(zh)}}; }

Obstacle unknown(std::string_view fact, std::string_view zh) {
    const std::string key{fact};
    return {key, {"site." + key + " is not declared", "未申报" + std::string{zh} + "（site." + key + "）"}};
}

std::string iso(Day day) {
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                  static_cast<unsigned>(day.day()));
    return text;
}

std::string whole(double number) {
    char text[64];
    std::snprintf(text, sizeof text, "%.0f", number);
    return text;
}

Bilingual name_of(BuildKind kind) {
    switch (kind) {
        case BuildKind::new_build: return {"new", "新建"};
        case BuildKind::rebuilt: return {"rebuilt or expanded", "改扩建"};
        case BuildKind::existing: return {"existing", "存量"};
    }
    return {};
}

Bilingual names_of(const std::vector<BuildKind>& kinds) {
    Bilingual out;
    for (const auto kind : kinds) {
        const auto name = name_of(kind);
        out.en += (out.en.empty() ? "" : " or ") + name.en;
        out.zh += (out.zh.empty() ? "" : "、") + name.zh;
    }
    return out;
}

Check by_day(const Scope& scope, Day today) {
    if (scope.valid_from && today < *scope.valid_from) {
        const auto day = iso(*scope.valid_from);
        return no("in force only from " + day, "自 " + day + " 起施行");
    }
    if (scope.valid_until && today > *scope.valid_until) {
        const auto day = iso(*scope.valid_until);
        return no("its period ended on " + day, "适用期已于 " + day + " 届满");
    }
    return std::nullopt;
}

Check by_region(const Scope& scope, const SiteFacts& site) {
    if (scope.regions.empty()) return std::nullopt;
    if (site.region.empty()) return unknown("region", "所在地区");
    if (std::find(scope.regions.begin(), scope.regions.end(), site.region) != scope.regions.end()) return std::nullopt;
    return no("only for " + scope.region_name.en, "仅适用于" + scope.region_name.zh);
}

Check by_build(const Scope& scope, const SiteFacts& site) {
    if (scope.builds.empty()) return std::nullopt;
    if (std::find(scope.builds.begin(), scope.builds.end(), site.build) != scope.builds.end()) return std::nullopt;
    const auto names = names_of(scope.builds);
    return no("only for " + names.en + " data centres", "仅适用于" + names.zh + "数据中心");
}

// A new or rebuilt site answers for today; only for an existing one does the day of its first operation decide.
Check by_commissioning(const Scope& scope, const SiteFacts& site) {
    if (!scope.commissioned_from && !scope.commissioned_before) return std::nullopt;
    if (site.build != BuildKind::existing) return std::nullopt;
    if (!site.commissioned) return unknown("commissioned", "投运日期");
    if (scope.commissioned_from && *site.commissioned < *scope.commissioned_from) {
        const auto day = iso(*scope.commissioned_from);
        return no("existing data centres only if commissioned on or after " + day,
                  "存量数据中心仅限 " + day + " 起投运的");
    }
    if (scope.commissioned_before && *site.commissioned >= *scope.commissioned_before) {
        const auto day = iso(*scope.commissioned_before);
        return no("existing data centres only if commissioned before " + day, "存量数据中心仅限 " + day + " 前投运的");
    }
    return std::nullopt;
}

Check by_hub(const Scope& scope, const SiteFacts& site) {
    if (!scope.hub_node || site.hub_node) return std::nullopt;
    return no("only in national hub nodes, and the site declares none",
              "仅适用于国家枢纽节点，本站点未申报属于枢纽节点");
}

Check by_government(const Scope& scope, const SiteFacts& site) {
    if (!scope.government || site.government) return std::nullopt;
    return no("only for government procurement, and the site declares none",
              "仅适用于政府采购，本站点未申报属于政府采购");
}

Check by_racks(const Scope& scope, const SiteFacts& site) {
    if (!scope.racks_min && !scope.racks_max) return std::nullopt;
    if (!site.standard_racks) return unknown("standard_racks", "标准机架数");
    if (scope.racks_min && *site.standard_racks < *scope.racks_min) {
        const auto racks = whole(*scope.racks_min);
        return no("only from " + racks + " standard racks", "仅适用于 " + racks + " 个标准机架及以上");
    }
    if (scope.racks_max && *site.standard_racks > *scope.racks_max) {
        const auto racks = whole(*scope.racks_max);
        return no("only up to " + racks + " standard racks", "仅适用于 " + racks + " 个标准机架及以下");
    }
    return std::nullopt;
}

Check by_edge(const Scope& scope, const SiteFacts& site) {
    if (!scope.edge_racks_max) return std::nullopt;
    if (!site.standard_racks) return unknown("standard_racks", "标准机架数");
    if (*site.standard_racks > *scope.edge_racks_max) return std::nullopt;
    const auto racks = whole(*scope.edge_racks_max);
    return no("not for edge data centres (up to " + racks + " standard racks)",
              "不适用于边缘数据中心（不超过 " + racks + " 个标准机架）");
}

Check by_energy(const Rule& rule, const SiteFacts& site) {
    const auto& least = rule.scope.annual_energy_min_kwh;
    if (!least && rule.tiers.empty()) return std::nullopt;
    if (!site.annual_energy_kwh) return unknown("annual_energy_kwh", "年用电量");
    if (!least || *site.annual_energy_kwh >= *least) return std::nullopt;
    return no("only from " + whole(*least) + " kWh a year", "仅适用于年用电量 " + whole(*least) + " kWh 及以上");
}

void add(Applicability& out, const Obstacle& obstacle) {
    const auto& key = obstacle.missing;
    if (std::find(out.missing.begin(), out.missing.end(), key) != out.missing.end()) return;
    out.answer = Answer::cannot_tell;
    out.missing.push_back(key);
    out.reason.en += (out.reason.en.empty() ? "" : "; ") + obstacle.reason.en;
    out.reason.zh += (out.reason.zh.empty() ? "" : "；") + obstacle.reason.zh;
}

}  // namespace

Applicability applies(const Rule& rule, const SiteFacts& site, Day today) {
    const auto& scope = rule.scope;
    Applicability out;
    for (const auto& check : {by_day(scope, today), by_region(scope, site), by_build(scope, site),
                              by_commissioning(scope, site), by_hub(scope, site), by_government(scope, site),
                              by_edge(scope, site), by_racks(scope, site), by_energy(rule, site)}) {
        if (!check) continue;
        if (check->missing.empty()) return {Answer::not_applicable, {}, check->reason};
        add(out, *check);
    }
    return out;
}

}  // namespace pued
