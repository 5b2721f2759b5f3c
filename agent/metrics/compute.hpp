// Compute per watt (metering.md 5). Rated: what the data sheets promise, a capacity. Delivered: work done, estimated
// from hardware activity, per energy drawn over the same intervals; an upper bound of useful work. Per server, rack and
// site; always a ratio of sums. Owned by the engine, on its thread; pure. Work in TFLOP, 1 TFLOP/s per W = 1 TFLOP/J.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agent/metering/calendar.hpp"
#include "agent/metrics/balance.hpp"
#include "agent/metrics/metric.hpp"
#include "agent/metrics/work.hpp"

namespace pued {

struct AcceleratorFacts {
    unsigned count = 0;
    double peak_tflops = 0;          // dense, of one; 0: unknown
    double rated_w = 0;              // of one; 0: unknown
    std::optional<double> clock_hz;  // at which the peak is reached; nothing: activity is not corrected for the clock
};

struct ServerCompute {
    DeviceIndex device = 0;
    std::vector<AcceleratorFacts> accelerators;
    std::string precision = "fp16";
};

// Peak of all accelerators, TFLOP/s; and the same per rated power, TFLOP/J: nothing where one of them is unknown.
double peak_tflops(std::span<const AcceleratorFacts> accelerators);
std::optional<double> rated_tflop_per_joule(std::span<const AcceleratorFacts> accelerators);
// A (f / f_spec) R_peak, TFLOP/s. Without a clock, or without its rated value, the ratio is one.
double delivered_tflops(std::span<const AcceleratorFacts> accelerators, double activity,
                        std::optional<double> clock_hz);
// Work / energy; nothing without energy.
std::optional<double> tflop_per_joule(double tflop, double energy_wh);

// The relatives that need figures from outside: benchmarks, tokens, splits of a server's energy. Unit-free formulae.
struct ScoreLevel {
    double work = 0;
    double cost = 0;
};
double ratio_of_sums(std::span<const ScoreLevel> levels);  // SPECpower overall, ITEEsv
// E_it / E_compute; its product with PUE is TUE.
double itue(double it_energy, double supply_losses, double fans);
// Combined relative standard uncertainty of independent factors.
double relative_u(std::span<const double> parts);

// eta_dc as a product that shows which link moved (G11). Energies of one window, Wh.
struct Chain {
    double rated = 0;         // R_peak / P_rated
    double utilisation = 0;   // A f / f_spec
    double power_draw = 0;    // P_rated T / E_gpu
    double server_share = 0;  // E_gpu / E_srv
    double it_share = 0;      // E_srv / E_it
    double facility = 0;      // 1 / PUE
    [[nodiscard]] double product() const {
        return rated * utilisation * power_draw * server_share * it_share * facility;
    }
};
Chain chain_of(std::span<const AcceleratorFacts> accelerators, double utilisation, double hours, double gpu_wh,
               double server_wh, double it_wh, double pue);

// Sums of one scope in one window.
struct ComputeSum {
    double tflop = 0;  // all intervals with work and energy: "overall"
    Energy energy;
    double active_tflop = 0;  // without idle ones: "delivered"
    Energy active_energy;
    double active_s = 0;        // integral of activity
    std::int64_t joint_s = 0;   // server seconds with work and energy
    std::int64_t wanted_s = 0;  // server seconds there were

    void add(const ComputeSum& other);
    friend bool operator==(const ComputeSum&, const ComputeSum&) = default;
};

struct ComputeCell {
    Span span{};
    UtcTime end{};
    std::map<std::string, ComputeSum> sums;  // by scope: a server's id, "rack-…", "site", "site it", "site facility"

    friend bool operator==(const ComputeCell&, const ComputeCell&) = default;
};

struct ComputeState {
    std::optional<UtcTime> since;
    std::vector<ComputeCell> cells;  // hour, day, month: as many as there are
    std::chrono::seconds interval{};
    std::map<std::string, std::vector<LabelledWork>> lines;  // of the open interval, by server's id

    friend bool operator==(const ComputeState&, const ComputeState&) = default;
};

class ComputeLedger {
public:
    // Keeps a reference to the table. Servers without accelerators or without an activity point have only the rated
    // figure.
    ComputeLedger(const PointTable& table, std::vector<ServerCompute> servers, BalanceSettings settings, Zone zone);

    void accept(const Report& report);
    // "compute-per-watt-rated" of each server, rack and the site; constant.
    [[nodiscard]] std::vector<Metric> rated(const Now& now) const;
    // By scope: a server's id, "rack-…", "site", "site it", "site facility".
    using Sums = std::map<std::string, ComputeSum>;
    // What the servers did in an interval that the energy ledger closed. Forgets the samples up to its end.
    Sums sums_of(const ClosedInterval& interval, const Now& now);
    // In order; amendments are passed over (their samples are gone). "compute-per-watt-delivered" and "-overall" of the
    // interval, and with -hour, -day, -month.
    std::vector<Metric> add(const ClosedInterval& interval, const Sums& sums);

    // With the samples of the open interval, labelled in UTC.
    [[nodiscard]] ComputeState save(const Now& now) const;
    // Only into a fresh ledger, before any report.
    void restore(const ComputeState& state, const Now& now);

private:
    struct Server {
        ServerCompute facts;
        WorkLine line;
        Duration max_gap{};
        std::optional<double> clock_hz;  // latest
        BootTime clock_at{};
    };

    [[nodiscard]] Server* find(DeviceIndex device);
    [[nodiscard]] bool metered(const Server& server) const;
    [[nodiscard]] ComputeSum sum_of(const Server& server, const ClosedInterval& interval, const Now& now) const;
    void add_site(Sums& sums, const ClosedInterval& interval) const;
    ComputeCell& cell_of(Window kind, std::size_t index, const ClosedInterval& interval);
    void report(const Sums& sums, UtcTime start, UtcTime end, bool partial, const std::string& suffix,
                std::vector<Metric>& out) const;
    [[nodiscard]] Metric ratio(const std::string& scope, const ComputeSum& sum, bool delivered) const;
    [[nodiscard]] std::string boundary_of(const std::string& scope) const;
    [[nodiscard]] std::string precision() const;

    const PointTable& table_;
    std::vector<Server> servers_;  // by rising device index
    BalanceSettings settings_;
    Zone zone_;
    std::optional<UtcTime> since_;
    std::vector<ComputeCell> cells_;   // current hour, day, month
    std::chrono::seconds interval_{};  // length of the latest
};

}  // namespace pued
