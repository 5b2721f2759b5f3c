// The generator. Every constant is a choice made before the first run and not changed for the result.
#include "tests/bench/drift/drift_years.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace pued::bench {

namespace {

constexpr double kTurn = 2 * M_PI;
constexpr int kDay = 24;

double season(double hour) { return -std::cos(kTurn * (hour / kHoursOfYear - 0.05)); }

double climate_c(const SiteTraits& s, double hour) {
    return s.mean_c + s.season_c * season(hour) - s.daily_c * std::cos(kTurn * (hour / kDay - 0.15));
}

// First-order noise of unit variance with this memory in hours.
class Memory {
public:
    Memory(double hours, Dice& dice) : keep_(std::exp(-1 / hours)), value_(dice.normal()), dice_(dice) {}
    double next() { return value_ = keep_ * value_ + std::sqrt(1 - keep_ * keep_) * dice_.normal(); }

private:
    double keep_, value_;
    Dice& dice_;
};

// A level that stays for days, then is another.
class Regime {
public:
    Regime(double days, Dice& dice) : days_(days), level_(dice.normal()), dice_(dice) {}
    double next() {
        if (dice_.uniform(0, 1) < 1 / (days_ * kDay)) level_ = dice_.normal();
        return level_;
    }

private:
    double days_, level_;
    Dice& dice_;
};

// A register that counts in steps.
class Register {
public:
    explicit Register(double step) : step_(step) {}
    double advance(double kwh) {
        total_ += kwh;
        const double shown = std::floor(total_ / step_) * step_, moved = shown - shown_;
        shown_ = shown;
        return moved;
    }

private:
    double step_, total_ = 0, shown_ = 0;
};

// A bend without an edge.
double soft_above(double t, double bend, double softness) {
    const double x = (t - bend) / softness;
    return softness * (x > 30 ? x : std::log1p(std::exp(x)));
}

double cooling_share(const SiteTraits& s, double t) {
    return s.cooling + s.slope1 * soft_above(t, s.bend1, s.softness) + s.slope2 * soft_above(t, s.bend2, s.softness);
}

double losses(const SiteTraits& s, double it) {
    return s.loss_fixed * s.it_kw + s.loss_linear * it + s.loss_square * it * it / s.it_kw;
}

double planned_it(const SiteTraits& s, double hour) {
    const double week = std::fmod(hour / kDay, 7) >= 5 ? -s.weekly : 0;
    return s.it_kw * (s.level * (1 + s.growth * hour / kHoursOfYear) + s.daily * std::sin(kTurn * hour / kDay) + week);
}

// How much warmer than the climate this year is: as a whole, by month, in passing fronts, in a heat wave of six weeks.
class Anomaly {
public:
    Anomaly(const SiteTraits& site, Dice& dice)
        : front_c_(site.front_c), year_(0.5 * dice.normal()), fronts_(60, dice) {
        for (double& month : months_) month = dice.normal();
        wave_from_ = dice.uniform(175, 215) * kDay;
    }
    double next(double hour, bool heat_wave) {
        const double at = std::clamp(12 * hour / kHoursOfYear - 0.5, 0.0, 10.999);
        const auto month = static_cast<std::size_t>(at);
        const double share = at - static_cast<double>(month);
        const double monthly = months_[month] * (1 - share) + months_[month + 1] * share;
        const bool wave = heat_wave && hour >= wave_from_ && hour < wave_from_ + 42 * kDay;
        return year_ + monthly + front_c_ * fronts_.next() + (wave ? 3 : 0);
    }

private:
    double front_c_, year_;
    std::array<double, 12> months_{};
    double wave_from_ = 0;
    Memory fronts_;
};

struct Fault {
    Scenario scenario;
    int from = kHoursOfYear;

    [[nodiscard]] double extra(int hour) const {
        if (hour < from) return 0;
        switch (scenario) {
            case Scenario::step_winter:
            case Scenario::step_summer: return 0.05;
            case Scenario::slow_drift: return 0.05 * std::min(1.0, (hour - from) / (180.0 * kDay));
            case Scenario::acute: return hour < from + 12 ? 0.15 : 0;
            default: return 0;
        }
    }
    void on_meters(int hour, double& facility, double& it) const {
        if (hour < from) return;
        if (scenario == Scenario::it_meter) it *= 0.97;
        if (scenario == Scenario::main_meter) facility *= 0.96;
    }
};

Fault fault_of(Scenario scenario, std::uint64_t seed) {
    Dice dice(seed * 31 + 7);
    const auto between = [&](double first, double last) { return static_cast<int>(dice.uniform(first, last) * kDay); };
    switch (scenario) {
        case Scenario::step_winter: return {scenario, between(20, 50)};
        case Scenario::step_summer: return {scenario, between(182, 212)};
        case Scenario::slow_drift: return {scenario, between(40, 90)};
        case Scenario::acute: return {scenario, between(20, 340)};
        case Scenario::it_meter:
        case Scenario::main_meter: return {scenario, between(30, 200)};
        default: return {scenario};
    }
}

// Everything that happens in a year beyond plan and climate.
struct Chance {
    Chance(const SiteTraits& s, Dice& dice)
        : weather(s, dice),
          load(5, dice),
          jobs(4, dice),
          noise(6, dice),
          slow(140, dice),
          humid(50, dice),
          regime(s.regime_days, dice),
          fouled(dice.uniform(0, s.fouling_days)) {}
    Anomaly weather;
    Memory load;
    Regime jobs;
    Memory noise, slow, humid;
    Regime regime;
    double fouled;  // days since the last cleaning, at the year's start

