// meter_class, ct_class and load_fraction of [[meter]] and [[server]]: what a metering point's papers say.
#include <array>

#include "agent/config/load_parts.hpp"

namespace pued::load {
namespace {

// The enumerator that stands where the text stands in `names`.
template <class T, std::size_t N>
std::optional<T> named(Table& table, std::string_view key, const std::array<std::string_view, N>& names) {
    const auto text = table.choice(key, {names.begin(), names.end()});
    for (std::size_t i = 0; i < N; ++i) {
        if (text == names[i]) return static_cast<T>(i);
    }
    return std::nullopt;
}

}  // namespace

// The classes of meter and transformers are one statement: half of it would prove too much.
std::optional<Classes> classes(Table& table) {
    const auto meter = named<MeterClass>(table, "meter_class", meter_class_names);
    const auto ct = named<CtClass>(table, "ct_class", ct_class_names);
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
