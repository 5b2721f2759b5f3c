// What is known of a metering point's accuracy: the classes that its papers state, or what kind of thing it is where
// there are none. Plain data out of the configuration; agent/metering/uncertainty.hpp makes numbers of it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

namespace pued {

// Accuracy class of an energy meter (IEC 62053, GB/T 17215) and of its current transformers (IEC 61869-2).
enum class MeterClass : std::uint8_t { c02s, c05s, c05, c1, c2 };
enum class CtClass : std::uint8_t { c02s, c05s, c05, c1, none };  // none: connected directly

// As the configuration writes them and people read them, in the order of the enumerations.
inline constexpr std::array<std::string_view, 5> meter_class_names{"0.2S", "0.5S", "0.5", "1", "2"};
inline constexpr std::array<std::string_view, 5> ct_class_names{"0.2S", "0.5S", "0.5", "1", "none"};
constexpr std::string_view name_of(MeterClass value) { return meter_class_names[static_cast<std::size_t>(value)]; }
constexpr std::string_view name_of(CtClass value) { return ct_class_names[static_cast<std::size_t>(value)]; }

// Load of a metering point where nobody stated it: redundant feeds and oversized transformers run far below nominal.
inline constexpr double usual_load_fraction = 0.3;

struct Classes {
    MeterClass meter = MeterClass::c1;
    CtClass ct = CtClass::none;
    double load_fraction = usual_load_fraction;  // mean current as a share of nominal; chooses the row of the limits
};

// Things that measure without stating a class.
enum class WithoutPapers : std::uint8_t { ups_display, pdu, bmc, estimate };

using Instrument = std::variant<WithoutPapers, Classes>;

}  // namespace pued
