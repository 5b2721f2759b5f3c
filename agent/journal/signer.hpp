// Ed25519 keys (RFC 8032) by OpenSSL. A Signer holds the private key of one journal; a Verifier a public one.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "agent/journal/digest.hpp"
#include "agent/model/result.hpp"

namespace pued {

using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

class Signer {
public:
    static Result<Signer> generate();
    static Result<Signer> from_seed(const std::array<std::uint8_t, 32>& seed);
    static Result<Signer> from_pem(std::string_view pem);  // PKCS#8

    [[nodiscard]] Result<std::string> to_pem() const;
    [[nodiscard]] const PublicKey& public_key() const { return public_; }
    [[nodiscard]] Result<Signature> sign(std::string_view message) const;

private:
    struct Key;
    std::shared_ptr<const Key> key_;
    PublicKey public_{};
};

bool verify_signature(const PublicKey& key, std::string_view message, const Signature& signature);
Result<PublicKey, BilingualError> public_key_from_pem(std::string_view pem);  // SubjectPublicKeyInfo
std::string public_key_to_pem(const PublicKey& key);

}  // namespace pued
