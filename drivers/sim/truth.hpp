// What the plant really does, for tests and for people: plant.json, the state now, and truth.csv, the true energies of
// every second, from which the true PUE of any window follows. Wall time only labels rows. One thread.
#pragma once

#include <fstream>
#include <string>

#include "agent/model/result.hpp"
#include "agent/model/time.hpp"
#include "drivers/sim/site.hpp"

namespace pued::sim {

class Truth {
public:
    explicit Truth(std::string run_directory);
    // Once a second.
    void record(UtcTime now, double elapsed_s, Site& site);

private:
    std::string directory_;
    std::ofstream rows_;
};

std::string plant_json(UtcTime now, double elapsed_s, Site& site);

// The true PUE (category 1) between two times, from a run directory's truth.csv.
Result<double> true_pue(const std::string& run_directory, UtcTime from, UtcTime to);

// "2026-11-22T06:05:00.000Z"; UTC only.
Result<UtcTime> parse_utc(const std::string& text);

}  // namespace pued::sim
