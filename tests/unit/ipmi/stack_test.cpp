// What a deep call leaves behind on the stack goes; what the callers hold there stays.
#if defined(__x86_64__)  // qemu-user, under which the tests of other processors run, does not obey
#include "drivers/ipmi/stack.hpp"

#include <sys/mman.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace pued::ipmi;

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t pages = 64;

// Writes a byte to each page of a large frame.
[[gnu::noinline]] void deep_call() {
    std::array<volatile std::uint8_t, pages * page> buffer;  // NOLINT: not initialised, so that the loop is all
    for (std::size_t i = 0; i < buffer.size(); i += page) buffer[i] = 1;
}

// Of as many pages as that frame had, below this frame.
[[gnu::noinline]] std::size_t resident_below() {
    const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    auto* const lowest = reinterpret_cast<void*>((frame / page - pages) * page);
    std::vector<unsigned char> there(pages);
    if (::mincore(lowest, pages * page, there.data()) != 0) return 0;
    std::size_t out = 0;
    for (const unsigned char one : there) out += one & 1U;
    return out;
}

}  // namespace

TEST_GROUP(Stack){};

TEST(Stack, pages_that_a_deep_call_left_dirty_are_given_back) {
    std::array<int, 100> held{};
    held.fill(7);
    deep_call();
    CHECK_TRUE(resident_below() > pages - 4);
    give_back_stack();
    CHECK_TRUE(resident_below() < 8);
    for (const int one : held) LONGS_EQUAL(7, one);
    deep_call();
    CHECK_TRUE(resident_below() > pages - 4);
}
#endif
