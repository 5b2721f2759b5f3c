// Lines for people, objects for programs.
#include "agent/commands/replay_text.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "agent/runtime/json.hpp"

namespace pued {
namespace {

constexpr std::size_t kAmendable = 256;  // more than the intervals that the ledger keeps open for amendments

// nlohmann's printing costs more than the engine's interval: numbers that read back to the same double, or null.
std::string number(const std::optional<double>& value) { return value ? fmt::format("{}", *value) : "null"; }

void put(const std::string& line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
}

std::optional<double> kwh(const std::optional<Energy>& energy) {
    return energy ? std::optional{watt_hours(*energy) / 1000} : std::nullopt;
}

// The ratio of two sums; nothing without IT energy.
std::optional<double> pue_of(Energy facility, Energy it) {
    return it.mwh > 0 ? std::optional{watt_hours(facility) / watt_hours(it)} : std::nullopt;
}

std::string text(const std::optional<double>& value, int decimals, const char* unit) {
    return value ? fmt::format("{:.{}f}{}", *value, decimals, unit) : std::string{"-"};
}

// The alert's own JSON; null where it is taken away.
nlohmann::json payload_of(const AlertChange& change) {
    if (change.message.payload.empty()) return nullptr;
    auto payload = nlohmann::json::parse(change.message.payload, nullptr, false);
    if (payload.is_discarded()) return nullptr;
    payload.erase("evidence");  // with or without a journal, the same readings print the same
    return payload;
}

}  // namespace

std::string ReplayText::lang() const { return installation_.config.site.lang == Language::zh ? "zh" : "en"; }

void ReplayText::settled(const Outcome& outcome) {
    const auto facility = outcome.site.facility.measured();
    const auto it = outcome.category ? outcome.site.it[*outcome.category].measured() : std::nullopt;
    ++(outcome.interval.amends ? totals_.amended : totals_.intervals);
    std::optional<double> pue;
    if (facility && it) {
        pue = pue_of(*facility, *it);
        keep(outcome.interval.start, {*facility, *it});
    }
    const auto* kind = outcome.interval.amends ? "amend" : "interval";
    if (json_) {
        put(fmt::format(
            R"({{"type":"{}","start":"{}","end":"{}","pue":{},"facility_kwh":{},"it_kwh":{},"weather_c":{}}})", kind,
            rfc3339(outcome.interval.start), rfc3339(outcome.interval.end()), number(pue), number(kwh(facility)),
            number(kwh(it)), number(outcome.extras.weather_c)));
    } else {
        put(fmt::format("{} {:<8} PUE {}  E_DC {}  E_IT {}", rfc3339(outcome.interval.start), kind, text(pue, 4, ""),
                        text(kwh(facility), 3, " kWh"), text(kwh(it), 3, " kWh")));
    }
}

void ReplayText::alerted(const AlertChange& change, UtcTime at) {
    if (change.from == change.to) return;
    if (change.to == AlertPhase::firing) ++fired_[change.scope + '/' + change.rule];
    if (json_) {
        put(to_text({{"type", "alert"},
                     {"time", json_time(at)},
                     {"scope", change.scope},
                     {"rule", change.rule},
                     {"from", to_string(change.from)},
                     {"to", to_string(change.to)},
                     {"alert", payload_of(change)}}));
    } else if (!change.message.payload.empty()) {
        put(fmt::format("{} alert    {}/{} {} -> {}: {}", rfc3339(at), change.scope, change.rule,
                        to_string(change.from), to_string(change.to), payload_of(change)["message"].value(lang(), "")));
    }
}

void ReplayText::judged(const std::vector<RuleVerdict>& verdicts, UtcTime at) {
    for (const auto& [rule, judged, metric] : verdicts) {
        const std::string verdict{to_string(judged.verdict)};
        if (verdict == "not-applicable" || verdicts_[rule] == verdict) continue;
        verdicts_[rule] = verdict;
        if (json_) {
            put(to_text({{"type", "verdict"},
                         {"time", json_time(at)},
                         {"rule", rule},
                         {"verdict", verdict},
                         {"value", json_number(metric.value)},
                         {"u", json_number(metric.u)},
                         {"limit", json_number(judged.limit)},
                         {"p_conform", json_number(judged.p_conform)},
                         {"reason", {{"en", judged.reason.en}, {"zh", judged.reason.zh}}}}));
        } else {
            put(fmt::format("{} verdict  {}: {} ({})", rfc3339(at), rule, verdict,
                            lang() == "zh" ? judged.reason.zh : judged.reason.en));
        }
    }
}

// An interval counts as it was told last. What no amendment reaches any more is only a sum: a year takes no more memory
// than a week.
void ReplayText::keep(UtcTime start, Joint joint) {
    joint_[start] = joint;
    while (joint_.size() > kAmendable) {
        const auto oldest = joint_.begin();
        settled_.facility += oldest->second.facility;
        settled_.it += oldest->second.it;
        ++settled_intervals_;
        joint_.erase(oldest);
    }
}

ReplayText::Joint ReplayText::sums() const {
    Joint out = settled_;
    for (const auto& [start, joint] : joint_) {
        out.facility += joint.facility;
        out.it += joint.it;
    }
    return out;
}

void ReplayText::summary(std::uint64_t readings, UtcTime first, UtcTime last) {
    json_ ? summary_json(readings, first, last) : summary_text(readings, first, last);
    std::fflush(stdout);
}

void ReplayText::summary_json(std::uint64_t readings, UtcTime first, UtcTime last) const {
    const auto sums = this->sums();
    put(to_text({{"type", "summary"},
                 {"site", installation_.config.site.id},
                 {"from", json_time(first)},
                 {"to", json_time(last)},
                 {"readings", readings},
                 {"intervals", totals_.intervals},
                 {"measured", settled_intervals_ + joint_.size()},
                 {"amended", totals_.amended},
                 {"facility_kwh", watt_hours(sums.facility) / 1000},
                 {"it_kwh", watt_hours(sums.it) / 1000},
                 {"pue", json_number(pue_of(sums.facility, sums.it))},
                 {"fired", fired_},
                 {"verdicts", verdicts_}}));
}

void ReplayText::summary_text(std::uint64_t readings, UtcTime first, UtcTime last) const {
    const auto sums = this->sums();
    const auto pue = pue_of(sums.facility, sums.it);
    put(fmt::format("\n{}: {} to {}, {} readings", installation_.config.site.id, rfc3339(first), rfc3339(last),
                    readings));
    put(fmt::format("intervals {}, measured on both sides {}, amended {}", totals_.intervals,
                    settled_intervals_ + joint_.size(), totals_.amended));
    put(fmt::format("E_DC {:.1f} kWh, E_IT {:.1f} kWh, PUE {}", watt_hours(sums.facility) / 1000,
                    watt_hours(sums.it) / 1000, text(pue, 4, "")));
    for (const auto& [key, times] : fired_) put(fmt::format("alert {} fired {} times", key, times));
    for (const auto& [rule, verdict] : verdicts_) put(fmt::format("verdict {}: {}", rule, verdict));
}

}  // namespace pued