    // Points of PUE that neither weather nor load explain.
    double unexplained(const SiteTraits& s, int hour) {
        const double since = std::fmod(fouled + static_cast<double>(hour) / kDay, s.fouling_days) / s.fouling_days;
        const double summer = std::max(0.0, season(hour));
        return s.noise * noise.next() + s.slow_noise * slow.next() + s.regime * regime.next() +
               s.fouling * (since - 0.5) + s.humid * summer * humid.next();
    }
};

}  // namespace

double Dice::uniform(double low, double high) {
    return low + (high - low) * static_cast<double>(engine_() >> 11) / 9007199254740992.0;
}

double Dice::normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform(0, 1)));
    return radius * std::cos(kTurn * uniform(0, 1));
}

SiteTraits site_of(std::uint64_t seed) {
    Dice d(seed * 1000003 + 17);
    SiteTraits s{};
    s.it_kw = std::exp(d.uniform(std::log(200), std::log(8000)));
    s.level = d.uniform(0.55, 0.8);
    s.daily = d.uniform(0, 0.06);
    s.weekly = d.uniform(0, 0.05);
    s.growth = d.uniform(-0.03, 0.08);
    s.load_noise = d.uniform(0.01, 0.03);
    s.job_noise = d.uniform(0, 0.05);
    s.mean_c = d.uniform(3, 22);
    s.season_c = s.mean_c > 18 ? d.uniform(3, 7) : d.uniform(8, 14);
    s.daily_c = d.uniform(1, 3.5);
    s.front_c = d.uniform(1.5, 3.5);
    s.fixed = d.uniform(0.01, 0.04);
    s.cooling = d.uniform(0.03, 0.07);
    s.slope1 = d.uniform(0.003, 0.009);
    s.slope2 = d.uniform(0.001, 0.005);
    s.bend1 = d.uniform(3, 10);
    s.bend2 = d.uniform(15, 22);
    s.softness = d.uniform(0.8, 2.5);
    s.loss_fixed = d.uniform(0.01, 0.02);
    s.loss_linear = d.uniform(0.02, 0.04);
    s.loss_square = d.uniform(0.005, 0.02);
    s.noise = d.uniform(0.003, 0.008);
    s.regime = d.uniform(0.001, 0.006);
    s.regime_days = d.uniform(4, 20);
    s.fouling = d.uniform(0, 0.008);
    s.fouling_days = d.uniform(40, 90);
    s.slow_noise = d.uniform(0.001, 0.005);
    s.humid = d.uniform(0, 0.006);
    return s;
}

SiteTraits noisier(SiteTraits s, double factor) {
    for (double* part : {&s.noise, &s.regime, &s.fouling, &s.slow_noise, &s.humid}) *part *= factor;
    return s;
}

Year year_of(const SiteTraits& s, std::uint64_t seed, UtcTime start, Scenario scenario) {
    Dice dice(seed);
    Chance chance(s, dice);
    const Fault fault = fault_of(scenario, seed);
    const double step = s.it_kw >= 500 ? 1 : 0.1;
    Register facility_meter(step), it_meter(step / 10), cooling_meter(step / 10), losses_meter(step / 10);
    Year year{{}, fault.from};
    year.hours.reserve(kHoursOfYear);
    for (int hour = 0; hour < kHoursOfYear; ++hour) {
        const double t = climate_c(s, hour) + chance.weather.next(hour, scenario == Scenario::heat_wave);
        const double wanted =
            planned_it(s, hour) + s.it_kw * (s.load_noise * chance.load.next() + s.job_noise * chance.jobs.next());
        const double it = std::clamp(wanted, 0.2 * s.it_kw, s.it_kw);
        const double share = cooling_share(s, t) + chance.unexplained(s, hour) + fault.extra(hour);
        const double cooling = s.fixed * s.it_kw + it * share, lost = losses(s, it);
        double shown_it = it, shown_facility = it + cooling + lost + 0.01 * s.it_kw;
        fault.on_meters(hour, shown_facility, shown_it);
        DriftHour h;
        h.start = start + std::chrono::hours{hour};
        h.facility_kwh = facility_meter.advance(shown_facility);
        h.it_kwh = it_meter.advance(shown_it);
        h.cooling_kwh = cooling_meter.advance(cooling);
        h.losses_kwh = losses_meter.advance(lost);
        h.coverage = 1;
        h.weather_c = std::round(100 * t) / 100;
        year.hours.push_back(h);
    }
    return year;
}

// The spread of fronts, in five equal parts, because overhead bends with weather.
double typical_pue(const SiteTraits& s) {
    static constexpr std::array<double, 5> kFronts{-1.40, -0.53, 0, 0.53, 1.40};
    double facility = 0, all_it = 0;
    for (int hour = 0; hour < kHoursOfYear; ++hour) {
        for (const double front : kFronts) {
            const double it = planned_it(s, hour);
            const double t = climate_c(s, hour) + front * s.front_c;
            facility += it + s.fixed * s.it_kw + it * cooling_share(s, t) + losses(s, it) + 0.01 * s.it_kw;
            all_it += it;
        }
    }
    return facility / all_it;
}

std::vector<double> monthly_climate(const SiteTraits& s) {
    static constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    std::vector<double> months;
    int hour = 0;
    for (const int days : kDays) {
        double sum = 0;
        for (int i = 0; i < days * kDay; ++i) sum += climate_c(s, hour++);
        months.push_back(sum / (days * kDay));
    }
    return months;
}

}  // namespace pued::bench
