// Intervals to windows, and their metrics to a report's figures.
#include "agent/report/site_book.hpp"

#include <nlohmann/json.hpp>

#include "agent/report/recorded.hpp"
#include "agent/rules/judge.hpp"

namespace pued {

namespace {

const Metric* find(const std::vector<Metric>& told, const std::string& name) {
    for (const auto& metric : told) {
        if (metric.scope == "site" && metric.name == name) return &metric;
    }
    return nullptr;
}

std::optional<double> detail(const Metric& metric, const char* key) {
    const auto found = metric.extra.find(key);
    if (found == metric.extra.end() || !std::holds_alternative<double>(found->second)) return std::nullopt;
    return std::get<double>(found->second);
}

std::string name_of_pue(std::size_t category, Window kind) {
    return "pue-cat" + std::to_string(category + 1) + "-" + std::string{Windows::suffix(kind)};
}

// What a part came to over all of the PUE's intervals, from those in which it was measured too.
std::optional<double> part_kwh(const std::vector<Metric>& told, const char* stem, Window kind, std::size_t category,
                               double it_kwh) {
    const auto* factor = find(told, stem + std::string{Windows::suffix(kind)});
    if (factor == nullptr || !factor->value || detail(*factor, "category") != static_cast<double>(category + 1)) {
        return std::nullopt;
    }
    return *factor->value * it_kwh;
}

}  // namespace

void SiteBook::configure(const nlohmann::json& points, BalanceSettings settings) {
    devices_.clear();
    for (const auto& point : points) devices_.push_back(recorded_device(point));
    settings_ = settings;
    changed_ = true;
}

// As the daemon does at a start with another configuration. What meters, is what the intervals speak of.
void SiteBook::open(const ClosedInterval& first) {
    auto next = std::make_unique<Site>();
    next->table.devices = devices_;
    for (const auto& energy : first.by_device) {
        if (energy.device < next->table.devices.size()) next->table.devices[energy.device].energy = 0;
    }
    next->plan = std::make_unique<BalancePlan>(next->table, settings_);
    next->windows = std::make_unique<Windows>(next->table, settings_, zone_);
    WindowsState state;
    if (site_) {
        state = site_->windows->save();
    } else if (since_) {
        state.since = since_;
        state.begun = true;
    }
    next->windows->restore(state);
    site_ = std::move(next);
    changed_ = false;
}

// What is replaced leaves its place empty until it is told anew.
SiteSums SiteBook::add(ClosedInterval interval, bool replaced) {
    std::erase_if(interval.by_device, [&](const auto& energy) { return energy.device >= devices_.size(); });
    if (changed_) open(interval);
    if (replaced) interval.by_device.clear();
    const auto sums = site_->plan->sum(interval.by_device, interval.start, interval.length);
    site_->windows->add(interval, Tell::nothing);
    return sums;
}

std::size_t SiteBook::category(Window kind, UtcTime in) const {
    if (settings_.category != 0) return settings_.category - 1;
    if (!site_) return 0;
    const auto told = site_->windows->told(kind, in);
    const auto* pue = find(told, "pue-" + std::string{Windows::suffix(kind)});
    const auto category = pue == nullptr ? std::nullopt : detail(*pue, "category");
    return category ? static_cast<std::size_t>(*category) - 1 : 0;
}

ReportFigure SiteBook::figure(Window kind, UtcTime in, std::size_t category) const {
    ReportFigure out;
    if (!site_) return out;
    const auto told = site_->windows->told(kind, in);
    const auto* pue = find(told, name_of_pue(category, kind));
    if (pue == nullptr) return out;
    out.value = pue->value;
    out.u = pue->u;
    out.filled = detail(*pue, "pue_filled");
    out.worst_case = detail(*pue, "pue_worst_case");
    out.coverage = pue->coverage;
    out.estimated_facility = detail(*pue, "estimated_facility").value_or(0);
    out.estimated_it = detail(*pue, "estimated_it").value_or(0);
    const auto grade = pue->extra.find("grade");
    if (out.value && grade != pue->extra.end()) out.grade = std::get<std::string>(grade->second);
    out.doubted = detail(*pue, "doubted").value_or(0);
    if (out.doubted > JudgeSettings{}.max_doubted && !out.grade.empty()) out.grade = "C";
    out.declared = detail(*pue, "estimated_share").value_or(0);
    out.facility_kwh = detail(*pue, "facility_wh").value_or(0) / 1000;
    out.it_kwh = detail(*pue, "it_wh").value_or(0) / 1000;
    out.cooling_kwh = part_kwh(told, "clf-", kind, category, out.it_kwh);
    out.losses_kwh = part_kwh(told, "plf-", kind, category, out.it_kwh);
    if (out.cooling_kwh && out.losses_kwh)
        out.other_kwh = out.facility_kwh - out.it_kwh - *out.cooling_kwh - *out.losses_kwh;
    return out;
}

std::uint64_t SiteBook::impossible(Window kind, UtcTime in, std::size_t category) const {
    if (!site_) return 0;
    const auto told = site_->windows->told(kind, in);
    const auto* pue = find(told, name_of_pue(category, kind));
    return pue == nullptr ? 0 : static_cast<std::uint64_t>(detail(*pue, "impossible").value_or(0));
}

}  // namespace pued
