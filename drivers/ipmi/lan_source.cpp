// The poll of one BMC; see the header.
//
// step() repeats advance(), which does the next thing that is due (at most one exchange that may time out) and says
// when the one after it is. A poll that falls due while the sensor list is still being read waits for it, until the
// next poll is due; then it reports what there is. Polls come at due + n * period and are never made up for.
#include "drivers/ipmi/lan_source.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>

#include "drivers/ipmi/dcmi.hpp"
#include "drivers/ipmi/lan_transport.hpp"
#include "drivers/ipmi/measure.hpp"
#include "drivers/ipmi/sensor_book.hpp"
#include "drivers/ipmi/session_keeper.hpp"
#include "drivers/ipmi/stack.hpp"

namespace pued::ipmi {

namespace {

// One of the values wanted from the BMC.
struct Channel {
    PointIndex point = 0;
    const char* name = "";
    double scale = 1;
    double highest = 1;                 // what the value cannot exceed
    bool watts = false;                 // the sensor must measure W; BMCs that do not name a unit are believed
    std::optional<std::size_t> sensor;  // place in the sensor book; nothing: DCMI
};

SensorQuery query_of(const IpmiSensor& sensor) { return {.name = sensor.name, .number = sensor.number.value_or(0)}; }

// The channels of a server and, beside them, the sensors to look up.
struct Wanted {
    std::vector<Channel> channels;
    std::vector<SensorQuery> sensors;

    void add(Channel channel, const IpmiSensor& source) {
        if (!source.dcmi) {
            channel.sensor = sensors.size();
            sensors.push_back(query_of(source));
        }
        channels.push_back(channel);
    }
};

// The BMC's name in messages: with its port where that is not IPMI's own.
std::string address_text(const ServerConfig& server) {
    if (server.port == ServerConfig{}.port) return server.host;
    const bool v6 = server.host.find(':') != std::string::npos;
    return (v6 ? '[' + server.host + ']' : server.host) + ':' + std::to_string(server.port);
}

Wanted wanted_of(const IpmiPoll& poll) {
    Wanted out;
    const IpmiSensor dcmi{.dcmi = true, .name = {}, .number = {}};
    if (poll.power) {
        out.add({.point = *poll.power, .name = "power", .highest = implausible_w, .watts = true, .sensor = {}},
                poll.config.power.value_or(dcmi));
    }
    if (poll.activity && poll.config.activity) {
        out.add({.point = *poll.activity, .name = "activity", .scale = poll.config.activity_scale, .sensor = {}},
                *poll.config.activity);
    }
    return out;
}

bool measures_watts(const SensorRecord& record) {
    return !record.compound_unit && (record.base_unit == unit::watts || record.base_unit == unit::unspecified);
}

class LanSource final : public Source {
public:
    LanSource(IpmiPoll poll, const Clock& clock, std::unique_ptr<Link> link, Sleep sleep, unsigned seed,
              std::function<void()> wake)
        : poll_(std::move(poll)),
          clock_(clock),
          sleep_(std::move(sleep)),
          wake_(std::move(wake)),
          wanted_(wanted_of(poll_)),
          session_(std::move(link), address_text(poll_.config), clock, seed),
          book_(wanted_.sensors, seed + 17, poll_.memory) {}

    void step(BootTime until, ReportSink& out) override;
    void close() override { session_.close(); }
    [[nodiscard]] bool wakeable() const override { return wake_ != nullptr; }
    void wake() override { wake_(); }

private:
    BootTime advance(ReportSink& out);
    BootTime idle(BootTime now);
    void begin_poll(BootTime now);
    BootTime connect(BootTime now, ReportSink& out);
    BootTime look_up(BootTime now);
    BootTime measure_all(ReportSink& out);
    Measured measure(const Channel& channel);
    Measured judged(const Channel& channel, Measured measured) const;
    void finish(Report report, ReportSink& out);
    void finish_failed(ReportSink& out);
    [[nodiscard]] BootTime now() const { return clock_.now().boot; }

