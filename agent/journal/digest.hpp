// SHA-256 and CRC-32C of bytes in memory. Pure; OpenSSL inside for the hash.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace pued {

using Bytes = std::string;  // any octets; std::string because files, frames and payloads are
using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);
Digest sha256(std::string_view first, std::string_view second);  // of their concatenation
std::string hex(std::span<const std::uint8_t> bytes);            // lower case
std::string sha256_hex(std::string_view bytes);

// Castagnoli, as in RFC 3720 (H08).
std::uint32_t crc32c(std::string_view bytes);

}  // namespace pued
