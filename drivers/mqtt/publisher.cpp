// The publisher's thread: connect, serve until the connection ends, wait, again. See publisher.hpp.
#include "drivers/mqtt/publisher.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "drivers/mqtt/outbox.hpp"
#include "drivers/mqtt/reach.hpp"
#include "drivers/mqtt/refusal.hpp"

namespace pued {

namespace {

// A connection that lasted this long was a good one: the next wait is short again.
constexpr Duration good_connection = std::chrono::seconds{30};
constexpr Duration idle = std::chrono::hours{1};
constexpr std::chrono::milliseconds farewell{200};
constexpr std::size_t most_waiting_for_refusals = 100;
constexpr std::uint32_t first_subscription = 0xFFFF0000;  // ids of subscriptions; those of messages count from 1

// "pued/v1/hall-1/box-1/" of "pued/v1/hall-1/box-1/status"
std::string root_of(const std::optional<Message>& will) {
    return will ? will->topic.substr(0, will->topic.rfind('/') + 1) : std::string{};
}

bool authenticated(const SessionSettings& settings) {
    return !settings.credentials.user.empty() || (settings.broker.tls && !settings.broker.cert_file.empty());
}

}  // namespace

struct Publisher::Impl {
    Impl(SessionSettings wanted, const Clock& the_clock, std::function<void(std::string)> the_log)
        : settings(std::move(wanted)),
          clock(the_clock),
          log(std::move(the_log)),
          inbox(root_of(settings.will), authenticated(settings)),
          pause(reconnect_pause(std::hash<std::string>{}(settings.client_id) ^
                                static_cast<std::size_t>(clock.now().boot.time_since_epoch().count()))) {}

    MqttLibrary library;
    const SessionSettings settings;
    const Clock& clock;
    const std::function<void(std::string)> log;
    Mailbox mailbox;
    std::thread thread;

    mutable std::mutex mutex;  // guards what follows
    Outbox outbox;
    CommandInbox inbox;
    bool connected = false;
    bool finished = false;
    std::optional<BootTime> closing;  // since close(): when to give up
    std::string last_error;
    std::condition_variable finished_changed;

