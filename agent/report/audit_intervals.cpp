// Tiling, balance and windows of intervals; see audit_intervals.hpp.
#include "agent/report/audit_intervals.hpp"

#include <algorithm>
#include <limits>

#include "agent/report/recorded.hpp"

namespace pued {

namespace {

// A ledger amends at most the newest 192 intervals that wait (LedgerSettings); they close up to 96 at once.
constexpr std::size_t most_unsettled = 512;
constexpr std::int64_t kept_s = std::int64_t{400} * 24 * 3600;
// A disturbance is followed by its hole at once, or after the interval that was open.
constexpr unsigned intervals_that_a_disturbance_explains = 2;

Bilingual span_text(std::int64_t from, std::int64_t to) {
    return {audit_time(from) + " to " + audit_time(to), audit_time(from) + " 至 " + audit_time(to)};
}

std::optional<std::int64_t> mwh_of(const Sum& sum) {
    const auto energy = sum.measured();
    return energy ? std::optional{energy->mwh} : std::nullopt;
}

// E_IT where the highest category that sees all of it takes it.
std::optional<std::int64_t> it_of(const SiteSums& sums, unsigned fixed) {
    std::array<std::optional<double>, categories> it;
    for (std::size_t i = 0; i < categories; ++i) {
        if (const auto energy = sums.it[i].measured()) it[i] = watt_hours(*energy);
    }
    const auto category = best_category(it, fixed);
    return category ? mwh_of(sums.it[*category]) : std::nullopt;
}

Bilingual text_of(const std::optional<std::int64_t>& mwh) {
    return mwh ? Bilingual::same(std::to_string(*mwh) + " mWh") : Bilingual{"none", "无"};
}

// `name`: "E_DC", "E_IT".
Bilingual imbalance(const std::string& name, const std::optional<std::int64_t>& said,
                    const std::optional<std::int64_t>& summed) {
    const auto is = text_of(said), meters = text_of(summed);
    return {name + " is " + is.en + ", but its meters come to " + meters.en,
            name + " 记为 " + is.zh + "，但其各电能表合计为 " + meters.zh};
}

}  // namespace

void IntervalAudit::disturb(bool clock) {
    if (clock) ++clock_;
    undisturbed_ = 0;
}

void IntervalAudit::add(const AuditPlace& place, const Record& record, const AuditSite& site) {
    const std::int64_t length = record.duration_s.value_or(0);
    if (length <= 0 || record.start_s > std::numeric_limits<std::int64_t>::max() - length) {
        return log_.finding(place, {"an interval that does not last", "时段长度不为正"});
    }
    for (const auto& point : record.points) {
        if (point.point >= site.meter.size()) {
            const auto number = std::to_string(point.point);
            return log_.finding(place,
                                {"point " + number + " is not in the configuration", "配置中没有测点 " + number});
        }
    }
    const auto end_s = record.start_s + length;
    place_in_time(place, record, end_s);
    const auto start = UtcTime{std::chrono::seconds{record.start_s}};
    const auto sums = site.plan->sum(recorded_energies(record), start, std::chrono::seconds{length});
    check_balance(place, record, sums, site);
    auto& cell = cells_[record.start_s];
    cell = {place, end_s, site.generation, mwh_of(sums.facility), {}};
    for (std::size_t i = 0; i < categories; ++i) cell.it_mwh[i] = mwh_of(sums.it[i]);
    keep(place, record, end_s, site);
    while (cells_.begin()->first < *newest_end_s_ - kept_s) cells_.erase(cells_.begin());
}

void IntervalAudit::place_in_time(const AuditPlace& place, const Record& record, std::int64_t end_s) {
    if (record.type == RecordType::amend) {
        check_amended(place, record.start_s, end_s);
    } else {
        check_new(place, record.start_s, end_s);
        undisturbed_ = std::min(undisturbed_ + 1, intervals_that_a_disturbance_explains);
    }
    if (!first_s_ || record.start_s < *first_s_) first_s_ = record.start_s;
    newest_end_s_ = std::max(newest_end_s_.value_or(end_s), end_s);
}

void IntervalAudit::check_new(const AuditPlace& place, std::int64_t start_s, std::int64_t end_s) {
    const auto same = cells_.find(start_s);
    if (same != cells_.end()) {
        const auto time = audit_time(start_s);
        const auto other = same->second.place.text();
        const Bilingual what{"the interval of " + time + " stands in " + other.en + " already",
                             time + " 起的时段已见于" + other.zh};
        return same->second.place.epoch == place.epoch ? log_.finding(place, what) : log_.note(place, what);
    }
    const auto after = cells_.upper_bound(start_s);
    const bool over_next = after != cells_.end() && after->first < end_s;
    const bool over_last = after != cells_.begin() && std::prev(after)->second.end_s > start_s;
    if (over_next || over_last) {
        const auto other = (over_next ? after->second : std::prev(after)->second).place.text();
        const auto span = span_text(start_s, end_s);
        log_.finding(place, {"the interval " + span.en + " overlaps that of " + other.en,
                             "时段 " + span.zh + " 与" + other.zh + " 的时段重叠"});
    }
    check_hole(place, start_s);
}

void IntervalAudit::check_hole(const AuditPlace& place, std::int64_t start_s) {
    if (!newest_end_s_ || start_s <= *newest_end_s_) return;
    const auto span = span_text(*newest_end_s_, start_s);
    const Bilingual what{"no intervals from " + span.en, span.zh + " 没有时段记录"};
    if (undisturbed_ < intervals_that_a_disturbance_explains) {
        return log_.note(place, what + Bilingual{": the daemon started, its clock was set or records were lost",
                                                 "：守护程序启动、时钟调整或记录遗失"});
    }
    log_.finding(place, what + Bilingual{", and nothing says why", "，且没有说明原因"});
}

void IntervalAudit::check_amended(const AuditPlace& place, std::int64_t start_s, std::int64_t end_s) {
    const auto before = cells_.find(start_s);
    if (before == cells_.end()) {
        const auto time = audit_time(start_s);
        const Bilingual what{"amends the interval of " + time + ", which is not in this journal",
                             "更正 " + time + " 起的时段，但日志中没有该时段"};
        return first_s_ && start_s >= *first_s_ ? log_.finding(place, what) : log_.note(place, what);
    }
    if (before->second.end_s != end_s)
        log_.finding(place, {"amends an interval of another length", "所更正的时段长度不同"});
}

void IntervalAudit::check_balance(const AuditPlace& place, const Record& record, const SiteSums& sums,
                                  const AuditSite& site) {
    const auto facility = mwh_of(sums.facility), it = it_of(sums, site.settings.category);
    if (record.facility_mwh != facility) {
        log_.finding(place, imbalance("E_DC", record.facility_mwh, facility));
    }
    if (record.it_mwh != it) {
        log_.finding(place, imbalance("E_IT", record.it_mwh, it));
    }
}

void IntervalAudit::keep(const AuditPlace& place, const Record& record, std::int64_t end_s, const AuditSite& site) {
    if (settled_s_ && record.start_s <= *settled_s_) {
        const auto time = audit_time(record.start_s);
        return log_.note(place, {"comes too late for its registers to be compared: " + time,
                                 "到得太晚，无法核对其寄存器读数：" + time});
    }
    RegisterAudit::Interval interval{place, record.start_s, end_s, {site.generation, clock_}, record.points};
    for (auto& point : interval.points) point.point = static_cast<std::uint32_t>(site.meter[point.point]);
    const auto [found, is_new] = unsettled_.try_emplace(record.start_s, interval);
    if (!is_new) {
        interval.era.clock = found->second.era.clock;  // its boundaries stay where they were
        found->second = std::move(interval);
    }
    while (unsettled_.size() > most_unsettled) settle_oldest();
}

void IntervalAudit::settle_oldest() {
    const auto oldest = unsettled_.begin();
    settled_s_ = oldest->first;
    registers_.settle(oldest->second);
    unsettled_.erase(oldest);
}

void IntervalAudit::finish() {
    while (!unsettled_.empty()) settle_oldest();
}

// As Windows sums: an interval counts where both sides are measured and there is no less facility than IT energy.
AuditWindow IntervalAudit::window(std::int64_t start_s, std::int64_t end_s) const {
    AuditWindow out;
    out.from_the_begin = first_s_ && *first_s_ <= start_s;
    std::optional<unsigned> site;
    for (auto at = cells_.lower_bound(start_s); at != cells_.end() && at->second.end_s <= end_s; ++at) {
        const auto& cell = at->second;
        const auto length = cell.end_s - at->first;
        out.covered_s += length;
        out.reconfigured = out.reconfigured || site.value_or(cell.site) != cell.site;
        site = cell.site;
        for (std::size_t i = 0; i < categories; ++i) {
            if (!cell.facility_mwh || !cell.it_mwh[i] || *cell.facility_mwh < *cell.it_mwh[i]) continue;
            out.ratios[i].facility_mwh += *cell.facility_mwh;
            out.ratios[i].it_mwh += *cell.it_mwh[i];
            out.ratios[i].joint_s += length;
        }
    }
    return out;
}

}  // namespace pued
