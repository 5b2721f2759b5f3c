// What pued uses of NVIDIA's Management Library, declared here anew because no header of it is shipped: the stable ABI
// of libnvidia-ml.so.1 (facts: nvml.h of github.com/NVIDIA/go-nvml at 2f9e261, and the NVML API reference). The library
// comes with the driver and is looked for when the daemon runs; where it is missing, only this source is. Functions
// that a driver does not have yet are null. Owned by the Session; used by the poll's thread, only. Only getters exist
// here.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "agent/model/result.hpp"

namespace pued::nvml {

using Return = int;
inline constexpr Return success = 0;
inline constexpr Return error_uninitialized = 1;
inline constexpr Return error_driver_not_loaded = 9;
inline constexpr Return error_gpu_is_lost = 15;
inline constexpr Return error_lib_rm_version_mismatch = 18;  // the driver was replaced under the loaded library

using Device = struct DeviceOfLibrary*;
using GpmBuffer = struct GpmBufferOfLibrary*;

struct FieldValue {
    unsigned field = 0;
    unsigned scope = 0;
    long long timestamp_us = 0;
    long long latency_us = 0;
    int type = 0;  // of `value`: 1 is unsigned int
    Return result = 0;
    alignas(8) std::array<std::byte, 8> value{};  // a union
};

struct GpmMetric {
    unsigned id = 0;
    Return result = 0;
    double value = 0;
    std::array<const char*, 3> names{};
};

// Longer than any driver's own array, of which it fills `count` entries.
inline constexpr std::size_t gpm_metrics_at_most = 512;

struct GpmMetricsGet {
    unsigned version = 1;
    unsigned count = 0;
    GpmBuffer older = nullptr, newer = nullptr;
    std::array<GpmMetric, gpm_metrics_at_most> metrics{};
};

struct MigAttributes {  // of one compute instance
    unsigned multiprocessors = 0;
    std::array<unsigned, 5> engines{};
    unsigned gpu_instance_slices = 0;
    unsigned compute_instance_slices = 0;
    unsigned long long memory_mib = 0;
};

struct MigProfile {  // a kind of GPU instance that this GPU can be partitioned into
    unsigned id = 0;
    unsigned peer_to_peer = 0;
    unsigned slices = 0;
    unsigned instances_at_most = 0;
    unsigned multiprocessors = 0;
    std::array<unsigned, 5> engines{};
    unsigned long long memory_mib = 0;
};

inline constexpr unsigned field_power_average = 185;  // mW over a second
inline constexpr int value_type_unsigned = 1;
inline constexpr int clock_sm = 1;
inline constexpr unsigned gpm_any_tensor = 5;  // percent of time

struct Api {
    Return (*init)() = nullptr;
    Return (*shutdown)() = nullptr;
    Return (*device_count)(unsigned* count) = nullptr;
    Return (*device_by_index)(unsigned index, Device* device) = nullptr;
    // From here on, a driver may not have it.
    const char* (*error_string)(Return code) = nullptr;
    Return (*uuid)(Device device, char* text, unsigned length) = nullptr;
    Return (*total_energy_mj)(Device device, unsigned long long* mj) = nullptr;
    Return (*power_mw)(Device device, unsigned* mw) = nullptr;
    Return (*field_values)(Device device, int count, FieldValue* values) = nullptr;
    Return (*clock_mhz)(Device device, int kind, unsigned* mhz) = nullptr;
    Return (*gpm_alloc)(GpmBuffer* buffer) = nullptr;
    Return (*gpm_free)(GpmBuffer buffer) = nullptr;
    Return (*gpm_sample)(Device device, GpmBuffer buffer) = nullptr;
    Return (*gpm_mig_sample)(Device device, unsigned gpu_instance, GpmBuffer buffer) = nullptr;
    Return (*gpm_metrics)(GpmMetricsGet* request) = nullptr;
    Return (*mig_mode)(Device device, unsigned* current, unsigned* pending) = nullptr;
    Return (*mig_count)(Device device, unsigned* at_most) = nullptr;
    Return (*mig_by_index)(Device device, unsigned index, Device* instance) = nullptr;
    Return (*mig_gpu_instance)(Device instance, unsigned* id) = nullptr;
    Return (*mig_attributes)(Device instance, MigAttributes* attributes) = nullptr;
    Return (*mig_profile)(Device device, unsigned number, MigProfile* profile) = nullptr;

    // "GPU is lost": the library's own words where it has some.
    [[nodiscard]] std::string text_of(Return code) const;
};

// The library in memory, for as long as this lives.
class Library {
public:
    // `name` as for dlopen: a bare name is looked for where the system's libraries are.
    static Result<Library> open(const std::string& name);
    [[nodiscard]] const Api& api() const { return api_; }

private:
    std::shared_ptr<void> handle_;
    Api api_;
};

}  // namespace pued::nvml
