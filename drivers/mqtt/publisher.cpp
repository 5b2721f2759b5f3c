// The publisher's thread: connect, serve until the connection ends, wait, again. See publisher.hpp.
#include "drivers/mqtt/publisher.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "drivers/mqtt/backoff.hpp"
#include "drivers/mqtt/outbox.hpp"
#include "drivers/mqtt/reach.hpp"
#include "drivers/mqtt/refusal.hpp"

namespace pued {

namespace {

// A connection that lasted this long was a good one: the next wait is short again.
constexpr Duration good_connection = std::chrono::seconds{30};
constexpr Duration idle = std::chrono::hours{1};
constexpr std::chrono::milliseconds farewell{200};

}  // namespace

struct Publisher::Impl {
    Impl(SessionSettings wanted, const Clock& the_clock, std::function<void(std::string)> the_log)
        : settings(std::move(wanted)),
          clock(the_clock),
          log(std::move(the_log)),
          backoff(static_cast<std::uint32_t>(std::hash<std::string>{}(settings.client_id) ^
                                             static_cast<std::size_t>(now().time_since_epoch().count()))) {}

    MqttLibrary library;
    const SessionSettings settings;
    const Clock& clock;
    const std::function<void(std::string)> log;
    Mailbox mailbox;
    std::thread thread;

    mutable std::mutex mutex;  // guards what follows
    Outbox outbox;
    bool connected = false;
    bool finished = false;
    std::optional<BootTime> closing;  // since close(): when to give up
    std::string last_error;
    std::condition_variable finished_changed;

    // The thread's own.
    Backoff backoff;
    std::string logged;

