// Deterministic CBOR (RFC 8949 4.2): shortest heads, definite lengths, map keys rising. What a record needs and no
// more: integers, byte and text strings, arrays, maps, null. The reader refuses everything that the writer would not
// have written, so that one record has one encoding. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "agent/journal/digest.hpp"

namespace pued {

class CborWriter {
public:
    void integer(std::int64_t value);
    void unsigned_integer(std::uint64_t value);
    void bytes(std::string_view value);
    void text(std::string_view value);
    void array(std::uint64_t size);
    void map(std::uint64_t pairs);
    void null();

    [[nodiscard]] const Bytes& out() const { return out_; }
    Bytes take() { return std::move(out_); }

private:
    void head(unsigned major, std::uint64_t argument);
    Bytes out_;
};

// Reads in order. After the first thing that is not as asked for, ok() is false and everything else yields 0 or empty:
// callers ask once, at the end.
class CborReader {
public:
    explicit CborReader(std::string_view in) : in_(in) {}

    std::int64_t integer();
    std::uint64_t unsigned_integer();
    std::string_view bytes();
    std::string_view text();
    std::uint64_t array();  // number of elements; never more than bytes left
    std::uint64_t map();
    bool null();  // true, and consumed, when the next item is null

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool at_end() const { return in_.empty(); }
    [[nodiscard]] std::size_t left() const { return in_.size(); }  // octets not yet read
    void fail() { ok_ = false; }

private:
    std::uint64_t head(unsigned major);
    std::string_view string(unsigned major);
    std::string_view in_;
    bool ok_ = true;
};

}  // namespace pued
