// pued scan: finds the units on a line or behind a TCP address and says which register map fits each. Reads only.
#include <csignal>
#include <cstdio>

#include "agent/commands/commands.hpp"
#include "agent/commands/problems_out.hpp"
#include "agent/commands/scan_plan.hpp"
#include "agent/commands/scan_text.hpp"
#include "agent/config/data.hpp"
#include "agent/config/host_port.hpp"
#include "agent/config/load.hpp"
#include "agent/config/register_map_file.hpp"
#include "drivers/modbus/decode.hpp"
#include "firmware/clock.hpp"

namespace pued {
namespace {

constexpr unsigned kTcpTimeoutMs = 1000, kRtuTimeoutMs = 300;

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

std::optional<ScanTarget> target_of(const ScanOptions& options) {
    ScanTarget out{.rtu = options.medium == "rtu", .text = options.target, .host = {}};
    if (out.rtu) return out.text.starts_with('/') ? std::optional{out} : std::nullopt;
    const auto parsed = parse_host_port(options.target, out.port);
    if (!parsed) return {};
    out.host = parsed->host;
    out.port = parsed->port;
    return out;
}

ScanFindings search(const ScanTarget& target, const ScanPlan& plan, const std::map<std::string, RegisterMap>& maps) {
    const SystemClock clock;
    ScanProgress progress{clock};
    std::signal(SIGINT, interrupt);
    std::signal(SIGTERM, interrupt);
    const scan::Examiner examiner{maps, good_value, decode_identity};
    ScanSession session{plan,
                        examiner,
                        clock,
                        {[] { return interrupted != 0; }, [&](std::size_t done, std::size_t all,
                                                              const auto& doing) { progress.show(done, all, doing); }}};
    return session.run([&](const LineConfig& line) {
        return target.rtu ? open_rtu_probe(line, clock) : open_tcp_probe(target.host, target.port, Framing::tcp, plan.timeout, clock);
    });
}

}  // namespace

int scan_command(const ScanOptions& options) {
    const auto target = target_of(options);
    if (!target) {
        return misused('"' + options.target + "\" is no " +
                       (options.medium == "rtu" ? "device file (expected such as /dev/ttyS1)"
                                                : "host (expected HOST or HOST:PORT)"));
    }
    const auto given = options.units.empty() ? std::string{default_units(target->rtu)} : options.units;
    const auto units = parse_units(given, target->rtu);
    if (!units) return misused("--units " + given + " is no list of unit ids (expected such as 1-8,100)");
    if (!target->rtu && !(options.bauds.empty() && options.parities.empty())) {
        return misused("--baud and --parity are for rtu");
    }
    const auto folders = directories(options);
    const auto maps = folders ? maps_of(*folders) : std::map<std::string, RegisterMap>{};
    if (maps.empty()) return 1;

    ScanPlan plan{.units = *units, .settings = {LineConfig{}}, .timeout = {}};
    if (target->rtu) plan.settings = serial_settings(options.target, options.bauds, options.parities);
    const unsigned fallback = target->rtu ? kRtuTimeoutMs : kTcpTimeoutMs;
    plan.timeout = Milliseconds{options.timeout_ms == 0 ? fallback : options.timeout_ms};
    const auto findings = search(*target, plan, maps);
    std::fputs((options.json ? scan_json(*target, findings) : scan_toml(*target, findings)).c_str(), stdout);
    if (findings.units.empty()) {
        for (const auto& note : scan_notes(*target, findings)) std::fprintf(stderr, "pued: %s\n", note.c_str());
    }
    return findings.units.empty() ? 1 : 0;
}

}  // namespace pued
