// Which limit the year is steered by, and how well the metering can know its PUE. Owned by the engine; pure.
#pragma once

#include <optional>

#include "agent/config/installation.hpp"

namespace pued {

// The operator's own ([drift] limit), or the strictest that binds this site on that date and is no mere advisory; where
// none is, the strictest advisory one.
std::optional<double> year_limit(const Installation& installation, std::chrono::year_month_day date);
// Standard uncertainty of a PUE at this limit, from the declared accuracy of the meters; 0 where it is not known.
double u_of_year(const Installation& installation, double limit);

}  // namespace pued