    IpmiPoll poll_;
    const Clock& clock_;
    Sleep sleep_;
    std::function<void()> wake_;  // called from another thread
    Wanted wanted_;
    SessionKeeper session_;
    SensorBook book_;
    std::optional<BootTime> next_poll_;  // nothing before the first step
    bool polling_ = false;               // a poll has begun and not been reported
};

void LanSource::step(BootTime until, ReportSink& out) {
    do {
        const BootTime next = std::min(advance(out), until);
        // Also where there is nothing to wait for: it tells when it is time to leave.
        if (!sleep_(std::max(Duration{}, next - now()))) return;
    } while (now() < until);
}

BootTime LanSource::advance(ReportSink& out) {
    const BootTime present = now();
    if (!next_poll_) next_poll_ = present + poll_.start_delay;
    const bool due = present >= *next_poll_;
    if (polling_ && due && session_.is_open()) return measure_all(out);  // waited a whole period for the sensor list
    if (!polling_ && !due) return idle(present);
    if (!polling_) begin_poll(present);
    if (!session_.is_open()) return connect(present, out);
    if (!book_.settled(present)) return look_up(present);
    return measure_all(out);
}

void LanSource::begin_poll(BootTime now) {
    polling_ = true;
    const Duration period = std::max<Duration>(poll_.period, std::chrono::milliseconds{100});
    const auto missed = (now - *next_poll_) / period;
    *next_poll_ += period * (missed + 1);
}

// Between polls: goes on with the sensor list, keeps the session awake.
BootTime LanSource::idle(BootTime now) {
    if (!session_.is_open()) return *next_poll_;
    if (!book_.settled(now)) return std::min(look_up(now), *next_poll_);
    if (now >= session_.sign_of_life_due()) session_.show_life();
    return session_.is_open() ? std::min(*next_poll_, session_.sign_of_life_due()) : *next_poll_;
}

BootTime LanSource::connect(BootTime now, ReportSink& out) {
    if (!session_.may_open() || !session_.open()) {
        finish_failed(out);
        return *next_poll_;
    }
    book_.session_opened();
    return now;
}

BootTime LanSource::look_up(BootTime now) {
    const BootTime wait = book_.wait_until();
    if (now < wait) return polling_ ? std::min(wait, *next_poll_) : wait;
    book_.advance(session_, now);
    return now;
}

Measured LanSource::measure(const Channel& channel) {
    if (!channel.sensor) return measure_dcmi_power(session_);
    const auto record = book_.find(*channel.sensor);
    if (!record) return {.value = std::nullopt, .why = record.error()};
    if (channel.watts && !measures_watts(*record)) {
        return {.value = std::nullopt,
                .why = "sensor \"" + record->name + "\" measures " + unit_name(*record) + ", not W"};
    }
    auto measured = measure_sensor(session_, *record);
    if (measured.not_there) book_.gone(now());
    return measured;
}

Measured LanSource::judged(const Channel& channel, Measured measured) const {
    if (!measured.value) return measured;
    const double value = *measured.value * channel.scale;
    if (value >= 0 && value <= channel.highest) return {.value = value, .why = {}};
    return {.value = std::nullopt, .why = std::to_string(value) + " is out of range"};
}

BootTime LanSource::measure_all(ReportSink& out) {
    Report report{.device = poll_.device, .at = now(), .state = DeviceState::good, .error = {}, .samples = {}};
    for (const auto& channel : wanted_.channels) {
        const BootTime asked = now();
        const Measured measured = judged(channel, measure(channel));
        const BootTime told = now();
        if (measured.link_lost && report.samples.empty()) {
            // The poll stays open when the session may be renewed at once: then it is tried a second time.
            if (!session_.may_open()) finish_failed(out);
            return told;
        }
        if (report.samples.empty()) {
            report.at = asked + (told - asked) / 2;
            report.round_trip = told - asked;
        }
        report.samples.push_back({channel.point, measured.value ? Quality::good : Quality::invalid,
                                  measured.value.value_or(0), std::nullopt});
        if (!measured.value) {
            report.error += (report.error.empty() ? address_text(poll_.config) + ": " : "; ");
            report.error += std::string{channel.name} + ": " + measured.why;
        }
    }
    finish(std::move(report), out);
    return now();
}

void LanSource::finish(Report report, ReportSink& out) {
    polling_ = false;
    out.deliver(std::move(report));
}

void LanSource::finish_failed(ReportSink& out) {
    finish({.device = poll_.device,
            .at = now(),
            .state = DeviceState::failed,
            .error = session_.why_down(),
            .samples = {}},
           out);
}

// A sleep that another thread can end, for good.
class Nap {
public:
    bool take(Duration wait) {
        if (wait > std::chrono::milliseconds{500}) give_back_stack();
        std::unique_lock lock{mutex_};
        return !ended_.wait_for(lock, wait, [this] { return over_; });
    }
    void end() {
        const std::lock_guard lock{mutex_};
        over_ = true;
        ended_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable ended_;
    bool over_ = false;
};

unsigned random_seed() {
    std::random_device device;
    return device();
}

}  // namespace

std::unique_ptr<Source> make_source(IpmiPoll poll, const Clock& clock, std::unique_ptr<Link> link, Sleep sleep,
                                    unsigned seed, std::function<void()> wake) {
    return std::make_unique<LanSource>(std::move(poll), clock, std::move(link), std::move(sleep), seed,
                                       std::move(wake));
}

}  // namespace pued::ipmi

namespace pued {

std::unique_ptr<Source> make_lan_source(IpmiPoll poll, const Clock& clock) {
    ipmi::LanAddress address{.host = poll.config.host,
                             .port = poll.config.port,
                             .user = poll.config.user,
                             .password = poll.password,
                             .cipher_suites = poll.config.cipher_suites,
                             .privilege = poll.config.privilege};
    if (poll.config.timeout.count() > 0) address.limit = poll.config.timeout;
    const auto nap = std::make_shared<ipmi::Nap>();
    return ipmi::make_source(
        std::move(poll), clock, ipmi::make_lan_link(std::move(address)),
        [nap](Duration wait) { return nap->take(wait); }, ipmi::random_seed(), [nap] { nap->end(); });
}

}  // namespace pued
