// Compute per watt as formulae; see compute.hpp. The ledger that applies them: compute_ledger.cpp.
#include "agent/metrics/compute.hpp"

#include <algorithm>
#include <cmath>

namespace pued {

double peak_tflops(std::span<const AcceleratorFacts> accelerators) { return delivered_tflops(accelerators, 1, {}); }

std::optional<double> rated_tflop_per_joule(std::span<const AcceleratorFacts> accelerators) {
    double rated_w = 0;
    for (const AcceleratorFacts& facts : accelerators) {
        if (facts.count > 0 && (facts.rated_w <= 0 || facts.peak_tflops <= 0)) return std::nullopt;
        rated_w += facts.count * facts.rated_w;
    }
    return rated_w > 0 ? std::optional{peak_tflops(accelerators) / rated_w} : std::nullopt;
}

double delivered_tflops(std::span<const AcceleratorFacts> accelerators, double activity,
                        std::optional<double> clock_hz) {
    double tflops = 0;
    for (const AcceleratorFacts& facts : accelerators) {
        const bool corrected = clock_hz && facts.clock_hz && *facts.clock_hz > 0;
        tflops += facts.count * facts.peak_tflops * activity * (corrected ? *clock_hz / *facts.clock_hz : 1);
    }
    return tflops;
}

std::optional<double> tflop_per_joule(double tflop, double energy_wh) {
    return energy_wh > 0 ? std::optional{tflop / (energy_wh * 3600)} : std::nullopt;
}

double ratio_of_sums(std::span<const ScoreLevel> levels) {
    ScoreLevel sum;
    for (const ScoreLevel& level : levels) {
        sum.work += level.work;
        sum.cost += level.cost;
    }
    return sum.work / sum.cost;
}

double itue(double it_energy, double supply_losses, double fans) {
    return it_energy / (it_energy - supply_losses - fans);
}

double relative_u(std::span<const double> parts) {
    double square = 0;
    for (const double part : parts) square += part * part;
    return std::sqrt(square);
}

Chain chain_of(std::span<const AcceleratorFacts> accelerators, double utilisation, double hours, double gpu_wh,
               double server_wh, double it_wh, double pue) {
    double rated_w = 0;
    for (const AcceleratorFacts& facts : accelerators) rated_w += facts.count * facts.rated_w;
    return {peak_tflops(accelerators) / rated_w,
            utilisation,
            rated_w * hours / gpu_wh,
            gpu_wh / server_wh,
            server_wh / it_wh,
            1 / pue};
}

void ComputeSum::add(const ComputeSum& other) {
    tflop += other.tflop;
    energy += other.energy;
    active_tflop += other.active_tflop;
    active_energy += other.active_energy;
    active_s += other.active_s;
    joint_s += other.joint_s;
    wanted_s += other.wanted_s;
}

}  // namespace pued
