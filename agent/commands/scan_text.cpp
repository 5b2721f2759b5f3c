// Findings as TOML with a table in its comments. See scan_text.hpp.
#include "agent/commands/scan_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace pued {
namespace {

constexpr std::size_t kReasons = 6;  // told of a candidate
// Such a meter measures behind them and knows nothing of them.
constexpr const char* kRatios =
    "# ct_ratio = ?, pt_ratio = ?  # of its transformers, where it has any: 1000 A / 5 A is 200\n";

// "unit 7", "meter 000000000161"
std::string name_of(const UnitFound& found) {
    return found.address.empty() ? "unit " + std::to_string(found.unit) : "meter " + found.address;
}

std::vector<std::string> reasons_of(const scan::Candidate& candidate) {
    std::vector<std::string> out;
    const auto variant = scan::in_words(candidate.variant, *candidate.map);
    if (!variant.empty()) out.push_back("answers as this map with " + variant);
    if (candidate.identification.recognised == scan::Recognised::yes) {
        out.push_back("recognised: " + candidate.identification.text);
    } else if (candidate.identification.recognised == scan::Recognised::differs) {
        out.push_back("not recognised: " + candidate.identification.text);
    }
    auto findings = candidate.findings;
    std::ranges::stable_sort(findings,
                             [](const auto& a, const auto& b) { return std::abs(a.weight) > std::abs(b.weight); });
    for (const auto& finding : findings) {
        if (out.size() < kReasons) out.push_back(finding.text);
    }
    return out;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string out;
    for (const auto& part : parts) out += (out.empty() ? "" : "; ") + part;
    return out;
}

std::string ranking_table(const scan::Examination& examination) {
    std::size_t width = 3;
    for (const auto& candidate : examination.ranking) width = std::max(width, candidate.map->id.size());
    auto out = fmt::format("# rank  {:<{}}  score  answered   why\n", "map", width);
    for (std::size_t i = 0; i < examination.ranking.size(); ++i) {
        const auto& candidate = examination.ranking[i];
        out += fmt::format("# {:>4}  {:<{}}  {:>5.0f}  {:>3} of {:<3} {}\n", i + 1, candidate.map->id, width,
                           candidate.score, candidate.answered, candidate.asked, joined(reasons_of(candidate)));
    }
    return out;
}

// "outlets", "branches": the key in a [[meter]] that says how many there are.
std::string count_key(const std::string& element) { return element + (element.ends_with("ch") ? "es" : "s"); }

std::string counts_text(const scan::Examination& examination) {
    std::string out;
    for (const auto& count : examination.counts) {
        if (count.open) {
            out +=
                fmt::format("# {} = ?  # the device answers for all {} that the map can have: say how many are there\n",
                            count_key(count.element), count.count);
        } else if (count.count > 0) {
            out += fmt::format("{} = {}\n", count_key(count.element), count.count);
        }
    }
    return out;
}

// What no key of a [[meter]] can say: then the map itself has to be another.
std::string remedy(const scan::Candidate& candidate) {
    if (candidate.variant.offset >= 0 && !candidate.variant.other_function) return {};
    return fmt::format(
        "# A [[meter]] cannot say \"{1}\": copy {0}.toml to devices/ of a data directory of your own, give it\n"
        "# another id, change it there, and name that as the profile.\n",
        candidate.map->id,
        scan::in_words({{}, candidate.variant.offset, candidate.variant.other_function}, *candidate.map));
}

std::string address_lines(const ScanTarget& target, const UnitFound& found) {
    std::string out = "line = \"rs485\"\n";
    if (!target.serial) {
        const bool v6 = target.host.find(':') != std::string::npos;
        out = fmt::format("host = \"{}:{}\"\n", v6 ? '[' + target.host + ']' : target.host, target.port);
    }
    if (target.framing == Framing::rtu) out += "framing = \"rtu\"\n";
    if (target.dlt645) return out + fmt::format("address = \"{}\"\n", found.address);
    return out + fmt::format("unit_id = {}\n", found.unit);
}

// What `pued check` would refuse of the table below.
std::string unit_remedy(const ScanTarget& target, const UnitFound& found, const RegisterMap& map) {
    if (!target.rtu_frames() || found.unit <= map.last_unit_id) return {};
    return fmt::format(
        "# unit_id = {0} is out of range on a serial line (1..{1}), and the profile \"{2}\" takes none of what is "
        "above:\n"
        "# copy {2}.toml to devices/ of a data directory of your own, give it another id and last_unit_id = 255, and\n"
        "# name that as the profile.\n",
        found.unit, map.last_unit_id, map.id);
}

std::string meter_table(const ScanTarget& target, const UnitFound& found, const scan::Candidate& first) {
    std::string out = "[[meter]]\n";
    out += fmt::format("id = \"{}-{}\"\n", first.map->id, target.dlt645 ? found.address : std::to_string(found.unit));
    out += fmt::format("profile = \"{}\"\n", first.map->id);
    out += address_lines(target, found);
    if (first.variant.order) out += fmt::format("word_order = \"{}\"\n", scan::order_name(*first.variant.order));
    if (first.variant.offset > 0) out += fmt::format("register_offset = {}\n", first.variant.offset);
    out += counts_text(found.examination);
    const auto& serial = found.examination.serial;
    const bool plain = serial.find_first_of("\"\\") == std::string::npos;
    if (!serial.empty() && plain) out += fmt::format("serial = \"{}\"  # as the device says\n", serial);
    if (target.dlt645) out += kRatios;
    return out + "# role = \"…\"  # what it measures: feed, ups-input, ups-output, pdu, cooling, … (see pued.toml)\n";
}

std::string commented(const std::string& text) {
    std::string out = "# ";
    for (std::size_t i = 0; i < text.size(); ++i) {
        out += text[i];
        if (text[i] == '\n' && i + 1 < text.size()) out += "# ";
    }
    return out;
}

std::string headline(const UnitFound& found, scan::Sureness sureness) {
    if (sureness == scan::Sureness::nothing) {
        return "# " + name_of(found) +
               (found.unfinished ? ": answers; its values were not all asked for\n" : ": answers, but no map fits\n");
    }
    const auto& ranking = found.examination.ranking;
    const auto& first = ranking.front();
    auto out =
        fmt::format("# {}: {} ({}), {}", name_of(found), first.map->id, first.map->vendor, scan::name_of(sureness));
    if (sureness == scan::Sureness::tied) {
        std::string others;
        for (const auto* leader : scan::leaders(ranking)) {
            if (leader != &first) others += (others.empty() ? "" : ", ") + leader->map->id;
        }
        out += " with " + others + ": compare with the name plate and the display";
    }
    out += '\n';
    if (!found.also.empty()) {
        out += fmt::format("# It answers alike as unit {}: unit ids are ignored here, one entry is enough.\n",
                           listed(found.also));
    }
    return out;
}

std::string unit_text(const ScanTarget& target, const UnitFound& found) {
    const auto sureness = scan::sureness(found.examination.ranking);
    auto out = '\n' + headline(found, sureness);
    if (sureness == scan::Sureness::nothing) return out;
    out += ranking_table(found.examination);
    const auto& first = found.examination.ranking.front();
    out += remedy(first) + unit_remedy(target, found, *first.map);
    const auto table = meter_table(target, found, first);
    return out + (sureness == scan::Sureness::doubtful ? "# Too doubtful to be pasted as it is:\n" + commented(table)
                                                       : table);
}

std::string line_table(const LineConfig& line) {
    return fmt::format("\n[[line]]\nid = \"rs485\"\ndevice = \"{}\"\nbaud = {}\nparity = \"{}\"\nstop_bits = {}\n",
                       line.device, line.baud, line.parity, line.stop_bits);
}

std::string headline_of_all(const ScanTarget& target, const ScanFindings& findings) {
    auto out = fmt::format("# pued scan {} {}", target.serial ? "rtu" : "tcp", target.text);
    if (target.framing == Framing::rtu) out += " --framing rtu";
    if (target.dlt645) {
        const auto count = findings.units.size();
        return out + fmt::format(" --protocol dlt645: {} {}\n", count, count == 1 ? "meter answers" : "meters answer");
    }
    return out + fmt::format(": {} of {} unit ids asked answer\n",
                             findings.units.size() + findings.tally.only_exceptions.size(), findings.tally.asked);
}

}  // namespace

std::string scan_toml(const ScanTarget& target, const ScanFindings& findings) {
    auto out = headline_of_all(target, findings);
    for (const auto& note : scan_notes(target, findings)) out += "# " + note + '\n';
    if (target.serial && !findings.units.empty()) out += line_table(findings.line);
    for (const auto& found : findings.units) out += unit_text(target, found);
    return out;
}

}  // namespace pued
