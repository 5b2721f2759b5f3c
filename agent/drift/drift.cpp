// The door of the folder: what drift.hpp promises, handed to Impl, and the watches on its metrics.
#include "agent/drift/drift.hpp"

#include "agent/drift/impl.hpp"
#include "agent/drift/text.hpp"

namespace pued {

Drift::Drift(DriftSettings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {}
Drift::~Drift() = default;
Drift::Drift(Drift&&) noexcept = default;

std::vector<Metric> Drift::add(const DriftHour& hour) {
    auto out = impl_->add(hour);
    for (auto& metric : out) add_text(metric, impl_->settings);
    return out;
}

std::vector<BaselineEvent> Drift::take_baselines() { return std::exchange(impl_->state.events, {}); }

std::string Drift::save() const {
    impl_->state.climate = impl_->climate.learnt();  // lives beside what the settings say of the climate
    return to_bytes(impl_->state);
}

bool Drift::restore(const std::string& bytes) {
    auto restored = from_bytes(bytes);
    if (!restored) return false;
    impl_->climate.set_learnt(restored->climate);
    impl_->state = std::move(*restored);
    return true;
}

std::vector<DriftWatch> drift_watches(const DriftSettings& s) {
    std::vector<DriftWatch> watches{{"drift-acute", "pue-residual-hour", s.acute, s.acute_clear, 3, 3, "page"},
                                    {"drift-change", "change-score", 1, 0.5, 1, 2, "ticket"}};
    if (!s.limit) return watches;
    watches.push_back({"drift-budget", "budget-burn", 1, 0.5, 1, 6, "ticket"});
    watches.push_back({"forecast-at-risk", "forecast-p", 0.5, 0.3, 7, 3, "advisory"});
    watches.push_back({"forecast-breach", "forecast-p", 0.9, 0.7, 3, 3, "ticket"});
    return watches;
}

}  // namespace pued
