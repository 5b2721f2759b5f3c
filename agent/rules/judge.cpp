// The steps of a verdict in their order: does the rule apply, is the data good enough, where does the value stand.
#include "agent/rules/judge.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "agent/rules/printed.hpp"

namespace pued {
namespace {

constexpr auto year = std::chrono::days{365};

struct Reached {
    Verdict verdict;
    Bilingual reason;
};

std::string percent(double share) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
    return text;
}

// Coverage and estimates below grade B.
std::optional<Reached> too_little(const Measurement& measured, const JudgeSettings& settings) {
    if (measured.coverage < settings.min_coverage) {
        const auto have = percent(measured.coverage), need = percent(settings.min_coverage);
        return Reached{Verdict::insufficient_data,
                       {"coverage " + have + " is below " + need, "数据不足：数据覆盖率 " + have + "，低于 " + need}};
    }
    const bool of_it = measured.estimated_it > measured.estimated_facility;
    const double estimated = std::max(measured.estimated_facility, measured.estimated_it);
    if (estimated <= settings.max_estimated) return std::nullopt;
    const auto have = percent(estimated), most = percent(settings.max_estimated);
    const std::string en = of_it ? "the IT energy" : "the facility's energy";
    const std::string zh = of_it ? "信息设备电量" : "数据中心总电量";
    return Reached{Verdict::insufficient_data,
                   {have + " of " + en + " is estimated, more than " + most,
                    "数据不足：" + zh + "中估算值占 " + have + "，高于 " + most}};
}

// Why there can be no verdict on this data; nothing when there can.
std::optional<Reached> lack(const Measurement& measured, const JudgeSettings& settings) {
    if (!measured.closed || measured.window < year) {
        return Reached{Verdict::insufficient_data,
                       {"interim figure, no verdict: the rule is about a whole year, which is not closed yet",
                        "阶段性数值，不作判定：规定以完整年度为期，周期尚未结束"}};
    }
    if (auto reason = too_little(measured, settings)) return reason;
    if (measured.doubted > settings.max_doubted) {
        const auto have = percent(measured.doubted), most = percent(settings.max_doubted);
        return Reached{
            Verdict::indeterminate,
            {"an integrity alarm was open on a contributing meter in " + have + " of the time, more than " + most,
             "无法判定：数据存疑时段（相关电能表存在完整性告警）占 " + have + "，高于 " + most}};
    }
    if (!measured.integrity_alarm) return std::nullopt;
    const auto& which = measured.integrity_reason;
    return Reached{Verdict::indeterminate,
                   {"an integrity alarm is open on a contributing meter" + (which.empty() ? "" : ": " + which),
                    "无法判定：相关电能表存在未关闭的完整性告警" + (which.empty() ? "" : "：" + which)}};
}

std::optional<Reached> out_of_scope(const Applicability& applicability) {
    if (applicability.answer == Answer::applies) return std::nullopt;
    const bool no = applicability.answer == Answer::not_applicable;
    return Reached{no ? Verdict::not_applicable : Verdict::indeterminate, applicability.reason};
}

Reached by_band(Band band) {
    switch (band) {
        case Band::pass: return {Verdict::compliant, {"inside the limit", "在限值以内，符合"}};
        case Band::conditional_pass:
            return {
                Verdict::indeterminate,
                {"inside the limit, but nearer to it than the guard band", "在限值以内，但距限值小于保护带，无法判定"}};
        case Band::conditional_fail:
            return {
                Verdict::indeterminate,
                {"beyond the limit, but nearer to it than the guard band", "超出限值，但距限值小于保护带，无法判定"}};
        case Band::fail: return {Verdict::non_compliant, {"beyond the limit", "超出限值，不符合"}};
    }
    return {Verdict::indeterminate, {}};
}

// Full-value comparison is recalled, not read: the report says so in a note.
Bilingual unrounded() {
    return {"compared unrounded (full-value comparison of GB/T 8170)", "按全数值比较法比较，不修约（GB/T 8170）"};
}

std::string factor_text(double factor) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", factor);
    return text;
}

Bilingual simple_note() {
    const auto how = unrounded();
    return {" (simple acceptance: no uncertainty stated; " + how.en + ")",
            "（简单接受，未声明不确定度；" + how.zh + "）"};
}

