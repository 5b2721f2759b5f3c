// The metrics that are published, by name, and for which scopes: what an [[alert]] may watch. The metrics themselves
// are made in agent/metrics; this is the list for people and for the check, so that no alert waits for a name that
// never comes.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace pued {

struct MetricName {
    std::string name;
    bool of_site = false, of_racks = false, of_servers = false;
};

// `interval`: of the ledger; the shortest window is called "15min" when that is 900 s, else "interval".
std::vector<MetricName> metric_names(std::chrono::seconds interval);

}  // namespace pued
