// A chip as its data sheet rates it: peak dense compute and rated power. Made from config/accelerators/*.toml by
// agent/config/accelerator_file.hpp, then read only. TFLOPS (int8: TOPS) without sparsity, W, Hz. A number nobody
// published is absent.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pued {

enum class Precision : std::uint8_t { fp64, fp32, tf32, fp16, fp8, int8, fp4 };  // fp16 is bf16 too

inline constexpr std::array all_precisions{Precision::fp64, Precision::fp32, Precision::tf32, Precision::fp16,
                                           Precision::fp8,  Precision::int8, Precision::fp4};

std::string_view to_string(Precision precision);  // "fp16"

// high: vendor document, its faithful copy, or an independent measurement. medium: press with corroboration. low:
// a single unconfirmed report; judge nothing on it.
enum class Grading : std::uint8_t { high, medium, low };

inline constexpr std::array all_gradings{Grading::high, Grading::medium, Grading::low};

std::string_view to_string(Grading grading);

struct Accelerator {
    std::string id{};  // "nvidia-h20"
    std::string vendor{};
    std::string model{};
    std::string form_factor{};                                        // empty: unknown
    std::optional<double> rated_power_w{};                            // TDP of one module or card
    std::array<std::optional<double>, all_precisions.size()> peak{};  // dense, by Precision
    std::optional<double> clock_hz{};                                 // at which the peak is reached
    std::string launch{};                                             // "2023-11"
    Grading confidence = Grading::low;
    std::string evidence{};   // which numbers were read, which are from memory
    std::string conflicts{};  // where sources disagree; empty: nowhere known
    std::string source{};
    std::string note{};

    [[nodiscard]] std::optional<double> peak_tflops(Precision precision) const {
        return peak[static_cast<std::size_t>(precision)];
    }
};

// Peak over rated power: TFLOPS/W, that is TFLOP/J (int8: TOP/J). Nothing where either is unknown. A capacity on
// paper, not performance delivered (metering.md 5, vector G01).
std::optional<double> rated_efficiency(const Accelerator& accelerator, Precision precision);

}  // namespace pued
