// Why a field has no value, in words for an operator: "0x7FC0 0x0000 is no number", "0x08FC gives 2300, above 300".
// Made only when a report tells of it. Pure; short whatever the words.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "drivers/modbus/decode.hpp"

namespace pued {

// Of words that decode() found no value in; empty where it finds one. Words are shown as they came.
std::string no_value_text(const Field& field, std::span<const std::uint16_t> words, const HelperValues& helpers);

}  // namespace pued
