// The text that is hashed.
#include "agent/rules/identity.hpp"

#include "agent/rules/rule.hpp"

namespace pued {

std::string dedup_key(std::string_view rule, std::string_view scope, double limit, HashHex sha256_hex) {
    return sha256_hex(std::string{rule} + '|' + std::string{scope} + '|' + limit_text(limit)).substr(0, 16);
}

}  // namespace pued
