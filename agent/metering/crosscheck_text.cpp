// What a bad finding tells people: which meter, and what to look at; see crosscheck.hpp.
#include <array>
#include <cstdio>
#include <string_view>

#include "agent/metering/crosscheck.hpp"

namespace pued {

namespace {

struct Level {
    std::string_view key, en, zh;
};
constexpr std::array<Level, 5> levels{{{"site", "the utility feeds", "市电进线"},
                                       {"ups-input", "the UPS inputs", "UPS 输入"},
                                       {"ups-output", "the UPS outputs", "UPS 输出"},
                                       {"pdu", "the PDUs", "PDU"},
                                       {"server", "the servers", "服务器"}}};

Level level_of(std::string_view key) {
    for (const Level& level : levels) {
        if (level.key == key) return level;
    }
    return {key, key, key};
}

std::string percent(double share) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %%", share * 100);
    return text;
}

std::string plain(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f", value);
    return text;
}

// Chinese beside letters or digits keeps a space.
std::string set_off(const std::string& name, bool left) {
    const auto latin = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    return (left && latin(name.front()) ? " " : "") + name + (latin(name.back()) ? " " : "");
}

IntegrityText balance_text(const Integrity& finding, const std::string& what) {
    const auto slash = what.find('/');
    const bool levels_compared = slash != std::string::npos;
    const Level lower = level_of(std::string_view{what}.substr(0, slash));
    const Level upper = levels_compared ? level_of(std::string_view{what}.substr(slash + 1)) : Level{};
    const bool whole = upper.key == "site";  // then with the cooling and the rest that is metered
    const std::string below_en = levels_compared ? std::string{lower.en} + (whole ? ", cooling and auxiliaries" : "")
                                                 : "the meters below " + finding.scope;
    const std::string below_zh =
        levels_compared ? std::string{lower.zh} + (whole ? "、制冷及辅助设备" : "") : finding.scope + " 下级各表";
    const std::string above_en = levels_compared ? std::string{upper.en} : finding.scope;
    const std::string above_zh = levels_compared ? std::string{upper.zh} : finding.scope;
    const std::string value = percent(finding.value), expected = percent(finding.expected);
    return {below_en + " add up to " + value + " of " + above_en + "; expected " +
                (finding.expected < 1 ? "" : "at most ") + expected +
                ". Look for a meter whose CT ratio, wiring or scale was changed, or a load that moved.",
            set_off(below_zh, false) + "合计为" + set_off(above_zh, true) + "的 " + value + "，预期" +
                (finding.expected < 1 ? " " : "不超过 ") + expected +
                "。请检查是否有电表的 CT 变比、接线或倍率被更改，或负载被迁移。"};
}

}  // namespace

IntegrityText text_of(const Integrity& finding, const std::string& what) {
    const std::string& id = finding.scope;
    if (finding.check == "balance") return balance_text(finding, what);
    if (finding.check == "counter-vs-power") {
        return {"The energy register of " + id +
                    " repeatedly disagrees with its own power readings; last hour's ratio is " + plain(finding.value) +
                    ". Look at CT ratio, wiring, scaling (kW or W) and word order.",
                id + " 的电能读数多次与其功率读数不一致，最近一小时比值为 " + plain(finding.value) +
                    "。请检查 CT 变比、接线、倍率（kW 或 W）和字序。"};
    }
    if (finding.check == "scale") {
        return {"Over 24 hours the energy register of " + id + " counted " + plain(finding.value) +
                    " times what its power readings add up to. Look at CT ratio, kW or W, the register's unit and word "
                    "order.",
                id + " 的电能读数在 24 小时内为其功率积分的 " + plain(finding.value) +
                    " 倍。请检查 CT 变比、kW 与 W、寄存器单位和字序。"};
    }
    if (finding.check == "impossible") {
        return {
            "In the last hour the data centre took " + plain(finding.value) +
                " times what its IT took, which cannot be unless storage discharged. Look at the feed meters' CT ratio "
                "and clamp direction, and whether a feed is not metered.",
            "最近一小时数据中心总电量为 IT 电量的 " + plain(finding.value) +
                " 倍，除非储能放电，否则不可能。请检查进线电表的 CT 变比和互感器方向，以及是否有进线未计量。"};
    }
    if (finding.check == "reversed-ct") {
        return {id + " showed a negative phase power or a power factor below 0.5 in " + percent(finding.value) +
                    " of the last hour's reports. Look at the clamp direction of each phase and at swapped phases.",
                id + " 最近一小时有 " + percent(finding.value) +
                    " 的读数出现负的相功率或功率因数低于 0.5。请检查各相互感器方向和相序。"};
    }
    if (finding.check == "stuck") {
        return {"The energy register of " + id +
                    " stands still although power flows. Look at the meter's display; restart its gateway.",
                id + " 的电能读数停滞，但仍有负载。请查看电表显示屏，必要时重启网关。"};
    }
    if (finding.check == "silent" && finding.answers) {
        return {id + " answers, but has told no energy that can be counted since " + what +
                    ": its energy has no value, or its register takes steps that cannot be (the log says why). Of a "
                    "Modbus meter, look at unit, scale, type and word order in its register map, and at rated_kw.",
                id + " 有应答，但自 " + what +
                    " 起没有可计入的电能：其电能读数无效，或寄存器步进不合理（详见运行日志）。若为 Modbus "
                    "电表，请检查寄存器映射中的单位、倍率、"
                    "类型和字序，以及 rated_kw。"};
    }
    if (finding.check == "silent") {
        return {id + " has told no energy since " + what +
                    ". Look at its power supply and wiring, at its address, and at its gateway.",
                id + " 自 " + what + " 起没有电能数据。请检查其供电、接线、地址和网关。"};
    }
    return {
        id + " began to count anew, or may have been exchanged while nobody saw it. Compare serial number and display, "
             "and state an exchange in [[meter.exchange]].",
        id + " 的电能读数重新开始，或电表可能已在中断期间被更换。请核对序列号和显示屏，并在配置中登记换表。"};
}

Integrity told(Integrity finding, const std::string& what) {
    if (!finding.score || *finding.score < 1) return finding;
    auto text = text_of(finding, what);
    finding.text_en = std::move(text.en);
    finding.text_zh = std::move(text.zh);
    return finding;
}

}  // namespace pued
