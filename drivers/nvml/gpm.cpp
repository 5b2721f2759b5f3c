// GPM samples of a GPU and of its instances; see gpm.hpp.
#include "drivers/nvml/gpm.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace pued::nvml {

namespace {

constexpr unsigned mig_instances_at_most = 64;
constexpr unsigned mig_profiles_at_most = 32;  // 17 in 2026; numbers that a driver does not know are refused

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

Result<std::map<unsigned, Gpm::Instance>> Gpm::partition(Device device) const {
    if (api_.gpm_mig_sample == nullptr || api_.mig_count == nullptr || api_.mig_by_index == nullptr ||
        api_.mig_gpu_instance == nullptr || api_.mig_attributes == nullptr || api_.mig_profile == nullptr)
        return Error{"this driver has no GPM of MIG instances"};
    unsigned at_most = 0;
    if (const Return code = api_.mig_count(device, &at_most); code != success)
        return Error{"MIG: " + api_.text_of(code)};
    std::map<unsigned, Instance> out;
    for (unsigned i = 0; i < std::min(at_most, mig_instances_at_most); ++i) {
        Device compute = nullptr;
        if (api_.mig_by_index(device, i, &compute) != success) continue;  // no such instance
        unsigned id = 0;
        MigAttributes attributes;
        Return code = api_.mig_gpu_instance(compute, &id);
        if (code == success) code = api_.mig_attributes(compute, &attributes);
        if (code != success) return Error{"MIG: " + api_.text_of(code)};
        out[id].slices = attributes.gpu_instance_slices;
        out[id].multiprocessors += attributes.multiprocessors;
    }
    return out;
}

// Once for a GPU: they change with the driver only.
Result<void> Gpm::learn_profiles(Device device) {
    Return code = success;
    for (unsigned number = 0; number < mig_profiles_at_most; ++number) {
        MigProfile profile;
        const Return told = api_.mig_profile(device, number, &profile);
        if (told == success && profile.slices > 0 && profile.multiprocessors > 0) profiles_.push_back(profile);
        if (told != success) code = told;
    }
    if (profiles_.empty()) return Error{"MIG: profiles of this GPU: " + api_.text_of(code)};
    std::ranges::sort(profiles_, {}, &MigProfile::multiprocessors);
    return {};
}

// Of the profiles with as many slices that which holds all its compute instances: those need not take all of it.
double Gpm::multiprocessors_of(const Instance& instance) const {
    const auto holds = [&](const MigProfile& profile) {
        return profile.slices == instance.slices && profile.multiprocessors >= instance.multiprocessors;
    };
    const auto found = std::ranges::find_if(profiles_, holds);
    return found != profiles_.end() ? found->multiprocessors : instance.multiprocessors;
}

Result<std::map<unsigned, double>> Gpm::shares(Device device) {
    const auto instances = partition(device);
    if (!instances) return Error{instances.error()};
    if (profiles_.empty() && !instances->empty()) {
        if (auto learnt = learn_profiles(device); !learnt) return Error{learnt.error()};
    }
    std::map<unsigned, double> out;
    double sum = 0;
    for (const auto& [id, instance] : *instances) {
        out[id] = multiprocessors_of(instance) / profiles_.back().multiprocessors;
        sum += out[id];
    }
    if (sum > 1 + 1e-9) return Error{"MIG: the instances have more multiprocessors than the whole GPU"};
    return out;
}

Result<std::optional<double>> Gpm::of_instances(Device device) {
    const auto parts = shares(device);
    if (!parts) return Error{parts.error()};
    for (auto it = instances_.begin(); it != instances_.end();) {
        if (parts->contains(it->first)) {
            ++it;
            continue;
        }
        release(it->second);
        it = instances_.erase(it);
    }
    double sum = 0;
    bool all = true;
    for (const auto& [instance, share] : *parts) {
        const auto value = between(instances_[instance], device, instance, read_instance);
        if (!value) return value;
        all = all && value->has_value();
        sum += value->value_or(0) * share;
    }
    return all ? std::optional{sum} : std::nullopt;
}

}  // namespace pued::nvml
