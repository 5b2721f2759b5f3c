// rates = { … } of a [[meter]] against its profile, its poll and the intervals of the ledger.
#include <algorithm>

#include "agent/config/check_parts.hpp"
#include "agent/config/rates.hpp"
#include "agent/model/quantity.hpp"

namespace pued::checks {
namespace {

// "60", "0.5"
std::string in_text(Milliseconds time) {
    std::string out = std::to_string(time.count() / 1000);
    if (time.count() % 1000 == 0) return out;
    const auto rest = std::to_string(1000 + time.count() % 1000).substr(1);
    return out + '.' + rest.substr(0, rest.find_last_not_of('0') + 1);
}

// What makes an interval's energy must be read in each, before it closes.
bool makes_energy(std::string_view key) {
    const auto name = parse_quantity(key);
    if (!name) return false;
    return name->quantity == Quantity::energy || name->quantity == Quantity::energy_export ||
           name->quantity == Quantity::power;
}

void check_rate(const Context& context, const Entry& entry, const std::string& key, Milliseconds rate,
                Milliseconds poll) {
    const auto& metering = context.config.metering;
    const Milliseconds interval{metering.interval}, grace{metering.grace};
    const auto most = makes_energy(key) ? std::min(interval, grace) : interval;
    const std::string says = "rates: " + key + " = " + in_text(rate);
    if (rate.count() % poll.count() != 0) {
        context.problem(entry, "rates",
                        says + " falls between two polls (expected a multiple of poll_s = " + in_text(poll) + ')');
    } else if (rate > most) {
        context.problem(entry, "rates",
                        says + " is too slow (expected at most " + in_text(most) +
                            ", or an interval would have to close without it)");
    }
}

// A sum is of one poll.
void check_sum(const Context& context, const Entry& entry, const ModbusDevice& meter, const FieldSum& sum,
               Milliseconds poll) {
    const auto period = [&](const std::string& part) { return std::max(rate_of(meter.rates, part), poll); };
    const auto& first = sum.parts.front();
    const auto other = std::ranges::find_if(sum.parts, [&](const auto& part) { return period(part) != period(first); });
    if (other == sum.parts.end()) return;
    context.problem(entry, "rates",
                    "rates: " + sum.name + " is the sum of parts that are read at different times, " + first +
                        " every " + in_text(period(first)) + " s and " + *other + " every " + in_text(period(*other)) +
                        " s (expected one rate: give the parts of " + sum.name + " one rate)");
}

void check_rates(const Context& context, const Entry& entry, const ModbusDevice& meter, const RegisterMap& map) {
    const auto poll = meter.poll.count() > 0 ? meter.poll : context.config.metering.poll;
    const auto fields = expand(map, meter.counts);
    for (const auto& [key, rate] : meter.rates) {
        const auto covered = [&key = key](const Field& field) { return rate_covers(key, field.name); };
        if (std::ranges::any_of(fields, covered)) {
            check_rate(context, entry, key, rate, poll);
        } else {
            context.problem(
                entry, "rates",
                "rates: the profile \"" + map.id + "\" has no \"" + key + "\" (expected a quantity that it has)");
        }
    }
    for (const auto& sum : map.sums) check_sum(context, entry, meter, sum, poll);
    const auto with_every_poll = [&](const Field& field) { return rate_of(meter.rates, field.name) <= poll; };
    if (std::ranges::any_of(fields, with_every_poll)) return;
    context.problem(entry, "rates",
                    "rates: no quantity is left for every poll (expected poll_s to be the quickest of the rates)");
}

// Only the plans of Modbus are made by quantity; all others would read everything with every poll.
void refuse(const Context& context, const Entry& entry, const std::string& protocol) {
    context.problem(entry, "rates",
                    "rates is for Modbus, and this meter speaks " + protocol +
                        " (expected none; poll_s is the period of all that it tells)");
}

}  // namespace

void rates(const Context& context) {
    const auto list = entries("meter", context.config.meters);
    for (const auto& entry : list) {
        const auto& meter = context.config.meters[entry.index];
        if (meter.rates.empty()) continue;
        const auto map = context.maps.find(meter.profile);
        if (meter.redfish) refuse(context, entry, "Redfish");
        if (meter.redfish || map == context.maps.end()) continue;  // a profile that nobody knows is told elsewhere
        if (map->second.protocol == MapProtocol::modbus) {
            check_rates(context, entry, meter, map->second);
        } else {
            refuse(context, entry, "DL/T 645");
        }
    }
}

}  // namespace pued::checks
