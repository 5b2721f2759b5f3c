// Names of precisions and gradings, and the one ratio.
#include "agent/rules/accelerator.hpp"

namespace pued {

std::string_view to_string(Precision precision) {
    constexpr std::array<std::string_view, all_precisions.size()> names{"fp64", "fp32", "tf32", "fp16",
                                                                        "fp8",  "int8", "fp4"};
    return names[static_cast<std::size_t>(precision)];
}

std::string_view to_string(Grading grading) {
    constexpr std::array<std::string_view, all_gradings.size()> names{"high", "medium", "low"};
    return names[static_cast<std::size_t>(grading)];
}

std::optional<double> rated_efficiency(const Accelerator& accelerator, Precision precision) {
    const auto peak = accelerator.peak_tflops(precision);
    if (!peak || !accelerator.rated_power_w) return std::nullopt;
    return *peak / *accelerator.rated_power_w;
}

}  // namespace pued
