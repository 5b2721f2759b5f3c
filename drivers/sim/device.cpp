// Counters that follow a flow, and what goes wrong with them. See device.hpp.
#include "drivers/sim/device.hpp"

#include <utility>

namespace pued::sim {

Device::Device(std::string id, const Model& model, std::uint32_t serial, Watch watch, Outlets outlets)
    : id_(std::move(id)),
      model_(&model),
      serial_(serial),
      watch_(std::move(watch)),
      outlets_(std::move(outlets)),
      // serial numbers spread the counters, so that no two meters show the same
      offset_wh_(model.first_wh * (1.0 + 0.001 * static_cast<double>(serial % 97))) {}

double Device::counter_wh() const { return stopped_at_wh_.value_or(watch_().energy_wh + offset_wh_); }

Measured Device::measured() const {
    Measured m;
    m.power_w = watch_().power_w;
    m.energy_wh = counter_wh();
    m.serial = serial_;
    if (outlets_) m.outlets = outlets_();
    return m;
}

const Image& Device::image(double now_s) {
    if (!image_ || now_s - encoded_s_ >= model_->refresh_s) {
        image_.emplace(model_->encode(measured()));
        encoded_s_ = now_s;
    }
    return *image_;
}

void Device::stop_counter() { stopped_at_wh_ = counter_wh(); }

void Device::go_on() {
    if (stopped_at_wh_) offset_wh_ = *stopped_at_wh_ - watch_().energy_wh;
    stopped_at_wh_.reset();
    manner_ = {};
}

void Device::preset_near_wrap(double seconds) {
    const Flow flow = watch_();
    offset_wh_ = model_->wraps_at_wh - flow.power_w * seconds / 3600.0 - flow.energy_wh;
    image_.reset();
}

void Device::replace(double energy_wh) {
    offset_wh_ = energy_wh - watch_().energy_wh;
    stopped_at_wh_.reset();
    serial_ += 1'000'003;
    image_.reset();
}

}  // namespace pued::sim
