// Frames, written and walked.
#include "agent/journal/frame.hpp"

namespace pued {

namespace {

void append_u32le(Bytes& out, std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift);
}

std::uint32_t u32le(std::string_view bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i > 0; --i) value = value << 8U | static_cast<unsigned char>(bytes[i - 1]);
    return value;
}

// The leaf of the frame that begins here; empty when none does. No leaf is empty: the zeros with which a file system
// fills a tail that was never written would else be frames.
std::string_view leaf_at(std::string_view bytes) {
    if (bytes.size() <= frame_header) return {};
    const std::size_t length = u32le(bytes);
    if (length > largest_leaf || length > bytes.size() - frame_header) return {};
    const auto leaf = bytes.substr(frame_header, length);
    return crc32c(leaf) == u32le(bytes.substr(4)) ? leaf : std::string_view{};
}

}  // namespace

void append_frame(Bytes& out, std::string_view leaf) {
    append_u32le(out, static_cast<std::uint32_t>(leaf.size()));
    append_u32le(out, crc32c(leaf));
    out += leaf;
}

bool FrameReader::next(std::string_view& leaf) {
    leaf = leaf_at(segment_.substr(at_));
    if (leaf.empty()) return false;
    at_ += frame_header + leaf.size();
    return true;
}

bool FrameReader::good_frame_follows() const {
    for (std::size_t at = at_ + 1; at < segment_.size(); ++at) {
        if (!leaf_at(segment_.substr(at)).empty()) return true;
    }
    return false;
}

}  // namespace pued