    // The thread's own.
    Pause pause;
    std::string logged;
    bool told_unauthenticated = false;

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
    bool handle(const MqttEvent& event, Session& session);
    bool subscribe(Session& session);
    void refused(const MqttEvent& event);
    void arrived(const MqttEvent& event);
    void put_answer(const Command& command, std::string json);
    bool pump(Session& session);
    std::optional<Outgoing> next();
    std::vector<Message> next_samples(std::size_t most);
    [[nodiscard]] Duration patience(BootTime began) const;
    [[nodiscard]] bool should_leave() const;
    [[nodiscard]] bool everything_said() const;
    bool set_connected(bool now_connected);  // false: it was so already
    void note(const std::string& problem);
};

void Publisher::Impl::put(Message message) {
    const std::lock_guard lock{mutex};
    if (auto taken = outbox.put(std::move(message)); !taken) last_error = taken.error();
}

void Publisher::Impl::run() {
    do {
        serve_one_connection();
    } while (!mailbox.wait_stopped(pause.next()));
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
    if (now() - began >= good_connection) pause.reset();
}

// True when it is we who leave and nothing is left to say. With messages left (the farewell may be among them) there is
// no good-bye, and the broker publishes the will.
bool Publisher::Impl::serve(Session& session) {
    const BootTime began = now();
    for (;;) {
        for (const auto& event : mailbox.wait(patience(began)))
            if (!handle(event, session)) return false;
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
bool Publisher::Impl::handle(const MqttEvent& event, Session& session) {
    switch (event.kind) {
        case MqttEvent::Kind::connected: return !set_connected(true) || subscribe(session);
        case MqttEvent::Kind::unanswered: note(connect_failure(settings.broker, reach(settings.broker))); return false;
        case MqttEvent::Kind::lost: note(event.text); return false;
        case MqttEvent::Kind::acknowledged: {
            const std::lock_guard lock{mutex};
            outbox.acknowledged(event.id);
            return true;
        }
        case MqttEvent::Kind::refused: refused(event); return true;
        case MqttEvent::Kind::arrived: arrived(event); return true;
    }
    return true;
}

bool Publisher::Impl::subscribe(Session& session) {
    const auto topics = inbox.topics();  // never changes
    for (std::size_t i = 0; i < topics.size(); ++i) {
        const auto id = first_subscription + static_cast<std::uint32_t>(i);
        if (auto asked = session.subscribe(topics[i], id); !asked) {
            note(asked.error());
            return false;
        }
    }
    return true;
}

void Publisher::Impl::refused(const MqttEvent& event) {
    if (event.id >= first_subscription) {
        return note(broker_name(settings.broker) + ": subscription to " +
                    inbox.topics().at(event.id - first_subscription) + " was refused: " + event.text +
                    " (check the broker's access rules for mqtt.user)");
    }
    note(broker_name(settings.broker) + ": a message was refused: " + event.text);
    const std::lock_guard lock{mutex};
    outbox.refused(event.id);
}

// A command that is not obeyed is answered at once; not in a flood, whose answers would push alerts out.
void Publisher::Impl::arrived(const MqttEvent& event) {
    Result<void> taken;
    std::size_t waiting = 0;
    {
        const std::lock_guard lock{mutex};
        taken = inbox.take(event);
        waiting = outbox.pending();
    }
    if (taken) return;
    note(broker_name(settings.broker) + ": a command was refused: " + taken.error());
    if (waiting < most_waiting_for_refusals) {
        put_answer({{}, {}, event.response_topic, event.correlation}, R"({"error":")" + taken.error() + R"("})");
    }
}

void Publisher::Impl::put_answer(const Command& command, std::string json) {
    if (!inbox.may_answer(command.response_topic)) return;
    put({.topic = command.response_topic,
         .payload = std::move(json),
         .retained = false,
         .qos = 1,
         .correlation = command.correlation});
}

// False when the connection is over.
bool Publisher::Impl::pump(Session& session) {
    Result<void> sent;
    for (auto outgoing = next(); sent && outgoing; outgoing = sent ? next() : std::nullopt)
        sent = session.publish(outgoing->message, outgoing->id);
    for (auto samples = next_samples(session.room()); sent && !samples.empty(); samples = next_samples(session.room()))
        for (const auto& sample : samples)
            if (sent) sent = session.publish_sample(sample);
    if (!sent) note(sent.error());
    return bool(sent);
}

std::optional<Outgoing> Publisher::Impl::next() {
    const std::lock_guard lock{mutex};
    return outbox.next();
}

std::vector<Message> Publisher::Impl::next_samples(std::size_t most) {
    const std::lock_guard lock{mutex};
    return outbox.next_samples(most);
}

bool Publisher::Impl::should_leave() const {
    const std::lock_guard lock{mutex};
    return closing && ((connected && outbox.pending() == 0) || now() >= *closing);
}

bool Publisher::Impl::set_connected(bool now_connected) {
    std::size_t waiting = 0;
    {
        const std::lock_guard lock{mutex};
        if (connected == now_connected) return false;  // the library may say it twice
        connected = now_connected;
        if (!now_connected) {
            outbox.disconnected();
            return true;
        }
        last_error.clear();
        waiting = outbox.pending();
        outbox.connected();
    }
    logged.clear();
    say(broker_name(settings.broker) + ": connected waiting=" + std::to_string(waiting));
    if (!authenticated(settings) && !std::exchange(told_unauthenticated, true)) {
        say(broker_name(settings.broker) +
            ": no commands are taken, because the broker does not know who we are (set mqtt.user and "
            "mqtt.password_file, or mqtt.cert_file and mqtt.key_file)");
    }
    return true;
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

std::vector<Command> Publisher::take_commands() {
    const std::lock_guard lock{impl_->mutex};
    return impl_->inbox.drain();
}

void Publisher::answer(const Command& command, std::string json) {
    impl_->put_answer(command, std::move(json));
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
