// What a start of the daemon costs behind a journal: Journal::open and Engine::begin, which folds what was recorded
// after the last snapshot; nothing is written back. Usage: bench_restart CONFIG; prints JSON: milliseconds, bytes read
// from the disk, records folded.
#include <chrono>
#include <cstdio>
#include <ctime>

#include "agent/commands/journal_settings.hpp"
#include "agent/commands/problems_out.hpp"
#include "agent/runtime/engine.hpp"
#include "firmware/store.hpp"

namespace pued {
namespace {

class CountingStore final : public Store {
public:
    explicit CountingStore(const std::string& directory) : store_(directory) {}
    [[nodiscard]] Result<std::optional<std::string>> load(std::string_view name) const override {
        auto out = store_.load(name);
        if (out && *out) bytes += (*out)->size();
        return out;
    }
    Result<void> save(std::string_view, std::string_view) override { return Error{"nothing is written here"}; }
    Result<void> write_from(std::string_view, std::size_t, std::string_view) override {
        return Error{"nothing is written here"};
    }
    [[nodiscard]] Result<std::vector<std::string>> list(std::string_view folder) const override {
        return store_.list(folder);
    }
    Result<void> remove(std::string_view) override { return Error{"nothing is removed here"}; }

    mutable std::size_t bytes = 0;

private:
    DirectoryStore store_;
};

double ms_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

double cpu_ms() { return static_cast<double>(std::clock()) * 1000 / CLOCKS_PER_SEC; }

int restart(const std::string& config_file) {
    const auto installation = load_or_complain(config_file);
    if (!installation) return 1;
    const double cpu = cpu_ms();
    const auto start = std::chrono::steady_clock::now();
    CountingStore store{installation->config.state_directory};
    Recovery found;
    auto journal = Journal::open(store, journal_settings(installation->config), std::nullopt, found);
    if (!journal) return std::fprintf(stderr, "%s\n", journal.error().c_str()), 1;
    const double opened_ms = ms_since(start);
    Log log{stderr};
    UtcTime newest{};
    for (const auto& record : found.tail) newest = std::max(newest, UtcTime{std::chrono::seconds{record.start_s}});
    if (found.snapshot) newest = std::max(newest, UtcTime{std::chrono::seconds{found.snapshot->start_s}});
    const Now now{BootTime{newest.time_since_epoch()}, newest, ClockQuality::synced};
    Engine engine{*installation, {nullptr, &log, nullptr, "bench"}, now};
    if (const auto begun = engine.begin(&*journal, found, now); !begun)
        return std::fprintf(stderr, "%s\n", begun.error().c_str()), 1;
    std::printf(R"({"ms": %.2f, "cpu_ms": %.2f, "open_ms": %.2f, "bytes": %zu, "folded": %zu, "loss": %s})",
                ms_since(start), cpu_ms() - cpu, opened_ms, store.bytes, found.tail.size(),
                found.evidence_loss.empty() ? "false" : "true");
    std::puts("");
    return 0;
}

}  // namespace
}  // namespace pued

int main(int argc, char** argv) { return argc == 2 ? pued::restart(argv[1]) : 2; }
