// Numbers into register words. See image.hpp.
#include "drivers/sim/image.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

namespace pued::sim {

namespace {

// A register shows whole counts that have been reached: counters are cut, not rounded.
std::uint64_t counts(double value) { return static_cast<std::uint64_t>(std::floor(std::max(value, 0.0) + 1e-9)); }

std::uint32_t signed_bits(double value) {
    return static_cast<std::uint32_t>(
        static_cast<std::int32_t>(std::clamp(std::round(value), -2147483647.0, 2147483646.0)));
}

}  // namespace

Image::Image(const std::vector<Block>& blocks) {
    for (const Block& block : blocks) ranges_.push_back({block.start, std::vector<std::uint16_t>(block.count)});
}

std::uint16_t* Image::word(unsigned address) {
    for (Range& range : ranges_)
        if (address >= range.start && address - range.start < range.words.size())
            return &range.words[address - range.start];
    return nullptr;
}

// Most significant word first.
void Image::put(unsigned address, std::uint64_t bits, unsigned words) {
    for (unsigned i = 0; i < words; ++i) {
        std::uint16_t* place = word(address + i);
        assert(place != nullptr && "a model writes outside its own blocks");
        *place = static_cast<std::uint16_t>(bits >> (16U * (words - 1U - i)));
    }
    values_.push_back({static_cast<std::uint16_t>(address), static_cast<std::uint16_t>(words)});
}

void Image::u16(unsigned address, double value) { put(address, std::min<std::uint64_t>(counts(value), 0xFFFF), 1); }
void Image::i16(unsigned address, double value) { put(address, signed_bits(value) & 0xFFFFU, 1); }
void Image::u32(unsigned address, double value) { put(address, counts(value) & 0xFFFFFFFFU, 2); }
void Image::i32(unsigned address, double value) { put(address, signed_bits(value), 2); }
void Image::u64(unsigned address, double value) { put(address, counts(value), 4); }

void Image::i32_low_first(unsigned address, double value) {
    const std::uint32_t bits = signed_bits(value);
    put(address, (bits << 16U) | (bits >> 16U), 2);
}

void Image::f32(unsigned address, double value) {
    put(address, std::bit_cast<std::uint32_t>(static_cast<float>(value)), 2);  // the device's own format
}

void Image::f64(unsigned address, double value) { put(address, std::bit_cast<std::uint64_t>(value), 4); }

void Image::text(unsigned address, std::string_view text, unsigned words) {
    const auto letter = [text](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    for (unsigned i = 0; i < words; ++i) put(address + i, (letter(2U * i) << 8U) | letter(2U * i + 1U), 1);
}

std::optional<std::vector<std::uint16_t>> Image::read(unsigned address, unsigned count) const {
    for (const Range& range : ranges_) {
        if (address < range.start || address + count > range.start + range.words.size()) continue;
        const auto first = range.words.begin() + static_cast<std::ptrdiff_t>(address - range.start);
        return std::vector<std::uint16_t>(first, first + static_cast<std::ptrdiff_t>(count));
    }
    return std::nullopt;
}

bool Image::on_value_boundaries(unsigned address, unsigned count) const {
    const unsigned end = address + count;
    while (address < end) {
        const auto value =
            std::find_if(values_.begin(), values_.end(), [&](const Block& b) { return b.start == address; });
        if (value == values_.end()) return false;
        address += value->count;
    }
    return address == end;
}

}  // namespace pued::sim
