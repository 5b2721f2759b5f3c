// pued replay: the engine on recorded readings, as fast as it can, with the readings' own time for a clock. The same
// readings and configuration give the same output to the bit. With a journal directory it also leaves the evidence, so
// that `pued report` and `pued verify` can be tried on a year that was; on an error nothing of it is kept.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "agent/commands/commands.hpp"
#include "agent/commands/journal_settings.hpp"
#include "agent/commands/problems_out.hpp"
#include "agent/commands/replay_text.hpp"
#include "agent/runtime/engine.hpp"
#include "agent/runtime/readings.hpp"
#include "firmware/store.hpp"

namespace pued {
namespace {

constexpr double kMostWh = 9e12;
constexpr std::size_t kOutBuffer = std::size_t{1} << 20;

struct FileCloser {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

// Boot time is UTC here: a recording has no boot.
Now at(UtcTime utc) { return {BootTime{utc.time_since_epoch()}, utc, ClockQuality::synced}; }

// Rows of one moment become one report a device.
class Feeder {
public:
    Feeder(Engine& engine, const Installation& installation)
        : engine_(engine),
          table_(installation.points),
          reports_(table_.devices.size()),
          registers_(registers_of(installation)) {
        for (DeviceIndex i = 0; i < reports_.size(); ++i) {
            reports_[i].device = i;
            reports_[i].state = DeviceState::good;
        }
    }

    void add(const ReadingRow& row) {
        if (row.time != time_) deliver();
        time_ = row.time;
        auto& report = reports_[table_.points[row.point].device];
        if (report.samples.empty()) spoken_.push_back(report.device);
        report.samples.push_back({row.point, row.quality, row.value, count_of(row)});
    }

    void deliver() {
        if (spoken_.empty()) return;
        const auto now = at(time_);
        for (const auto device : spoken_) {
            reports_[device].at = now.boot;
            engine_.accept(reports_[device], now);
            reports_[device].samples.clear();
        }
        spoken_.clear();
        engine_.tick(now, {});
    }

    [[nodiscard]] UtcTime time() const { return time_; }

private:
    // What one count was, and where the register wraps, as far as its map tells; else whole Wh where the recording
    // begins with such, else 1 mWh.
    std::optional<Count> count_of(const ReadingRow& row) {
        const bool energy = table_.points[row.point].quantity.quantity == Quantity::energy;
        if (!energy || row.quality != Quality::good || !(row.value >= 0 && row.value < kMostWh)) return std::nullopt;
        auto& [counts, q_uwh, modulus, ulp_wh] = registers_[row.point];
        const auto exact = [&](std::int64_t q) {
            const double value = row.value * 1e6 / static_cast<double>(q);
            return std::abs(value - std::round(value)) < 0.01;
        };
        if (q_uwh == 0 || !exact(q_uwh)) {  // a recording finer than the register is one of something else
            q_uwh = exact(1'000'000) && counts == 0 ? 1'000'000 : 1'000;
            modulus = 0;
        }
        counts = static_cast<std::uint64_t>(std::llround(row.value * 1e6 / static_cast<double>(q_uwh)));
        return Count{counts, q_uwh, modulus, 0};
    }

    // Of each point: resolution and modulus of its integer register without factors; else nothing.
    static std::vector<Count> registers_of(const Installation& installation) {
        std::vector<Count> out(installation.points.points.size());
        for (const auto& meter : installation.config.meters) {
            const auto map = installation.maps.find(meter.profile);
            if (map == installation.maps.end()) continue;
            for (const auto& field : expand(map->second, meter.counts)) {
                if (field.q_uwh <= 0 || !field.factors.empty() || !field.scale_register.empty()) continue;
                const auto modulus = field.modulus > 0 ? field.modulus : natural_modulus(field.type);
                for (PointIndex i = 0; i < out.size(); ++i) {
                    if (modulus > 0 && installation.points.points[i].name == meter.id + "." + field.name)
                        out[i] = {0, field.q_uwh, modulus, 0};
                }
            }
        }
        return out;
    }

