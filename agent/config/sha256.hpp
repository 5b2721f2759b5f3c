// SHA-256 of bytes in memory, as 64 lower-case hex digits. Pure; OpenSSL inside.
#pragma once

#include <string>
#include <string_view>

namespace pued {

std::string sha256_hex(std::string_view bytes);

}  // namespace pued
