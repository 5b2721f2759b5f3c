// A session with NVIDIA's library: opened when it is needed, closed and opened anew when the driver was reloaded under
// it or a GPU is missing. poll() asks every GPU once; a GPU that is lost costs only its own values. Owned by the
// Worker, on its thread; any call may hang in the driver. Energy in mJ as the GPU counts it, power in W, clock in Hz.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/ports/clock.hpp"
#include "drivers/nvml/api.hpp"
#include "drivers/nvml/gpm.hpp"

namespace pued::nvml {

struct GpuReading {
    std::optional<std::uint64_t> energy_mj;  // since the driver was loaded
    std::optional<double> power_w, activity, clock_hz;
    std::string error{};  // why something is missing
};

struct Outcome {
    BootTime at;  // midpoint of the poll
    Duration round_trip{};
    std::string error{};             // why no GPU could be asked
    std::vector<GpuReading> gpus{};  // as many as wanted, or found where nobody said
    std::size_t found = 0;
    bool told_apart = true;  // false: GPUs are missing and nobody knows which
};

class Session {
public:
    // `wanted`: how many GPUs the configuration knows of; 0: as many as there are.
    Session(std::string library, std::size_t wanted, const Clock& clock)
        : name_(std::move(library)), wanted_(wanted), clock_(clock) {}
    ~Session() { close(); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    Outcome poll();
    void close();

private:
    struct Gpu {
        Device device = nullptr;
        std::string why;  // there is no device
        std::unique_ptr<Gpm> gpm;
    };

    Result<void> open();
    void list_gpus(unsigned count);
    [[nodiscard]] bool told_apart() const;
    std::size_t slot_of(const std::string& uuid, std::size_t index);
    GpuReading read(Gpu& gpu);
    std::optional<double> power_w(Device device, std::string& error);
    bool good(Return code, const char* what, std::string& error);

    std::string name_;
    std::size_t wanted_;
    const Clock& clock_;
    std::optional<Library> library_;
    std::vector<Gpu> gpus_;           // by slot
    std::vector<std::string> uuids_;  // of every slot, also while its GPU is away
    std::size_t found_ = 0;
    bool stale_ = false;       // the session is of no more use
    bool incomplete_ = false;  // a GPU is missing or lost
    BootTime opened_;
};

}  // namespace pued::nvml
