// The shipped Drift with the shipped alert machine on a stream of hours; what was on, and when. For the evaluation.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/drift/drift.hpp"
#include "agent/rules/alert_machine.hpp"

namespace pued::bench {

enum Layer : std::size_t { kAcute, kChange, kBudget, kAtRisk, kBreach, kAll, kLayers };

struct Told {  // what one year said, by hour of that year
    std::array<std::vector<bool>, kLayers> on;
    std::array<int, kLayers> fired{};
    std::vector<double> forecast, deviation, year_to_date;  // by day; NAN where absent
    int unknown_days = 0;                                   // of CHANGE
    double sigma_day = 0;                                   // of the latest baseline made in it
    std::vector<std::string> notes;                         // first lines of what fired
};

class Watched {
public:
    explicit Watched(DriftSettings settings);
    // Goes on from here in a copy: baselines are paid for once.
    [[nodiscard]] Watched fork() const;
    Told run(const std::vector<DriftHour>& hours);

private:
    struct Alert {
        DriftWatch watch;
        AlertState state{};
    };
    void tell(const Metric& metric, int hour, Told& told);

    DriftSettings settings_;
    Drift drift_;
    std::vector<Alert> alerts_;
};

}  // namespace pued::bench
