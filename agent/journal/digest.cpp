// SHA-256 by OpenSSL's EVP interface; CRC-32C eight bytes at a time by tables made at compile time (slicing-by-8),
// which needs no special instructions and so costs the same on ARM boards.
#include "agent/journal/digest.hpp"

#include <openssl/evp.h>

#include <memory>
#include <new>

namespace pued {

namespace {

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

// OpenSSL fails here only for want of memory.
void check(bool done) {
    if (!done) throw std::bad_alloc{};
}

using Table = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Table make_table() {
    constexpr std::uint32_t castagnoli = 0x82F63B78;  // reversed
    Table table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? castagnoli : 0U);
        table[0][i] = crc;
    }
    for (std::size_t i = 0; i < 256; ++i) {
        for (std::size_t slice = 1; slice < 8; ++slice) {
            const auto before = table[slice - 1][i];
            table[slice][i] = (before >> 8U) ^ table[0][before & 255U];
        }
    }
    return table;
}

constexpr Table crc_table = make_table();

std::uint32_t byte_at(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

std::uint32_t u32le(std::string_view bytes, std::size_t i) {
    return byte_at(bytes, i) | byte_at(bytes, i + 1) << 8U | byte_at(bytes, i + 2) << 16U |
           byte_at(bytes, i + 3) << 24U;
}

}  // namespace

Digest sha256(std::string_view bytes) { return sha256(bytes, {}); }

Digest sha256(std::string_view first, std::string_view second) {
    const Context context{EVP_MD_CTX_new()};
    check(context != nullptr);
    check(EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
    check(EVP_DigestUpdate(context.get(), first.data(), first.size()) == 1);
    check(EVP_DigestUpdate(context.get(), second.data(), second.size()) == 1);
    Digest out{};
    check(EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1);
    return out;
}

std::string hex(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    out.reserve(2 * bytes.size());
    for (const auto byte : bytes) {
        out += digits[byte >> 4U];
        out += digits[byte & 15U];
    }
    return out;
}

std::string sha256_hex(std::string_view bytes) { return hex(sha256(bytes)); }

std::uint32_t crc32c(std::string_view bytes) {
    const auto& t = crc_table;
    std::uint32_t crc = 0xFFFFFFFF;
    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {
        const auto low = crc ^ u32le(bytes, i);
        const auto high = u32le(bytes, i + 4);
        crc = t[7][low & 255U] ^ t[6][low >> 8U & 255U] ^ t[5][low >> 16U & 255U] ^ t[4][low >> 24U] ^
              t[3][high & 255U] ^ t[2][high >> 8U & 255U] ^ t[1][high >> 16U & 255U] ^ t[0][high >> 24U];
    }
    for (; i < bytes.size(); ++i) crc = (crc >> 8U) ^ t[0][(crc ^ byte_at(bytes, i)) & 255U];
    return ~crc;
}

}  // namespace pued
