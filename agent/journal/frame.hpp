// Frames: length u32le, CRC-32C u32le, leaf. A segment file is frames and nothing else, so that a torn tail is found at
// once (H08, H10). Pure.
#pragma once

#include <cstddef>
#include <string_view>

#include "agent/journal/digest.hpp"

namespace pued {

inline constexpr std::size_t frame_header = 8;
inline constexpr std::size_t largest_leaf = std::size_t{8} << 20;

void append_frame(Bytes& out, std::string_view leaf);

// Walks the frames of a segment; stops at the first that is not whole or not right.
class FrameReader {
public:
    explicit FrameReader(std::string_view segment) : segment_(segment) {}

    // The next leaf; false at the end or at a bad frame.
    bool next(std::string_view& leaf);
    [[nodiscard]] std::size_t good_bytes() const { return at_; }  // of whole, right frames so far
    [[nodiscard]] bool whole() const { return at_ == segment_.size(); }
    // Whether a right frame stands somewhere behind the bad one: then it is no torn tail but damage.
    [[nodiscard]] bool good_frame_follows() const;

private:
    std::string_view segment_;
    std::size_t at_ = 0;
};

}  // namespace pued
