// Ed25519 by OpenSSL's EVP interface.
#include "agent/journal/signer.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

namespace pued {

namespace {

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(OSSL_LIB_CTX* library) const { OSSL_LIB_CTX_free(library); }
    void operator()(BIO* bio) const { BIO_free(bio); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

const unsigned char* octets(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

Owned<BIO> input(std::string_view bytes) {
    return Owned<BIO>{BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))};
}

Owned<BIO> output() { return Owned<BIO>{BIO_new(BIO_s_mem())}; }

std::string text_of(BIO& bio) {
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(&bio, &bytes);
    return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string{};
}

bool is_ed25519(const EVP_PKEY* key) { return key != nullptr && EVP_PKEY_get_id(key) == EVP_PKEY_ED25519; }

bool raw_public_key(const EVP_PKEY* key, PublicKey& out) {
    auto size = out.size();
    return EVP_PKEY_get_raw_public_key(key, out.data(), &size) == 1 && size == out.size();
}

// A file of ours is never locked; without this OpenSSL would ask the terminal for the pass phrase of one that is.
int no_passphrase(char*, int, int, void*) { return 0; }

}  // namespace

struct Signer::Key {
    explicit Key(Owned<EVP_PKEY> owned) : key(std::move(owned)) {}
    Owned<EVP_PKEY> key;

    static Result<Signer> signer(EVP_PKEY* raw, const char* otherwise) {
        Owned<EVP_PKEY> owned{raw};
        Signer signer;
        if (!is_ed25519(raw) || !raw_public_key(raw, signer.public_)) return Error{otherwise};
        signer.key_ = std::make_shared<const Key>(std::move(owned));
        return signer;
    }
};

Result<Signer> Signer::generate() {
    // A library of its own: OpenSSL's random numbers take a hundred kilobytes, which nothing needs after this.
    const Owned<OSSL_LIB_CTX> library{OSSL_LIB_CTX_new()};
    const Owned<EVP_PKEY> key{EVP_PKEY_Q_keygen(library.get(), nullptr, "ED25519")};
    std::array<std::uint8_t, 32> seed{};
    auto size = seed.size();
    if (key == nullptr || EVP_PKEY_get_raw_private_key(key.get(), seed.data(), &size) != 1 || size != seed.size()) {
        return Error{"no Ed25519 key could be made by OpenSSL"};
    }
    auto signer = from_seed(seed);
    OPENSSL_cleanse(seed.data(), seed.size());
    return signer;
}

Result<Signer> Signer::from_seed(const std::array<std::uint8_t, 32>& seed) {
    return Key::signer(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()),
                       "no Ed25519 key could be made of the seed by OpenSSL");
}

Result<Signer> Signer::from_pem(std::string_view pem) {
    const auto bio = input(pem);
    return Key::signer(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr),
                       "no private Ed25519 key in PEM (PKCS#8, without a pass phrase)");
}

Result<std::string> Signer::to_pem() const {
    const auto bio = output();
    if (PEM_write_bio_PKCS8PrivateKey(bio.get(), key_->key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
        return Error{"the private key could not be written as PEM by OpenSSL"};
    }
    return text_of(*bio);
}

Result<Signature> Signer::sign(std::string_view message) const {
    const Owned<EVP_MD_CTX> context{EVP_MD_CTX_new()};
    Signature signature{};
    auto size = signature.size();
    if (context == nullptr || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_->key.get()) != 1 ||
        EVP_DigestSign(context.get(), signature.data(), &size, octets(message), message.size()) != 1 ||
        size != signature.size()) {
        return Error{"nothing could be signed by OpenSSL"};
    }
    return signature;
}

bool verify_signature(const PublicKey& key, std::string_view message, const Signature& signature) {
    const Owned<EVP_PKEY> owned{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size())};
    const Owned<EVP_MD_CTX> context{EVP_MD_CTX_new()};
    return owned != nullptr && context != nullptr &&
           EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, owned.get()) == 1 &&
           EVP_DigestVerify(context.get(), signature.data(), signature.size(), octets(message), message.size()) == 1;
}

Result<PublicKey, BilingualError> public_key_from_pem(std::string_view pem) {
    const auto bio = input(pem);
    const Owned<EVP_PKEY> owned{PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr)};
    PublicKey key{};
    if (!is_ed25519(owned.get()) || !raw_public_key(owned.get(), key)) {
        return BilingualError{"no public Ed25519 key in PEM (\"BEGIN PUBLIC KEY\")",
                              "不是 PEM 格式的 Ed25519 公钥（“BEGIN PUBLIC KEY”）"};
    }
    return key;
}

std::string public_key_to_pem(const PublicKey& key) {
    const Owned<EVP_PKEY> owned{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.data(), key.size())};
    const auto bio = output();
    if (owned == nullptr || PEM_write_bio_PUBKEY(bio.get(), owned.get()) != 1) return {};
    return text_of(*bio);
}

}  // namespace pued
