// The metrics of a window: value, coverage and quality, the four numbers of coverage (metering.md 2.3) and the
// uncertainty (3.1, 3.4); see windows.hpp. Pure. Energies in Wh.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "agent/metering/uncertainty.hpp"
#include "agent/metrics/pue.hpp"
#include "agent/metrics/windows.hpp"

namespace pued {

// What each category saw, on average over its jointly measured intervals, so that gaps of one category do not
// disqualify another. One that is measured much more rarely than another cannot stand for the window.
Windows::Means Windows::it_means(const Total& total) const {
    Means mean;
    std::int64_t most_s = 0;
    for (std::size_t i = 0; i < series_.size(); ++i) {
        if (series_[i].kind == Kind::pue) most_s = std::max(most_s, total.sums.ratios[i].joint_s);
    }
    for (std::size_t i = 0; i < series_.size(); ++i) {
        const RatioSum& sum = total.sums.ratios[i];
        const auto joint_s = static_cast<double>(sum.joint_s);
        if (series_[i].kind != Kind::pue || joint_s <= 0 || joint_s < withheld_below * static_cast<double>(most_s)) {
            continue;
        }
        mean[series_[i].category] = watt_hours(sum.denominator) / joint_s;
    }
    return mean;
}

std::size_t Windows::category_for(const Means& means) const {
    const auto best = best_category(means, settings_.category);
    if (best) return *best;
    if (settings_.category != 0) return settings_.category - 1;
    for (const Series& series : series_) {
        if (series.kind == Kind::pue) return series.category;
    }
    return 0;
}

// A PUE against a part of the IT load is no PUE. A category that the configuration names is taken at its word.
bool Windows::sees_too_little(const Total& total, std::size_t series, const Means& means) const {
    const RatioSum& sum = total.sums.ratios[series];
    if (series_[series].kind != Kind::pue || sum.joint_s <= 0) return false;
    if (series_[series].category + 1 == settings_.category) return false;
    double largest = 0;
    for (const auto& mean : means) largest = std::max(largest, mean.value_or(0));
    return watt_hours(sum.denominator) / static_cast<double>(sum.joint_s) < covers_all_it * largest;
}

namespace {

// Without concatenation of temporaries: these names are made a hundred times an interval.
std::string name_of(std::string_view stem, std::string_view suffix) {
    std::string out;
    out.reserve(stem.size() + suffix.size());
    return out.append(stem).append(suffix);
}

constexpr std::array<std::string_view, categories> by_category{"pue-cat1-", "pue-cat2-", "pue-cat3-"};

}  // namespace

void Windows::report(const Total& total, std::string_view suffix, Tell tell, std::vector<Metric>& out) const {
    const Means means = it_means(total);
    const std::size_t category = category_for(means);
    const auto stem = [](const Series& series) -> std::string_view {
        switch (series.kind) {
            case Kind::pue: return by_category.at(series.category);
            case Kind::clf: return "clf-";
            case Kind::plf: return "plf-";
            case Kind::olf: return "olf-";
            case Kind::ppue: break;
        }
        return "ppue-";
    };
    out.reserve(out.size() + series_.size() + 1);
    for (std::size_t i = 0; i < series_.size(); ++i) {
        const Series& series = series_[i];
        const bool everywhere = series.kind == Kind::pue || series.kind == Kind::ppue;
        if (!everywhere && series.category != category) continue;
        out.push_back(metric(total, i, means, tell));
        out.back().name = name_of(stem(series), suffix);
        if (series.kind != Kind::pue || series.category != category) continue;
        out.push_back(out.back());
        out.back().name = name_of("pue-", suffix);
    }
}

namespace {

// What a sum would come to over so much missing time if that ran at `times` its mean.
double stretched_wh(Energy sum, std::int64_t measured_s, double missing_s, double times) {
    return watt_hours(sum) / static_cast<double>(measured_s) * std::max(0.0, missing_s) * times;
}

// Bounds without statistics: a fifth above the running mean for what is missing of the numerator, or what the silent
// meters can carry at most; a fifth below for the denominator, or what was credited.
std::optional<double> worst_case(const RatioSum& sum, const GapSum& gap, double window_s) {
    if (sum.numerator_s == 0 || sum.denominator_s == 0) return std::nullopt;
    const double no_numerator_s = window_s - static_cast<double>(sum.numerator_s + gap.facility_upper_s);
    const double no_denominator_s = window_s - static_cast<double>(sum.denominator_s);
    const double upper = watt_hours(gap.facility_upper) +
                         stretched_wh(sum.all_numerator, sum.numerator_s, no_numerator_s, 1 + worst_case_share);
    const double lower = std::max(watt_hours(gap.it_lower), stretched_wh(sum.all_denominator, sum.denominator_s,
                                                                         no_denominator_s, 1 - worst_case_share));
    return worst_case_pue({watt_hours(sum.all_numerator), watt_hours(sum.all_denominator)}, upper, lower);
}

// Measured and estimated energy of a window, and the time that has neither.
struct Filled {
    double facility, it;
    double facility_unknown_s, it_unknown_s;

