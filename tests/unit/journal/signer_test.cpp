// Ed25519: RFC 8032's first two tests, PEM both ways, and what is refused.
#include <string>

#include "agent/journal/signer.hpp"
#include "tests/unit/journal/vectors.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

Signer of(std::string_view seed) { return *Signer::from_seed(digest_of(seed)); }

constexpr std::string_view seed1 = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

// A key of another kind (P-256, made for this test), to be refused.
const std::string p256 =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAd5IZXO34pbQM8Yri8av412PO7Iz\n"
    "e0FoDVYCAl7gSKDoZCNz39hTrlVA4CJyVDcCmhpBlqZAdkBenX3cUjluoQ==\n"
    "-----END PUBLIC KEY-----\n";

}  // namespace

TEST_GROUP(Signer){};

TEST(Signer, Rfc8032sFirstTwoTests) {
    const auto first = of(seed1);
    STRCMP_EQUAL("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", hex(first.public_key()).c_str());
    STRCMP_EQUAL(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
        "2465"
        "5141438e7a100b",
        hex(*first.sign("")).c_str());
    const auto second = of("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    STRCMP_EQUAL(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302a"
        "eeb0"
        "0d291612bb0c00",
        hex(*second.sign("r")).c_str());
}

TEST(Signer, ASignatureIsRightForItsKeyAndMessageOnly) {
    const auto signer = *Signer::generate();
    auto signature = *signer.sign("message");
    CHECK(verify_signature(signer.public_key(), "message", signature));
    CHECK(!verify_signature(signer.public_key(), "massage", signature));
    CHECK(!verify_signature(of(seed1).public_key(), "message", signature));
    signature[40] ^= 1U;
    CHECK(!verify_signature(signer.public_key(), "message", signature));
}

TEST(Signer, KeysGoThroughPem) {
    const auto signer = *Signer::generate();
    const auto pem = *signer.to_pem();
    CHECK(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    const auto back = Signer::from_pem(pem);
    CHECK(static_cast<bool>(back));
    CHECK(back->public_key() == signer.public_key());
    CHECK(verify_signature(signer.public_key(), "m", *back->sign("m")));
    const auto open = public_key_to_pem(signer.public_key());
    CHECK(open.starts_with("-----BEGIN PUBLIC KEY-----\n"));
    CHECK(*public_key_from_pem(open) == signer.public_key());
}

TEST(Signer, WhatIsNoKeyOrOneOfAnotherKindIsRefused) {
    CHECK(!Signer::from_pem(""));
    CHECK(!Signer::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"));
    CHECK(!Signer::from_pem(public_key_to_pem(of(seed1).public_key())));
    CHECK(!public_key_from_pem(*of(seed1).to_pem()));
    CHECK(!public_key_from_pem(p256));
}
