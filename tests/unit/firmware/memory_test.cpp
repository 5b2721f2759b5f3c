// What is given back is away, and comes back as it was.
#include "firmware/memory.hpp"

#include <array>
#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

constexpr std::size_t kNumbers = 1U << 17U;  // 1 MiB in the program's read-only data

constexpr std::array<std::uint64_t, kNumbers> numbers = [] {
    std::array<std::uint64_t, kNumbers> out{};
    for (std::size_t i = 0; i < kNumbers; ++i) out[i] = i * i + 1;
    return out;
}();

std::uint64_t sum() {
    std::uint64_t out = 0;
    for (const volatile auto& number : numbers) out += number;
    return out;
}

struct Answer {
    virtual ~Answer() = default;
    [[nodiscard]] virtual int give() const { return 42; }
};

}  // namespace

TEST_GROUP(Memory){};

TEST(Memory, what_was_given_back_reads_as_before) {
    const auto before = sum();
    const std::unique_ptr<Answer> relocated = std::make_unique<Answer>();
    give_back_memory();
    CHECK_TRUE(sum() == before);
    LONGS_EQUAL(42, relocated->give());
    give_back_memory();
    STRCMP_EQUAL("still here", std::string{"still here"}.c_str());
}

#if defined(__x86_64__)  // qemu-user, under which the tests of other processors run, does not obey
namespace {

long resident_kib(const std::string& what) {
    std::ifstream status{"/proc/self/status"};
    for (std::string word; status >> word;) {
        long value = 0;
        if (word == what && status >> value) return value;
    }
    return 0;
}

}  // namespace

TEST(Memory, pages_of_the_program_leave_the_process) {
    static_cast<void>(sum());
    const auto before = resident_kib("RssFile:");
    give_back_memory();
    CHECK_TRUE(resident_kib("RssFile:") < before - 900);
}
#endif
