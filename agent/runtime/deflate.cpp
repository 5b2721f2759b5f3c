// One call each; the length stands in front, little-endian, because zlib does not keep it.
#include "agent/runtime/deflate.hpp"

#include <zlib.h>

#include <cstdint>

namespace pued {
namespace {

constexpr std::size_t kLength = 4;

const Bytef* octets(std::string_view bytes) { return reinterpret_cast<const Bytef*>(bytes.data()); }

}  // namespace

std::string deflated(std::string_view bytes) {
    uLongf size = compressBound(static_cast<uLong>(bytes.size()));
    std::string out(kLength + size, '\0');
    for (std::size_t i = 0; i < kLength; ++i) out[i] = static_cast<char>(bytes.size() >> (8 * i));
    compress2(reinterpret_cast<Bytef*>(out.data()) + kLength, &size, octets(bytes), static_cast<uLong>(bytes.size()),
              Z_BEST_SPEED);  // cannot fail: the buffer is as large as it can become
    out.resize(kLength + size);
    return out;
}

std::optional<std::string> inflated(std::string_view bytes, std::size_t most) {
    if (bytes.size() < kLength) return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = 0; i < kLength; ++i) length |= std::size_t{static_cast<std::uint8_t>(bytes[i])} << (8 * i);
    if (length > most) return std::nullopt;
    std::string out(length, '\0');
    auto size = static_cast<uLongf>(length);
    const auto rest = bytes.substr(kLength);
    const auto done =
        uncompress(reinterpret_cast<Bytef*>(out.data()), &size, octets(rest), static_cast<uLong>(rest.size()));
    if (done != Z_OK || size != length) return std::nullopt;
    return out;
}

}  // namespace pued
