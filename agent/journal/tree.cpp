// The tree of RFC 6962: an appender's frontier, and proofs both ways for who has the leaves. Verification goes up from
// the leaf as RFC 9162 2.1.3.2 and 2.1.4.2 do.
#include "agent/journal/tree.hpp"

#include <algorithm>
#include <bit>

namespace pued {

namespace {

// The largest power of two below a size of two or more: where a tree of that size is cut.
std::size_t cut(std::size_t size) { return std::bit_floor(size - 1); }

// The subproof of RFC 6962 2.1.2. `known`: the root of the old leaves is what the verifier starts from.
void consistency(std::size_t old_size, std::span<const Digest> leaves, bool known, std::vector<Digest>& proof) {
    if (old_size == leaves.size()) {
        if (!known) proof.push_back(root_of(leaves));
        return;
    }
    const auto k = cut(leaves.size());
    if (old_size <= k) {
        consistency(old_size, leaves.first(k), known, proof);
        proof.push_back(root_of(leaves.subspan(k)));
    } else {
        consistency(old_size - k, leaves.subspan(k), false, proof);
        proof.push_back(root_of(leaves.first(k)));
    }
}

void inclusion(std::size_t index, std::span<const Digest> leaves, std::vector<Digest>& proof) {
    if (leaves.size() < 2) return;
    const auto k = cut(leaves.size());
    if (index < k) {
        inclusion(index, leaves.first(k), proof);
        proof.push_back(root_of(leaves.subspan(k)));
    } else {
        inclusion(index - k, leaves.subspan(k), proof);
        proof.push_back(root_of(leaves.first(k)));
    }
}

// Where a verifier stands on its way up: the index of the subtree and that of the last one at the same height.
struct Climb {
    std::uint64_t index;
    std::uint64_t last;

    void up() {
        index >>= 1U;
        last >>= 1U;
    }
    [[nodiscard]] bool is_right() const { return (index & 1U) != 0; }
    [[nodiscard]] bool joins_left() const { return is_right() || index == last; }
    // A subtree without a right neighbour rises until it has a left one.
    void rise() {
        while (!is_right() && index != 0) up();
    }
};

}  // namespace

Digest leaf_hash(std::string_view leaf) { return sha256(std::string_view{"\0", 1}, leaf); }

Digest node_hash(const Digest& left, const Digest& right) {
    std::array<char, 1 + 2 * sizeof(Digest)> bytes{'\1'};
    std::copy(left.begin(), left.end(), bytes.begin() + 1);
    std::copy(right.begin(), right.end(), bytes.begin() + 1 + sizeof(Digest));
    return sha256({bytes.data(), bytes.size()});
}

std::optional<Frontier> Frontier::of(std::uint64_t size, std::vector<Digest> hashes) {
    if (hashes.size() != static_cast<std::size_t>(std::popcount(size))) return {};
    Frontier frontier;
    frontier.size_ = size;
    frontier.hashes_ = std::move(hashes);
    return frontier;
}

void Frontier::append(const Digest& leaf) {
    auto hash = leaf;
    for (auto full = size_; (full & 1U) != 0; full >>= 1U) {
        hash = node_hash(hashes_.back(), hash);
        hashes_.pop_back();
    }
    hashes_.push_back(hash);
    ++size_;
}

Digest Frontier::root() const {
    if (hashes_.empty()) return sha256({});
    auto root = hashes_.back();
    for (auto i = hashes_.size() - 1; i > 0; --i) root = node_hash(hashes_[i - 1], root);
    return root;
}

Digest root_of(std::span<const Digest> leaves) {
    Frontier frontier;
    for (const auto& leaf : leaves) frontier.append(leaf);
    return frontier.root();
}

std::vector<Digest> inclusion_proof(std::uint64_t index, std::span<const Digest> leaves) {
    std::vector<Digest> proof;
    if (index < leaves.size()) inclusion(static_cast<std::size_t>(index), leaves, proof);
    return proof;
}

std::vector<Digest> consistency_proof(std::uint64_t old_size, std::span<const Digest> leaves) {
    std::vector<Digest> proof;
    if (old_size > 0 && old_size < leaves.size()) consistency(static_cast<std::size_t>(old_size), leaves, true, proof);
    return proof;
}

bool verify_inclusion(const Digest& leaf, std::uint64_t index, std::uint64_t size, std::span<const Digest> proof,
                      const Digest& root) {
    if (index >= size) return false;
    Climb at{index, size - 1};
    auto hash = leaf;
    for (const auto& sibling : proof) {
        if (at.last == 0) return false;
        if (at.joins_left()) {
            hash = node_hash(sibling, hash);
            at.rise();
        } else {
            hash = node_hash(hash, sibling);
        }
        at.up();
    }
    return at.last == 0 && hash == root;
}

// An empty old tree is a part of every tree, and a tree of itself: with nothing to prove, nothing may be given.
bool verify_consistency(std::uint64_t old_size, const Digest& old_root, std::uint64_t size, const Digest& root,
                        std::span<const Digest> proof) {
    if (old_size > size) return false;
    if (old_size == size) return proof.empty() && old_root == root;
    if (old_size == 0) return proof.empty() && old_root == root_of({});
    Climb at{old_size - 1, size - 1};
    while (at.is_right()) at.up();
    const bool old_is_whole = std::has_single_bit(old_size);  // then its root is a node of the new tree
    if (proof.empty() && !old_is_whole) return false;
    auto old_hash = old_is_whole ? old_root : proof.front();
    auto hash = old_hash;
    for (const auto& sibling : proof.subspan(old_is_whole ? 0 : 1)) {
        if (at.last == 0) return false;
        if (at.joins_left()) {
            old_hash = node_hash(sibling, old_hash);
            hash = node_hash(sibling, hash);
            at.rise();
        } else {
            hash = node_hash(hash, sibling);
        }
        at.up();
    }
    return at.last == 0 && old_hash == old_root && hash == root;
}

}  // namespace pued