    // After an unfinished close() the clock and the log may be gone.
    std::atomic<bool> abandoned = false;
    [[nodiscard]] BootTime now() const { return abandoned ? BootTime::max() : clock.now().boot; }
    void say(const std::string& line) const {
        if (!abandoned) log(line);
    }
    void put(Message message);
    void run();
    void serve_one_connection();
    bool serve(Session& session);
    bool handle(const MqttEvent& event);
    bool pump(Session& session);
    std::optional<Outgoing> next();
    [[nodiscard]] Duration patience(BootTime began) const;
    [[nodiscard]] bool should_leave() const;
    [[nodiscard]] bool everything_said() const;
    void set_connected(bool now_connected);
    void note(const std::string& problem);
};

void Publisher::Impl::put(Message message) {
    const std::lock_guard lock{mutex};
    if (auto taken = outbox.put(std::move(message)); !taken) last_error = taken.error();
}

void Publisher::Impl::run() {
    do {
        serve_one_connection();
    } while (!mailbox.wait_stopped(backoff.next()));
    const std::lock_guard lock{mutex};
    finished = true;
    finished_changed.notify_all();
}

void Publisher::Impl::serve_one_connection() {
    mailbox.clear();
    const BootTime began = now();
    auto session = Session::open(settings, mailbox);
    if (!session) return note(session.error());
    if (serve(**session)) (*session)->disconnect(farewell);
    set_connected(false);
    if (now() - began >= good_connection) backoff.reset();
}

// True when it is we who leave and nothing is left to say. With messages left (the farewell may be among them) there is
// no good-bye, and the broker publishes the will.
bool Publisher::Impl::serve(Session& session) {
    const BootTime began = now();
    for (;;) {
        for (const auto& event : mailbox.wait(patience(began)))
            if (!handle(event)) return false;
        if (!pump(session)) return false;
        if (should_leave()) return everything_said();
        const std::lock_guard lock{mutex};
        if (!connected && now() - began > Session::connect_limit) break;
    }
    note(broker_name(settings.broker) + ": no answer (check mqtt.host and mqtt.port)");
    return false;
}

Duration Publisher::Impl::patience(BootTime began) const {
    const std::lock_guard lock{mutex};
    if (closing) return std::max(Duration{}, *closing - now());
    return connected ? idle
                     : std::max(Duration{}, began + Session::connect_limit - now()) + std::chrono::milliseconds{1};
}

// False when the connection is over.
bool Publisher::Impl::handle(const MqttEvent& event) {
    switch (event.kind) {
        case MqttEvent::Kind::connected: set_connected(true); return true;
        case MqttEvent::Kind::unanswered: note(connect_failure(settings.broker, reach(settings.broker))); return false;
        case MqttEvent::Kind::lost: note(event.text); return false;
        case MqttEvent::Kind::acknowledged: {
            const std::lock_guard lock{mutex};
            outbox.acknowledged(event.id);
            return true;
        }
        case MqttEvent::Kind::refused: {
            note(broker_name(settings.broker) + ": a message was refused: " + event.text);
            const std::lock_guard lock{mutex};
            outbox.refused(event.id);
            return true;
        }
        case MqttEvent::Kind::arrived: return true;
    }
    return true;
}

bool Publisher::Impl::pump(Session& session) {
    while (const auto outgoing = next())
        if (auto sent = session.publish(outgoing->message, outgoing->id); !sent) {
            note(sent.error());
            return false;
        }
    return true;
}

std::optional<Outgoing> Publisher::Impl::next() {
    const std::lock_guard lock{mutex};
    return outbox.next();
}

bool Publisher::Impl::should_leave() const {
    const std::lock_guard lock{mutex};
    return closing && ((connected && outbox.pending() == 0) || now() >= *closing);
}

void Publisher::Impl::set_connected(bool now_connected) {
    std::size_t waiting = 0;
    {
        const std::lock_guard lock{mutex};
        if (connected == now_connected) return;  // the library may say it twice
        connected = now_connected;
        if (!now_connected) return outbox.disconnected();
        last_error.clear();
        waiting = outbox.pending();
        outbox.connected();
    }
    logged.clear();
    say(broker_name(settings.broker) + ": connected waiting=" + std::to_string(waiting));
}

// Logged once for each change, kept for stats().
void Publisher::Impl::note(const std::string& problem) {
    {
        const std::lock_guard lock{mutex};
        last_error = problem;
    }
    if (std::exchange(logged, problem) != problem) say(problem);
}

Publisher::Publisher(const MqttConfig& config, Credentials credentials, std::string client_id, Message will,
                     std::string config_sha256, const Clock& clock, std::function<void(std::string)> log)
    : impl_(std::make_shared<Impl>(SessionSettings{.broker = config,
                                                   .credentials = std::move(credentials),
                                                   .client_id = std::move(client_id),
                                                   .will = std::move(will),
                                                   .config_sha256 = std::move(config_sha256)},
                                   clock, std::move(log))) {
    impl_->thread = std::thread{[impl = impl_] { impl->run(); }};
}

Publisher::~Publisher() { close({}); }

bool Publisher::Impl::everything_said() const {
    const std::lock_guard lock{mutex};
    return outbox.pending() == 0;
}

void Publisher::publish(Message message) {
    impl_->put(std::move(message));
    impl_->mailbox.poke();
}

PublisherStats Publisher::stats() const {
    const std::lock_guard lock{impl_->mutex};
    return {.connected = impl_->connected,
            .outbox = impl_->outbox.pending(),
            .dropped = impl_->outbox.dropped(),
            .acknowledged = impl_->outbox.delivered(),
            .last_error = impl_->last_error};
}

void Publisher::close(std::vector<Message> last_words, std::chrono::milliseconds limit) {
    if (!impl_->thread.joinable()) return;
    for (auto& message : last_words) impl_->put(std::move(message));
    std::unique_lock lock{impl_->mutex};
    impl_->closing = impl_->now() + limit;
    lock.unlock();
    impl_->mailbox.stop();
    lock.lock();
    // The library can be stuck in the resolver for long; then the thread is left to itself, with all that it needs.
    const bool finished =
        impl_->finished_changed.wait_for(lock, limit + 2 * farewell, [this] { return impl_->finished; });
    lock.unlock();
    if (finished) {
        impl_->thread.join();
    } else {
        impl_->abandoned = true;
        impl_->thread.detach();
    }
}

}  // namespace pued