// The decision rule (ISO/IEC 17025, 7.8.6), and what simple acceptance says beside it.
Bilingual guarded_note(double value, double u, double guard_factor, bool inside) {
    const auto how = unrounded();
    const auto expanded = expanded_text(expanded_by * u);
    const bool whole = guard_factor == expanded_by;
    const auto w = whole ? std::string{"U"} : factor_text(guard_factor) + " u";
    const auto figures = value_text(value) + ", U = " + expanded + " (k = 2)";
    return {" (" + figures + "; guard band w = " + w +
                "; simple acceptance: " + (inside ? "inside the limit" : "beyond the limit") + "; " + how.en + ")",
            "（" + value_text(value) + "，扩展不确定度 U = " + expanded + "（k = 2）；保护带 w = " + w +
                "；按简单接受：" + (inside ? "符合" : "不符合") + "；" + how.zh + "）"};
}

// Nobody is called non-compliant on a rule that only informs.
void soften(Reached& reached) {
    if (reached.verdict != Verdict::non_compliant) return;
    reached.verdict = Verdict::indeterminate;
    reached.reason.en += "; advisory: the rule's force or evidence does not carry a verdict of non-compliance";
    reached.reason.zh += "；仅供参考：该规定的效力或依据不足以判定不符合";
}

void conclude(Judgement& out, Reached reached) {
    out.verdict = reached.verdict;
    out.reason = std::move(reached.reason);
}

void compare(Judgement& out, const Limit& limit, double value, std::optional<double> u, double guard_factor) {
    out.method = u ? Method::guard_band : Method::simple_acceptance;
    if (u) out.p_conform = probability_of_conformity(value, limit, *u);
    auto reached = by_band(band_of(value, limit, u ? guard_factor * *u : 0));
    const auto note = u ? guarded_note(value, *u, guard_factor, within(value, limit)) : simple_note();
    reached.reason.en += note.en;
    reached.reason.zh += note.zh;
    if (out.advisory) soften(reached);
    conclude(out, std::move(reached));
}

void place(Judgement& out, const Rule& rule, const BindingLimit& binding, std::optional<double> value) {
    out.limit = binding.limit.value;
    out.advisory = advisory_only(rule, binding.confidence);
    if (binding.tier != nullptr) out.grade = binding.tier->id;
    if (!value) return;
    out.within_limit = within(*value, binding.limit);
    if (const auto* grade = grade_of(rule, *value)) out.grade = grade->id;
}

std::optional<double> finite(std::optional<double> number) {
    return number && std::isfinite(*number) ? number : std::nullopt;
}

}  // namespace

Judgement judge(const Rule& rule, const SiteFacts& site, const Measurement& measured, std::chrono::year_month_day today,
                const JudgeSettings& settings) {
    Judgement out;
    const auto value = finite(measured.value);
    const auto binding = binding_limit(rule, site);
    if (binding) place(out, rule, *binding, value);
    if (auto scope = out_of_scope(applies(rule, site, today))) {
        conclude(out, std::move(*scope));
    } else if (!value) {
        conclude(out, {Verdict::insufficient_data, {"there is no value", "无数值"}});
    } else if (auto reason = rule.metric == RuleMetric::pue ? lack(measured, settings) : std::nullopt) {
        conclude(out, std::move(*reason));
    } else {
        compare(out, binding->limit, *value, finite(measured.u), settings.guard_factor);
    }
    return out;
}

Band band_of(double value, const Limit& limit, double w) {
    const bool most = limit.direction == Direction::at_most;
    const Limit inner{most ? limit.value - w : limit.value + w, limit.direction};
    const Limit outer{most ? limit.value + w : limit.value - w, limit.direction};
    if (within(value, inner)) return Band::pass;
    if (within(value, limit)) return Band::conditional_pass;
    return within(value, outer) ? Band::conditional_fail : Band::fail;
}

double probability_of_conformity(double value, const Limit& limit, double u) {
    if (u <= 0) return within(value, limit) ? 1 : 0;
    const double margin = limit.direction == Direction::at_most ? limit.value - value : value - limit.value;
    return std::erfc(-margin / u / std::sqrt(2.0)) / 2;  // the normal distribution at margin / u
}

std::string_view to_string(Verdict verdict) {
    constexpr std::array<std::string_view, 5> names{"compliant", "non-compliant", "indeterminate", "insufficient-data",
                                                    "not-applicable"};
    return names[static_cast<std::size_t>(verdict)];
}

std::string_view to_string(Method method) {
    constexpr std::array<std::string_view, 3> names{"none", "simple-acceptance", "guard-band"};
    return names[static_cast<std::size_t>(method)];
}

Bilingual label(Verdict verdict) {
    switch (verdict) {
        case Verdict::compliant: return {"compliant", "符合"};
        case Verdict::non_compliant: return {"not compliant", "不符合"};
        case Verdict::indeterminate: return {"cannot be decided", "无法判定"};
        case Verdict::insufficient_data: return {"not enough data", "数据不足"};
        case Verdict::not_applicable: return {"not applicable", "不适用"};
    }
    return {};
}

}  // namespace pued
