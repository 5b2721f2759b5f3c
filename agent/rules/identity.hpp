// The identity of an alert: the same for the same rule, scope and limit, everywhere and always. The hash function
// comes from outside (agent/journal/digest.hpp), so that this folder stays free of OpenSSL.
#pragma once

#include <string>
#include <string_view>

namespace pued {

using HashHex = std::string (*)(std::string_view bytes);  // 64 lower-case hex digits

// The first 16 hex digits of SHA-256("rule|scope|limit"), vector F10: "PUE_YEAR_FORECAST|site-1|1.30".
std::string dedup_key(std::string_view rule, std::string_view scope, double limit, HashHex sha256_hex);

}  // namespace pued
