// How well a PUE is known: the standard uncertainty of each metering point, their sum by the one formula of GUM that
// fits every topology, and what can still be proven with it (metering.md 3). Pure; relative values are fractions, not
// percent. What a register's resolution
// adds to a short window is not in it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "agent/model/topology.hpp"

namespace pued {

// tan phi makes a power error of the transformers' phase error. IT loads and drives with correction are about here.
inline constexpr double usual_power_factor = 0.95;

// Relative standard uncertainty (k = 1) of an instrument's energy. Nothing where its class states no limit at so low a
// load. Without a calibration certificate limits are taken as rectangular.
std::optional<double> relative_uncertainty(const Instrument& instrument, double power_factor = usual_power_factor);

// Of a metering point: what its calibration certificate states, else by its instrument. Nothing where neither says.
std::optional<double> relative_uncertainty(const Device& device);

// The limit of error that such a thing is taken for, as a fraction.
double limit_of(WithoutPapers kind);

// Power error of a transformer's phase displacement, as a fraction.
double phase_error(double minutes, double power_factor);

// Instruments of one type get one number: they may share a bias.
unsigned instrument_type(const Instrument& instrument);
// The instrument of such a number, as far as it tells; nothing where it is none.
std::optional<Instrument> instrument_of(unsigned type);
// A device of which only a certificate is known is of one type with all such: no credit for independence.
unsigned instrument_type(const Device& device);

// A physical meter in the balance. Energies in any one unit.
struct Contribution {
    int d = 0;  // in E_DC: +1 counts into it, -1 is taken out of it
    int t = 0;  // in E_IT
    double energy = 0;
    double u_rel = 0;  // k = 1
    unsigned type = 0;
};

// rho of two different meters.
using Correlation = double (*)(bool same_type, bool same_sign);

// Uncalibrated meters of one type may all be wrong in one direction: added linearly where that hurts, and no credit for
// errors that would cancel. Signs are those of the sensitivities c_m.
inline double default_correlation(bool same_type, bool same_sign) { return same_type && same_sign ? 1 : 0; }

struct PueUncertainty {
    double pue = 0;
    double u = 0;  // k = 1
};

// Nothing without IT energy.
std::optional<PueUncertainty> pue_uncertainty(const std::vector<Contribution>& meters,
                                              Correlation correlation = default_correlation);

// Energy of the gaps that one method filled; its errors are taken fully correlated: they add linearly (3.4).
struct GapEnergy {
    double u_rel = 0;
    double facility = 0;
    double it = 0;
};
// The uncertainty of a PUE whose E_DC and E_IT hold these gaps. `it`: E_IT with them.
double with_gaps(const PueUncertainty& measured, double it, std::span<const GapEnergy> gaps);

// Degrees of freedom of a combined uncertainty (Welch and Satterthwaite); a component of type B has infinitely many.
struct Component {
    double u = 0;
    double degrees = 0;  // infinity: type B
};
double effective_degrees(std::span<const Component> components);

// k of the expanded uncertainty U = k u: type B dominates, 95 % of both sides. The guard band is U.
inline constexpr double coverage_factor = 2;
inline double guard_band(double u) { return coverage_factor * u; }

// The largest PUE that is still compliant with its guard band: Q + w(u(Q)) = limit, where u grows with Q. Nothing where
// not even a PUE of 1 is.
std::optional<double> largest_provable(double limit, const std::function<double(double)>& u_at);

}  // namespace pued
