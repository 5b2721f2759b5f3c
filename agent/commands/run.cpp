// pued run: the daemon. The main thread is the engine's: it takes reports from the queue, ticks the engine, which keeps
// the journal, feeds the watchdog while everything moves, and obeys signals. SIGHUP builds everything anew from the
// configuration and hands the books over; a bad new configuration changes nothing.
#include <algorithm>
#include <cstdlib>
#include <optional>

#include "agent/commands/commands.hpp"
#include "agent/commands/journal_settings.hpp"
#include "agent/commands/problems_out.hpp"
#include "agent/commands/report_desk.hpp"
#include "agent/commands/sources.hpp"
#include "agent/config/secret.hpp"
#include "agent/runtime/engine.hpp"
#include "agent/runtime/pollers.hpp"
#include "agent/runtime/queue.hpp"
#include "drivers/mqtt/publisher.hpp"
#include "firmware/clock.hpp"
#include "firmware/memory.hpp"
#include "firmware/service.hpp"
#include "firmware/store.hpp"

namespace pued {
namespace {

constexpr std::chrono::milliseconds kTick{100};
// The whole exit takes less than 2 s: so long for the sources to close their sessions, so long for the last words.
constexpr std::chrono::milliseconds kPatience{800};
constexpr std::chrono::milliseconds kLastWords{300};
// At a reload nobody waits for us: a line is not opened anew while its old thread is still inside a request.
constexpr std::chrono::milliseconds kReloadPatience{5000};
constexpr Duration kSettled = std::chrono::seconds{10};  // after a start: everybody has connected and polled
constexpr Duration kThriftyEvery = std::chrono::minutes{1};
constexpr Duration kWritten = std::chrono::seconds{2};  // after a record: it is signed and told, what that took can go
constexpr Duration kStuck = std::chrono::seconds{60};   // a source that does not come back for so long
// What the broker kept of our last checkpoint may arrive so long after the start; the journal waits for it.
constexpr std::chrono::milliseconds kMemoryOfBroker{2000};

// Where messages go that nobody wants: [mqtt] is not configured.
class Nowhere final : public Sink {
public:
    void publish(Message) override {}
};

// One configuration at work. Made whole or not at all; parts are destroyed in reverse order.
struct Site {
    Site(Installation from, const Clock& clock, Log& log)
        : installation(std::move(from)), engine(installation, {&sink, &log, nullptr, boot_id()}, clock.now()) {
        sink.to = &nowhere;
    }

    // The engine talks to whatever is behind this at the moment.
    class Switch final : public Sink {
    public:
        void publish(Message message) override { to->publish(std::move(message)); }
        Sink* to = nullptr;
    };

    Installation installation;
    Nowhere nowhere;
    std::optional<Publisher> publisher;
    Switch sink;
    ReportQueue queue;
    Engine engine;
    std::optional<Pollers> pollers;
};

class Daemon {
public:
    Daemon(std::string config_file, Log& log) : config_file_(std::move(config_file)), log_(log) {}

    int run() {
        auto site = prepare();
        if (!site) return 1;
        store_.emplace(site->installation.config.state_directory);
        if (const auto locked = store_->lock(); !locked) {
            log_.write(Level::error, "state", {{"error", locked.error()}});
            return 1;
        }
        connect(*site);
        open_journal(*site);
        poll(*site);
        site_ = std::move(site);
        tell(service_.ready());
        log_.write(Level::info, "started", {{"version", PUED_VERSION}, {"config", config_file_}});
        while (!leaving_) turn();
        return leave();
    }

private:
    // Everything that can fail before anything moves: nothing, after the problems have been logged.
    std::unique_ptr<Site> prepare() {
        Problems problems;
        auto installation = load_installation(config_file_, problems);
        if (!problems.none() || !installation) return refuse(problems);
        for (const auto& note : problems.notes()) log_.write(Level::warning, "config", {{"note", note.text()}});
        auto site = std::make_unique<Site>(std::move(*installation), clock_, log_);
        sources_ = make_sources(site->installation, clock_, Memory::write);
        const auto& mqtt = site->installation.config.mqtt;
        if (mqtt.enabled && !mqtt.password_file.empty()) {
            const auto password = read_secret(mqtt.password_file);
            const auto place = site->installation.config.places.at("mqtt", 0, "password_file");
            if (!password) problems.add(place, "mqtt", "password_file " + password.error());
            if (password) password_ = *password;
        }
        if (!problems.none()) return refuse(problems);
        return site;
    }

