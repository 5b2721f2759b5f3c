// One sentence a layer.
#include "agent/drift/text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>

namespace pued {
namespace {

double number(const Metric& metric, const char* key) {
    const auto found = metric.extra.find(key);
    const bool there = found != metric.extra.end() && std::holds_alternative<double>(found->second);
    return there ? std::get<double>(found->second) : 0;
}

std::string word(const Metric& metric, const char* key) {
    const auto found = metric.extra.find(key);
    const bool there = found != metric.extra.end() && std::holds_alternative<std::string>(found->second);
    return there ? std::get<std::string>(found->second) : std::string{};
}

struct Text {
    std::string en, zh;
};

Text part_of(const std::string& component) {
    if (component == "cooling") return {"the cooling", "制冷系统"};
    if (component == "losses") return {"the power distribution (UPS, transformers)", "供配电系统（UPS、变压器）"};
    if (component == "other") return {"what is neither cooling nor distribution", "制冷与供配电以外的设备"};
    return {"the plant", "基础设施"};
}

Text acute(const Metric& metric, const DriftSettings& settings) {
    const double residual = *metric.value, expected = number(metric, "expected");
    Text out{fmt::format("PUE {:.3f} in this hour, {:+.3f} against the {:.3f} that weather and load explain",
                         expected + residual, residual, expected),
             fmt::format("本小时 PUE 为 {:.3f}，气象与负载可解释的值为 {:.3f}，偏差 {:+.3f}", expected + residual,
                         expected, residual)};
    if (residual > settings.acute) {
        out.en += ": has a chiller, pump or valve failed, or free cooling dropped out?";
        out.zh += "：请检查冷机、水泵、阀门是否故障，自然冷却是否退出";
    }
    return out;
}

Text change(const Metric& metric) {
    const auto part = part_of(word(metric, "component"));
    const auto since = word(metric, "onset_day");
    if (since.empty()) return {};
    const double waste = number(metric, "waste_kwh");
    const bool worse = word(metric, "direction") == "worse";
    Text out{fmt::format("Since {} PUE has been {} what weather and load explain, by {:.0f} kWh so far", since,
                         worse ? "above" : "below", std::abs(waste)),
             fmt::format("自 {} 起，PUE 持续{}气象与负载可解释的水平，累计 {:.0f} kWh", since, worse ? "高于" : "低于",
                         std::abs(waste))};
    if (word(metric, "cause") == "metering") {
        out.en += "; a meter changed at the same time: look at the meters first";
        out.zh += "；同期有电表发生变化，请先核查计量";
    } else if (worse) {
        out.en += "; look at " + part.en + " first";
        out.zh += "；请先检查" + part.zh;
    } else {
        out.en += "; has the plant been improved, or does a main meter read low?";
        out.zh += "；请确认是设备改善，还是总表计量偏低";
    }
    return out;
}

Text budget(const Metric& metric) {
    return {
        fmt::format("The year's headroom is being spent {:.1f} times as fast as this alarm allows ({} window); planned "
                    "headroom {:.0f} kWh",
                    *metric.value, word(metric, "tier"), number(metric, "headroom_kwh")),
        fmt::format("全年能耗余量的消耗速度为告警阈值的 {:.1f} 倍（{} 窗口）；计划余量 {:.0f} kWh", *metric.value,
                    word(metric, "tier"), number(metric, "headroom_kwh"))};
}

Text forecast(const Metric& metric, const DriftSettings& settings) {
    const double pue = number(metric, "forecast"), u = number(metric, "forecast_u");
    const double allowed = number(metric, "allowed_rest");
    return {
        fmt::format("The year is expected to end at PUE {:.3f} (u = {:.3f}): above the limit {} with a probability of "
                    "{:.0f} %; the rest of the year may have {:.3f}",
                    pue, u, settings.limit.value_or(0), *metric.value * 100, allowed),
        fmt::format("预计全年 PUE 为 {:.3f}（u = {:.3f}），超过限值 {} 的概率为 {:.0f} %；剩余时段 PUE 须不高于 {:.3f}",
                    pue, u, settings.limit.value_or(0), *metric.value * 100, allowed)};
}

}  // namespace

void add_text(Metric& metric, const DriftSettings& settings) {
    if (!metric.value) return;
    Text text;
    if (metric.name == "pue-residual-hour") text = acute(metric, settings);
    if (metric.name == "change-score") text = change(metric);
    if (metric.name == "budget-burn") text = budget(metric);
    if (metric.name == "forecast-p") text = forecast(metric, settings);
    if (text.en.empty()) return;
    metric.extra["text_en"] = std::move(text.en);
    metric.extra["text_zh"] = std::move(text.zh);
}

}  // namespace pued
