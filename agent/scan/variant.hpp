// How a device may keep to a register map in all but one thing: another word order, every address one off, holding
// registers for input registers. The doctor tries these; a map that fits only so is told with what it takes. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/model/register_map.hpp"
#include "agent/scan/word_book.hpp"

namespace pued::scan {

struct Variant {
    std::optional<WordOrder> order;  // absent: the map's own
    int offset = 0;                  // -1, 0, 1: added to every address of the map
    bool other_function = false;     // 3 for 4 and 4 for 3

    [[nodiscard]] bool as_mapped() const { return !order && offset == 0 && !other_function; }
    friend bool operator==(const Variant&, const Variant&) = default;
};

std::string_view order_name(WordOrder order);

// Nothing where the address would leave 0..65535.
std::optional<Read> moved(std::uint8_t function, std::uint16_t address, unsigned words, const Variant& variant);
std::optional<Read> read_of(const Field& field, const Variant& variant);

// What the operator has to know beside the map's name: `word_order = "cdab"`, `all addresses one higher than in the
// map`, `function 3 instead of 4`. Empty where nothing.
std::string in_words(const Variant& variant, const RegisterMap& map);

// Of the fields, arrays by their first element.
std::vector<Field> fields_of(const RegisterMap& map);

}  // namespace pued::scan
