// The only file, with paho.hpp, that knows Paho MQTT C (1.3.12 and up), whose C++ wrapper would cost a token and two
// threads' wake-ups for every message. Its traps that shape this file: never block in a callback (paho.mqtt.cpp issue
// 389); automatic reconnect loses messages (384) and does not cover the first connect, so there is none; requests may
// complete after we stopped to care, so results go by our own ids; a TLS error handler is called with options that are
// gone by then, so there is none, and reach.hpp finds words instead.
#include "drivers/mqtt/session.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "drivers/mqtt/paho.hpp"
#include "drivers/mqtt/reach.hpp"
#include "drivers/mqtt/refusal.hpp"

namespace pued {

namespace {

constexpr std::chrono::seconds library_limit{10};      // TCP, TLS and CONNACK together
constexpr unsigned largest_packet_accepted = 1 << 20;  // MQTT 5: the broker drops what is larger
constexpr std::size_t most_samples = 4096;             // QoS 0, with the library

}  // namespace

// A client that never connects.
struct MqttLibrary::Impl {
    Impl() {
        // Else every step of every packet is written into a trace that nobody reads.
        MQTTAsync_setTraceLevel(MQTTASYNC_TRACE_FATAL);
        // Without it sessions work all the same, and say what is wrong.
        MQTTAsync_create(&idle, "tcp://127.0.0.1:1", "idle", MQTTCLIENT_PERSISTENCE_NONE, nullptr);
    }
    ~Impl() {
        if (idle != nullptr) MQTTAsync_destroy(&idle);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    MQTTAsync idle = nullptr;
};

MqttLibrary::MqttLibrary() : impl_(std::make_unique<Impl>()) {}

MqttLibrary::~MqttLibrary() = default;

struct Session::Impl {
    // What goes with a request and comes back with its result.
    struct Request {
        Impl* session = nullptr;
        std::uint32_t id = 0;  // 0: settled
    };

