// The Merkle tree: the vectors H01, H03 to H06, and all proofs of all trees up to seventy leaves, honest and not.
#include <random>
#include <vector>

#include "agent/journal/record.hpp"
#include "agent/journal/tree.hpp"
#include "tests/unit/journal/vectors.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

constexpr std::size_t most = 70;

std::vector<Digest> leaves(std::size_t count) {
    std::vector<Digest> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(leaf_hash("leaf " + std::to_string(i)));
    return out;
}

// RFC 6962 2.1 as it is written, to compare with.
Digest by_definition(std::span<const Digest> some) {
    if (some.empty()) return sha256({});
    if (some.size() == 1) return some[0];
    std::size_t k = 1;
    while (2 * k < some.size()) k *= 2;
    return node_hash(by_definition(some.first(k)), by_definition(some.subspan(k)));
}

void flip(Digest& digest, std::mt19937& random) {
    const auto bit = random() % 256;
    digest[bit / 8] = static_cast<std::uint8_t>(digest[bit / 8] ^ (1U << bit % 8));
}

}  // namespace

TEST_GROUP(Tree){};

TEST(Tree, NothingAndTheEmptyLeaf) {  // H01
    STRCMP_EQUAL("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", hex(root_of({})).c_str());
    STRCMP_EQUAL("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", hex(leaf_hash("")).c_str());
    CHECK(Frontier{}.root() == root_of({}));
}

TEST(Tree, TheFrontiersRootIsThatOfTheDefinition) {
    const auto all = leaves(most);
    Frontier frontier;
    for (std::size_t size = 0; size <= most; ++size) {
        CHECK(by_definition(std::span{all}.first(size)) == frontier.root());
        CHECK(root_of(std::span{all}.first(size)) == frontier.root());
        const auto saved = Frontier::of(size, frontier.hashes());
        CHECK(saved && *saved == frontier);
        if (size < most) frontier.append(all[size]);
    }
}

TEST(Tree, AFrontierOfAnotherNumberOfHashesIsNone) {
    CHECK(!Frontier::of(3, leaves(1)));
    CHECK(!Frontier::of(4, leaves(2)));
    CHECK(!Frontier::of(0, leaves(1)));
    CHECK(Frontier::of(0, {}).has_value());
    CHECK(Frontier::of(4, leaves(1)).has_value());
}

TEST(Tree, EveryLeafIsProvedToBeInEveryTreeAndNowhereElse) {
    const auto all = leaves(most);
    for (std::size_t size = 1; size <= most; ++size) {
        const auto some = std::span{all}.first(size);
        const auto root = root_of(some);
        for (std::size_t i = 0; i < size; ++i) {
            const auto proof = inclusion_proof(i, some);
            CHECK(verify_inclusion(all[i], i, size, proof, root));
            CHECK(!verify_inclusion(all[i], size, size, proof, root));
            for (std::size_t other = 0; other < size; ++other) {
                if (other != i) CHECK(!verify_inclusion(all[i], other, size, proof, root));
            }
        }
    }
    CHECK(!verify_inclusion(all[0], 0, 0, {}, root_of({})));
    CHECK(inclusion_proof(3, std::span{all}.first(3)).empty());
}

TEST(Tree, EveryTreeIsProvedToGoOnFromEverySmallerOne) {
    const auto all = leaves(most);
    for (std::size_t size = 0; size <= most; ++size) {
        const auto some = std::span{all}.first(size);
        const auto root = root_of(some);
        for (std::size_t old = 0; old <= size; ++old) {
            const auto old_root = root_of(some.first(old));
            const auto proof = consistency_proof(old, some);
            CHECK(verify_consistency(old, old_root, size, root, proof));
            if (old != size) CHECK(!verify_consistency(size, root, old, old_root, proof));
            if (old + 1 < size) CHECK(!verify_consistency(old + 1, old_root, size, root, proof));
        }
    }
}

TEST(Tree, AProofWithAFlippedBitOrAnotherLengthIsRefused) {
    const auto all = leaves(most);
    std::mt19937 random{6962};
    for (int round = 0; round < 3000; ++round) {
        const auto size = 2 + random() % (most - 1);
        const auto some = std::span{all}.first(size);
        const auto root = root_of(some);
        const auto index = random() % size;
        const auto old = 1 + random() % (size - 1);
        auto inclusion = inclusion_proof(index, some);
        auto consistency = consistency_proof(old, some);
        for (auto* proof : {&inclusion, &consistency}) {
            switch (random() % 3) {
                case 0: flip((*proof)[random() % proof->size()], random); break;
                case 1: proof->pop_back(); break;
                default: proof->push_back(all[random() % most]); break;
            }
        }
        CHECK(!verify_inclusion(all[index], index, size, inclusion, root));
        CHECK(!verify_consistency(old, root_of(some.first(old)), size, root, consistency));
    }
}

TEST(Tree, RootsThatDifferInABitAreRefused) {
    const auto all = leaves(most);
    std::mt19937 random{9162};
    for (std::size_t size = 1; size <= most; ++size) {
        const auto some = std::span{all}.first(size);
        auto root = root_of(some);
        auto old_root = root_of(some.first((size + 1) / 2));
        const auto old_right = old_root, right = root;
        const auto proof = consistency_proof((size + 1) / 2, some);
        flip(root, random);
        flip(old_root, random);
        CHECK(!verify_inclusion(all[0], 0, size, inclusion_proof(0, some), root));
        CHECK(!verify_consistency((size + 1) / 2, old_right, size, root, proof));
        CHECK(!verify_consistency((size + 1) / 2, old_root, size, right, proof));
    }
}
