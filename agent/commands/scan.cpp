// pued scan: finds the units or meters on a line or behind a TCP address and says which register map fits each. Reads
// only.
#include <csignal>
#include <cstdio>

#include "agent/commands/commands.hpp"
#include "agent/commands/meter_search.hpp"
#include "agent/commands/problems_out.hpp"
#include "agent/commands/scan_plan.hpp"
#include "agent/commands/scan_text.hpp"
#include "agent/config/data.hpp"
#include "agent/config/load.hpp"
#include "agent/config/register_map_file.hpp"
#include "drivers/dlt645/decode.hpp"
#include "drivers/modbus/decode.hpp"
#include "firmware/clock.hpp"

namespace pued {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void interrupt(int) { interrupted = 1; }

int misused(const std::string& what) {
    std::fprintf(stderr, "pued: %s (try: pued scan --help)\n", what.c_str());
    return 2;
}

// Those of the configuration, when one was named, then those of the command line, which win.
std::optional<std::vector<std::string>> directories(const ScanOptions& options) {
    Config config;
    if (!options.config.empty()) {
        Problems problems;
        auto loaded = load_config(options.config, problems);
        if (!loaded) {
            complain(problems);
            return {};
        }
        config = std::move(*loaded);
    }
    config.data_directories.insert(config.data_directories.end(), options.data.begin(), options.data.end());
    return data_directories(config);
}

// A map with a problem is told of and left out.
std::map<std::string, RegisterMap> maps_of(const std::vector<std::string>& folders) {
    Problems problems;
    auto maps = load_register_maps(find_files(folders, "devices", ".toml"), problems);
    complain(problems);
    if (maps.empty()) {
        std::fprintf(stderr,
                     "pued: no register maps in %s/devices or elsewhere (give their folder's parent: --data DIR)\n",
                     folders.empty() ? "" : folders.front().c_str());
    }
    return maps;
}

std::optional<double> good_value(const Field& field, std::span<const std::uint16_t> words,
                                 const scan::Values& helpers) {
    const auto decoded = decode(field, words, helpers);
    return decoded.quality == Quality::good ? std::optional{decoded.value} : std::nullopt;
}

std::optional<double> good_item(const Field& field, std::span<const std::uint8_t> bytes) {
    const auto decoded = dlt645::decode(field, bytes, {});
    return decoded.quality == Quality::good ? std::optional{decoded.value} : std::nullopt;
}

ScanFindings search_meters(const ScanPlan& plan, const std::map<std::string, RegisterMap>& maps, const Clock& clock,
                           const ScanWatch& watch) {
    MeterSearch search{plan, maps, good_item, watch};
    const auto& target = plan.target;
    return search.run([&](const LineConfig& line) {
        return target.serial ? dlt645::open_line_probe(line, plan.timeout, clock)
                             : dlt645::open_tcp_probe(target.host, target.port, plan.timeout, clock);
    });
}

ScanFindings search_units(const ScanPlan& plan, const std::map<std::string, RegisterMap>& maps, const Clock& clock,
                          const ScanWatch& watch) {
    const scan::Examiner examiner{maps, good_value, decode_identity};
    ScanSession session{plan, examiner, clock, watch};
    const auto& target = plan.target;
    return session.run([&](const LineConfig& line) {
        return target.serial ? open_rtu_probe(line, clock)
                             : open_tcp_probe(target.host, target.port, target.framing, plan.timeout, clock);
    });
}

ScanFindings search(const ScanPlan& plan, const std::map<std::string, RegisterMap>& maps) {
    const SystemClock clock;
    ScanProgress progress{clock};
    std::signal(SIGINT, interrupt);
    std::signal(SIGTERM, interrupt);
    const ScanWatch watch{[] { return interrupted != 0; }, [&](std::size_t done, std::size_t all,
                                                               const auto& doing) { progress.show(done, all, doing); }};
    return plan.target.dlt645 ? search_meters(plan, maps, clock, watch) : search_units(plan, maps, clock, watch);
}

}  // namespace

int scan_command(const ScanOptions& options) {
    const auto plan = planned(options);
    if (!plan) return misused(plan.error());
    const auto folders = directories(options);
    const auto maps = folders ? maps_of(*folders) : std::map<std::string, RegisterMap>{};
    if (maps.empty()) return 1;
    const auto findings = search(*plan, maps);
    const auto& target = plan->target;
    std::fputs((options.json ? scan_json(target, findings) : scan_toml(target, findings)).c_str(), stdout);
    if (findings.units.empty()) {
        for (const auto& note : scan_notes(target, findings)) std::fprintf(stderr, "pued: %s\n", note.c_str());
    }
    return findings.units.empty() ? 1 : 0;
}

}  // namespace pued
