// One simulated meter or PDU: a model watching a flow of the plant, with the counter, the serial number and the faults
// that are its own. One owner (Site), one thread; `now_s` is seconds since the start.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "drivers/sim/models.hpp"
#include "drivers/sim/plant.hpp"

namespace pued::sim {

// How a device treats its client.
struct Manner {
    bool silent = false;
    double late_s = 0;  // answers that much later
    int exception = 0;  // 0: none; else every request is refused with it
};

class Device {
public:
    using Watch = std::function<Flow()>;
    using Outlets = std::function<std::vector<Outlet>()>;

    Device(std::string id, const Model& model, std::uint32_t serial, Watch watch, Outlets outlets = {});

    [[nodiscard]] const std::string& id() const { return id_; }
    [[nodiscard]] const Model& model() const { return *model_; }
    [[nodiscard]] const Manner& manner() const { return manner_; }
    // As its registers stand, renewed as often as the model does.
    const Image& image(double now_s);
    [[nodiscard]] Measured measured() const;

    void set_manner(const Manner& manner) { manner_ = manner; }
    void stop_counter();                    // the energy register stands, power goes on
    void go_on();                           // ends that and every manner; what was missed stays missed
    void preset_near_wrap(double seconds);  // at today's power; only where the model wraps
    void replace(double energy_wh);         // another meter of the same model in its place

private:
    [[nodiscard]] double counter_wh() const;

    std::string id_;
    const Model* model_;
    std::uint32_t serial_;
    Watch watch_;
    Outlets outlets_;
    Manner manner_;
    double offset_wh_;                     // counter = flow + offset
    std::optional<double> stopped_at_wh_;  // counter while it stands
    std::optional<Image> image_;
    double encoded_s_ = 0;
};

}  // namespace pued::sim
