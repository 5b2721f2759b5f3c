// One register map, perhaps in a variant, weighed as the explanation of what a unit has answered: who it says it is,
// which of the map's registers exist, and whether the numbers make sense. Pure: from the words that were read.
//
//   An answer proves little on a device that answers everywhere, and much on one that refuses what it does not have:
//   the weight of both comes from the share of all questions that were answered.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/model/register_map.hpp"
#include "agent/scan/identify.hpp"
#include "agent/scan/plausibility.hpp"
#include "agent/scan/variant.hpp"
#include "agent/scan/word_book.hpp"

namespace pued::scan {

// The decoder of the driver, brought along by the caller: nothing where the words hold no good value.
using Decode =
    std::function<std::optional<double>(const Field&, std::span<const std::uint16_t>, const Values& helpers)>;

struct Candidate {
    const RegisterMap* map = nullptr;
    Variant variant;
    double score = 0;  // nats of evidence
    Identification identification;
    unsigned answered = 0, asked = 0;  // of the map's registers
    double plausibility = 0;           // the part of the score that comes from values
    Values values, helpers;            // as decoded
    std::vector<Finding> findings;
};

// Fields and helpers, as the variant has them.
std::vector<Read> reads_of(const RegisterMap& map, const Variant& variant);
// The few that tell most: the identification, a voltage, the power, the frequency, or the first two where these lack.
std::vector<Read> anchor_reads(const RegisterMap& map, const Variant& variant);

// With what is known by now; registers that were not asked for count neither way.
Candidate weigh(const RegisterMap& map, const Variant& variant, const WordBook& book, const Decode& decode);
// The best word order for the words that were read: the map's own unless another is clearly better.
Candidate weigh_orders(const RegisterMap& map, Variant variant, const WordBook& book, const Decode& decode);

// Best first; of each map its best variant only.
std::vector<Candidate> ranked(std::vector<Candidate> candidates);

// How sure the first of a ranking is.
enum class Sureness : std::uint8_t { nothing, doubtful, tied, likely, certain };
Sureness sureness(const std::vector<Candidate>& ranking);
std::string_view name_of(Sureness sureness);
// The first and those that explain the unit as well: more than one where sureness is `tied`.
std::vector<const Candidate*> leaders(const std::vector<Candidate>& ranking);

}  // namespace pued::scan
