// How busy the tensor cores of one GPU were since the poll before: NVML's GPM metric "any tensor", Hopper and newer.
// The library's "utilisation" (some kernel was resident) is no measure of computing and is never used. Of a GPU that is
// partitioned (MIG) it is the sum of its instances, each by its share of the seven slices; what is not partitioned
// computes nothing. Owned by a Gpu, on the poll's thread; 0..1.
#pragma once

#include <map>
#include <optional>

#include "drivers/nvml/api.hpp"

namespace pued::nvml {

class Gpm {
public:
    explicit Gpm(const Api& api) : api_(api) {}
    ~Gpm();
    Gpm(const Gpm&) = delete;
    Gpm& operator=(const Gpm&) = delete;

    // Since the last call; nothing at the first, and after a change of the partitions.
    Result<std::optional<double>> activity(Device device);

private:
    struct Track {  // of the GPU, or of one instance
        GpmBuffer older = nullptr, newer = nullptr;
        bool sampled = false;  // `newer` holds the sample of the poll before
    };
    using Read = Return (*)(const Api& api, Device device, unsigned instance, GpmBuffer buffer);

    Result<std::optional<double>> between(Track& track, Device device, unsigned instance, Read read);
    Result<std::optional<double>> of_instances(Device device);
    Result<std::map<unsigned, unsigned>> slices_by_instance(Device device) const;
    [[nodiscard]] Result<double> metric(const Track& track) const;
    void release(Track& track);

    const Api& api_;
    Track whole_;
    std::map<unsigned, Track> instances_;
};

}  // namespace pued::nvml
