// DriftState as CBOR and back, field by field through nlohmann-json; exceptions stop here. Rows of numbers are arrays
// without names: the state goes into every snapshot of the journal.
#include "agent/drift/state.hpp"

#include <nlohmann/json.hpp>

namespace pued {

using Json = nlohmann::json;

namespace {

constexpr int kVersion = 1;

template <class T>
Json maybe(const std::optional<T>& value) {
    return value ? Json(*value) : Json{};
}

template <class T>
std::optional<T> maybe(const Json& json) {
    return json.is_null() ? std::nullopt : std::optional{json.get<T>()};
}

std::int64_t ms(UtcTime time) { return time.time_since_epoch().count(); }
UtcTime time_of(const Json& json) { return UtcTime{std::chrono::milliseconds{json.get<std::int64_t>()}}; }

Json save(const std::optional<UtcTime>& time) { return time ? Json(ms(*time)) : Json{}; }
std::optional<UtcTime> optional_time(const Json& json) {
    return json.is_null() ? std::nullopt : std::optional{time_of(json)};
}

Json save(const Span& span) { return {ms(span.start), ms(span.end)}; }
Span span_of(const Json& json) { return {time_of(json.at(0)), time_of(json.at(1))}; }

Json save(const ResidualSum& sum) { return {sum.it_kwh, sum.excess_kwh, sum.hours}; }
ResidualSum sum_of(const Json& json) { return {json.at(0), json.at(1), json.at(2)}; }

Json save(const DayRecord& day) { return {day.it_all, day.hours_all, day.it, day.overhead, Json::binary(day.bins)}; }
DayRecord record_of(const Json& json) {
    DayRecord day{json.at(0), json.at(1), json.at(2), json.at(3), json.at(4).get_binary()};
    for (const std::uint8_t bin : day.bins) {
        if (bin >= kDegreeBins) throw std::out_of_range("degree bin");
    }
    return day;
}

Json save(const OpenDay& day) {
    return {save(day.span), save(day.total), save(day.cooling), save(day.losses),
            day.hours,      day.coverage,    day.reasons,       save(day.record)};
}
OpenDay day_of(const Json& json) {
    OpenDay day{
        span_of(json.at(0)),  sum_of(json.at(1)), sum_of(json.at(2)), sum_of(json.at(3)), json.at(4), json.at(5), {},
        record_of(json.at(7))};
    json.at(6).get_to(day.reasons);
    return day;
}

Json save(const HingeModel& m) { return {m.b0, m.b1, m.b2, m.b3, m.k1, m.k2}; }
HingeModel hinge_of(const Json& json) {
    return {json.at(0), json.at(1), json.at(2), json.at(3), json.at(4), json.at(5)};
}
Json save(const std::optional<HingeModel>& m) { return m ? save(*m) : Json{}; }
std::optional<HingeModel> optional_hinge(const Json& json) {
    return json.is_null() ? std::nullopt : std::optional{hinge_of(json)};
}

Json save(const Baseline& b) {
    return {static_cast<int>(b.kind), save(b.overhead), save(b.cooling),  save(b.losses), b.coldest, b.hottest,
            b.reference_it,           b.sigma_day,      b.sigma_long_run, b.hours,        ms(b.at),  b.version};
}
Baseline baseline_of(const Json& json) {
    const int kind = json.at(0);
    if (kind < 0 || kind > static_cast<int>(BaselineKind::measured)) throw std::out_of_range("kind of baseline");
    return {static_cast<BaselineKind>(kind),
            {},
            hinge_of(json.at(1)),
            optional_hinge(json.at(2)),
            optional_hinge(json.at(3)),
            json.at(4),
            json.at(5),
            json.at(6),
            json.at(7),
            json.at(8),
            json.at(9),
            time_of(json.at(10)),
            json.at(11)};
}

// [bin, sums…] of the bins that have hours.
Json save(const HingeSums& sums) {
    const HingeSums::State& s = sums.state();
    Json bins = Json::array();
    for (std::size_t i = 0; i < s.bins.size(); ++i) {
        if (s.bins[i][0] > 0) bins.push_back({i, s.bins[i]});
    }
    return {std::move(bins), s.yy, s.hours, s.coldest, s.hottest};
}
HingeSums sums_of(const Json& json) {
    HingeSums::State s{{}, json.at(1), json.at(2), json.at(3), json.at(4)};
    if (s.hours > 0) s.bins.resize(kDegreeBins);
    for (const Json& row : json.at(0)) s.bins.at(row.at(0)) = row.at(1).get<HingeSums::Bin>();
    HingeSums sums;
    sums.set_state(std::move(s));
    return sums;
}

Json save(const Collection& c) { return {save(c.overhead), save(c.cooling), save(c.losses), save(c.since)}; }
Collection collection_of(const Json& json) {
    return {sums_of(json.at(0)), sums_of(json.at(1)), sums_of(json.at(2)), optional_time(json.at(3))};
}

Json save(const Latch& latch) { return {latch.open, latch.count}; }
Latch latch_of(const Json& json) { return {json.at(0), json.at(1)}; }
Json save(const CusumSide& side) { return {side.s, side.onset}; }
CusumSide side_of(const Json& json) { return {json.at(0), json.at(1)}; }
Json save(const Pile& pile) { return {pile.excess, pile.cooling, pile.losses}; }
Pile pile_of(const Json& json) { return {json.at(0), json.at(1), json.at(2)}; }

Json save(const Change& c) {
    return {save(c.cusum.up), save(c.cusum.down), save(c.up), save(c.down), maybe(c.last), save(c.latch)};
}
Change change_of(const Json& json) {
    return {{side_of(json.at(0)), side_of(json.at(1))},
            pile_of(json.at(2)),
            pile_of(json.at(3)),
            maybe<double>(json.at(4)),
            latch_of(json.at(5))};
}

Json save(const BudgetPlan& p) { return {p.quarter, p.baseline, maybe(p.headroom), maybe(p.least), p.reason}; }
BudgetPlan plan_of(const Json& json) {
    return {json.at(0), json.at(1), maybe<double>(json.at(2)), maybe<double>(json.at(3)), json.at(4)};
}

// The first bin, and the counts from there to the last that has hours.
Json save(const Climate::Histogram& histogram) {
    std::size_t first = 0, last = histogram.size();
    while (first < last && histogram[first] == 0) ++first;
    while (last > first && histogram[last - 1] == 0) --last;
    Json row = Json::array({first});
    for (std::size_t i = first; i < last; ++i) row.push_back(histogram[i]);
    return row;
}
Climate::Histogram histogram_of(const Json& json) {
    Climate::Histogram histogram;
    if (json.size() < 2) return histogram;
    histogram.resize(kDegreeBins);
    const std::size_t first = json.at(0);
    for (std::size_t i = 1; i < json.size(); ++i) histogram.at(first + i - 1) = json.at(i);
    return histogram;
}

Json save(const BaselineEvent& event) { return {ms(event.at), event.text}; }
Json save(UtcTime time) { return ms(time); }

template <class Range>
Json rows(const Range& range) {
    Json result = Json::array();
    for (const auto& item : range) result.push_back(save(item));
    return result;
}

// Hours that are not known as null, which is one byte.
Json save(const ExcessWindows& windows) {
    Json result = Json::array();
    for (const std::int64_t wh : windows.state()) {
        result.push_back(wh == ExcessWindows::kUnknown ? Json{} : Json(wh));
    }
    return result;
}
ExcessWindows windows_of(const Json& json) {
    std::vector<std::int64_t> hours;
    for (const Json& wh : json) hours.push_back(wh.is_null() ? ExcessWindows::kUnknown : wh.get<std::int64_t>());
    ExcessWindows windows;
    windows.set_state(hours);
    return windows;
}

void read_lists(const Json& json, DriftState& s) {
    for (const Json& row : json.at("days")) s.days.push_back(record_of(row));
    for (std::size_t i = 0; i < s.climate.size(); ++i) s.climate[i] = histogram_of(json.at("climate").at(i));
    for (const Json& row : json.at("meter_events")) s.meter_events.push_back(time_of(row));
    for (const Json& row : json.at("events")) s.events.push_back({time_of(row.at(0)), row.at(1)});
}

DriftState state_of(const Json& json) {
    if (json.at("version") != kVersion) throw std::out_of_range("version");
    DriftState s;
    s.next = optional_time(json.at("next"));
    s.day = day_of(json.at("day"));
    s.year = span_of(json.at("year"));
    s.so_far = {json.at("so_far").at(0), json.at("so_far").at(1)};
    s.baseline = baseline_of(json.at("baseline"));
    s.fitted = time_of(json.at("fitted"));
    s.collection = collection_of(json.at("collection"));
    s.it_sum = json.at("it").at(0);
    s.it_hours = json.at("it").at(1);
    s.excess = windows_of(json.at("excess"));
    s.acute = latch_of(json.at("acute"));
    s.change = change_of(json.at("change"));
    s.level = json.at("level");
    s.plan = plan_of(json.at("plan"));
    read_lists(json, s);
    return s;
}

}  // namespace

std::string to_bytes(const DriftState& s) {
    const Json json{{"version", kVersion},
                    {"next", save(s.next)},
                    {"day", save(s.day)},
                    {"year", save(s.year)},
                    {"so_far", {s.so_far.facility_kwh, s.so_far.it_kwh}},
                    {"baseline", save(s.baseline)},
                    {"fitted", ms(s.fitted)},
                    {"collection", save(s.collection)},
                    {"it", {s.it_sum, s.it_hours}},
                    {"days", rows(s.days)},
                    {"excess", save(s.excess)},
                    {"climate", rows(s.climate)},
                    {"acute", save(s.acute)},
                    {"change", save(s.change)},
                    {"level", s.level},
                    {"meter_events", rows(s.meter_events)},
                    {"plan", save(s.plan)},
                    {"events", rows(s.events)}};
    std::string bytes;
    Json::to_cbor(json, bytes);
    return bytes;
}

std::optional<DriftState> from_bytes(const std::string& bytes) {
    try {
        return state_of(Json::from_cbor(bytes));
    } catch (const std::exception&) {  // nlohmann's, and those of .at()
        return std::nullopt;
    }
}

}  // namespace pued
