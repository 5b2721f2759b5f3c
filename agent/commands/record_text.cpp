// Journal records in words and as JSON.
#include "agent/commands/record_text.hpp"

#include <fmt/format.h>

#include "agent/metering/flags.hpp"
#include "agent/runtime/json.hpp"

namespace pued {
namespace {

constexpr std::size_t kLongest = 160;  // octets of what is told of key 12 in text

Json aux_of(const Record& record) { return Json::from_cbor(record.aux, true, false); }

std::string kwh(std::int64_t mwh) { return fmt::format("{:.3f} kWh", static_cast<double>(mwh) / 1e6); }

// What the start counts depends on whether anybody knew the time.
std::string start_text(const Record& record) {
    constexpr std::int64_t year_2024 =
        1'704'067'200;  // before: the clock was never set, and this is time since the boot
    if (record.start_s < year_2024) return fmt::format("boot+{}s", record.start_s);
    auto text = rfc3339(UtcTime{std::chrono::seconds{record.start_s}});
    return text.replace(text.find('.'), 4, "");
}

// Not within a letter of UTF-8.
std::string shortened(std::string text) {
    if (text.size() <= kLongest) return text;
    auto end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end) + " ...";
}

std::string field(const Json& aux, const char* key) {
    const auto found = aux.find(key);
    if (found == aux.end() || found->is_null()) return "?";
    return found->is_string() ? found->get<std::string>() : to_text(*found);
}

std::string config_text(const Json& aux) {
    const auto points = aux.find("points");
    return fmt::format("version {}, {} points, sha256 {}", field(aux, "version"),
                       points == aux.end() ? 0 : points->size(), field(aux, "sha256"));
}

std::string alert_text(const Json& aux) {
    return fmt::format("{} {}: {} -> {}", field(aux, "rule"), field(aux, "scope"), field(aux, "from"),
                       field(aux, "to"));
}

std::string join_text(const Json& aux) {
    return fmt::format("goes on after {} records of {}: {}", field(aux, "recovered"), field(aux, "origin"),
                       field(aux, "why"));
}

std::string essence(const Record& record) {
    if (record.aux.empty()) return {};
    if (record.type == RecordType::snapshot) return fmt::format("{} octets of state", record.aux.size());
    const auto aux = aux_of(record);
    if (!aux.is_object()) return "(what it says cannot be read)";
    switch (record.type) {
        case RecordType::config: return config_text(aux);
        case RecordType::alert: return alert_text(aux);
        case RecordType::log_epoch: return join_text(aux);
        default: return shortened(to_text(aux));
    }
}

std::string balance(const Record& record) {
    std::string out;
    if (record.facility_mwh) out += "E_DC " + kwh(*record.facility_mwh);
    if (record.it_mwh) out += (out.empty() ? "E_IT " : ", E_IT ") + kwh(*record.it_mwh);
    if (record.facility_mwh && record.it_mwh && *record.it_mwh > 0)
        out += fmt::format(", PUE {:.4f}",
                           static_cast<double>(*record.facility_mwh) / static_cast<double>(*record.it_mwh));
    if (record.coverage_ppm) out += fmt::format(", coverage {:.2f} %", *record.coverage_ppm / 1e4);
    return out;
}

std::string_view name_of(ClockState state) {
    static constexpr std::string_view kNames[] = {"unsynced", "synced", "holdover"};
    return kNames[static_cast<std::size_t>(state)];
}

template <class T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json digest_list(const std::vector<Digest>& digests) {
    auto out = Json::array();
    for (const auto& digest : digests) out.push_back(hex(digest));
    return out;
}

void add_figures(Json& out, const Record& record) {
    if (record.duration_s) out["duration_s"] = *record.duration_s;
    out["clock"] = name_of(record.clock);
    out["clock_error_ms"] = record.clock_error_ms;
    if (record.facility_mwh || record.it_mwh) {
        out["facility_mwh"] = or_null(record.facility_mwh);
        out["it_mwh"] = or_null(record.it_mwh);
    }
    if (record.coverage_ppm) out["coverage_ppm"] = *record.coverage_ppm;
    if (record.config) out["config"] = hex(*record.config);
}

}  // namespace

