// What silence and noise may mean, in sentences. See scan_text.hpp.
#include <fmt/format.h>

#include "agent/commands/scan_text.hpp"

namespace pued {
namespace {

std::string tried_text(const ScanFindings& findings) {
    std::string out;
    for (const auto& line : findings.tried) out += (out.empty() ? "" : ", ") + setting_text(line);
    return out;
}

std::string noise_note(const ScanTarget& target) {
    if (target.dlt645) {
        return "Some answers were garbled: wrong speed or parity, several meters at once, or another protocol.";
    }
    if (target.serial) {
        return "Some answers were garbled: wrong speed or parity, two devices with one unit id, or a bad line.";
    }
    if (target.framing == Framing::rtu) {
        return "Some answers were no Modbus RTU: perhaps a gateway that speaks Modbus TCP (without --framing rtu), "
               "another speed on its line, or another protocol.";
    }
    return "Some answers were no Modbus TCP: perhaps a serial server that passes bytes on: try --framing rtu, or "
           "--protocol dlt645.";
}

constexpr const char* kWires =
    "Nobody answered: check A and B for being swapped, the termination, and that no other master is on the line.";
constexpr const char* kServersLine =
    "Nobody answered: a serial server has a speed and parity of its own, which must be its line's, and must pass bytes "
    "on as they are; check A and B for being swapped, too.";

void nobody_notes(const ScanTarget& target, std::vector<std::string>& out) {
    if (target.serial || target.rtu_frames() || target.dlt645) out.emplace_back(target.serial ? kWires : kServersLine);
    if (target.dlt645) {
        out.emplace_back(
            "A meter may answer to nothing but its own number: give the 12 digits on its plate with --address. Meters "
            "that speak Modbus are found without --protocol dlt645.");
    } else if (target.rtu_frames()) {
        out.emplace_back(
            "Chinese meters (CHINT, Acrel and others) may be set to DL/T 645, another protocol on the same terminals: "
            "try --protocol dlt645.");
    } else {
        out.emplace_back("Nobody answered: unit ids other than these are tried with --units 1-247.");
        out.emplace_back(
            "The port is open but nothing on it speaks Modbus TCP: perhaps a serial server: try --framing rtu, or "
            "--protocol dlt645.");
    }
}

void tally_notes(const ScanTarget& target, const ScanFindings& findings, std::vector<std::string>& out) {
    const auto& tally = findings.tally;
    if (tally.nobody > 0) {
        out.push_back(fmt::format("For {} unit ids a gateway says that nobody answers there.", tally.nobody));
    }
    if (!tally.only_exceptions.empty()) {
        out.push_back(fmt::format("Only refusals come from unit {}: something is there, but no known register of it.",
                                  listed(tally.only_exceptions)));
    }
    if (tally.garbled > 0) out.push_back(noise_note(target));
}

}  // namespace

std::string listed(const std::vector<unsigned>& numbers) {
    std::string out;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        std::size_t last = i;
        while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
        out += (out.empty() ? "" : ", ") + std::to_string(numbers[i]);
        if (last > i) out += (last == i + 1 ? ", " : " to ") + std::to_string(numbers[last]);
        i = last;
    }
    return out;
}

std::vector<std::string> scan_notes(const ScanTarget& target, const ScanFindings& findings) {
    const bool nobody = findings.units.empty() && findings.tally.only_exceptions.empty();
    std::vector<std::string> out;
    if (findings.interrupted) out.emplace_back("Interrupted: what had been found until then.");
    if (!findings.error.empty()) out.push_back(findings.error);
    if (!findings.tried.empty()) {
        out.push_back(nobody ? "Tried " + tried_text(findings) + '.'
                             : "Answered at " + setting_text(findings.line) + "; tried " + tried_text(findings) + '.');
    }
    if (findings.several) {
        out.emplace_back("Several meters are on the line; they were told apart by the last digits of their numbers.");
    }
    for (const auto& address : findings.mute) out.push_back("Meter " + address + " did not answer.");
    tally_notes(target, findings, out);
    const bool unexplained = findings.error.empty() && !findings.interrupted && findings.tally.asked > 0;
    if (nobody && unexplained) nobody_notes(target, out);
    return out;
}

}  // namespace pued