    Filled(const RatioSum& sum, const GapSum& gap, double window_s)
        : facility(watt_hours(sum.all_numerator + gap.facility)),
          it(watt_hours(sum.all_denominator + gap.it)),
          facility_unknown_s(std::max(0.0, window_s - static_cast<double>(sum.numerator_s + gap.facility_s))),
          it_unknown_s(std::max(0.0, window_s - static_cast<double>(sum.denominator_s + gap.it_s))) {}

    // The unknown at the mean of the rest.
    [[nodiscard]] static double unknown_wh(double known_wh, double unknown_s, double window_s) {
        return unknown_s < window_s ? known_wh / (window_s - unknown_s) * unknown_s : 0;
    }
};

double sum_of(const std::array<Energy, estimate_methods>& energies) {
    Energy sum;
    for (const Energy energy : energies) sum += energy;
    return watt_hours(sum);
}

double share_of(double part, double whole) { return whole > 0 ? std::clamp(part / whole, 0.0, 1.0) : 0; }

// What counts as estimated: of E_DC the declared constant and what fills its gaps, of E_IT what fills its gaps.
struct EstimatedShares {
    double declared, facility, it;

    EstimatedShares(const RatioSum& sum, const GapSum& gap)
        : declared(sum.numerator.mwh > 0 ? watt_hours(sum.estimated) / watt_hours(sum.numerator) : 0),
          it(share_of(sum_of(gap.it_by), watt_hours(sum.all_denominator + gap.it))) {
        const double filled = share_of(sum_of(gap.facility_by), watt_hours(sum.all_numerator + gap.facility));
        facility = std::min(1.0, filled + declared * (1 - filled));
    }
    [[nodiscard]] double larger() const { return std::max(facility, it); }
};

}  // namespace

void Windows::set_quality(Metric& metric, const Total& total, const RatioSum& sum) const {
    const double window_s = in_seconds(total.end - total.start);
    metric.coverage = window_s > 0 ? std::min(1.0, static_cast<double>(sum.joint_s) / window_s) : 0;
    if (metric.coverage < withheld_below || sum.denominator.mwh <= 0) {
        metric.quality = quality::insufficient;
        metric.value.reset();
    } else {
        metric.quality = total.partial ? quality::partial : quality::good;
    }
}

Metric Windows::metric(const Total& total, std::size_t index, const Means& means, Tell tell) const {
    const Series& series = series_[index];
    const RatioSum& sum = total.sums.ratios[index];
    Metric metric;
    metric.scope = series.scope;
    metric.start = total.start;
    metric.end = total.end;
    metric.value = pue_of({watt_hours(sum.numerator), watt_hours(sum.denominator)});
    set_quality(metric, total, sum);
    const bool too_little = sees_too_little(total, index, means);
    const bool guessed = series.kind == Kind::pue && metric.value &&
                         EstimatedShares{sum, total.sums.gaps[series.gap]}.larger() > estimated_at_most;
    if (too_little || guessed) {
        metric.value.reset();
        metric.quality = quality::insufficient;
    }
    if (tell != Tell::everything) return metric;
    if (too_little)
        metric.extra["reason"] = std::string{"this category sees less than 85 % of the IT load of the largest"};
    if (guessed) metric.extra["reason"] = std::string{"more than 10 % of the energy is estimated"};
    metric.method = "ratio of energy sums over jointly measured intervals";
    set_details(metric, total, index);
    if (series.kind == Kind::pue) set_coverage(metric, total, index, too_little);
    if (metric.value && (series.kind == Kind::pue || series.kind == Kind::ppue)) set_uncertainty(metric, total, index);
    return metric;
}

void Windows::set_details(Metric& metric, const Total& total, std::size_t index) const {
    const Series& series = series_[index];
    const RatioSum& sum = total.sums.ratios[index];
    const bool facility = series.kind == Kind::pue;
    metric.extra["measured_s"] = static_cast<double>(sum.joint_s);
    metric.extra["nominal_s"] = in_seconds(total.nominal);
    if (sum.impossible > 0) metric.extra["impossible"] = static_cast<double>(sum.impossible);
    metric.extra[facility ? "facility_wh" : "numerator_wh"] = watt_hours(sum.numerator);
    metric.extra["it_wh"] = watt_hours(sum.denominator);
    if (series.kind != Kind::ppue) metric.extra["category"] = static_cast<double>(series.category + 1);
    if (facility) {
        const double mean_w =
            sum.joint_s > 0 ? watt_hours(sum.denominator) * 3600 / static_cast<double>(sum.joint_s) : 0;
        if (const auto load = it_load_factor(mean_w, series.rated_it_w)) metric.extra["it_load_factor"] = *load;
        return;
    }
    const auto worst = worst_case(sum, {}, in_seconds(total.end - total.start));
    if (worst) metric.extra["worst_case"] = *worst;
}

// The four numbers: measured PUE is the value; filled, worst case, coverage and the shares that are estimates.
void Windows::set_coverage(Metric& metric, const Total& total, std::size_t index, bool too_little) const {
    const RatioSum& sum = total.sums.ratios[index];
    const GapSum& gap = total.sums.gaps[series_[index].gap];
    const double window_s = in_seconds(total.end - total.start);
    const EstimatedShares shares{sum, gap};
    metric.extra["doubted"] =
        sum.joint_s > 0 ? static_cast<double>(sum.doubted_s) / static_cast<double>(sum.joint_s) : 0.0;
    metric.extra["estimated_share"] = shares.declared;
    metric.extra["estimated_facility"] = shares.facility;
    metric.extra["estimated_it"] = shares.it;
    metric.extra["grade"] = std::string{too_little ? "" : grade_of(metric.coverage, shares.larger())};
    if (metric.value) metric.extra["dcie"] = 1 / *metric.value;
    if (too_little) return;
    if (const auto worst = worst_case(sum, gap, window_s)) metric.extra["pue_worst_case"] = *worst;
    const Filled filled{sum, gap, window_s};
    const double unfilled_s = std::max(filled.facility_unknown_s, filled.it_unknown_s);
    if (unfilled_s >= 1) {
        metric.extra["unfilled_s"] = unfilled_s;
    } else if (const auto pue = pue_of({filled.facility, filled.it})) {
        metric.extra["pue_filled"] = *pue;
    }
}

// The energies of the gaps by their methods, and what nobody could estimate at the mean of the rest, which is known to
// the bounds of the worst case.
std::vector<GapEnergy> Windows::gaps_of(const Total& total, std::size_t index, double& filled_it) const {
    const RatioSum& sum = total.sums.ratios[index];
    const GapSum none;
    const GapSum& gap = series_[index].kind == Kind::pue ? total.sums.gaps[series_[index].gap] : none;
    const double window_s = in_seconds(total.end - total.start);
    const Filled filled{sum, gap, window_s};
    const GapEnergy unknown{worst_case_share / std::numbers::sqrt3,
                            Filled::unknown_wh(filled.facility, filled.facility_unknown_s, window_s),
                            Filled::unknown_wh(filled.it, filled.it_unknown_s, window_s)};
    filled_it = filled.it + unknown.it;
    std::vector<GapEnergy> out;
    if (unknown.facility > 0 || unknown.it > 0) out.push_back(unknown);
    for (std::size_t i = 0; i < estimate_methods; ++i) {
        if (gap.facility_by[i].mwh == 0 && gap.it_by[i].mwh == 0) continue;
        out.push_back({relative_uncertainty(static_cast<EstimateMethod>(i)), watt_hours(gap.facility_by[i]),
                       watt_hours(gap.it_by[i])});
    }
    return out;
}

void Windows::set_uncertainty(Metric& metric, const Total& total, std::size_t index) const {
    const Series& series = series_[index];
    if (!series.u_reason.empty()) {
        metric.extra["u_reason"] = series.u_reason;
        return;
    }
    std::vector<Contribution> meters;
    meters.reserve(series.members + 1);
    for (std::size_t i = series.first_member; i < series.first_member + series.members; ++i) {
        const Member& member = members_[i];
        meters.push_back({member.d, member.t, watt_hours(total.sums.meters[i]), member.u_rel, member.type});
    }
    if (const Energy declared = total.sums.ratios[index].estimated; declared.mwh > 0) {
        const Instrument estimate = WithoutPapers::estimate;
        meters.push_back(
            {1, 0, watt_hours(declared), relative_uncertainty(estimate).value_or(0), instrument_type(estimate)});
    }
    const auto measured = pue_uncertainty(meters);
    if (!measured) return;
    double it = 0;
    const auto gaps = gaps_of(total, index, it);
    metric.u = gaps.empty() ? measured->u : with_gaps(*measured, it, gaps);
    metric.extra["U"] = coverage_factor * *metric.u;
    metric.extra["k"] = coverage_factor;
}

}  // namespace pued
