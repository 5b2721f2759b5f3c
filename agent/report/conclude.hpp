// What the rules make of a period's figure: a verdict for each rule of the installation, GB 40879's other method, and
// the surcharge where a rule has a price and the year is closed. Pure.
#pragma once

#include "agent/config/installation.hpp"
#include "agent/metering/calendar.hpp"
#include "agent/report/dossier.hpp"

namespace pued {

// Fills verdicts, five_condition_r and limit from what the dossier already says.
void conclude(Dossier& dossier, const Installation& installation, const Zone& zone);

}  // namespace pued
