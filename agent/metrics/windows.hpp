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
#include "agent/metrics/balance.hpp"
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

    void add(const RatioSum& other);
    void subtract(const RatioSum& other);
    friend bool operator==(const RatioSum&, const RatioSum&) = default;
};

// One hour, day or month, as far as it has run.
struct WindowCell {
    Span span{};
    UtcTime end{};               // of the latest interval in it
    std::vector<RatioSum> sums;  // by series

    friend bool operator==(const WindowCell&, const WindowCell&) = default;
};

struct WindowsState {
    std::vector<std::string> series;  // "site/pue-cat1", …: names of the sums
    // Begin of the first interval measured on both sides (`begun`); until there is one, of the newest.
    std::optional<UtcTime> since;
    bool begun = false;
    std::vector<WindowCell> hours, days, months;

    friend bool operator==(const WindowsState&, const WindowsState&) = default;
};

class Windows {
public:
    // Keeps a reference to the table.
    Windows(const PointTable& table, BalanceSettings settings, Zone zone);

    // Also amendments. The metrics of every window whose newest part this interval is: "pue-15min" (for 900 s, else
    // "pue-interval"), "pue-hour", "pue-day", "pue-month", "pue-ytd", "pue-rolling-12m", each also as "pue-cat1-…" to
    // "pue-cat3-…" where such meters exist, and "clf-…", "plf-…", "olf-…"; "ppue-…" in the scope of a rack.
    std::vector<Metric> add(const ClosedInterval& interval);

    [[nodiscard]] WindowsState save() const;
    // Series are matched by name; those that the configuration no longer has are forgotten.
    void restore(const WindowsState& state);

private:
    enum class Kind : std::uint8_t { pue, clf, plf, olf, ppue };
    struct Series {
        std::string scope;
        Kind kind = Kind::pue;
        std::size_t category = 0;
        std::string rack;
    };
    struct Total {  // what a window comes to
        UtcTime start{}, end{};
        bool partial = false;
        UtcTime::duration nominal{};  // length of the window when it is whole
        std::vector<RatioSum> sums;
    };

    void rewind(const ClosedInterval& interval);
    void begin(const ClosedInterval& interval, const std::vector<RatioSum>& plus);
    void list_series();
    [[nodiscard]] static std::string key(const Series& series);
    [[nodiscard]] RatioSum term(const Series& series, const SiteSums& sums) const;
    [[nodiscard]] std::vector<RatioSum> terms(const std::vector<IntervalEnergy>& by_device,
                                              const ClosedInterval& interval) const;
    WindowCell* put(std::deque<WindowCell>& cells, Window kind, std::size_t most, const ClosedInterval& interval,
                    const std::vector<RatioSum>& plus, const std::vector<RatioSum>& minus);
    [[nodiscard]] Total total_of(const WindowCell& cell, bool runs_on) const;
    [[nodiscard]] Total year_to_date() const;
    [[nodiscard]] Total rolling() const;
    using Means = std::array<std::optional<double>, categories>;
    [[nodiscard]] Means it_means(const Total& total) const;
    [[nodiscard]] std::size_t category_for(const Total& total) const;
    [[nodiscard]] bool sees_too_little(const Total& total, std::size_t series) const;
    void report(const Total& total, const std::string& suffix, std::vector<Metric>& out) const;
    [[nodiscard]] Metric metric(const Total& total, std::size_t series, const std::string& name) const;
    void set_quality(Metric& metric, const Total& total, const RatioSum& sum) const;

    const PointTable& table_;
    BalanceSettings settings_;
    Zone zone_;
    std::vector<Series> series_;
    std::optional<UtcTime> since_;
    bool begun_ = false;
    UtcTime newest_{};  // end of the newest interval
    std::deque<WindowCell> hours_, days_, months_;
};

}  // namespace pued
