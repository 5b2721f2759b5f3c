// Normal equations from sums by half degree: of the bins above a change point every product of the regressors is a
// polynomial in it, so that each pair of change points costs one 4 by 4 solution, whatever the number of hours.
#include "agent/drift/baseline.hpp"

#include <algorithm>
#include <cmath>

namespace pued {

namespace {

enum Part : std::size_t { kN, kI, kII, kIT, kIIT, kIITT, kY, kIY, kITY };

constexpr std::int64_t kLeastHours = 48;
constexpr double kLeastAbove = 72;    // hours above a change point; fewer say nothing of a slope
constexpr double kLeastPivot = 1e-4;  // relative: below it a column is the others' shadow (steady load: b0 and b1)
constexpr std::size_t kColumns = 4;   // I, I (T-k1)+, I (T-k2)+, 1

struct Normal {
    std::array<std::array<double, kColumns>, kColumns> a{};
    std::array<double, kColumns> y{};
};

struct Solution {
    std::array<double, kColumns> b{};
    double explained = 0;  // b' X'y
};

void add_to(HingeSums::Bin& sum, const HingeSums::Bin& more) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += more[i];
}

double hinge_one(const HingeSums::Bin& above, double k) { return above[kIT] - k * above[kI]; }
double hinge_it(const HingeSums::Bin& above, double k) { return above[kIIT] - k * above[kII]; }
double hinge_y(const HingeSums::Bin& above, double k) { return above[kITY] - k * above[kIY]; }
double hinge_hinge(const HingeSums::Bin& above, double k, double other) {
    return above[kIITT] - (k + other) * above[kIIT] + k * other * above[kII];
}

Normal normal_equations(const HingeSums::Bin& all, const HingeSums::Bin& above1, double k1,
                        const HingeSums::Bin& above2, double k2) {
    Normal n;
    n.a[0] = {all[kII], hinge_it(above1, k1), hinge_it(above2, k2), all[kI]};
    n.a[1] = {n.a[0][1], hinge_hinge(above1, k1, k1), hinge_hinge(above2, k1, k2), hinge_one(above1, k1)};
    n.a[2] = {n.a[0][2], n.a[1][2], hinge_hinge(above2, k2, k2), hinge_one(above2, k2)};
    n.a[3] = {n.a[0][3], n.a[1][3], n.a[2][3], all[kN]};
    n.y = {all[kIY], hinge_y(above1, k1), hinge_y(above2, k2), all[kY]};
    return n;
}

// Cholesky of the scaled matrix; a column that the earlier ones explain, or that was ruled out, gets no coefficient.
Solution solve(const Normal& n, const std::array<bool, kColumns>& use) {
    std::array<std::array<double, kColumns>, kColumns> l{};
    std::array<double, kColumns> scale{}, z{};
    std::array<bool, kColumns> kept{};
    for (std::size_t i = 0; i < kColumns; ++i) {
        if (!use[i] || n.a[i][i] <= 0) continue;
        scale[i] = 1 / std::sqrt(n.a[i][i]);
        double pivot = 1;
        for (std::size_t j = 0; j < i; ++j) {
            if (!kept[j]) continue;
            double sum = n.a[i][j] * scale[i] * scale[j];
            for (std::size_t m = 0; m < j; ++m) sum -= l[i][m] * l[j][m];
            l[i][j] = sum / l[j][j];
            pivot -= l[i][j] * l[i][j];
        }
        kept[i] = pivot > kLeastPivot;
        if (!kept[i]) {
            l[i] = {};
            continue;
        }
        l[i][i] = std::sqrt(pivot);
        double right = n.y[i] * scale[i];
        for (std::size_t j = 0; j < i; ++j) right -= l[i][j] * z[j];
        z[i] = right / l[i][i];
    }
    Solution result;
    for (std::size_t i = kColumns; i-- > 0;) {
        if (!kept[i]) continue;
        double right = z[i];
        for (std::size_t j = i + 1; j < kColumns; ++j) right -= l[j][i] * result.b[j];
        result.b[i] = right / l[i][i];
        result.explained += z[i] * z[i];
    }
    for (std::size_t i = 0; i < kColumns; ++i) result.b[i] *= scale[i];
    return result;
}

std::size_t bin_at(double weather_c) { return static_cast<std::size_t>((weather_c - kColdest) / kDegreeStep); }

std::vector<HingeSums::Bin> sums_above(const std::vector<HingeSums::Bin>& bins) {
    std::vector<HingeSums::Bin> above(bins);
    for (std::size_t i = above.size() - 1; i-- > 0;) add_to(above[i], above[i + 1]);
    return above;
}

struct Best {
    double explained = -1;
    HingeModel model;
};

Best search(const std::vector<HingeSums::Bin>& above) {
    Best best;
    const std::size_t first = bin_at(2), last = bin_at(12), top = bin_at(24), apart = bin_at(6) - bin_at(0);
    for (std::size_t i = first; i <= last; ++i) {
        for (std::size_t j = i + apart; j <= top; ++j) {
            const double k1 = degree_edge(i), k2 = degree_edge(j);
            const Normal normal = normal_equations(above.front(), above[i], k1, above[j], k2);
            const Solution s = solve(normal, {true, above[i][kN] >= kLeastAbove, above[j][kN] >= kLeastAbove, true});
            if (s.explained > best.explained) {
                best = {s.explained, HingeModel{s.b[3], s.b[0], s.b[1], s.b[2], k1, k2}};
            }
        }
    }
    return best;
}

}  // namespace

std::optional<std::size_t> degree_bin(double weather_c) {
    if (!(weather_c >= kColdest && weather_c < kHottest)) return std::nullopt;
    return bin_at(weather_c);
}

double degree_edge(std::size_t bin) { return kColdest + kDegreeStep * static_cast<double>(bin); }

double HingeModel::per_it(double weather_c) const {
    return b1 + b2 * std::max(0.0, weather_c - k1) + b3 * std::max(0.0, weather_c - k2);
}

void HingeSums::add(double it_kwh, double weather_c, double overhead_kwh) {
    const auto bin = degree_bin(weather_c);
    if (!bin) return;
    if (state_.hours == 0) state_ = {std::vector<Bin>(kDegreeBins), 0, 0, weather_c, weather_c};
    const double i = it_kwh, t = weather_c, y = overhead_kwh;
    add_to(state_.bins[*bin], {1, i, i * i, i * t, i * i * t, i * i * t * t, y, i * y, i * t * y});
    state_.yy += y * y;
    ++state_.hours;
    state_.coldest = std::min(state_.coldest, t);
    state_.hottest = std::max(state_.hottest, t);
}

std::optional<HingeFit> HingeSums::fit() const {
    if (state_.hours < kLeastHours) return std::nullopt;
    const auto above = sums_above(state_.bins);
    const Best best = search(above);
    const auto n = static_cast<double>(state_.hours);
    HingeFit fit{best.model, 0, state_.hours, above.front()[kI] / n, state_.coldest, state_.hottest};
    fit.rms_kwh = std::sqrt(std::max(0.0, state_.yy - best.explained) / n);
    return fit;
}

}  // namespace pued
