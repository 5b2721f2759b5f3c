// GPM samples of a GPU and of its instances; see gpm.hpp.
#include "drivers/nvml/gpm.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace pued::nvml {

namespace {

constexpr unsigned slices_of_a_gpu = 7;
constexpr unsigned mig_instances_at_most = 64;

Return read_whole(const Api& api, Device device, unsigned /*instance*/, GpmBuffer buffer) {
    return api.gpm_sample(device, buffer);
}

Return read_instance(const Api& api, Device device, unsigned instance, GpmBuffer buffer) {
    return api.gpm_mig_sample(device, instance, buffer);
}

bool partitioned(const Api& api, Device device) {
    unsigned now = 0, later = 0;
    return api.mig_mode != nullptr && api.mig_mode(device, &now, &later) == success && now == 1;
}

}  // namespace

Gpm::~Gpm() {
    release(whole_);
    for (auto& [instance, track] : instances_) release(track);
}

void Gpm::release(Track& track) {
    for (GpmBuffer* buffer : {&track.older, &track.newer}) {
        if (*buffer != nullptr && api_.gpm_free != nullptr) api_.gpm_free(*buffer);
        *buffer = nullptr;
    }
    track.sampled = false;
}

Result<std::optional<double>> Gpm::activity(Device device) {
    if (api_.gpm_alloc == nullptr || api_.gpm_sample == nullptr || api_.gpm_metrics == nullptr)
        return Error{"this driver has no GPM (expected 520 or newer)"};
    if (partitioned(api_, device)) {
        release(whole_);
        return of_instances(device);
    }
    return between(whole_, device, 0, read_whole);
}

Result<std::optional<double>> Gpm::between(Track& track, Device device, unsigned instance, Read read) {
    for (GpmBuffer* buffer : {&track.older, &track.newer}) {
        if (*buffer != nullptr) continue;
        if (const Return code = api_.gpm_alloc(buffer); code != success) return Error{"GPM: " + api_.text_of(code)};
    }
    std::swap(track.older, track.newer);
    const bool has_older = std::exchange(track.sampled, false);
    if (const Return code = read(api_, device, instance, track.newer); code != success)
        return Error{"GPM: " + api_.text_of(code) + " (expected a GPU of the Hopper generation or newer)"};
    track.sampled = true;
    if (!has_older) return std::optional<double>{};
    const auto value = metric(track);
    if (!value) return Error{value.error()};
    return std::optional{*value};
}

Result<double> Gpm::metric(const Track& track) const {
    const auto request = std::make_unique<GpmMetricsGet>();
    request->count = 1;
    request->older = track.older;
    request->newer = track.newer;
    request->metrics[0].id = gpm_any_tensor;
    if (const Return code = api_.gpm_metrics(request.get()); code != success)
        return Error{"GPM: " + api_.text_of(code)};
    const GpmMetric& tensor = request->metrics[0];
    if (tensor.result != success) return Error{"GPM's tensor metric: " + api_.text_of(tensor.result)};
    // NaN is none of them.
    if (!(tensor.value >= 0 && tensor.value <= 100))
        return Error{"GPM's tensor metric is " + std::to_string(tensor.value) + " (expected 0..100 %)"};
    return tensor.value / 100;
}

// Slices by the id of the GPU instance; several compute instances may share one.
Result<std::map<unsigned, unsigned>> Gpm::slices_by_instance(Device device) const {
    if (api_.gpm_mig_sample == nullptr || api_.mig_count == nullptr || api_.mig_by_index == nullptr ||
        api_.mig_gpu_instance == nullptr || api_.mig_attributes == nullptr)
        return Error{"this driver has no GPM of MIG instances"};
    unsigned at_most = 0;
    if (const Return code = api_.mig_count(device, &at_most); code != success)
        return Error{"MIG: " + api_.text_of(code)};
    std::map<unsigned, unsigned> out;
    unsigned slices = 0;
    for (unsigned i = 0; i < std::min(at_most, mig_instances_at_most); ++i) {
        Device instance = nullptr;
        if (api_.mig_by_index(device, i, &instance) != success) continue;  // no such instance
        unsigned id = 0;
        MigAttributes attributes;
        Return code = api_.mig_gpu_instance(instance, &id);
        if (code == success) code = api_.mig_attributes(instance, &attributes);
        if (code != success) return Error{"MIG: " + api_.text_of(code)};
        if (out.emplace(id, attributes.gpu_instance_slices).second) slices += attributes.gpu_instance_slices;
    }
    if (slices > slices_of_a_gpu) return Error{"MIG: " + std::to_string(slices) + " slices (expected at most 7)"};
    return out;
}

Result<std::optional<double>> Gpm::of_instances(Device device) {
    const auto slices = slices_by_instance(device);
    if (!slices) return Error{slices.error()};
    for (auto it = instances_.begin(); it != instances_.end();) {
        if (slices->contains(it->first)) {
            ++it;
            continue;
        }
        release(it->second);
        it = instances_.erase(it);
    }
    double sum = 0;
    bool all = true;
    for (const auto& [instance, share] : *slices) {
        const auto value = between(instances_[instance], device, instance, read_instance);
        if (!value) return value;
        all = all && value->has_value();
        sum += value->value_or(0) * share / slices_of_a_gpu;
    }
    return all ? std::optional{sum} : std::nullopt;
}

}  // namespace pued::nvml
