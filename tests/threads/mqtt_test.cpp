// The publisher called from many threads at once while nobody answers on its port, and the mailbox between the MQTT
// library's threads and ours.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "drivers/mqtt/publisher.hpp"
#include "firmware/clock.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace std::chrono_literals;

namespace {

// A loopback port that is bound and not listening: every connection is refused at once, and nobody else can take it.
class ClosedPort {
public:
    ClosedPort() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        ::bind(socket_, reinterpret_cast<sockaddr*>(&address), length);
        ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
        number = ntohs(address.sin_port);
    }
    ~ClosedPort() { ::close(socket_); }
    std::uint16_t number = 0;

private:
    int socket_;
};

void in_parallel(unsigned threads, const std::function<void(unsigned)>& work) {
    std::vector<std::thread> all;
    for (unsigned i = 0; i < threads; ++i) all.emplace_back(work, i);
    for (auto& thread : all) thread.join();
}

}  // namespace

TEST_GROUP(MqttThreads){};

TEST(MqttThreads, many_threads_publish_while_another_looks) {
    const ClosedPort port;
    MqttConfig config;
    config.host = "127.0.0.1";
    config.port = port.number;
    const SystemClock clock;
    std::atomic<unsigned> logged = 0;
    Publisher publisher{
        config, {}, "threads", {"s/status", "offline"}, "sha", clock, [&](const std::string&) { ++logged; }};
    in_parallel(4, [&](unsigned i) {
        const std::string name = std::to_string(i);
        for (int n = 0; n < 500; ++n) {
            publisher.publish({"s/metric/" + name, std::to_string(n)});
            if (n % 10 == 0) publisher.publish({"s/alert/" + name, std::to_string(n)});
            publisher.publish({"s/reading/" + name, "x", false, 0});
            if (n % 50 == 0) (void)publisher.stats();
            for (const auto& command : publisher.take_commands()) publisher.answer(command, "{}");
        }
    });
    // Of each thread: one state, fifty transitions; 500 samples gone.
    CHECK_EQUAL(4U + 4U * 50U, publisher.stats().outbox);
    CHECK_EQUAL(4U * 500U, publisher.stats().dropped);
    const BootTime before = clock.now().boot;
    publisher.close({{"s/status", "offline"}});
    CHECK(clock.now().boot - before < 2s);
    CHECK(logged >= 1);
    publisher.publish({"s/metric/late", "x"});  // goes nowhere, harms nobody
    publisher.close({});
}

TEST(MqttThreads, every_event_pushed_is_taken_once) {
    Mailbox mailbox;
    std::atomic<std::size_t> taken = 0;
    std::thread owner{[&] {
        while (!mailbox.wait_stopped(0s)) taken += mailbox.wait(10ms).size();
        taken += mailbox.wait(0s).size();
    }};
    in_parallel(4, [&](unsigned) {
        for (int n = 0; n < 1000; ++n) mailbox.push({.kind = MqttEvent::Kind::acknowledged});
    });
    mailbox.stop();
    owner.join();
    CHECK_EQUAL(4000U, taken.load());
    CHECK_EQUAL(0U, mailbox.overrun());
}

TEST(MqttThreads, messages_beyond_the_mailbox_are_counted_and_nothing_else_is_lost) {
    Mailbox mailbox;
    for (std::size_t i = 0; i < Mailbox::capacity + 5; ++i) mailbox.push({.kind = MqttEvent::Kind::arrived});
    mailbox.push({.kind = MqttEvent::Kind::lost});
    CHECK_EQUAL(5U, mailbox.overrun());
    const auto events = mailbox.wait(0s);
    CHECK_EQUAL(Mailbox::capacity + 1, events.size());
    CHECK(events.back().kind == MqttEvent::Kind::lost);
}
