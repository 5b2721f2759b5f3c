// sd_notify against a socket that plays the service manager, the watchdog's environment, and signals as values.
#include "firmware/service.hpp"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <string>

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace std::chrono_literals;

namespace {

// Receives what the Notifier sends; "@name" is abstract.
class Manager {
public:
    explicit Manager(const std::string& name) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::copy(name.begin(), name.end(), address.sun_path);
        if (name.front() == '@') address.sun_path[0] = '\0';
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        CHECK_EQUAL(0, ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), length));
    }
    std::string received() {
        char buffer[512];
        const ssize_t got = ::recv(socket_.get(), buffer, sizeof buffer, 0);
        return got < 0 ? "nothing" : std::string{buffer, static_cast<std::size_t>(got)};
    }

private:
    Descriptor socket_;
};

std::string abstract_name() { return "@pued-test-" + std::to_string(::getpid()); }

}  // namespace

TEST_GROUP(Notifier){};

TEST(Notifier, says_each_state_in_a_datagram_of_its_own) {
    Manager manager{abstract_name()};
    const Notifier notifier{abstract_name()};
    CHECK_TRUE(bool(notifier.ready()));
    STRCMP_EQUAL("READY=1", manager.received().c_str());
    CHECK_TRUE(bool(notifier.watchdog()));
    STRCMP_EQUAL("WATCHDOG=1", manager.received().c_str());
    CHECK_TRUE(bool(notifier.stopping()));
    STRCMP_EQUAL("STOPPING=1", manager.received().c_str());
}

TEST(Notifier, a_reload_carries_the_monotonic_time) {
    Manager manager{abstract_name()};
    timespec before{};
    ::clock_gettime(CLOCK_MONOTONIC, &before);
    CHECK_TRUE(bool(Notifier{abstract_name()}.reloading()));
    const std::string text = manager.received();
    const std::string prefix = "RELOADING=1\nMONOTONIC_USEC=";
    STRNCMP_EQUAL(prefix.c_str(), text.c_str(), prefix.size());
    const long long usec = std::stoll(text.substr(prefix.size()));
    const long long earliest = before.tv_sec * 1'000'000LL + before.tv_nsec / 1000;
    CHECK(usec >= earliest);
    CHECK(usec < earliest + 60'000'000);
}

TEST(Notifier, a_status_stays_one_assignment) {
    Manager manager{abstract_name()};
    CHECK_TRUE(bool(Notifier{abstract_name()}.status("2 sources\nREADY=1")));
    STRCMP_EQUAL("STATUS=2 sources READY=1", manager.received().c_str());
}

TEST(Notifier, a_socket_in_the_file_system_works_too) {
    char directory[] = "/tmp/pued-notify-XXXXXX";
    const std::string path = std::string{::mkdtemp(directory)} + "/notify";
    {
        Manager manager{path};
        CHECK_TRUE(bool(Notifier{path}.ready()));
        STRCMP_EQUAL("READY=1", manager.received().c_str());
    }
    ::unlink(path.c_str());
    ::rmdir(directory);
}

TEST(Notifier, without_a_manager_there_is_nobody_to_tell) {
    CHECK_TRUE(bool(Notifier{""}.ready()));
    ::unsetenv("NOTIFY_SOCKET");
    CHECK_TRUE(bool(Notifier::from_environment().ready()));
}

TEST(Notifier, a_manager_that_is_not_there_is_an_error) {
    STRCMP_EQUAL("service manager at /nonexistent/notify: No such file or directory",
                 Notifier{"/nonexistent/notify"}.ready().error().c_str());
    CHECK_FALSE(bool(Notifier{std::string(200, 'x')}.ready()));
}

TEST_GROUP(Watchdog){};

TEST(Watchdog, the_interval_is_microseconds_and_for_this_process) {
    CHECK(watchdog_interval("30000000", "17", 17) == Duration{30s});
    CHECK(watchdog_interval("30000000", nullptr, 17) == Duration{30s});
    CHECK_FALSE(watchdog_interval("30000000", "18", 17).has_value());
}

TEST(Watchdog, an_environment_that_makes_no_sense_is_no_watchdog) {
    CHECK_FALSE(watchdog_interval(nullptr, nullptr, 17).has_value());
    for (const char* usec : {"", "0", "-1", "30s", "99999999999999999999"})
        CHECK_FALSE(watchdog_interval(usec, "17", 17).has_value());
    CHECK_FALSE(watchdog_interval("30000000", "", 17).has_value());
}

TEST_GROUP(Signals){};

TEST(Signals, a_signal_is_a_value_and_ends_nothing) {
    Signals signals;
    CHECK_FALSE(signals.wait(0s).has_value());
    ::kill(::getpid(), SIGHUP);
    CHECK(signals.wait(1s) == Signal::reload);
    ::kill(::getpid(), SIGTERM);
    CHECK(signals.wait(1s) == Signal::terminate);
    ::kill(::getpid(), SIGINT);
    CHECK(signals.wait(1s) == Signal::interrupt);
    CHECK_FALSE(signals.wait(0s).has_value());
}

TEST(Signals, a_broken_pipe_is_an_error_and_no_death) {
    Signals signals;
    int ends[2];
    CHECK_EQUAL(0, ::pipe(ends));
    ::close(ends[0]);
    LONGS_EQUAL(-1, ::write(ends[1], "x", 1));
    ::close(ends[1]);
}
