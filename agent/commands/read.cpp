// pued read: polls every source once (or keeps on), and prints a table or a JSON document of all points.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "agent/commands/commands.hpp"
#include "agent/commands/problems_out.hpp"
#include "agent/commands/reading_table.hpp"
#include "agent/commands/sources.hpp"
#include "agent/runtime/pollers.hpp"
#include "agent/runtime/queue.hpp"
#include "firmware/clock.hpp"

namespace pued {
namespace {

constexpr std::chrono::seconds kPatience{20};        // for the slowest source's first answer
constexpr std::chrono::milliseconds kRefresh{1000};  // of --watch

volatile std::sig_atomic_t interrupted = 0;

void interrupt(int) { interrupted = 1; }

// Takes reports until every device has answered or failed once, or patience ends.
void poll_once(ReportQueue& queue, const Clock& clock, ReadingTable& table) {
    const auto end = clock.now().boot + kPatience;
    while (!table.complete() && interrupted == 0 && clock.now().boot < end) {
        for (const auto& report : queue.take(kRefresh)) table.accept(report);
    }
}

void watch(ReportQueue& queue, const Clock& clock, ReadingTable& table, const ReadOptions& options) {
    while (interrupted == 0) {
        const auto next = clock.now().boot + kRefresh;
        for (auto now = clock.now().boot; now < next && interrupted == 0; now = clock.now().boot) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - now);
            for (const auto& report : queue.take(left)) table.accept(report);
        }
        if (!options.json && ::isatty(STDOUT_FILENO) == 1) std::fputs("\033[H\033[2J", stdout);
        table.print(stdout, clock.now(), options.json ? TableShape::json_line : TableShape::text);
    }
}

}  // namespace

int read_command(const std::string& config_file, const ReadOptions& options) {
    const auto installation = load_or_complain(config_file);
    if (!installation) return 1;
    const SystemClock clock;
    ReportQueue queue;
    auto sources = make_sources(*installation, clock, Memory::read);
    std::signal(SIGINT, interrupt);
    std::signal(SIGTERM, interrupt);

    ReadingTable table{installation->points};
    Pollers pollers{std::move(sources), queue, clock};
    poll_once(queue, clock, table);
    if (options.watch) {
        watch(queue, clock, table, options);
    } else {
        table.print(stdout, clock.now(), options.json ? TableShape::json : TableShape::text);
    }
    const int status = table.all_good() ? 0 : 1;
    if (!pollers.stop(std::chrono::milliseconds{1500})) {
        std::fflush(stdout);
        std::_Exit(status);  // a thread is inside a protocol library that waits for a silent device
    }
    return status;
}

}  // namespace pued
