// What records hold of metering points and intervals, as the types that made them: read here for the report and the
// audit. Pure. Energies in mWh as the meters show them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "agent/journal/record.hpp"
#include "agent/metering/ledger.hpp"
#include "agent/model/topology.hpp"

namespace pued {

// A point of a configuration record; what is missing or of another type is as if nobody had said it. Its own points
// are not on record.
Device recorded_device(const nlohmann::json& point);

// Energies of an interval by the points of the configuration in force, with what stands for the missing ones (`aux`,
// key 12 of the record).
std::vector<IntervalEnergy> recorded_energies(const Record& record);
void add_estimates(std::vector<IntervalEnergy>& energies, const nlohmann::json& aux);

// Of a boot: nobody measured, `pued replay` read a file.
bool is_replay(const Record& record);

}  // namespace pued
