// See the header. Only powers: currents of phases add up to nothing, and counters that are added lose what each of them
// tells by beginning anew.
#include "agent/config/register_sums.hpp"

#include <algorithm>

#include "agent/model/quantity.hpp"

namespace pued {
namespace {

std::vector<std::string> names_of(const RegisterMap& map) {
    std::vector<std::string> out;
    for (const auto& field : map.fields) out.push_back(field.name);
    return out;
}

void check_part(Table& table, const std::string& sum, const std::string& part, const std::vector<std::string>& known,
                bool all_known) {
    const auto quantity = parse_quantity(part);
    if (std::find(known.begin(), known.end(), part) == known.end()) {
        if (!all_known) return;
        table.problem("sum", "sum names \"" + part + "\", which is not there" + suggestion(part, known) +
                                 " (expected names in [fields] with registers of their own)");
    } else if (!quantity || quantity->quantity != parse_quantity(sum)->quantity) {
        table.problem("sum", "sum names \"" + part + "\", which is another quantity than " + sum +
                                 " (expected parts of the same)");
    }
}

}  // namespace

FieldSum read_sum(Table& table, const std::string& name, const RegisterMap& map, bool all_known) {
    FieldSum out{name, table.strings("sum")};
    if (map.protocol == MapProtocol::dlt645) {
        table.problem("sum", "sum is for Modbus (expected item, a data identifier such as 0x00010000)");
        return out;
    }
    const auto quantity = parse_quantity(name)->quantity;
    if (quantity != Quantity::power && quantity != Quantity::apparent_power) {
        table.problem("sum", "sum is for power_w and apparent_power_va (expected a register)");
        return out;
    }
    auto parts = out.parts;
    std::sort(parts.begin(), parts.end());
    if (parts.size() < 2 || std::adjacent_find(parts.begin(), parts.end()) != parts.end()) {
        table.problem("sum", "sum has too few parts, or one of them twice (expected two names or more, each once)");
    }
    for (const auto& part : out.parts) check_part(table, name, part, names_of(map), all_known);
    return out;
}

}  // namespace pued