    std::unique_ptr<Site> refuse(const Problems& problems) {
        for (const auto& problem : problems.sorted()) log_.write(Level::error, "config", {{"problem", problem.text()}});
        sources_.clear();
        return nullptr;
    }

    // Metering does not wait for a disk: without a journal the daemon runs and says so.
    void open_journal(Site& site) {
        Recovery found;
        auto opened = Journal::open(*store_, journal_settings(site.installation.config), memory_of_broker(site), found);
        if (opened) journal_.emplace(std::move(*opened));
        if (found.torn_bytes > 0)
            log_.write(Level::warning, "journal", {{"torn_bytes_cut", std::to_string(found.torn_bytes)}});
        const auto now = clock_.now();
        const auto begun = site.engine.begin(journal_ ? &*journal_ : nullptr, found, now);
        if (!begun) log_.write(Level::error, "journal", {{"error", begun.error()}});
        if (opened) return;
        log_.write(Level::error, "journal", {{"error", opened.error()}});
        site.engine.miss_journal(opened.error(), now);
    }

    // Our last checkpoint, as the broker keeps it: what was published may not be forgotten here.
    std::optional<std::string> memory_of_broker(Site& site) {
        if (!site.publisher) return std::nullopt;
        for (const auto until = clock_.now().boot + kMemoryOfBroker; clock_.now().boot < until;) {
            for (auto& command : site.publisher->take_commands()) {
                if (command.name == "checkpoint-seen") return std::move(command.payload);
                early_.push_back(std::move(command));
            }
            site.queue.take(std::chrono::milliseconds{20});  // nobody reports yet: a pause
        }
        return std::nullopt;
    }

    // To the broker; before the journal is opened, because it is asked what it remembers and open alerts are told
    // again.
    void connect(Site& site) {
        const auto& config = site.installation.config;
        if (!config.mqtt.enabled)
            return log_.write(Level::warning, "mqtt", {{"text", "no [mqtt]: nothing is published"}});
        site.publisher.emplace(config.mqtt, Credentials{config.mqtt.user, password_}, mqtt_client_id(config),
                               site.engine.farewell(clock_.now()), config.sha256, clock_,
                               [this](std::string line) { log_broker(std::move(line)); });
        site.sink.to = &*site.publisher;
    }

    // From the publisher's thread. All it tells but "… connected …" is trouble.
    void log_broker(std::string line) {
        const bool well = line.find(": connected") != std::string::npos;
        log_.write(well ? Level::info : Level::warning, "mqtt", {{"text", std::move(line)}});
    }

    // Everything is in place: the sources may speak.
    void poll(Site& site) {
        site.pollers.emplace(std::exchange(sources_, {}), site.queue, clock_);
        thrifty_at_ = clock_.now().boot + kSettled;
        settled_ = false;
    }

    void turn() {
        for (const auto& report : site_->queue.take(kTick)) site_->engine.accept(report, clock_.now());
        const auto now = clock_.now();
        site_->engine.tick(now, surroundings());
        obey_people(now);
        feed_watchdog(now.boot);
        be_thrifty(now.boot);
        // Sites of before whose last thread has come back at last.
        std::erase_if(leaked_, [](const auto& old) { return old->pollers->stop(std::chrono::milliseconds{0}); });
        if (const auto signal = signals_.wait(Duration{0})) obey(*signal);
    }

    // Only while every source moves, too: a thread that hangs for good must not look like a healthy daemon.
    void feed_watchdog(BootTime now) {
        if (!watchdog_interval_ || now < fed_ + *watchdog_interval_ / 3 || !site_->pollers->alive(now, kStuck)) return;
        fed_ = now;
        tell(service_.watchdog());
    }

    // Reading a configuration takes more memory than following it, and the end of an interval more than its polls.
    void be_thrifty(BootTime now) {
        const auto records = journal_ ? journal_->size() : 0;
        if (std::exchange(records_, records) != records && settled_)
            thrifty_at_ = std::min(thrifty_at_, now + kWritten);
        if (now < thrifty_at_) return;
        give_back_memory();
        thrifty_at_ = now + kThriftyEvery;
        settled_ = true;
    }

    // The service manager did not take a message: worth a line, never a reason to stop.
    void tell(const Result<void>& told) {
        if (!told) log_.write(Level::warning, "service", {{"error", told.error()}});
    }

