// The state directory on a real file system, with its failures provoked: no directory, no space, a second daemon.
#include "firmware/store.hpp"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(DirectoryStore) {
    std::string directory;

    void setup() override {
        char name[] = "/tmp/pued-store-XXXXXX";
        directory = ::mkdtemp(name);
    }
    void teardown() override {
        std::filesystem::remove_all(directory);
        directory = {};
    }

    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{directory}, {}));
    }
    static void check(const Result<void>& result) { CHECK_TEXT(bool(result), result.error().c_str()); }
    static std::string text(Store & store, const char* name) {
        auto loaded = store.load(name);
        CHECK_TRUE(bool(loaded));
        CHECK(loaded->has_value());
        return **loaded;
    }
};

TEST(DirectoryStore, what_was_saved_is_loaded_again_byte_for_byte) {
    DirectoryStore store{directory};
    const std::string bytes{"a\0b\n\xff", 5};
    check(store.save("ledger.json", bytes));
    CHECK(text(store, "ledger.json") == bytes);
    check(store.save("ledger.json", ""));
    STRCMP_EQUAL("", text(store, "ledger.json").c_str());
    CHECK_EQUAL(1U, files());
}

TEST(DirectoryStore, a_document_never_saved_is_nothing_and_no_error) {
    DirectoryStore store{directory};
    auto loaded = store.load("ledger.json");
    CHECK_TRUE(bool(loaded));
    CHECK_FALSE(loaded->has_value());
}

TEST(DirectoryStore, a_large_document_survives) {
    DirectoryStore store{directory};
    const std::string bytes(300'000, 'x');
    check(store.save("ledger.json", bytes));
    CHECK(text(store, "ledger.json") == bytes);
}

TEST(DirectoryStore, a_full_disk_leaves_the_old_document_and_says_so) {
    DirectoryStore store{directory};
    check(store.save("ledger.json", "old"));
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit tight{.rlim_cur = 1000, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight);
    const auto saved = store.save("ledger.json", std::string(5000, 'x'));
    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, SIG_DFL);
    CHECK_FALSE(bool(saved));
    STRCMP_EQUAL((directory + "/.ledger.json.new: cannot write: File too large").c_str(), saved.error().c_str());
    STRCMP_EQUAL("old", text(store, "ledger.json").c_str());
    CHECK_EQUAL(1U, files());
}

TEST(DirectoryStore, what_cannot_be_replaced_is_an_error_and_leaves_nothing_behind) {
    DirectoryStore store{directory};
    ::mkdir((directory + "/ledger.json").c_str(), 0700);
    const auto saved = store.save("ledger.json", "new");
    STRCMP_EQUAL((directory + "/ledger.json: cannot replace: Is a directory").c_str(), saved.error().c_str());
    CHECK_EQUAL(1U, files());
    const auto loaded = store.load("ledger.json");
    CHECK_FALSE(bool(loaded));
    STRCMP_EQUAL((directory + "/ledger.json: cannot read: Is a directory").c_str(), loaded.error().c_str());
}

TEST(DirectoryStore, a_missing_directory_is_named) {
    DirectoryStore store{directory + "/gone"};
    STRCMP_EQUAL((directory + "/gone/.a.new: cannot create: No such file or directory").c_str(),
                 store.save("a", "1").error().c_str());
}

TEST(DirectoryStore, half_a_document_of_a_crash_is_overwritten_not_loaded) {
    std::ofstream{directory + "/.ledger.json.new"} << "half a docu";
    DirectoryStore store{directory};
    CHECK_FALSE(store.load("ledger.json")->has_value());
    check(store.save("ledger.json", "whole"));
    STRCMP_EQUAL("whole", text(store, "ledger.json").c_str());
    CHECK_EQUAL(1U, files());
}

TEST(DirectoryStore, a_link_put_in_its_way_is_not_followed) {
    ::symlink("/etc/passwd", (directory + "/a").c_str());
    ::symlink((directory + "/elsewhere").c_str(), (directory + "/.b.new").c_str());
    DirectoryStore store{directory};
    CHECK_FALSE(bool(store.load("a")));
    CHECK_FALSE(bool(store.save("b", "1")));
    CHECK_FALSE(std::filesystem::exists(directory + "/elsewhere"));
}

TEST(DirectoryStore, names_cannot_leave_the_directory) {
    DirectoryStore store{directory};
    for (const char* name : {"", "../x", "a/b/c", "/a", "a/", "a/..", "a/.b", ".lock", "A", "a\n"}) {
        CHECK_FALSE(bool(store.save(name, "1")));
        CHECK_FALSE(bool(store.write_from(name, 0, "1")));
        CHECK_FALSE(bool(store.load(name)));
        CHECK_FALSE(bool(store.remove(name)));
    }
    for (const char* folder : {".", "..", "a/b", "/tmp"}) CHECK_FALSE(bool(store.list(folder)));
    CHECK_EQUAL(0U, files());
}

