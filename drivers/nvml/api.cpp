// dlopen and dlsym; see api.hpp.
#include "drivers/nvml/api.hpp"

#include <dlfcn.h>

namespace pued::nvml {

namespace {

template <class Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
}

void find_values(void* library, Api& api) {
    find(library, "nvmlErrorString", api.error_string);
    find(library, "nvmlDeviceGetUUID", api.uuid);
    find(library, "nvmlDeviceGetTotalEnergyConsumption", api.total_energy_mj);
    find(library, "nvmlDeviceGetPowerUsage", api.power_mw);
    find(library, "nvmlDeviceGetFieldValues", api.field_values);
    find(library, "nvmlDeviceGetClockInfo", api.clock_mhz);
}

void find_activity(void* library, Api& api) {
    find(library, "nvmlGpmSampleAlloc", api.gpm_alloc);
    find(library, "nvmlGpmSampleFree", api.gpm_free);
    find(library, "nvmlGpmSampleGet", api.gpm_sample);
    find(library, "nvmlGpmMigSampleGet", api.gpm_mig_sample);
    find(library, "nvmlGpmMetricsGet", api.gpm_metrics);
    find(library, "nvmlDeviceGetMigMode", api.mig_mode);
    find(library, "nvmlDeviceGetMaxMigDeviceCount", api.mig_count);
    find(library, "nvmlDeviceGetMigDeviceHandleByIndex", api.mig_by_index);
    find(library, "nvmlDeviceGetGpuInstanceId", api.mig_gpu_instance);
    find(library, "nvmlDeviceGetAttributes_v2", api.mig_attributes);
    find(library, "nvmlDeviceGetGpuInstanceProfileInfo", api.mig_profile);
}

}  // namespace

std::string Api::text_of(Return code) const {
    const char* text = error_string != nullptr ? error_string(code) : nullptr;
    return text != nullptr ? text : "NVML error " + std::to_string(code);
}

Result<Library> Library::open(const std::string& name) {
    void* handle = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        const char* why = dlerror();
        return Error{std::string{why != nullptr ? why : name} + " (expected NVIDIA's driver on this machine)"};
    }
    Library library;
    library.handle_ = {handle, [](void* open) { dlclose(open); }};
    Api& api = library.api_;
    const bool whole = find(handle, "nvmlInit_v2", api.init) && find(handle, "nvmlShutdown", api.shutdown) &&
                       find(handle, "nvmlDeviceGetCount_v2", api.device_count) &&
                       find(handle, "nvmlDeviceGetHandleByIndex_v2", api.device_by_index);
    if (!whole) return Error{name + " is no NVML of 2012 or later (expected NVIDIA's driver on this machine)"};
    find_values(handle, api);
    find_activity(handle, api);
    return library;
}

}  // namespace pued::nvml
