// A text states what is in it, a number what it is: equal to one of some, or in a range, after a mask.
#include "agent/config/register_identity.hpp"

#include <algorithm>
#include <string>

namespace pued {
namespace {

constexpr unsigned kMostTextWords = 32;

struct RawPlace {  // where a text or number stands, as both tables write it
    std::uint16_t address = 0;
    std::optional<RegisterType> number;  // nothing: a text
};

std::optional<RawPlace> read_place(Table& table) {
    const auto address = read_address(table);
    if (!table.has("type")) table.missing("type", "text, u16, u32 or u64");
    const auto type = table.choice("type", {"text", "u16", "u32", "u64"});
    if (!address || !type) return std::nullopt;
    RawPlace out{*address, std::nullopt};
    if (type == "u16") out.number = RegisterType::u16;
    if (type == "u32") out.number = RegisterType::u32;
    if (type == "u64") out.number = RegisterType::u64;
    return out;
}

unsigned read_words(Table& table, const FieldRules& rules) {
    if (!table.has("words")) table.missing("words", "how many registers the text takes");
    return static_cast<unsigned>(table.integer("words", 1, std::min(rules.max_words, kMostTextWords)).value_or(1));
}

WordOrder text_order(Table& table) {
    return table.choice("word_order", {"abcd", "badc"}) == "badc" ? WordOrder::badc : WordOrder::abcd;
}

std::uint8_t read_function(Table& table, const FieldRules& rules) {
    return static_cast<std::uint8_t>(table.integer("function", 3, 4).value_or(rules.function));
}

std::optional<std::uint64_t> unsigned_of(std::optional<std::int64_t> value) {
    return value ? std::optional{static_cast<std::uint64_t>(*value)} : std::nullopt;
}

void read_text_conditions(Table& table, IdentifyProbe& probe) {
    for (const auto* key : {"equals", "min", "max", "mask"}) table.refuse(key, "it is for numbers (expected contains)");
    probe.contains = table.strings("contains");
    const auto empty = [](const std::string& text) { return text.empty(); };
    if (probe.contains.empty() || std::any_of(probe.contains.begin(), probe.contains.end(), empty)) {
        table.missing("contains", "a word that is in the text of every such device, or a list of which one is");
    }
}

void check_conditions(Table& table, const IdentifyProbe& probe) {
    const bool ranged = probe.min || probe.max;
    if (probe.equals.empty() && !ranged && !table.has("equals")) {
        table.missing("equals, or min and max", "what this register holds in every such device");
    }
    if (!probe.equals.empty() && ranged) {
        table.problem("equals", "equals stands beside min or max (expected the one or the others)");
    }
    if (probe.min && probe.max && *probe.min > *probe.max) {
        table.problem("min", "min = " + std::to_string(*probe.min) + " is more than max = " +
                                 std::to_string(*probe.max) + " (expected the lower end first)");
    }
    const auto masked = [&probe](std::uint64_t value) { return (value & ~probe.mask) != 0; };
    const auto never = std::find_if(probe.equals.begin(), probe.equals.end(), masked);
    if (never != probe.equals.end()) {
        table.problem("equals", "equals = " + std::to_string(*never) +
                                    " has bits that mask takes away, so that it never holds (expected only bits of the "
                                    "mask)");
    }
}

void read_number_conditions(Table& table, IdentifyProbe& probe) {
    for (const auto* key : {"contains", "words"})
        table.refuse(key, "it is for texts (expected equals, or min and max)");
    const bool wide = probe.words == 4;
    const std::int64_t most = wide ? INT64_MAX : (std::int64_t{1} << (16 * probe.words)) - 1;
    for (const auto value : table.integers("equals", wide ? INT64_MIN : 0, most)) {
        probe.equals.push_back(static_cast<std::uint64_t>(value));
    }
    probe.min = unsigned_of(table.integer("min", 0, most));
    probe.max = unsigned_of(table.integer("max", 0, most));
    probe.mask = unsigned_of(table.integer("mask", wide ? INT64_MIN : 1, most)).value_or(probe.mask);
    check_conditions(table, probe);
}

void check_end(Table& table, const IdentifyProbe& probe) {
    const unsigned last = probe.address + probe.words - 1;
    if (last <= 65535) return;
    table.problem("address", "address " + std::to_string(last) + " is out of range (expected at most 65535)");
}

}  // namespace

std::optional<IdentityField> read_identity(Table& table, const FieldRules& rules) {
    if (!table.present()) return std::nullopt;
    IdentityField out;
    out.function = read_function(table, rules);
    check_confidence(table, rules);
    const auto place = read_place(table);
    if (!place) return std::nullopt;
    out.address = place->address;
    out.text = !place->number;
    if (out.text) {
        out.words = read_words(table, rules);
        out.order = text_order(table);
        return out;
    }
    out.words = words_of(*place->number);
    out.order = read_word_order(table, "word_order", rules.order);
    out.invalid = read_invalid(table, *place->number);
    return out;
}

std::optional<IdentifyProbe> read_probe(Table& table, const FieldRules& rules) {
    IdentifyProbe out;
    out.function = read_function(table, rules);
    check_confidence(table, rules);
    const auto place = read_place(table);
    if (!place) return std::nullopt;
    out.address = place->address;
    out.text = !place->number;
    out.words = out.text ? read_words(table, rules) : words_of(*place->number);
    out.order = out.text ? text_order(table) : read_word_order(table, "word_order", rules.order);
    out.text ? read_text_conditions(table, out) : read_number_conditions(table, out);
    check_end(table, out);
    table.finish();
    return out;
}

}  // namespace pued
