// The windows as plain data; series by name, because a configuration adds and drops them.
#include <algorithm>

#include "agent/metrics/windows.hpp"

namespace pued {

std::string Windows::key(const Series& series) {
    static constexpr const char* names[] = {"pue", "clf", "plf", "olf", "ppue"};
    const std::string name = names[static_cast<std::size_t>(series.kind)];
    if (series.kind == Kind::ppue) return series.scope + "/" + name;
    return series.scope + "/" + name + "-cat" + std::to_string(series.category + 1);
}

WindowsState Windows::save() const {
    WindowsState state;
    for (const Series& series : series_) state.series.push_back(key(series));
    state.since = since_;
    state.begun = begun_;
    state.hours.assign(hours_.begin(), hours_.end());
    state.days.assign(days_.begin(), days_.end());
    state.months.assign(months_.begin(), months_.end());
    return state;
}

void Windows::restore(const WindowsState& state) {
    const auto translate = [&](const std::vector<WindowCell>& from, std::deque<WindowCell>& to) {
        for (const WindowCell& old : from) {
            WindowCell cell{old.span, old.end, std::vector<RatioSum>(series_.size())};
            for (std::size_t i = 0; i < series_.size(); ++i) {
                const auto found = std::find(state.series.begin(), state.series.end(), key(series_[i]));
                const auto index = static_cast<std::size_t>(found - state.series.begin());
                if (index < old.sums.size()) cell.sums[i] = old.sums[index];
            }
            newest_ = std::max(newest_, cell.end);
            to.push_back(std::move(cell));
        }
    };
    since_ = state.since;
    begun_ = state.begun && state.since;
    translate(state.hours, hours_);
    translate(state.days, days_);
    translate(state.months, months_);
}

}  // namespace pued
