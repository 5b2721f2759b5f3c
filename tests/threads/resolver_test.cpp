// Names that hang, and names beside them: the resolver's threads, on lookups that wait for the test.
#include <poll.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "drivers/poll/resolver.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

// Lookups of names that begin with "hang" end when the gate opens.
struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = false;
    unsigned under_way = 0, most = 0;

    Resolution look_up(std::size_t who, const std::string& host) {
        std::unique_lock lock{mutex};
        most = std::max(most, ++under_way);
        if (host.starts_with("hang")) changed.wait(lock, [this] { return open; });
        --under_way;
        if (host.starts_with("hang")) return {.who = who, .addresses = {}, .error = "timed out"};
        return {.who = who, .addresses = {SocketAddress{}}, .error = {}};
    }
    void let_go(bool go = true) {
        const std::lock_guard lock{mutex};
        open = go;
        changed.notify_all();
    }
};

}  // namespace

TEST_GROUP(Resolver) {
    std::shared_ptr<Gate> gate = std::make_shared<Gate>();
    Resolver resolver{
        [gate = gate](std::size_t who, const std::string& host, std::uint16_t) { return gate->look_up(who, host); }};
    std::set<std::size_t> answered;

    // Until so many are answered, or nothing comes for some seconds.
    bool answers(std::size_t count) {
        while (answered.size() < count) {
            pollfd event{resolver.descriptor(), POLLIN, 0};
            if (::poll(&event, 1, 5000) <= 0) return false;
            for (const auto& answer : resolver.answers()) answered.insert(answer.who);
        }
        return true;
    }
    void teardown() override { gate->let_go(); }
};

TEST(Resolver, names_that_hang_hold_up_no_other) {
    for (std::size_t i = 0; i < 10; ++i) resolver.ask(i, "hang-" + std::to_string(i), 502);
    for (std::size_t i = 100; i < 200; ++i) resolver.ask(i, "pdu-" + std::to_string(i), 502);
    CHECK_TRUE(answers(100));
    CHECK_TRUE(*answered.begin() == 100);
    gate->let_go();
    CHECK_TRUE(answers(110));
}

TEST(Resolver, however_many_names_hang_again_the_others_are_answered) {
    gate->let_go();
    for (std::size_t i = 0; i < 50; ++i) resolver.ask(i, "hang-" + std::to_string(i), 502);
    CHECK_TRUE(answers(50));
    gate->let_go(false);
    answered.clear();
    for (std::size_t i = 0; i < 50; ++i) resolver.ask(i, "hang-" + std::to_string(i), 502);
    for (std::size_t i = 100; i < 200; ++i) resolver.ask(i, "pdu-" + std::to_string(i), 502);
    CHECK_TRUE(answers(100));
    CHECK_TRUE(*answered.begin() == 100);
}

TEST(Resolver, threads_are_bounded_and_all_are_answered_in_the_end) {
    for (std::size_t i = 0; i < 100; ++i) resolver.ask(i, "hang-" + std::to_string(i), 502);
    gate->let_go();
    CHECK_TRUE(answers(100));
    CHECK_TRUE(gate->most <= 16);
}

TEST(Resolver, a_question_that_is_not_answered_yet_is_not_asked_again) {
    resolver.ask(1, "hang", 502);
    resolver.ask(1, "hang", 502);
    gate->let_go();
    CHECK_TRUE(answers(1));
    CHECK_TRUE(resolver.answers().empty());
}

TEST(Resolver, a_question_for_which_there_is_no_thread_waits_for_the_next) {
    bool none = true;
    std::vector<std::thread> waiting;
    Resolver poor{[](std::size_t who, const std::string&, std::uint16_t) {
                      return Resolution{.who = who, .addresses = {SocketAddress{}}, .error = {}};
                  },
                  [&](std::function<void()> work) {
                      if (none) throw std::system_error{EAGAIN, std::generic_category()};
                      waiting.emplace_back(std::move(work));
                  }};
    poor.ask(1, "pdu-1", 502);
    CHECK_TRUE(poor.answers().empty());
    none = false;
    poor.ask(1, "pdu-1", 502);
    for (auto& thread : waiting) thread.join();
    UNSIGNED_LONGS_EQUAL(1, poor.answers().size());
}

TEST(Resolver, one_that_ends_waits_for_nobody) {
    resolver.ask(1, "hang", 502);
    // and so does this test: the thread ends when the gate opens
}
