// kill -9 at 200 random moments: a process that writes a journal in a real directory as fast as it can is killed; after
// each restart every record whose commit it had reported is there, once, and the journal verifies.
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "firmware/store.hpp"
#include "tests/fakes/journal_life.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::fake;

namespace {

// Appends from `next` on until it is killed; tells each number that was committed.
[[noreturn]] void write_for_ever(const std::string& directory, std::int64_t next, int out) {
    DirectoryStore store{directory};
    Recovery found;
    auto journal = Journal::open(store, test_settings(4000), {}, found);
    if (!journal || !found.evidence_loss.empty()) ::_exit(3);
    for (;; ++next) {
        journal->append(numbered(next, journal->wants_snapshot() ? RecordType::snapshot : RecordType::interval));
        if (!journal->commit(at_hour(0), next % 7 == 0)) ::_exit(4);
        if (::write(out, &next, sizeof next) != sizeof next) ::_exit(5);
    }
}

// The last number that the process told before it was killed; what it said of itself when it ended otherwise.
std::optional<std::int64_t> run_and_kill(const std::string& directory, std::int64_t next, unsigned microseconds) {
    int ends[2];
    if (::pipe(ends) != 0) return std::nullopt;
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(ends[0]);
        write_for_ever(directory, next, ends[1]);
    }
    ::close(ends[1]);
    ::usleep(microseconds);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    std::int64_t last = next - 1;
    for (std::int64_t told = 0; ::read(ends[0], &told, sizeof told) == sizeof told;) last = told;
    ::close(ends[0]);
    return WIFSIGNALED(status) ? std::optional{last} : std::nullopt;
}

}  // namespace

TEST_GROUP(JournalOnDisk) {
    std::string directory;

    void setup() override {
        char name[] = "/tmp/pued-journal-XXXXXX";
        directory = ::mkdtemp(name);
    }
    void teardown() override { std::filesystem::remove_all(directory); }
};

TEST(JournalOnDisk, survives_kill_9_at_200_random_moments) {
    std::mt19937 dice{42};
    std::int64_t next = 0;
    std::int64_t most = 0;
    for (int kill = 0; kill < 200; ++kill) {
        const auto last = run_and_kill(directory, next, 500 + static_cast<unsigned>(dice() % 20000));
        CHECK_TEXT(last.has_value(), "the writer ended by itself");
        const DirectoryStore store{directory};
        const auto there = read_numbers(store);
        CHECK(there.has_value());
        const auto count = static_cast<std::int64_t>(there->size());
        CHECK(count > *last);       // what was told to be committed, …
        CHECK(count <= *last + 2);  // … and at most the one that was not yet told
        for (std::int64_t i = 0; i < count; ++i) CHECK_EQUAL(i, (*there)[static_cast<std::size_t>(i)]);
        most = std::max(most, count - next);
        next = count;
        if (kill % 20 == 0 && count > 0) STRCMP_EQUAL("", verified(store).c_str());
    }
    CHECK(most > 3);
    STRCMP_EQUAL("", verified(DirectoryStore{directory}).c_str());
}