std::string flag_names(std::uint32_t flags) {
    static constexpr std::string_view kNames[] = {
        "measured", "interpolated", "allocated", "rollover",  "reset", "replaced",  "stuck", "gap",
        "partial",  "missing",      "time",      "estimated", "check", "exchanged", "late",  "doubted"};
    std::string out;
    for (std::size_t bit = 0; bit < std::size(kNames); ++bit) {
        if ((flags >> bit & 1U) != 0) out += (out.empty() ? "" : "|") + std::string{kNames[bit]};
    }
    return out.empty() ? "-" : out;
}

void RecordText::learn(const Record& record) {
    if (record.type != RecordType::config) return;
    const auto aux = aux_of(record);
    if (!aux.is_object() || !aux.contains("points") || !aux["points"].is_array()) return;
    names_.clear();
    sensors_.clear();
    for (const auto& point : aux["points"]) {
        names_.push_back(point.is_object() ? field(point, "id") : "?");
        sensors_.push_back(point.is_object() && field(point, "role") == "none");
    }
}

std::string RecordText::point_name(std::uint32_t point) const {
    return point < names_.size() ? names_[point] : fmt::format("point {}", point);
}

// A device in no balance that never had energy to tell, as a thermometer: no register, nothing measured.
bool RecordText::is_sensor(const RecordPoint& point) const {
    return point.point < sensors_.size() && sensors_[point.point] && point.energy_mwh == 0 && !point.reg_start &&
           !point.reg_end && !has(static_cast<Flags>(point.flags), flag::measured);
}

std::string RecordText::points(const Record& record) const {
    const auto reg = [](const std::optional<std::uint64_t>& value) { return value ? fmt::format("{}", *value) : "-"; };
    std::string out;
    for (const auto& point : record.points) {
        if (is_sensor(point)) {
            out += fmt::format("    {:<24} {:>16}\n", point_name(point.point), "-");
            continue;
        }
        out += fmt::format("    {:<24} {:>16}  {} .. {}  {}\n", point_name(point.point), kwh(point.energy_mwh),
                           reg(point.reg_start), reg(point.reg_end), flag_names(point.flags));
    }
    return out;
}

std::string RecordText::lines(const JournalReader::Entry& entry) {
    const auto& record = entry.record;
    learn(record);
    auto out = fmt::format("e{} {:>6} {} {}", entry.epoch, record.seq, start_text(record), to_string(record.type));
    if (record.duration_s) out += fmt::format(" {} s", *record.duration_s);
    for (const auto& part : {balance(record), essence(record)}) {
        if (!part.empty()) out += "  " + part;
    }
    return out + '\n' + points(record);
}

std::string RecordText::json(const JournalReader::Entry& entry) {
    const auto& record = entry.record;
    learn(record);
    Json out{{"epoch", entry.epoch},
             {"seq", record.seq},
             {"type", to_string(record.type)},
             {"start_s", record.start_s},
             {"start", start_text(record)}};
    add_figures(out, record);
    for (const auto& point : record.points) {
        out["points"].push_back({{"point", point.point},
                                 {"id", point_name(point.point)},
                                 {"reg_start", or_null(point.reg_start)},
                                 {"reg_end", or_null(point.reg_end)},
                                 {"energy_mwh", point.energy_mwh},
                                 {"flags", point.flags}});
    }
    if (record.type == RecordType::snapshot)
        out["aux"] = {{"octets", record.aux.size()}, {"sha256", hex(sha256(record.aux))}};
    else if (!record.aux.empty())
        out["aux"] = aux_of(record);
    if (!record.frontier.empty()) out["frontier"] = digest_list(record.frontier);
    out["sha256"] = hex(sha256(entry.leaf));
    out["previous"] = hex(record.previous);
    out["segment"] = entry.segment;
    out["offset"] = entry.offset;
    return to_text(out) + '\n';
}

}  // namespace pued
