// PUE and its factors over the windows that people ask for: the interval itself, hour, day, month, the year to date
// and the rolling twelve closed months. Each value is the ratio of two sums over the SAME set of intervals (metering.md
// rule 0): an interval counts only where both sides were measured, and the share that counts is the coverage.
// Owned by the engine, on its thread; pure. Energies in mWh inside, Wh in metrics.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "agent/metering/calendar.hpp"
#include "agent/metering/uncertainty.hpp"
#include "agent/metrics/balance.hpp"
#include "agent/metrics/filler.hpp"
#include "agent/metrics/metric.hpp"

namespace pued {

// One ratio summed over the intervals of a cell.
struct RatioSum {
    Energy numerator, denominator;  // over jointly measured intervals
    Energy estimated;               // declared constants in the numerator
    Energy all_numerator;           // over all intervals where this side alone was measured
    Energy all_denominator;
    std::int64_t joint_s = 0;  // how long that was
    std::int64_t numerator_s = 0;
    std::int64_t denominator_s = 0;
    std::int32_t impossible = 0;  // intervals with less facility than IT energy: left out
    std::int64_t doubted_s = 0;   // of joint_s, while an integrity alarm was open on a meter of it

    void add(const RatioSum& other);
    void subtract(const RatioSum& other);
    friend bool operator==(const RatioSum&, const RatioSum&) = default;
};

// What stands for the energy of intervals that were not measured on one side of a PUE (metering.md 2.3, 3.4).
struct GapSum {
    Energy facility, it;                                          // of the whole side, estimates included
    std::array<Energy, estimate_methods> facility_by{}, it_by{};  // the estimates in it, by method
    std::int64_t facility_s = 0, it_s = 0;                        // how long that was
    Energy facility_upper;                                        // where every silent meter states what flows at most
    std::int64_t facility_upper_s = 0;
    Energy it_lower;  // credited to IT all the same

    void add(const GapSum& other);
    void subtract(const GapSum& other);
    friend bool operator==(const GapSum&, const GapSum&) = default;
};

// Everything that is summed of an interval.
struct WindowSums {
    std::vector<RatioSum> ratios;  // by series
    std::vector<GapSum> gaps;      // by series of the kind pue
    std::vector<Energy> meters;    // by member: over the intervals where its series was measured jointly

    void add(const WindowSums& other);
    void subtract(const WindowSums& other);
    friend bool operator==(const WindowSums&, const WindowSums&) = default;
};

// One hour, day or month, as far as it has run.
struct WindowCell {
    Span span{};
    UtcTime end{};  // of the latest interval in it
    WindowSums sums;

    friend bool operator==(const WindowCell&, const WindowCell&) = default;
};

struct WindowsState {
    std::vector<std::string> series;   // "site/pue-cat1", …: names of the sums
    std::vector<std::string> members;  // "site/pue-cat1 feed-a", …: of the meters' energies
    // Begin of the first interval measured on both sides (`begun`); until there is one, of the newest.
    std::optional<UtcTime> since;
    bool begun = false;
    std::vector<WindowCell> hours, days, months;

    friend bool operator==(const WindowsState&, const WindowsState&) = default;
};

// How much an added interval is to be told of: everything; values, coverage and quality, which is what alerts are
// stepped by (a backlog after an outage); or nothing, when it is only to be counted.
enum class Tell : std::uint8_t { nothing, values, everything };

class Windows {
public:
    // Keeps a reference to the table.
    Windows(const PointTable& table, BalanceSettings settings, Zone zone);

    // Also amendments. The metrics of every window whose newest part this interval is: "pue-15min" (for 900 s, else
    // "pue-interval"), "pue-hour", "pue-day", "pue-month", "pue-ytd", "pue-rolling-12m", each also as "pue-cat1-…" to
    // "pue-cat3-…" where such meters exist, and "clf-…", "plf-…", "olf-…"; "ppue-…" in the scope of a rack.
    // Every PUE has its u, or extra "u_reason"; extra: "U", "k", "pue_filled" (else "unfilled_s"), "pue_worst_case",
    // "estimated_facility", "estimated_it", "grade", "it_load_factor" where the IT meters are rated. The interval
    // should have passed the filler (filler.hpp).
    std::vector<Metric> add(const ClosedInterval& interval, Tell tell = Tell::everything);

