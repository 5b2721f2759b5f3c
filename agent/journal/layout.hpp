// Names of the journal's files and of its epochs' logs, and how notes stand one after the other in a file. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/journal/record.hpp"

namespace pued::layout {

inline constexpr std::string_view folder = "journal";
inline constexpr std::string_view checkpoint = "journal/checkpoint";
inline constexpr std::string_view checkpoints = "journal/checkpoints";
inline constexpr std::string_view key = "journal/key.pem";
inline constexpr std::string_view public_key = "journal/public.pem";
inline constexpr std::string_view exported = "journal/exported";

// "BASE/epoch-3"
std::string origin(std::string_view base, std::uint32_t epoch);
struct Origin {
    std::string_view base;
    std::uint32_t epoch = 0;
};
std::optional<Origin> parse_origin(std::string_view origin);

// The whole notes at the beginning of `file`; `end` is where they end, which is its size unless the last was torn.
std::vector<std::string_view> split_notes(std::string_view file, std::size_t& end);

// What a log_epoch record says (key 12): the checkpoint that could not be met, and how many records of the epoch before
// it stand in this journal.
struct Join {
    std::string origin;
    std::uint64_t size = 0;
    std::string root;  // hex; empty when there was no checkpoint
    std::string note;
    std::uint64_t recovered = 0;
    std::string why;
};
Bytes encode_join(const Join& join);
std::optional<Join> decode_join(std::string_view aux);

// What a key record says.
struct KeyStatement {
    std::string vkey;
    std::optional<std::string> successor_of;
};
Bytes encode_key(const KeyStatement& statement);
std::optional<KeyStatement> decode_key(std::string_view aux);

// The cosigned checkpoint in a note record.
std::optional<std::string> decode_note(std::string_view aux);

}  // namespace pued::layout