    Impl(SessionSettings wanted, Mailbox& box)
        : settings(std::move(wanted)), mailbox(box), v5(settings.broker.version >= 5) {
        properties.emplace();
        properties->add_those_of_messages(settings);
    }
    ~Impl() {
        properties.reset();
        if (client != nullptr) MQTTAsync_destroy(&client);  // silences the callbacks
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    SessionSettings settings;
    Mailbox& mailbox;
    const bool v5;
    std::optional<Properties> properties;  // of every message
    MQTTAsync client = nullptr;
    std::atomic<std::size_t> samples{0};  // of QoS 0, with the library

    std::mutex mutex;  // guards what follows; never held while the library is called
    std::deque<Request> requests;
    std::vector<Request*> unused;
    bool gone = false;
    std::condition_variable left;

    [[nodiscard]] std::string who() const { return broker_name(settings.broker); }
    [[nodiscard]] Result<void> checked(int code) const;
    Result<void> begin();
    int connect();
    Request* request(std::uint32_t id);
    Result<void> send(const Message& message, MQTTAsync_responseOptions& options);

    // The library's threads come in here: the callbacks, each once for MQTT 3.1.1 and once for MQTT 5.
    static std::uint32_t settle(Request& request);
    static int on_arrived(void* session, char* topic, int length, MQTTAsync_message* message);
    static void on_lost(void* session, char*) { self(session).lost("connection lost"); }
    static void on_disconnected(void* session, MQTTProperties*, enum MQTTReasonCodes reason) {
        self(session).lost("disconnected by the broker: " + reason_text(reason));
    }
    template <class Success>
    static void on_connected(void* session, Success*) {
        self(session).mailbox.push({.kind = MqttEvent::Kind::connected});
    }
    template <class Failure>
    static void on_not_connected(void* session, Failure* data) {
        self(session).not_connected(self(session).reason_of(data));
    }
    template <class Success>
    static void on_acknowledged(void* request, Success*) {
        auto& its = *static_cast<Request*>(request);
        const auto id = settle(its);
        if (id != 0) its.session->mailbox.push({.kind = MqttEvent::Kind::acknowledged, .id = id});
    }
    template <class Success>
    static void on_subscribed(void* request, Success*) {
        settle(*static_cast<Request*>(request));
    }
    template <class Failure>
    static void on_refused(void* request, Failure* data) {
        auto& its = *static_cast<Request*>(request);
        const auto id = settle(its);
        if (id != 0) its.session->refused(id, its.session->reason_of(data));
    }
    template <class Outcome>
    static void on_sample_done(void* session, Outcome*) {
        if (--self(session).samples == most_samples / 2) self(session).mailbox.poke();
    }
    template <class Outcome>
    static void on_left(void* session, Outcome*) {
        const std::lock_guard lock{self(session).mutex};
        self(session).gone = true;
        self(session).left.notify_all();
    }

    static Impl& self(void* session) { return *static_cast<Impl*>(session); }
    [[nodiscard]] int reason_of(const MQTTAsync_failureData* data) const {
        return refusal_reason(settings.broker.version, data == nullptr ? 0 : data->code, 0);
    }
    [[nodiscard]] int reason_of(const MQTTAsync_failureData5* data) const {
        if (data == nullptr) return 0;
        return refusal_reason(settings.broker.version, data->code, static_cast<int>(data->reasonCode));
    }
    void lost(const std::string& why) { mailbox.push({.kind = MqttEvent::Kind::lost, .text = who() + ": " + why}); }
    void not_connected(int reason);
    void refused(std::uint32_t id, int reason);
};

Result<void> Session::Impl::checked(int code) const {
    if (code == MQTTASYNC_SUCCESS) return {};
    const char* text = MQTTAsync_strerror(code);
    return Error{who() + ": " + (text != nullptr ? text : "MQTT error " + std::to_string(code))};
}

Result<void> Session::Impl::begin() {
    MQTTAsync_createOptions options = MQTTAsync_createOptions_initializer5;
    options.MQTTVersion = v5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1;
    options.sendWhileDisconnected = 0;
    options.maxBufferedMessages = static_cast<int>(2 * most_samples);  // counts those that are on their way, too
    const int made =
        MQTTAsync_createWithOptions(&client, server_uri(settings.broker).c_str(), settings.client_id.c_str(),
                                    MQTTCLIENT_PERSISTENCE_NONE, nullptr, &options);
    if (made != MQTTASYNC_SUCCESS) return checked(made);
    MQTTAsync_setCallbacks(client, this, on_lost, on_arrived, nullptr);
    MQTTAsync_setDisconnected(client, this, on_disconnected);
    return checked(connect());
}

int Session::Impl::connect() {
    MQTTAsync_connectOptions options = MQTTAsync_connectOptions_initializer5;
    MQTTAsync_willOptions will = MQTTAsync_willOptions_initializer;
    MQTTAsync_SSLOptions tls = ssl_options_of(settings.broker);
    Properties ours;
    ours.add(MQTTPROPERTY_CODE_MAXIMUM_PACKET_SIZE, largest_packet_accepted);
    options.context = this;
    if (v5) {
        options.connectProperties = ours.get();
        options.onSuccess5 = on_connected;
        options.onFailure5 = on_not_connected;
    } else {
        options.MQTTVersion = MQTTVERSION_3_1_1;
        options.cleanstart = 0;
        options.cleansession = 1;
        options.onSuccess = on_connected;
        options.onFailure = on_not_connected;
    }
    options.keepAliveInterval = static_cast<int>(std::chrono::seconds{settings.broker.keep_alive}.count());
    options.connectTimeout = static_cast<int>(library_limit.count());
    options.username = or_null(settings.credentials.user);
    if (options.username != nullptr) options.password = settings.credentials.password.c_str();
    if (settings.will) {
        will = will_of(*settings.will);
        options.will = &will;
        if (v5) options.willProperties = properties->get();
    }
    if (settings.broker.tls) options.ssl = &tls;
    return MQTTAsync_connect(client, &options);
}

Session::Impl::Request* Session::Impl::request(std::uint32_t id) {
    const std::lock_guard lock{mutex};
    if (unused.empty()) unused.push_back(&requests.emplace_back());
    auto* out = unused.back();
    unused.pop_back();
    *out = {this, id};
    return out;
}

// Its id, once.
std::uint32_t Session::Impl::settle(Request& request) {
    auto& session = *request.session;
    const std::lock_guard lock{session.mutex};
    const auto id = std::exchange(request.id, 0);
    if (id != 0) session.unused.push_back(&request);
    return id;
}

int Session::Impl::on_arrived(void* session, char* topic, int length, MQTTAsync_message* message) {
    const auto size = static_cast<std::size_t>(message->payloadlen);
    self(session).mailbox.push(
        {.kind = MqttEvent::Kind::arrived,
         .text = {static_cast<const char*>(message->payload), size},
         .topic = length > 0 ? std::string(topic, static_cast<std::size_t>(length)) : std::string{topic},
         .retained = message->retained != 0,
         .response_topic = text_property(*message, MQTTPROPERTY_CODE_RESPONSE_TOPIC),
         .correlation = text_property(*message, MQTTPROPERTY_CODE_CORRELATION_DATA)});
    MQTTAsync_freeMessage(&message);
    MQTTAsync_free(topic);
    return 1;
}

// No reason: it is no answer of the broker; the connection is going, and `lost` says so.
void Session::Impl::refused(std::uint32_t id, int reason) {
    if (reason != 0) mailbox.push({.kind = MqttEvent::Kind::refused, .id = id, .text = reason_text(reason)});
}

void Session::Impl::not_connected(int reason) {
    if (reason == 0) return mailbox.push({.kind = MqttEvent::Kind::unanswered});
    mailbox.push({.kind = MqttEvent::Kind::lost, .text = connect_refusal(settings.broker, reason)});
}

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::open(SessionSettings settings, Mailbox& mailbox) {
    if (auto files = readable_files(settings.broker); !files) return Error{files.error()};
    // The library asks the resolver with its global lock held: with a dead name server all of it would stand still for
    // half a minute. So it is asked only for names that can be resolved.
    if (auto address = resolve(settings.broker); !address) return Error{connect_failure(settings.broker, address)};
    std::unique_ptr<Session> session{new Session{std::make_unique<Impl>(std::move(settings), mailbox)}};
    if (auto begun = session->impl_->begin(); !begun) return Error{begun.error()};
    return session;
}

Result<void> Session::Impl::send(const Message& message, MQTTAsync_responseOptions& options) {
    MQTTAsync_message out = MQTTAsync_message_initializer;
    out.payload = const_cast<char*>(message.payload.data());  // which the library copies
    out.payloadlen = static_cast<int>(message.payload.size());
    out.qos = message.qos;
    out.retained = message.retained ? 1 : 0;
    Properties with_correlation;
    if (v5) out.properties = *properties->get();
    if (v5 && !message.correlation.empty()) {
        with_correlation.add_those_of_messages(settings);
        with_correlation.add(MQTTPROPERTY_CODE_CORRELATION_DATA, message.correlation);
        out.properties = *with_correlation.get();
    }
    return checked(MQTTAsync_sendMessage(client, message.topic.c_str(), &out, &options));
}

Result<void> Session::publish(const Message& message, std::uint32_t id) {
    auto& own = *impl_;
    MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
    options.context = own.request(id);
    if (own.v5) {
        options.onSuccess5 = Impl::on_acknowledged;
        options.onFailure5 = Impl::on_refused;
    } else {
        options.onSuccess = Impl::on_acknowledged;
        options.onFailure = Impl::on_refused;
    }
    return own.send(message, options);
}

std::size_t Session::room() const { return most_samples - std::min(most_samples, impl_->samples.load()); }

Result<void> Session::publish_sample(const Message& message) {
    auto& own = *impl_;
    MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
    options.context = &own;
    if (own.v5) {
        options.onSuccess5 = Impl::on_sample_done;
        options.onFailure5 = Impl::on_sample_done;
    } else {
        options.onSuccess = Impl::on_sample_done;
        options.onFailure = Impl::on_sample_done;
    }
    ++own.samples;
    return own.send(message, options);
}

Result<void> Session::subscribe(const std::string& topic, std::uint32_t id) {
    auto& own = *impl_;
    MQTTAsync_responseOptions options = MQTTAsync_responseOptions_initializer;
    options.context = own.request(id);
    if (own.v5) {
        options.onSuccess5 = Impl::on_subscribed;
        options.onFailure5 = Impl::on_refused;
    } else {
        options.onSuccess = Impl::on_subscribed;
        options.onFailure = Impl::on_refused;
    }
    return own.checked(MQTTAsync_subscribe(own.client, topic.c_str(), 1, &options));
}

// Where it is gone already, that is what was wanted.
void Session::disconnect(std::chrono::milliseconds limit) {
    auto& own = *impl_;
    MQTTAsync_disconnectOptions options = MQTTAsync_disconnectOptions_initializer5;
    options.timeout = static_cast<int>(limit.count());
    options.context = &own;
    if (own.v5) {
        options.onSuccess5 = Impl::on_left;
        options.onFailure5 = Impl::on_left;
    } else {
        options.onSuccess = Impl::on_left;
        options.onFailure = Impl::on_left;
    }
    if (MQTTAsync_disconnect(own.client, &options) != MQTTASYNC_SUCCESS) return;
    std::unique_lock lock{own.mutex};
    own.left.wait_for(lock, limit, [&] { return own.gone; });
}

}  // namespace pued