    // The metrics of the window of this kind that lies there, as far as it is kept, under the names of add(); of years
    // only the newest is.
    [[nodiscard]] std::vector<Metric> told(Window kind, UtcTime in) const;
    static std::string_view suffix(Window kind);  // of those names: "hour", "day", "month", "ytd"

    [[nodiscard]] WindowsState save() const;
    // Series are matched by name; those that the configuration no longer has are forgotten.
    void restore(const WindowsState& state);

private:
    enum class Kind : std::uint8_t { pue, clf, plf, olf, ppue };
    struct Series {
        std::string scope;
        Kind kind = Kind::pue;
        std::size_t category = 0;
        std::size_t rack = 0;                       // of the plan
        std::size_t first_member = 0, members = 0;  // of members_
        std::size_t gap = 0;                        // of WindowSums::gaps, kind pue
        double rated_it_w = 0;                      // of its IT meters; 0: not all of them are rated
        std::string u_reason{};                     // why it has no u; empty: it has
    };
    struct Member {  // a physical meter in a PUE, with its coefficients (metering.md 3.1)
        DeviceIndex device = 0;
        int d = 0, t = 0;
        double u_rel = 0;
        unsigned type = 0;
    };
    struct Total {  // what a window comes to
        UtcTime start{}, end{};
        bool partial = false;
        UtcTime::duration nominal{};  // length of the window when it is whole
        WindowSums sums;
    };
    struct Lookup;  // an interval's energies by device

    void rewind(const ClosedInterval& interval);
    void begin(const ClosedInterval& interval, const WindowSums& plus);
    void list_series();
    [[nodiscard]] Member member_of(const Series& series, DeviceIndex index, bool rack_has_pdus) const;
    void list_members(Series& series);
    [[nodiscard]] static std::string key(const Series& series);
    [[nodiscard]] std::vector<std::string> member_keys() const;
    [[nodiscard]] WindowSums empty() const;
    [[nodiscard]] RatioSum term(const Series& series, const SiteSums& sums) const;
    [[nodiscard]] GapSum gap_term(const Series& series, const SiteSums& sums, const Lookup& energies) const;
    [[nodiscard]] bool doubted(const Series& series, const Lookup& energies) const;
    void add_joint_meters(const Series& series, const Lookup& energies, std::vector<Energy>& out) const;
    [[nodiscard]] WindowSums terms(const std::vector<IntervalEnergy>& by_device, const ClosedInterval& interval) const;
    WindowCell* put(std::deque<WindowCell>& cells, Window kind, std::size_t most, const ClosedInterval& interval,
                    const WindowSums& plus, const WindowSums& minus);
    [[nodiscard]] Total total_of(const WindowCell& cell) const;
    [[nodiscard]] Total year_to_date() const;
    [[nodiscard]] Total rolling() const;
    using Means = std::array<std::optional<double>, categories>;
    [[nodiscard]] Means it_means(const Total& total) const;
    [[nodiscard]] std::size_t category_for(const Means& means) const;
    [[nodiscard]] bool sees_too_little(const Total& total, std::size_t series, const Means& means) const;
    void report(const Total& total, std::string_view suffix, Tell tell, std::vector<Metric>& out) const;
    [[nodiscard]] Metric metric(const Total& total, std::size_t series, const Means& means, Tell tell) const;
    void set_quality(Metric& metric, const Total& total, const RatioSum& sum) const;
    void set_details(Metric& metric, const Total& total, std::size_t series) const;
    void set_uncertainty(Metric& metric, const Total& total, std::size_t series) const;
    void set_coverage(Metric& metric, const Total& total, std::size_t series, bool too_little) const;
    [[nodiscard]] std::vector<GapEnergy> gaps_of(const Total& total, std::size_t series, double& filled_it) const;

    const PointTable& table_;
    BalanceSettings settings_;
    BalancePlan plan_;
    Zone zone_;
    std::vector<Series> series_;
    std::vector<Member> members_;
    std::size_t gaps_ = 0;
    std::optional<UtcTime> since_;
    bool begun_ = false;
    UtcTime newest_{};  // end of the newest interval
    std::deque<WindowCell> hours_, days_, months_;
};

}  // namespace pued
