// All Modbus TCP devices on one thread: an epoll loop over one TcpConnection for each host:port. What is due at one
// moment is sent in one burst before anything is waited for; a connection costs nothing until it is due or readable.
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <queue>

#include "drivers/modbus/descriptors.hpp"
#include "drivers/modbus/modbus_source.hpp"
#include "drivers/modbus/tcp_connection.hpp"

namespace pued {
namespace {

constexpr std::uint64_t resolver_id = UINT64_MAX;
constexpr Duration farthest = std::chrono::seconds{5};  // of an alarm, so that few of those passed over pile up

// One bucket for each host:port, in the order of first appearance.
std::vector<std::vector<ModbusPoll>> by_endpoint(std::vector<ModbusPoll> devices) {
    std::vector<std::vector<ModbusPoll>> out;
    std::map<std::pair<std::string, std::uint16_t>, std::size_t> known;
    for (auto& device : devices) {
        const auto [entry, added] = known.try_emplace({device.config.host, device.config.port}, out.size());
        if (added) out.emplace_back();
        out[entry->second].push_back(std::move(device));
    }
    return out;
}

// Whole milliseconds to wait, rounded up so that the loop does not spin just before a deadline.
int wait_ms(BootTime now, BootTime until) {
    if (until <= now) return 0;
    constexpr Duration longest = std::chrono::seconds{60};
    return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(std::min(until - now, longest)).count());
}

// Not all at once: so many to a slot, which leave in one burst and are answered in few wake-ups; the slots follow each
// other through the shortest period of the units. 1000 endpoints polled each second fill it.
Duration slot_of(std::size_t id, const std::vector<ModbusPoll>& units) {
    constexpr std::size_t endpoints_each = 50;
    constexpr Duration apart = std::chrono::milliseconds{50};
    Duration period = std::chrono::seconds{1};
    for (const auto& unit : units) period = std::min(period, unit.period);
    const auto slots = static_cast<std::size_t>(std::max<Duration::rep>(period / apart, 1));
    return apart * static_cast<Duration::rep>(id / endpoints_each % slots);
}

class TcpSource final : public Source {
public:
    TcpSource(std::vector<ModbusPoll> devices, const Clock& clock)
        : clock_(clock), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = resolver_id;
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, resolver_.descriptor(), &event);
        add(by_endpoint(std::move(devices)));
    }
    ~TcpSource() override {
        connections_.clear();
        ::close(epoll_);
    }
    TcpSource(const TcpSource&) = delete;
    TcpSource& operator=(const TcpSource&) = delete;

    void step(BootTime until, ReportSink& out) override {
        BootTime now = clock_.now().boot;
        do {
            const BootTime next = alarms_.empty() ? until : std::min(until, alarms_.top().at);
            serve_sockets(wait_ms(now, next), out);
            now = clock_.now().boot;
            run_due(now, out);
        } while (now < until);
    }

    void close() override {
        for (auto& connection : connections_) connection->close_socket();
    }

private:
    void add(const std::vector<std::vector<ModbusPoll>>& endpoints) {
        const std::size_t room = room_for(endpoints.size());
        const BootTime start = clock_.now().boot;
        FieldLists lists;
        for (const auto& units : endpoints) {
            const std::size_t id = connections_.size();
            connections_.push_back(std::make_unique<TcpConnection>(id, units, lists, start + slot_of(id, units), epoll_,
                                                                   resolver_, clock_));
            if (id >= room) connections_.back()->refuse(too_many_endpoints(endpoints.size(), room));
            set_.push_back(BootTime::max());
            arm(id, start);
        }
    }

    void run_due(BootTime now, ReportSink& out) {
        while (!alarms_.empty() && alarms_.top().at <= now) {
            const Alarm alarm = alarms_.top();
            alarms_.pop();
            if (alarm.at != set_[alarm.id]) continue;  // an earlier one was set since
            set_[alarm.id] = BootTime::max();
            if (connections_[alarm.id]->wake() <= now) connections_[alarm.id]->run(now, out);
            arm(alarm.id, now);
        }
    }

    void serve_sockets(int timeout_ms, ReportSink& out) {
        std::array<epoll_event, 256> events{};
        const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
        const BootTime now = clock_.now().boot;
        for (int i = 0; i < count; ++i) {
            const std::uint64_t id = events[static_cast<std::size_t>(i)].data.u64;
            if (id == resolver_id) {
                take_answers(now, out);
            } else {
                connections_[static_cast<std::size_t>(id)]->ready(now, out);
                arm(static_cast<std::size_t>(id), now);
            }
        }
    }

    void take_answers(BootTime now, ReportSink& out) {
        for (auto& answer : resolver_.answers()) {
            const std::size_t id = answer.who;
            connections_[id]->resolved(std::move(answer), now, out);
            arm(id, now);
        }
    }

    // The alarm that is set may be early (the connection is looked at, and it is set anew), never late.
    void arm(std::size_t id, BootTime now) {
        const BootTime wake = std::min(connections_[id]->wake(), now + farthest);
        if (wake >= set_[id]) return;
        set_[id] = wake;
        alarms_.push({wake, id});
    }

    const Clock& clock_;
    int epoll_;
    Resolver resolver_;
    std::vector<std::unique_ptr<TcpConnection>> connections_;
    struct Alarm {
        BootTime at;
        std::size_t id = 0;                                                 // of a connection
        bool operator<(const Alarm& other) const { return at > other.at; }  // the earliest on top
    };
    std::priority_queue<Alarm> alarms_;
    std::vector<BootTime> set_;  // each connection's alarm that counts; others in alarms_ are passed over
};

}  // namespace

std::unique_ptr<Source> make_tcp_source(std::vector<ModbusPoll> devices, const Clock& clock) {
    return std::make_unique<TcpSource>(std::move(devices), clock);
}

}  // namespace pued
