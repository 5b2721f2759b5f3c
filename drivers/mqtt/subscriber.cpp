// The subscriber's step(): keep a session, turn its messages into reports, notice silence. See subscriber.hpp.
#include "drivers/mqtt/subscriber.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "drivers/mqtt/message_value.hpp"
#include "drivers/mqtt/reach.hpp"
#include "drivers/mqtt/refusal.hpp"

namespace pued {

namespace {

constexpr std::chrono::milliseconds farewell{200};
constexpr Duration good_connection = std::chrono::seconds{30};

class MqttSource final : public Source {
public:
    MqttSource(SessionSettings settings, std::vector<MqttPoint> points, const Clock& clock)
        : settings_(std::move(settings)),
          clock_(clock),
          pause_(reconnect_pause(std::hash<std::string>{}(settings_.client_id))),
          problem_(broker_name(settings_.broker) + ": not connected yet") {
        for (auto& point : points) {
            const Duration patience = std::max<Duration>(point.config.stale_after, std::chrono::milliseconds{100});
            watches_.push_back({MessageValue{std::move(point)}, patience, BootTime{}});
        }
    }

    void step(BootTime until, ReportSink& out) override;
    void close() override;

private:
    struct Watch {
        MessageValue value;
        Duration patience;
        BootTime overdue;  // when silence is reported next
    };

    [[nodiscard]] BootTime now() const { return clock_.now().boot; }
    void start_watching();
    void connect_if_due();
    [[nodiscard]] BootTime next_deadline(BootTime until) const;
    void handle(const MqttEvent& event, ReportSink& out);
    void subscribe_all();
    void subscription_refused(const MqttEvent& event);
    void arrived(const MqttEvent& message, ReportSink& out);
    void report_silence(ReportSink& out);
    void lose_session(std::string why);

    MqttLibrary library_;
    SessionSettings settings_;
    const Clock& clock_;
    Pause pause_;
    std::vector<Watch> watches_;
    std::vector<std::string> topics_;  // of the subscriptions, by id - 1
    Mailbox mailbox_;                  // before the session, whose callbacks push here
    std::unique_ptr<Session> session_;
    bool watching_ = false;
    bool connected_ = false;
    BootTime began_;         // of the session
    BootTime next_attempt_;  // when there is none
    std::string problem_;    // why there is no connection; empty: there is one
};

void MqttSource::step(BootTime until, ReportSink& out) {
    start_watching();
    do {
        connect_if_due();
        for (const auto& event : mailbox_.wait(std::max(Duration{}, next_deadline(until) - now()))) handle(event, out);
        if (session_ && !connected_ && now() - began_ > Session::connect_limit)
            lose_session(broker_name(settings_.broker) + ": no answer (check mqtt.host and mqtt.port)");
        report_silence(out);
    } while (now() < until);
}

void MqttSource::start_watching() {
    if (std::exchange(watching_, true)) return;
    next_attempt_ = now();
    for (auto& watch : watches_) watch.overdue = now() + watch.patience;
}

void MqttSource::connect_if_due() {
    if (session_ || now() < next_attempt_) return;
    mailbox_.clear();
    began_ = now();
    auto session = Session::open(settings_, mailbox_);
    if (!session) return lose_session(session.error());
    session_ = std::move(*session);
}

BootTime MqttSource::next_deadline(BootTime until) const {
    BootTime deadline = until;
    if (!session_) deadline = std::min(deadline, next_attempt_);
    if (session_ && !connected_) deadline = std::min(deadline, began_ + Session::connect_limit);
    for (const auto& watch : watches_) deadline = std::min(deadline, watch.overdue);
    return deadline;
}

void MqttSource::handle(const MqttEvent& event, ReportSink& out) {
    switch (event.kind) {
        case MqttEvent::Kind::connected: subscribe_all(); break;
        case MqttEvent::Kind::unanswered:
            if (session_) lose_session(connect_failure(settings_.broker, reach(settings_.broker)));
            break;
        case MqttEvent::Kind::lost:
            if (session_) lose_session(event.text);  // it may be said twice
            break;
        case MqttEvent::Kind::refused: subscription_refused(event); break;
        case MqttEvent::Kind::arrived: arrived(event, out); break;
        case MqttEvent::Kind::acknowledged: break;
    }
}

void MqttSource::subscribe_all() {
    if (!session_ || connected_) return;  // the library may say it twice
    connected_ = true;
    problem_.clear();
    topics_.clear();
    for (const auto& watch : watches_) {
        const std::string& topic = watch.value.config().topic;
        if (std::find(topics_.begin(), topics_.end(), topic) != topics_.end()) continue;
        topics_.push_back(topic);
        if (auto asked = session_->subscribe(topic, static_cast<std::uint32_t>(topics_.size())); !asked)
            return lose_session(asked.error());
    }
}

// The session stays for the other topics.
void MqttSource::subscription_refused(const MqttEvent& event) {
    const bool known = event.id > 0 && event.id <= topics_.size();
    problem_ = broker_name(settings_.broker) + ": subscription to " + (known ? topics_[event.id - 1] : "a topic") +
               " was refused: " + event.text + " (check the broker's access rules for mqtt.user)";
}

void MqttSource::arrived(const MqttEvent& message, ReportSink& out) {
    const Now at = clock_.now();
    for (auto& watch : watches_) {
        if (watch.value.config().topic != message.topic) continue;
        auto report = watch.value.take(message.text, message.retained, at);
        if (!report) continue;
        out.deliver(std::move(*report));
        if (!message.retained) watch.overdue = at.boot + watch.patience;
    }
}

void MqttSource::report_silence(ReportSink& out) {
    const BootTime at = now();
    for (auto& watch : watches_) {
        if (at < watch.overdue) continue;
        out.deliver(watch.value.silence(problem_, at));
        // Deadlines advance; those missed while nobody called step() are not made up for.
        while (watch.overdue <= at) watch.overdue += watch.patience;
    }
}

void MqttSource::lose_session(std::string why) {
    const BootTime at = now();
    if (connected_ && at - began_ >= good_connection) pause_.reset();
    session_.reset();
    connected_ = false;
    problem_ = std::move(why);
    next_attempt_ = at + pause_.next();
}

void MqttSource::close() {
    if (session_ && connected_) session_->disconnect(farewell);
    session_.reset();
}

}  // namespace

std::unique_ptr<Source> make_mqtt_source(const MqttConfig& config, Credentials credentials, std::string client_id,
                                         std::vector<MqttPoint> points, const Clock& clock) {
    SessionSettings settings;
    settings.broker = config;
    settings.credentials = std::move(credentials);
    settings.client_id = std::move(client_id);
    return std::make_unique<MqttSource>(std::move(settings), std::move(points), clock);
}

}  // namespace pued
