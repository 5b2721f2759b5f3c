// Reading one field: where it is, how its words are a number, what that number is of our quantity.
#include "agent/config/register_field.hpp"

#include <algorithm>
#include <initializer_list>
#include <sstream>

#include "agent/config/register_range.hpp"
#include "agent/config/register_units.hpp"
#include "agent/model/quantity.hpp"

namespace pued {
namespace {

// In the order of RegisterType.
const std::initializer_list<std::string_view> kWordOrders = {"abcd", "cdab", "badc", "dcba"};  // as WordOrder
const std::initializer_list<std::string_view> kTypes = {"u16",   "i16",     "u32",     "i32",     "u64",
                                                        "i64",   "f32",     "f64",     "bcd16",   "bcd32",
                                                        "bcd64", "mod10_2", "mod10_3", "mod10_4", "bcd24"};
const std::initializer_list<std::string_view> kModbusTypes = {
    "u16", "i16", "u32", "i32", "u64", "i64", "f32", "f64", "bcd16", "bcd32", "bcd64", "mod10_2", "mod10_3", "mod10_4"};
const std::initializer_list<std::string_view> kItemTypes = {"bcd16", "bcd24", "bcd32"};
constexpr unsigned kLongestItem = 196;  // bytes of data that one frame carries beside the identifier
const std::initializer_list<std::string_view> kConfidences = {"found", "found-secondary", "found-conflict", "recalled"};
constexpr double kLargest = 1e15;  // of any value or scale a field may state

std::size_t position(std::initializer_list<std::string_view> list, std::string_view text) {
    return static_cast<std::size_t>(std::find(list.begin(), list.end(), text) - list.begin());
}

std::string listed(std::initializer_list<std::string_view> list) {
    std::string out;
    for (const auto text : list) out += (out.empty() ? "" : ", ") + std::string{text};
    return out;
}

std::string shown(double value) {
    std::ostringstream out;
    out.precision(15);
    out << value;
    return out.str();
}

bool is_energy(const std::string& name) {
    const auto quantity = parse_quantity(name)->quantity;
    return quantity == Quantity::energy || quantity == Quantity::energy_export;
}

// What documents and other programs call our types: "float32", "UINT16", "s32", "int32u"; empty for anything else.
std::string usual_type(std::string text) {
    for (auto& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (text.ends_with("loat") || text == "real" || text == "single") return "f32";
    if (text == "double") return "f64";
    const auto digits = std::find_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    const auto bits = std::string(digits, text.end()).substr(0, 2);
    if (bits != "16" && bits != "32" && bits != "64") return {};
    if (text.front() == 'f' || text.front() == 'r') return "f" + bits;
    if (text.find('u') != std::string::npos) return "u" + bits;
    return text.front() == 'i' || text.front() == 's' ? "i" + bits : std::string{};
}

// Manuals write a 3 or 4 for the function before the number, and count from 1: 300053 and 400053 are address 52.
std::string as_in_manuals(std::int64_t number) {
    for (const std::int64_t first : {300001, 400001}) {
        if (number < first || number > first + 65535) continue;
        return "; a manual's " + std::to_string(number) + " is address " + std::to_string(number - first);
    }
    return {};
}

std::optional<RegisterType> read_type(Table& table, std::initializer_list<std::string_view> allowed) {
    if (table.present() && !table.has("type")) table.missing("type", "one of " + listed(allowed));
    const auto text = table.string("type");
    if (!text) return std::nullopt;
    if (std::find(allowed.begin(), allowed.end(), *text) != allowed.end()) {
        return static_cast<RegisterType>(position(kTypes, *text));
    }
    const auto usual = usual_type(*text);
    const bool known = std::find(allowed.begin(), allowed.end(), usual) != allowed.end();
    table.problem("type", "type = \"" + *text + "\" is unknown" +
                              (known ? ", did you mean \"" + usual + "\"?"
                                     : suggestion(*text, {allowed.begin(), allowed.end()})) +
                              " (expected one of " + listed(allowed) + ')');
    return std::nullopt;
}

// What the map leaves open is bounded by what is possible at all.
void bound(Field& field, const FieldRules& rules) {
    const auto quantity = parse_quantity(field.name);  // a helper has none
    const auto range = quantity ? possible_range(quantity->quantity, rules.kind) : std::nullopt;
    if (!range) return;
    if (!field.min && range->min <= field.max.value_or(range->max)) field.min = range->min;
    if (!field.max && range->max >= field.min.value_or(range->min)) field.max = range->max;
}

void read_range(Table& table, Field& field, const FieldRules& rules) {
    field.min = table.number("min", -kLargest, kLargest);
    field.max = table.number("max", -kLargest, kLargest);
    bound(field, rules);
    if (field.min && field.max && *field.min > *field.max) {
        table.problem("min", "min = " + shown(*field.min) + " is more than max = " + shown(*field.max) +
                                 " (expected the lower end first)");
    }
}

// DL/T 645: a data identifier, and for a block of values the first byte of this one.
std::optional<Field> read_item(Table& table, const std::string& name, const FieldRules& rules) {
    for (const auto* key : {"address", "function", "word_order"}) {
        table.refuse(key, "it is for Modbus (expected item, a data identifier such as 0x00010000)");
    }
    Field field;
    field.name = name;
    read_range(table, field, rules);
    check_confidence(table, rules);
    if (table.present() && !table.has("item")) table.missing("item", "the data identifier, such as 0x00010000");
    const auto item = table.integer("item", 0, 0xFFFFFFFF);
    field.address = static_cast<std::uint16_t>(table.integer("at", 0, kLongestItem - 1).value_or(0));
    field.sign_bit = table.boolean("sign_bit").value_or(false);
    if (field.sign_bit && is_energy(name)) {
        table.problem("sign_bit", "sign_bit is not for energy, which only grows (expected none)");
    }
    const auto type = read_type(table, kItemTypes);
    if (!item || !type) return std::nullopt;
    field.item = static_cast<std::uint32_t>(*item);
    field.type = *type;
    return field;
}

// What every field has, published or helper.
std::optional<Field> read_common(Table& table, const std::string& name, const FieldRules& rules) {
    if (rules.protocol == MapProtocol::dlt645) return read_item(table, name, rules);
    Field field;
    field.name = name;
    field.function = static_cast<std::uint8_t>(table.integer("function", 3, 4).value_or(rules.function));
    field.order = read_word_order(table, "word_order", rules.order);
    const auto rate = table.choice("rate", {"every-poll", "once"});
    if (rate) field.rate = *rate == "once" ? ReadRate::once : ReadRate::every_poll;
    read_range(table, field, rules);
    check_confidence(table, rules);
    const auto address = read_address(table);
    const auto type = read_type(table, kModbusTypes);
    if (!address || !type) return std::nullopt;
    field.address = *address;
    field.type = *type;
    field.invalid = read_invalid(table, *type);
    if (words_of(*type) > rules.max_words) {
        table.problem("type", "a field of " + std::to_string(words_of(*type)) +
                                  " words does not fit into one request (expected at most transport.max_words = " +
                                  std::to_string(rules.max_words) + ')');
    }
    return field;
}

double read_scale(Table& table) { return table.number("scale", 1e-15, kLargest).value_or(1); }

std::optional<UnitFactor> read_unit(Table& table, const std::string& name) {
    const auto quantity = parse_quantity(name)->quantity;
    const bool given = table.has("unit");
    const auto unit = table.string("unit");
    if (given && !unit) return std::nullopt;  // no string: already reported
    if (const auto factor = unit_factor(quantity, unit.value_or(""))) return factor;
    if (given) {
        table.problem("unit", "unit = \"" + *unit + "\" does not measure " + name + " (expected one of " +
                                  units_allowed(quantity) + ')');
    } else {
        table.missing("unit", "one of " + units_allowed(quantity));
    }
    return std::nullopt;
}

void set_energy_scale(Table& table, Field& field, double scale, UnitFactor unit) {
    if (const auto q = whole_microwatt_hours(scale, unit)) {
        field.q_uwh = *q;
        field.scale = static_cast<double>(*q) / 1e6;
        return;
    }
    table.problem(table.has("scale") ? "scale" : "unit",
                  "one count is " + shown(converted(scale, unit)) +
                      " Wh, which is not a whole number of microwatt-hours (expected a multiple of 0.000001 Wh)");
}

void set_modulus(Table& table, Field& field, std::int64_t modulus) {
    field.modulus = static_cast<std::uint64_t>(modulus);
    const bool counts = field.type != RegisterType::f32 && field.type != RegisterType::f64;
    const unsigned bits = 16 * words_of(field.type);
    if (!counts || bits == 64 || field.modulus <= std::uint64_t{1} << bits) return;
    table.problem("modulus", "modulus = " + std::to_string(modulus) +
                                 " is more than the register can count (expected 1.." +
                                 std::to_string(std::uint64_t{1} << bits) + ')');
}

void read_value(Table& table, Field& field) {
    const double scale = read_scale(table);
    const auto offset = table.number("offset", -kLargest, kLargest);
    const auto modulus = table.integer("modulus", 1, INT64_MAX);
    const auto unit = read_unit(table, field.name);
    field.negate = table.boolean("negate").value_or(false);
    if (is_energy(field.name)) {
        if (offset) table.problem("offset", "offset is not for energy, whose counts are exact (expected none)");
        if (modulus) set_modulus(table, field, *modulus);
        if (unit) set_energy_scale(table, field, scale, *unit);
        return;
    }
    if (modulus) table.problem("modulus", "modulus is for energy registers only (expected none)");
    if (!unit) return;
    field.scale = converted(scale, *unit);
    field.offset = converted(offset.value_or(0), *unit);
}

void check_helper(Table& table, std::string_view key, const std::string& name, const FieldRules& rules) {
    if (std::find(rules.helpers.begin(), rules.helpers.end(), name) != rules.helpers.end()) return;
    const auto near = did_you_mean(name, rules.helpers);
    table.problem(key, std::string{key} + " names \"" + name + "\", which is not there" +
                           (near.empty() ? "" : ", did you mean \"" + near + "\"?") +
                           " (expected a name in [registers])");
}

void read_references(Table& table, Field& field, const FieldRules& rules) {
    field.scale_register = table.string("scale_register").value_or("");
    if (!field.scale_register.empty()) check_helper(table, "scale_register", field.scale_register, rules);
    field.factors = table.strings("factors");
    for (const auto& name : field.factors) check_helper(table, "factors", name, rules);
}

const std::vector<std::string> kQuantities{"power_w",          "energy_wh",    "energy_export_wh", "apparent_power_va",
                                           "voltage_v",        "voltage_l1_v", "voltage_l12_v",    "current_a",
                                           "current_l1_a",     "frequency_hz", "power_factor",     "temperature_c",
                                           "humidity_percent", "activity",     "clock_hz"};

}  // namespace

WordOrder read_word_order(Table& table, std::string_view key, WordOrder fallback) {
    const auto text = table.choice(key, kWordOrders);
    return text ? static_cast<WordOrder>(position(kWordOrders, *text)) : fallback;
}

std::optional<std::uint16_t> read_address(Table& table) {
    if (table.present() && !table.has("address")) table.missing("address", "0..65535, as on the wire: 0-based");
    const auto address = table.integer("address", INT64_MIN, INT64_MAX);
    if (!address) return std::nullopt;
    if (*address >= 0 && *address <= 65535) return static_cast<std::uint16_t>(*address);
    table.problem("address", "address = " + std::to_string(*address) +
                                 " is out of range (expected 0..65535, as on the wire: 0-based" +
                                 as_in_manuals(*address) + ')');
    return std::nullopt;
}

std::vector<std::uint64_t> read_invalid(Table& table, RegisterType type) {
    const unsigned bits = 16 * words_of(type);
    const std::int64_t least = bits == 64 ? INT64_MIN : -(std::int64_t{1} << (bits - 1));
    const std::int64_t most = bits == 64 ? INT64_MAX : (std::int64_t{1} << bits) - 1;
    const std::uint64_t mask = bits == 64 ? UINT64_MAX : (std::uint64_t{1} << bits) - 1;
    std::vector<std::uint64_t> out;
    for (const auto raw : table.integers("invalid", least, most)) out.push_back(static_cast<std::uint64_t>(raw) & mask);
    return out;
}

void check_confidence(Table& table, const FieldRules& rules) {
    const auto confidence = table.choice("confidence", kConfidences);
    if (!confidence || !rules.documented) return;
    if (*confidence == "found" || *confidence == "found-secondary") return;
    table.problem("confidence", "confidence = \"" + *confidence +
                                    "\" is too little for a documented map (expected \"found\" or \"found-secondary\", "
                                    "or status = \"community\")");
}

bool check_quantity_name(Table& parent, const std::string& name) {
    const auto parsed = parse_quantity(name);
    if (parsed && parsed->element.empty()) return true;
    const auto near = did_you_mean(name, kQuantities);
    parent.problem(name, '"' + name + "\" is no quantity" + (near.empty() ? "" : ", did you mean \"" + near + "\"?") +
                             " (expected a name with its unit, such as power_w or voltage_l1_v; outlets go into "
                             "[arrays.outlet], and what has no such name is left out)");
    return false;
}

bool check_helper_name(Table& parent, const std::string& name) {
    const auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    const bool plain = !name.empty() && name.size() <= 48 && std::all_of(name.begin(), name.end(), good);
    if (plain && !parse_quantity(name)) return true;
    parent.problem(name, '"' + name +
                             "\" cannot name a helper register (expected a-z, 0-9 and _, and no quantity: "
                             "those go into [fields])");
    return false;
}

std::optional<Field> read_quantity_field(Table& table, const std::string& name, const FieldRules& rules) {
    auto field = read_common(table, name, rules);
    Field unplaced;  // so that the rest is checked too, as of the widest type
    unplaced.name = name;
    unplaced.type = RegisterType::u64;
    Field& target = field ? *field : unplaced;
    read_value(table, target);
    if (rules.protocol == MapProtocol::modbus) read_references(table, target, rules);
    return field;
}

std::optional<Field> read_helper_field(Table& table, const std::string& name, const FieldRules& rules) {
    auto field = read_common(table, name, rules);
    const double scale = read_scale(table);
    const double offset = table.number("offset", -kLargest, kLargest).value_or(0);
    if (!field) return field;
    field->scale = scale;
    field->offset = offset;
    if (!table.has("rate")) field->rate = ReadRate::once;
    return field;
}

}  // namespace pued
