// Does the unit say that it is one of the devices of a map? By the map's [[identify]] probes, all of which must hold.
// Pure: from the words that were read.
#pragma once

#include <string>
#include <vector>

#include "agent/model/register_map.hpp"
#include "agent/scan/variant.hpp"
#include "agent/scan/word_book.hpp"

namespace pued::scan {

enum class Recognised : std::uint8_t {
    no_probe,  // the map has none
    unread,    // not asked, or no answer
    refused,   // no such registers
    differs,   // they say something else
    yes
};

struct Identification {
    Recognised recognised = Recognised::no_probe;
    double weight = 0;  // evidence, in nats: how unlikely chance would be; negative when against
    std::string text;   // what was read, for people: `reads "B23 "`, `register 11 is 341`
};

std::vector<Read> identify_reads(const RegisterMap& map, const Variant& variant);
Identification identify(const RegisterMap& map, const Variant& variant, const WordBook& book);

// The letters of a text register, two to a word or one; others than ASCII as '?'.
std::string letters(const std::vector<std::uint16_t>& words, WordOrder order);

}  // namespace pued::scan