TEST(DirectoryStore, a_folder_is_made_on_demand_and_only_its_owner_may_look) {
    DirectoryStore store{directory};
    CHECK_EQUAL(0U, store.list("journal")->size());
    check(store.save("journal/key.pem", "secret"));
    check(store.write_from("journal/a.seg", 0, "frames"));
    STRCMP_EQUAL("secret", text(store, "journal/key.pem").c_str());
    struct stat about {};
    ::stat((directory + "/journal").c_str(), &about);
    CHECK_EQUAL(0700U, about.st_mode & 0777U);
    for (const char* name : {"/journal/key.pem", "/journal/a.seg"}) {
        ::stat((directory + name).c_str(), &about);
        CHECK_EQUAL(0600U, about.st_mode & 0777U);
    }
    CHECK(*store.list("journal") == (std::vector<std::string>{"a.seg", "key.pem"}));
    CHECK(*store.list("") == (std::vector<std::string>{"journal"}));
}

TEST(DirectoryStore, writing_on_from_a_byte_keeps_what_is_before_and_cuts_off_what_was_behind) {
    DirectoryStore store{directory};
    check(store.write_from("log", 0, "one two three"));
    check(store.write_from("log", 4, "2"));
    STRCMP_EQUAL("one 2", text(store, "log").c_str());
    check(store.write_from("log", 5, " 3"));
    check(store.write_from("log", 7, ""));
    STRCMP_EQUAL("one 2 3", text(store, "log").c_str());
    STRCMP_EQUAL((directory + "/log: has only 7 bytes, 8 were written (who cut it?)").c_str(),
                 store.write_from("log", 8, "x").error().c_str());
}

TEST(DirectoryStore, a_full_disk_keeps_what_stood_before_the_byte_written_from) {
    DirectoryStore store{directory};
    check(store.write_from("log", 0, std::string(600, 'a')));
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit tight{.rlim_cur = 1000, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tight);
    const auto written = store.write_from("log", 600, std::string(5000, 'b'));
    ::setrlimit(RLIMIT_FSIZE, &before);
    ::signal(SIGXFSZ, SIG_DFL);
    STRCMP_EQUAL((directory + "/log: cannot write: File too large").c_str(), written.error().c_str());
    CHECK(text(store, "log").starts_with(std::string(600, 'a')));
    check(store.write_from("log", 600, "b"));
    CHECK(text(store, "log") == std::string(600, 'a') + 'b');
}

TEST(DirectoryStore, what_was_removed_is_gone_and_removing_nothing_is_no_error) {
    DirectoryStore store{directory};
    check(store.save("journal/a", "1"));
    check(store.remove("journal/a"));
    check(store.remove("journal/a"));
    check(store.remove("none/a"));
    CHECK_FALSE(store.load("journal/a")->has_value());
    ::mkdir((directory + "/journal/b").c_str(), 0700);
    STRCMP_CONTAINS((directory + "/journal/b: cannot remove: ").c_str(), store.remove("journal/b").error().c_str());
}

TEST(DirectoryStore, a_second_daemon_is_kept_out_as_long_as_the_first_lives) {
    DirectoryStore second{directory};
    {
        DirectoryStore first{directory};
        check(first.lock());
        const auto refused = second.lock();
        CHECK_FALSE(bool(refused));
        STRCMP_EQUAL((directory + ": is in use by another pued (process " + std::to_string(::getpid()) +
                      ") (stop it, or set another state_directory)")
                         .c_str(),
                     refused.error().c_str());
    }
    check(second.lock());
}

// sysfs takes no directory from anybody, root included.
TEST(DirectoryStore, a_directory_that_is_not_ours_names_the_way_out) {
    DirectoryStore store{"/sys/pued"};
    const auto refused = store.lock();
    CHECK_FALSE(bool(refused));
    STRCMP_CONTAINS("/sys/pued: cannot make the state directory: ", refused.error().c_str());
    STRCMP_CONTAINS(" (run as the user pued, or set state_directory)", refused.error().c_str());
}

TEST(DirectoryStore, lock_makes_the_directory_but_not_its_parents) {
    DirectoryStore store{directory + "/state"};
    check(store.lock());
    check(store.save("a", "1"));
    DirectoryStore deep{directory + "/no/such"};
    STRCMP_EQUAL((directory + "/no/such: cannot make the state directory: No such file or directory").c_str(),
                 deep.lock().error().c_str());
}
