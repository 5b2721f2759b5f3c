// What Drift remembers: plain data, all of it saved and restored by state.cpp. Owned by Drift, engine thread. kWh,
// degrees Celsius, points of PUE.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/drift/baseline.hpp"
#include "agent/drift/budget.hpp"
#include "agent/drift/climate.hpp"
#include "agent/drift/cusum.hpp"
#include "agent/drift/forecast.hpp"
#include "agent/drift/residual.hpp"

namespace pued {

// A closed day, for what is asked of it after a new fit: the load, and the hours that were collected.
struct DayRecord {
    double it_all = 0;  // of all hours with a known load
    int hours_all = 0;
    double it = 0, overhead = 0;     // of the collected hours
    std::vector<std::uint8_t> bins;  // their weather, by degree_bin
};

struct OpenDay {
    Span span{};
    ResidualSum total, cooling, losses;
    int hours = 0;                       // that have passed
    double coverage = 0;                 // sum of theirs
    std::map<std::string, int> reasons;  // of the hours without residual
    DayRecord record;
};

// Since when hours are collected for the next fit.
struct Collection {
    HingeSums overhead, cooling, losses;
    std::optional<UtcTime> since;
};

// An alert as Drift itself must know it: it neither learns nor refits while one is open.
struct Latch {
    bool open = false;
    int count = 0;  // in a row: over while closed, clear while open

    void step(double value, double fire, double clear, int for_count, int clear_count);
};

// What piled up on one side of the CUSUM since its onset.
struct Pile {
    double excess = 0, cooling = 0, losses = 0;
};

struct Change {
    Cusum cusum;
    Pile up, down;
    std::optional<double> last;  // residual of the day before, if known
    Latch latch;
};

struct BudgetPlan {
    int quarter = 0;   // 4 * year + quarter, for which it was made
    int baseline = 0;  // version
    std::optional<double> headroom, least;
    std::string reason;  // without headroom
};

struct DriftState {
    std::optional<UtcTime> next;  // start of the hour that is expected
    OpenDay day;
    Span year{};
    YearSoFar so_far;
    Baseline baseline;  // interim or measured; the design curve comes from the settings
    UtcTime fitted{};   // when the latest was
    Collection collection;
    double it_sum = 0;  // over usable hours, before a fit says what the load is
    std::int64_t it_hours = 0;
    std::deque<DayRecord> days;  // the last 366
    ExcessWindows excess;
    Climate::Histograms climate{};
    Latch acute;
    Change change;
    double level = 0;                   // EWMA of the daily residual
    std::vector<UtcTime> meter_events;  // of the last year, at most 64
    BudgetPlan plan;
    std::vector<BaselineEvent> events;  // not yet taken
};

std::string to_bytes(const DriftState& state);
// Nothing where the bytes are of another shape.
std::optional<DriftState> from_bytes(const std::string& bytes);

}  // namespace pued
