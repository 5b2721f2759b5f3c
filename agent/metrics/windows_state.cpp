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

std::vector<std::string> Windows::member_keys() const {
    std::vector<std::string> out;
    for (const Series& series : series_) {
        for (std::size_t i = series.first_member; i < series.first_member + series.members; ++i) {
            out.push_back(key(series) + " " + table_.devices[members_[i].device].id);
        }
    }
    return out;
}

WindowsState Windows::save() const {
    WindowsState state;
    for (const Series& series : series_) state.series.push_back(key(series));
    state.members = member_keys();
    state.since = since_;
    state.begun = begun_;
    state.hours.assign(hours_.begin(), hours_.end());
    state.days.assign(days_.begin(), days_.end());
    state.months.assign(months_.begin(), months_.end());
    return state;
}

namespace {

// Where each of these names stood before; nothing where it did not.
std::vector<std::optional<std::size_t>> places(const std::vector<std::string>& now,
                                               const std::vector<std::string>& then) {
    std::vector<std::optional<std::size_t>> out;
    for (const std::string& name : now) {
        const auto found = std::find(then.begin(), then.end(), name);
        out.push_back(found == then.end() ? std::nullopt
                                          : std::optional{static_cast<std::size_t>(found - then.begin())});
    }
    return out;
}

// Of a name that is new nothing is known yet.
template <class T>
void move_over(const std::vector<T>& from, const std::vector<std::optional<std::size_t>>& where, std::vector<T>& to) {
    for (std::size_t i = 0; i < to.size(); ++i) {
        if (where[i] && *where[i] < from.size()) to[i] = from[*where[i]];
    }
}

std::vector<std::string> of_pue(const std::vector<std::string>& series) {
    std::vector<std::string> out;
    for (const std::string& name : series) {
        if (name.starts_with("site/pue-")) out.push_back(name);
    }
    return out;
}

}  // namespace

void Windows::restore(const WindowsState& state) {
    std::vector<std::string> names;
    for (const Series& series : series_) names.push_back(key(series));
    const auto ratios = places(names, state.series);
    const auto gaps = places(of_pue(names), of_pue(state.series));
    const auto meters = places(member_keys(), state.members);
    const auto translate = [&](const std::vector<WindowCell>& from, std::deque<WindowCell>& to) {
        for (const WindowCell& old : from) {
            WindowCell cell{old.span, old.end, empty()};
            move_over(old.sums.ratios, ratios, cell.sums.ratios);
            move_over(old.sums.gaps, gaps, cell.sums.gaps);
            move_over(old.sums.meters, meters, cell.sums.meters);
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
