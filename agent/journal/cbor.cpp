// Deterministic CBOR, written and read.
#include "agent/journal/cbor.hpp"

#include <limits>

namespace pued {

namespace {

constexpr char null_item = '\xf6';
enum Major : unsigned { positive = 0, negative = 1, byte_string = 2, text_string = 3, list = 4, pairs = 5 };

// How many octets follow a head whose argument is written so; 24 to 27 say 1, 2, 4, 8.
constexpr std::size_t octets(unsigned detail) { return std::size_t{1} << (detail - 24U); }

// The least argument that needs this many octets: below, the head would have been shorter.
constexpr std::uint64_t least(unsigned detail) {
    return detail == 24 ? 24 : std::uint64_t{1} << (8U * octets(detail - 1));
}

}  // namespace

void CborWriter::head(unsigned major, std::uint64_t argument) {
    if (argument < 24) {
        out_ += static_cast<char>(major << 5U | argument);
        return;
    }
    unsigned detail = 24;
    while (detail < 27 && argument >= least(detail + 1)) ++detail;
    out_ += static_cast<char>(major << 5U | detail);
    for (auto left = octets(detail); left > 0; --left) out_ += static_cast<char>(argument >> (8U * (left - 1)));
}

void CborWriter::integer(std::int64_t value) {
    if (value >= 0) return head(positive, static_cast<std::uint64_t>(value));
    head(negative, static_cast<std::uint64_t>(-1 - value));
}

void CborWriter::unsigned_integer(std::uint64_t value) { head(positive, value); }

void CborWriter::bytes(std::string_view value) {
    head(byte_string, value.size());
    out_ += value;
}

void CborWriter::text(std::string_view value) {
    head(text_string, value.size());
    out_ += value;
}

void CborWriter::array(std::uint64_t size) { head(list, size); }

void CborWriter::map(std::uint64_t size) { head(pairs, size); }

void CborWriter::null() { out_ += null_item; }

std::uint64_t CborReader::head(unsigned major) {
    if (!ok_ || in_.empty() || static_cast<unsigned char>(in_[0]) >> 5U != major) return fail(), 0;
    const unsigned detail = static_cast<unsigned char>(in_[0]) & 31U;
    if (detail < 24) return in_.remove_prefix(1), detail;
    if (detail > 27 || in_.size() <= octets(detail)) return fail(), 0;
    std::uint64_t argument = 0;
    for (std::size_t i = 1; i <= octets(detail); ++i) argument = argument << 8U | static_cast<unsigned char>(in_[i]);
    if (argument < least(detail)) return fail(), 0;
    in_.remove_prefix(1 + octets(detail));
    return argument;
}

std::int64_t CborReader::integer() {
    const bool below = !in_.empty() && static_cast<unsigned char>(in_[0]) >> 5U == negative;
    const auto argument = head(below ? negative : positive);
    if (argument > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return fail(), 0;
    const auto value = static_cast<std::int64_t>(argument);
    return below && ok_ ? -1 - value : value;
}

std::uint64_t CborReader::unsigned_integer() { return head(positive); }

std::string_view CborReader::bytes() { return string(byte_string); }

std::string_view CborReader::text() { return string(text_string); }

std::string_view CborReader::string(unsigned major) {
    const auto size = head(major);
    if (size > in_.size()) return fail(), std::string_view{};
    const auto value = in_.substr(0, static_cast<std::size_t>(size));
    in_.remove_prefix(value.size());
    return value;
}

std::uint64_t CborReader::array() {
    const auto size = head(list);
    if (size > in_.size()) return fail(), 0;
    return size;
}

std::uint64_t CborReader::map() {
    const auto size = head(pairs);
    if (size > in_.size() / 2) return fail(), 0;
    return size;
}

bool CborReader::null() {
    if (!ok_ || in_.empty() || in_[0] != null_item) return false;
    in_.remove_prefix(1);
    return true;
}

}  // namespace pued
