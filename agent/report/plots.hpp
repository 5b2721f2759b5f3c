// The report's drawings: each a caption that says what one sees, and an SVG; an empty drawing where there is nothing to
// draw, with a caption that says why. Pure.
#pragma once

#include <string>

#include "agent/report/dossier.hpp"
#include "agent/report/text.hpp"

namespace pued {

struct Picture {
    std::string caption;  // plain text
    std::string svg;      // empty: nothing was measured
    std::string legend;   // plain text under it: how to read it
};

Picture plot_year(const Dossier& dossier, const Tongue& say);     // PUE by day, and the weather
Picture plot_load(const Dossier& dossier, const Tongue& say);     // IT power against PUE, by hour
Picture plot_burn(const Dossier& dossier, const Tongue& say);     // headroom left and forecast, by day
Picture plot_energy(const Dossier& dossier, const Tongue& say);   // where the energy went (Sankey)
Picture plot_compute(const Dossier& dossier, const Tongue& say);  // compute per watt by rack and month

}  // namespace pued
