// The Merkle tree of RFC 6962 / RFC 9162: leaf SHA-256(0x00 || leaf), node SHA-256(0x01 || left || right). A Frontier
// is all that an appender keeps: the roots of the complete subtrees, at most 64 hashes. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "agent/journal/digest.hpp"

namespace pued {

Digest leaf_hash(std::string_view leaf);
Digest node_hash(const Digest& left, const Digest& right);

class Frontier {
public:
    Frontier() = default;
    // As saved; nothing unless there is one hash for each bit of the size.
    static std::optional<Frontier> of(std::uint64_t size, std::vector<Digest> hashes);

    void append(const Digest& leaf);
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] Digest root() const;                                           // of nothing: SHA-256 of nothing
    [[nodiscard]] const std::vector<Digest>& hashes() const { return hashes_; }  // largest subtree first

    friend bool operator==(const Frontier&, const Frontier&) = default;

private:
    std::uint64_t size_ = 0;
    std::vector<Digest> hashes_;
};

// Over leaf hashes in memory; for verifiers, who have them all.
Digest root_of(std::span<const Digest> leaves);
std::vector<Digest> inclusion_proof(std::uint64_t index, std::span<const Digest> leaves);
std::vector<Digest> consistency_proof(std::uint64_t old_size, std::span<const Digest> leaves);

bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size, std::span<const Digest> proof,
                      const Digest& root);
bool verify_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t size, const Digest& root,
                        std::span<const Digest> proof);

}  // namespace pued
