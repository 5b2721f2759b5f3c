// meter_class, ct_class and load_fraction of [[meter]] and [[server]]: what a metering point's papers say.
#include <array>

#include "agent/config/load_parts.hpp"

namespace pued::load {
namespace {

constexpr std::array<std::pair<std::string_view, MeterClass>, 5> kMeterClasses{{{"0.2S", MeterClass::c02s},
                                                                                {"0.5S", MeterClass::c05s},
                                                                                {"0.5", MeterClass::c05},
                                                                                {"1", MeterClass::c1},
                                                                                {"2", MeterClass::c2}}};
constexpr std::array<std::pair<std::string_view, CtClass>, 5> kCtClasses{{{"0.2S", CtClass::c02s},
                                                                          {"0.5S", CtClass::c05s},
                                                                          {"0.5", CtClass::c05},
                                                                          {"1", CtClass::c1},
                                                                          {"none", CtClass::none}}};

template <class T, std::size_t N>
std::optional<T> named(Table& table, std::string_view key, const std::array<std::pair<std::string_view, T>, N>& names) {
    std::vector<std::string_view> choices;
    for (const auto& [name, value] : names) choices.push_back(name);
    const auto text = table.choice(key, choices);
    for (const auto& [name, value] : names) {
        if (text == name) return value;
    }
    return std::nullopt;
}

}  // namespace

// The classes of meter and transformers are one statement: half of it would prove too much.
std::optional<Classes> classes(Table& table) {
    const auto meter = named(table, "meter_class", kMeterClasses);
    const auto ct = named(table, "ct_class", kCtClasses);
    const auto load = table.number("load_fraction", 0.01, 1.2);
    if (table.has("meter_class") && !table.has("ct_class")) {
        table.problem("meter_class",
                      "meter_class is given without ct_class (expected the class of the current transformers too, or "
                      "ct_class = \"none\" for a meter without them)");
    }
    for (const char* key : {"ct_class", "load_fraction"}) {
        if (table.has(key) && !table.has("meter_class")) {
            table.problem(key, std::string{key} + " is given without meter_class (expected both)");
        }
    }
    if (!meter || !ct) return std::nullopt;
    return Classes{*meter, *ct, load.value_or(usual_load_fraction)};
}

}  // namespace pued::load
