// DL/T 645 meters: which of their maps explains what a meter has answered. There is nothing to recognise a model by, no
// word order and no address to be off: a value is there, refused or no number, and the numbers make sense together or
// not. Pure: from the bytes that were read, by data identifier.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/model/register_map.hpp"
#include "agent/scan/examine.hpp"

namespace pued::scan {

struct ItemAnswer {
    Reply reply = Reply::silent;      // words: `bytes`
    std::vector<std::uint8_t> bytes;  // of the item, without its identifier
};
using ItemBook = std::map<std::uint32_t, ItemAnswer>;

// The decoder of the driver, brought along by the caller: nothing where the bytes hold no good value.
using DecodeItem = std::function<std::optional<double>(const Field&, std::span<const std::uint8_t>)>;

// All that the maps of this protocol read, each once; those of other protocols are passed over.
std::vector<std::uint32_t> items_of(const std::map<std::string, RegisterMap>& maps);

// The maps must outlive the examination.
Examination examine_items(const std::map<std::string, RegisterMap>& maps, const ItemBook& book,
                          const DecodeItem& decode);

}  // namespace pued::scan
