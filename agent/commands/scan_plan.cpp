// Options to a plan. See scan_plan.hpp.
#include "agent/commands/scan_plan.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "agent/config/host_port.hpp"

namespace pued {
namespace {

// The usual first. Odd parity is rare: only when asked for. DL/T 645 says 2400 baud, even.
const std::vector<unsigned> kModbusBauds{9600, 19200, 38400, 115200, 4800, 2400, 1200};
const std::vector<unsigned> kMeterBauds{2400, 9600, 4800, 1200, 19200, 115200};
constexpr std::string_view kModbusParities = "NE", kMeterParities = "EN";

// By the standard a DL/T 645 meter begins to answer within half a second.
constexpr unsigned kTcpTimeoutMs = 1000, kRtuTimeoutMs = 300, kRtuOverTcpTimeoutMs = 500, kMeterTimeoutMs = 600;

std::optional<unsigned> number(std::string_view text) {
    unsigned out = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (failed != std::errc{} || end != text.data() + text.size()) return {};
    return out;
}

struct UnitRange {
    unsigned first = 0, last = 0;
};

std::optional<UnitRange> unit_range(std::string_view text) {
    const auto dash = text.find('-');
    const auto first = number(text.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number(text.substr(dash + 1));
    if (!first || !last || *first > *last) return {};
    return UnitRange{*first, *last};
}

// "1-8,100,255": in that order, none twice. Nothing where it is no such list, or an id lies outside 0..255 (TCP) or
// 1..255 (a line: a few devices go beyond the standard's 247, and are asked there when told so).
std::optional<std::vector<unsigned>> parse_units(std::string_view text, bool rtu) {
    const unsigned least = rtu ? 1 : 0, most = 255;
    std::vector<unsigned> out;
    while (true) {
        const auto comma = text.find(',');
        const auto range = unit_range(text.substr(0, comma));
        if (!range || range->first < least || range->last > most) return {};
        for (unsigned unit = range->first; unit <= range->last; ++unit) {
            if (std::ranges::find(out, unit) == out.end()) out.push_back(unit);
        }
        if (comma == std::string_view::npos) return out;
        text.remove_prefix(comma + 1);
    }
}

// TCP: the ids that devices of their own have, then the first 32 behind a gateway. A line: all there can be.
std::string_view default_units(bool rtu) { return rtu ? "1-247" : "1,255,0,2-32,100"; }

// Every speed with every parity.
std::vector<LineConfig> serial_settings(const ScanOptions& options, bool dlt645) {
    const auto& usual = dlt645 ? kMeterBauds : kModbusBauds;
    std::string letters;
    for (const auto& parity : options.parities) letters += parity.substr(0, 1);
    if (letters.empty()) letters = dlt645 ? kMeterParities : kModbusParities;
    std::vector<LineConfig> out;
    for (const unsigned baud : options.bauds.empty() ? usual : options.bauds) {
        for (const char parity : letters) out.push_back({"rs485", options.target, baud, parity, 1});
    }
    return out;
}

Result<ScanTarget> target_of(const ScanOptions& options) {
    ScanTarget out{.serial = options.medium == "rtu",
                   .dlt645 = options.protocol == "dlt645",
                   .framing = options.framing == "rtu" ? Framing::rtu : Framing::tcp,
                   .text = options.target,
                   .host = {}};
    if (out.serial) {
        if (out.text.starts_with('/')) return out;
        return Error{'"' + out.text + "\" is no device file (expected such as /dev/ttyS1)"};
    }
    const auto parsed = parse_host_port(options.target, out.dlt645 ? 0 : out.port);
    if (!parsed) return Error{'"' + out.text + "\" is no host (expected HOST or HOST:PORT)"};
    if (parsed->port == 0) {
        return Error{
            "the port is missing, and DL/T 645 has no usual one (expected HOST:PORT, as the serial server is set)"};
    }
    out.host = parsed->host;
    out.port = parsed->port;
    return out;
}

// Options that the target has no use for; empty: none.
std::string misplaced(const ScanOptions& options, const ScanTarget& target) {
    if (!target.serial && !(options.bauds.empty() && options.parities.empty()))
        return "--baud and --parity are for rtu";
    if (!options.framing.empty() && target.serial) return "--framing is for tcp";
    if (!options.framing.empty() && target.dlt645) return "--framing is for Modbus";
    if (!options.units.empty() && target.dlt645) return "--units is for Modbus (dlt645 meters have an --address)";
    if (!options.addresses.empty() && !target.dlt645) return "--address is for --protocol dlt645";
    return {};
}

Result<std::vector<dlt645::Address>> addresses_of(const ScanOptions& options) {
    std::vector<dlt645::Address> out;
    for (const auto& digits : options.addresses) {
        const auto address = dlt645::parse_address(digits);
        if (!address || !dlt645::is_number(*address)) {
            return Error{"--address " + digits + " is no meter's number (expected 12 digits)"};
        }
        out.push_back(*address);
    }
    return out;
}

unsigned usual_timeout_ms(const ScanTarget& target) {
    if (!target.serial) return target.rtu_frames() ? kRtuOverTcpTimeoutMs : kTcpTimeoutMs;
    return target.dlt645 ? kMeterTimeoutMs : kRtuTimeoutMs;
}

}  // namespace

Result<ScanPlan> planned(const ScanOptions& options) {
    ScanPlan out;
    const auto target = target_of(options);
    if (!target) return Error{target.error()};
    out.target = *target;
    if (const auto wrong = misplaced(options, *target); !wrong.empty()) return Error{wrong};
    const bool rtu = target->rtu_frames();
    const auto given = options.units.empty() ? std::string{default_units(rtu)} : options.units;
    const auto units = parse_units(given, rtu);
    if (!units) return Error{"--units " + given + " is no list of unit ids (expected such as 1-8,100)"};
    out.units = *units;
    auto addresses = addresses_of(options);
    if (!addresses) return Error{addresses.error()};
    out.addresses = std::move(*addresses);
    out.settings = {LineConfig{}};
    if (target->serial) out.settings = serial_settings(options, target->dlt645);
    out.timeout = Milliseconds{options.timeout_ms == 0 ? usual_timeout_ms(*target) : options.timeout_ms};
    return out;
}

std::string setting_text(const LineConfig& line) {
    return std::to_string(line.baud) + " 8" + line.parity + std::to_string(line.stop_bits);
}

}  // namespace pued
