// [rules] and [[alert]]: what is judged, and when somebody is told.
#include "agent/config/load_parts.hpp"

namespace pued::load {
namespace {

constexpr std::int64_t kMaxCount = 10000;
constexpr double kMaxLimit = 1e15;

// Exactly one of above and below, and clear on its inner side.
void check_limits(Table& table, const AlertConfig& alert) {
    if (alert.above && alert.below) {
        table.problem("below", "both above and below are given (expected one of them; make two alerts)");
    } else if (!alert.above && !alert.below) {
        if (!table.has("above") && !table.has("below")) table.missing("above or below", "a number");
    } else if (alert.clear && alert.above && *alert.clear > *alert.above) {
        table.problem("clear", "clear is greater than above, so the alert could never clear (expected at most above)");
    } else if (alert.clear && alert.below && *alert.clear < *alert.below) {
        table.problem("clear", "clear is less than below, so the alert could never clear (expected at least below)");
    }
}

AlertConfig alert(Table& table) {
    AlertConfig out;
    set(out.metric, table.required_string("metric"));
    set(out.scope, table.string("scope"));
    out.above = table.number("above", -kMaxLimit, kMaxLimit);
    out.below = table.number("below", -kMaxLimit, kMaxLimit);
    out.clear = table.number("clear", -kMaxLimit, kMaxLimit);
    set(out.for_count, table.integer("for_count", 1, kMaxCount));
    set(out.clear_count, table.integer("clear_count", 1, kMaxCount));
    set(out.severity, table.choice("severity", {"page", "ticket", "advisory"}));
    check_limits(table, out);
    return out;
}

}  // namespace

void rules(Table& root, Config& config) {
    Table table = root.table("rules");
    table.set_where("rules");
    RulesConfig& out = config.rules;
    out.only = table.strings("only");
    out.skip = table.strings("skip");
    set(out.window, table.choice("window", {"interval", "hour", "day"}));
    set(out.hysteresis, table.number("hysteresis", 0, 1));
    set(out.for_count, table.integer("for_count", 1, kMaxCount));
    set(out.clear_count, table.integer("clear_count", 1, kMaxCount));
    config.places.note("rules", 0, table, {"only", "skip"});
    table.finish();
}

void alerts(Table& root, Config& config) {
    entries(root, "alert", config.alerts, config.places, {"id", "metric", "scope"}, alert);
}

}  // namespace pued::load