    Engine& engine_;
    const PointTable& table_;
    std::vector<Report> reports_;   // by device; their memory is used again
    std::vector<Count> registers_;  // by point
    std::vector<DeviceIndex> spoken_;
    UtcTime time_{};
};

// The evidence of a replay, made beside its place and moved there when all went well.
class Evidence {
public:
    explicit Evidence(std::string directory) : directory_(std::move(directory)), draft_(directory_ + ".part") {}
    ~Evidence() {
        std::error_code ignored;
        if (!directory_.empty()) std::filesystem::remove_all(draft_, ignored);
    }
    Evidence(const Evidence&) = delete;
    Evidence& operator=(const Evidence&) = delete;

    Result<Journal*> open(const Config& config) {
        if (directory_.empty()) return nullptr;
        if (std::filesystem::exists(directory_)) return Error{directory_ + " is there already: name a new directory"};
        std::error_code ignored;
        std::filesystem::remove_all(draft_, ignored);
        store_.emplace(draft_);
        if (auto locked = store_->lock(); !locked) return Error{locked.error()};
        Recovery found;
        auto journal = Journal::open(*store_, journal_settings(config), std::nullopt, found);
        if (!journal) return Error{journal.error()};
        journal_.emplace(std::move(*journal));
        return &*journal_;
    }

    Result<void> keep() {
        if (directory_.empty()) return {};
        std::error_code error;
        std::filesystem::rename(draft_, directory_, error);
        if (error) return Error{directory_ + ": " + error.message()};
        return {};
    }

private:
    std::string directory_, draft_;
    std::optional<DirectoryStore> store_;
    std::optional<Journal> journal_;
};

class Replay {
public:
    Replay(const Installation& installation, const ReplayOptions& options)
        : installation_(installation), options_(options), evidence_(options.journal) {}

    int run() {
        const File file{std::fopen(options_.readings.c_str(), "rb")};
        if (!file) {
            std::perror(("pued: " + options_.readings).c_str());
            return 1;
        }
        ReadingsFile readings{options_.readings, chunks_of(file.get()), installation_.points};
        const auto first = readings.next();
        if (!first) return fail(first.error());
        if (!*first) return fail(options_.readings + ": no readings");
        const auto journal = evidence_.open(installation_.config);
        if (!journal) return fail(journal.error());
        return feed(readings, **first, *journal);
    }

private:
    int feed(ReadingsFile& readings, const ReadingRow& first, Journal* journal) {
        const File nowhere{std::fopen("/dev/null", "w")};
        Log log{nowhere.get()};
        ReplayText text{installation_, options_.json};
        Engine engine{installation_, {nullptr, &log, &text, "replay"}, at(first.time)};
        if (const auto begun = engine.begin(journal, {}, at(first.time)); !begun) return fail(begun.error());
        Feeder feeder{engine, installation_};
        feeder.add(first);
        for (;;) {
            const auto row = readings.next();
            if (!row) return fail(row.error());
            if (!*row) break;
            feeder.add(**row);
            ++rows_;
        }
        feeder.deliver();
        // What waits for late readings waits no longer.
        const auto& metering = installation_.config.metering;
        const auto end = at(feeder.time() + metering.grace);
        engine.tick(end, {});
        engine.end(end);
        if (const auto kept = evidence_.keep(); !kept) return fail(kept.error());
        text.summary(rows_ + 1, first.time, feeder.time());
        return 0;
    }

    int fail(const std::string& what) const {
        std::fflush(stdout);
        std::fprintf(stderr, "pued: %s\n", what.c_str());
        return 1;
    }

    const Installation& installation_;
    const ReplayOptions& options_;
    Evidence evidence_;
    std::uint64_t rows_ = 0;
};

}  // namespace

int replay_command(const std::string& config_file, const ReplayOptions& options) {
    const auto installation = load_or_complain(config_file);
    if (!installation) return 1;
    std::setvbuf(stdout, nullptr, _IOFBF, kOutBuffer);
    return Replay{*installation, options}.run();
}

}  // namespace pued