    [[nodiscard]] Surroundings surroundings() const {
        return {site_->publisher ? site_->publisher->stats().outbox : 0, site_->queue.dropped()};
    }

    void obey_people(const Now& now) {
        if (!site_->publisher) return;
        auto commands = std::exchange(early_, {});
        for (auto& command : site_->publisher->take_commands()) commands.push_back(std::move(command));
        for (const auto& command : commands) {
            if (command.name == "checkpoint-seen") continue;
            log_.write(Level::info, "command", {{"name", command.name}});
            if (command.name == "report") {
                if (!desk_.take(config_file_, command))
                    site_->publisher->answer(command, R"({"ok":false,"error":"another report is being made"})");
                continue;
            }
            site_->publisher->answer(command, site_->engine.command(command.name, command.payload, now));
        }
        if (const auto report = desk_.ready()) site_->publisher->answer(report->first, report->second);
    }

    void obey(Signal signal) {
        if (signal == Signal::reload) {
            reload();
        } else {
            leaving_ = true;
        }
    }

    void reload() {
        tell(service_.reloading());
        auto site = prepare();
        if (!site) {
            log_.write(Level::error, "reload", {{"text", "refused, the old configuration stays"}});
        } else if (site->installation.config.state_directory != site_->installation.config.state_directory) {
            sources_.clear();
            log_.write(Level::error, "reload",
                       {{"text", "refused: state directory cannot change while running (restart pued)"}});
        } else {
            exchange(std::move(site));
            log_.write(Level::info, "reload", {{"text", "done"}, {"config", config_file_}});
        }
        tell(service_.ready());
    }

    // The old sources stop, what they still said is counted, the books go over, the new ones start.
    void exchange(std::unique_ptr<Site> next) {
        const bool all = site_->pollers->stop(kReloadPatience);
        drain();
        const auto books = site_->engine.books(clock_.now());
        if (site_->publisher) site_->publisher->close(last_words(*next), kLastWords);
        connect(*next);
        const auto begun = next->engine.begin_from(journal_ ? &*journal_ : nullptr, books, clock_.now());
        if (!begun) log_.write(Level::error, "reload", {{"error", begun.error()}});
        if (!all) leaked_.push_back(std::move(site_));  // a thread is still inside it
        poll(*next);
        site_ = std::move(next);
    }

    // What the old connection says when the next one speaks elsewhere: that this place is empty now.
    [[nodiscard]] std::vector<Message> last_words(const Site& next) const {
        const auto farewell = site_->engine.farewell(clock_.now());
        const auto &from = site_->installation.config.mqtt, &to = next.installation.config.mqtt;
        const bool same_broker = to.enabled && from.host == to.host && from.port == to.port;
        if (same_broker && farewell.topic == next.engine.farewell(clock_.now()).topic) return {};
        return {farewell};
    }

    void drain() {
        for (const auto& report : site_->queue.take(std::chrono::milliseconds{0})) {
            site_->engine.accept(report, clock_.now());
        }
    }

    int leave() {
        tell(service_.stopping());
        const bool all = site_->pollers->stop(kPatience);
        drain();
        site_->engine.end(clock_.now());
        if (site_->publisher) site_->publisher->close({site_->engine.farewell(clock_.now())}, kLastWords);
        log_.write(Level::info, "stopped", {{"sources", all ? "closed" : "abandoned"}});
        // A thread may still be inside a protocol library that waits for a silent peer: nothing may be destroyed.
        std::_Exit(0);
    }

    std::string config_file_;
    Log& log_;
    SystemClock clock_;
    Signals signals_;  // before any thread: they inherit the mask
    Notifier service_ = Notifier::from_environment();
    std::optional<Duration> watchdog_interval_ = watchdog_interval_from_environment();
    BootTime fed_;
    BootTime thrifty_at_;
    bool settled_ = false;  // since the sources began to speak, memory was given back
    std::uint64_t records_ = 0;
    std::optional<DirectoryStore> store_;
    std::optional<Journal> journal_;
    ReportDesk desk_;
    std::vector<Command> early_;  // commands that came while the journal was not open yet
    std::string password_;
    std::vector<std::unique_ptr<Source>> sources_;
    std::vector<std::unique_ptr<Site>> leaked_;
    std::unique_ptr<Site> site_;
    bool leaving_ = false;
};

}  // namespace

int run_command(const std::string& config_file) {
    keep_memory_small();
    Log log;
    return Daemon{config_file, log}.run();
}

}  // namespace pued
