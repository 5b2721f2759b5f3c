// How busy the tensor cores of one GPU were since the poll before: NVML's GPM metric "any tensor", Hopper and newer.
// The library's "utilisation" (some kernel was resident) is no measure of computing and is never used. Of a GPU that is
// partitioned (MIG) it is the sum of its instances, each by its share of the whole GPU's multiprocessors: slices are
// not alike (of an H100's 132 a 1g has 16 and a 3g 60), and not every GPU has seven. What is not partitioned computes
// nothing. Owned by a Gpu, on the poll's thread; 0..1.
#pragma once

#include <map>
#include <optional>
#include <vector>

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
    struct Instance {  // of the GPU; several compute instances may share it
        unsigned slices = 0;
        unsigned multiprocessors = 0;  // of its compute instances together
    };
    using Read = Return (*)(const Api& api, Device device, unsigned instance, GpmBuffer buffer);

    Result<std::optional<double>> between(Track& track, Device device, unsigned instance, Read read);
    Result<std::optional<double>> of_instances(Device device);
    // By the id of the GPU instance.
    Result<std::map<unsigned, Instance>> partition(Device device) const;
    Result<std::map<unsigned, double>> shares(Device device);
    Result<void> learn_profiles(Device device);
    [[nodiscard]] double multiprocessors_of(const Instance& instance) const;
    [[nodiscard]] Result<double> metric(const Track& track) const;
    void release(Track& track);

    const Api& api_;
    Track whole_;
    std::map<unsigned, Track> instances_;
    std::vector<MigProfile> profiles_;  // by rising multiprocessors; empty: not learnt yet
};

}  // namespace pued::nvml
