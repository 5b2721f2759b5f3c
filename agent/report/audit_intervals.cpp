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

std::string span_text(std::int64_t from, std::int64_t to) { return audit_time(from) + " to " + audit_time(to); }

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

std::string text_of(const std::optional<std::int64_t>& mwh) { return mwh ? std::to_string(*mwh) : "none"; }

}  // namespace

void IntervalAudit::disturb(bool clock) {
    if (clock) ++clock_;
    undisturbed_ = 0;
}

void IntervalAudit::add(const AuditPlace& place, const Record& record, const AuditSite& site) {
    const std::int64_t length = record.duration_s.value_or(0);
    if (length <= 0 || record.start_s > std::numeric_limits<std::int64_t>::max() - length) {
        return log_.finding(place, "an interval that does not last");
    }
    for (const auto& point : record.points) {
        if (point.point >= site.meter.size()) {
            return log_.finding(place, "point " + std::to_string(point.point) + " is not in the configuration");
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
        const auto what =
            "the interval of " + audit_time(start_s) + " stands in " + same->second.place.text() + " already";
        return same->second.place.epoch == place.epoch ? log_.finding(place, what) : log_.note(place, what);
    }
    const auto after = cells_.upper_bound(start_s);
    const bool over_next = after != cells_.end() && after->first < end_s;
    const bool over_last = after != cells_.begin() && std::prev(after)->second.end_s > start_s;
    if (over_next || over_last) {
        const auto& other = over_next ? after->second : std::prev(after)->second;
        log_.finding(place, "the interval " + span_text(start_s, end_s) + " overlaps that of " + other.place.text());
    }
    check_hole(place, start_s);
}

void IntervalAudit::check_hole(const AuditPlace& place, std::int64_t start_s) {
    if (!newest_end_s_ || start_s <= *newest_end_s_) return;
    const auto what = "no intervals from " + span_text(*newest_end_s_, start_s);
    if (undisturbed_ < intervals_that_a_disturbance_explains) {
        return log_.note(place, what + ": the daemon started, its clock was set or records were lost");
    }
    log_.finding(place, what + ", and nothing says why");
}

void IntervalAudit::check_amended(const AuditPlace& place, std::int64_t start_s, std::int64_t end_s) {
    const auto before = cells_.find(start_s);
    if (before == cells_.end()) {
        const auto what = "amends the interval of " + audit_time(start_s) + ", which is not in this journal";
        return first_s_ && start_s >= *first_s_ ? log_.finding(place, what) : log_.note(place, what);
    }
    if (before->second.end_s != end_s) log_.finding(place, "amends an interval of another length");
}

void IntervalAudit::check_balance(const AuditPlace& place, const Record& record, const SiteSums& sums,
                                  const AuditSite& site) {
    const auto facility = mwh_of(sums.facility), it = it_of(sums, site.settings.category);
    if (record.facility_mwh != facility) {
        log_.finding(place,
                     "E_DC is " + text_of(record.facility_mwh) + " mWh, but its meters come to " + text_of(facility));
    }
    if (record.it_mwh != it) {
        log_.finding(place, "E_IT is " + text_of(record.it_mwh) + " mWh, but its meters come to " + text_of(it));
    }
}

void IntervalAudit::keep(const AuditPlace& place, const Record& record, std::int64_t end_s, const AuditSite& site) {
    if (settled_s_ && record.start_s <= *settled_s_) {
        return log_.note(place, "comes too late for its registers to be compared: " + audit_time(record.start_s));
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
