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

TEST(Tree, TheVectorsTreeOfSevenRecords) {  // H03 to H06
    std::vector<Digest> all;
    for (const auto& leaf : seven_leaves()) all.push_back(leaf_hash(leaf));
    STRCMP_EQUAL("4c21bd47e26ab6dd2f1ede7dea30b90d781c4a8458bdae4bc1d16405aa9f1c90", hex(all[0]).c_str());
    STRCMP_EQUAL("684fb2614ffd46d47de4ba9aef1816b86bc437167b435eb10d4a63b2964a224c",
                 hex(root_of(std::span{all}.first(3))).c_str());
    STRCMP_EQUAL("fec2850431506cafa4373ebd19df3c64798f757c65f3a939123e6c5bc4667e2e", hex(root_of(all)).c_str());
    const auto leaf3 = digest_of("e5bac07b29324b506c48cc9d9d7b9c06fce5e2e2a2f5f34f5b1cd59605809417");
    const auto node01 = digest_of("74b54664311b344296eef5a82be1401ad4651b4777d4a7d1d04e9a27a140f131");
    const auto right = digest_of("e9522c7e14f22596bd44eadc0781727881f5da973de281e75440ca3d8a650e12");
    const auto leaf2 = digest_of("ff0313685169d0dbfd41e3f34db3b47215538175557c929d9f41a9a696b58ff3");
    CHECK((std::vector{leaf3, node01, right}) == inclusion_proof(2, all));
    CHECK((std::vector{leaf2, leaf3, node01, right}) == consistency_proof(3, all));
}

TEST(Tree, AFlippedBitInRecordThreeIsAnotherRootAndBreaksTheChain) {  // H09
    auto leaves = seven_leaves();
    CHECK(decode(leaves[4])->previous == sha256(leaves[3]));
    auto& byte = leaves[3][leaves[3].size() - 10];
    byte = static_cast<char>(byte ^ 1);
    CHECK(decode(leaves[4])->previous != sha256(leaves[3]));
    std::vector<Digest> all;
    for (const auto& leaf : leaves) all.push_back(leaf_hash(leaf));
    STRCMP_EQUAL("336cff5edf22c0242f2ab9618d34ee0b51eacaa49f49a8ecb93092414e98ac1e", hex(root_of(all)).c_str());
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
            if (size > 1) CHECK(!verify_inclusion(all[i], (i + 1) % size, size, proof, root));
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
