// Limits of the classes, and the sum by GUM eq. 13; see uncertainty.hpp.
#include "agent/metering/uncertainty.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>
#include <span>

namespace pued {
namespace {

// The error that is allowed from this load on, up to the next row. Fractions of nominal current, percent, minutes.
struct Row {
    double from_load;
    double percent;
    double minutes = 0;
};

// Meters at power factor 1, connected to transformers (the direct ones differ in the lowest row only). All of these are
// [R]: recalled from IEC 62053-21, -22 and -11, to be checked against the standards before they are quoted.
constexpr std::array kMeter02s{Row{0.01, 0.4}, Row{0.05, 0.2}};
constexpr std::array kMeter05s{Row{0.01, 1.0}, Row{0.05, 0.5}};
constexpr std::array kMeter05{Row{0.02, 1.0}, Row{0.05, 0.5}};
constexpr std::array kMeter1{Row{0.02, 1.5}, Row{0.05, 1.0}};
constexpr std::array kMeter2{Row{0.02, 2.5}, Row{0.05, 2.0}};

// Transformers: ratio and phase limits of IEC 61869-2 at 5, 20 and 100 % [S: seen]; those of the S classes at 1 % are
// [R]: recalled. Between two currents the limit of the lower one is taken.
constexpr std::array kCt02s{Row{0.01, 0.75, 30}, Row{0.05, 0.35, 15}, Row{0.2, 0.2, 10}};
constexpr std::array kCt05s{Row{0.01, 1.5, 90}, Row{0.05, 0.75, 45}, Row{0.2, 0.5, 30}};
constexpr std::array kCt05{Row{0.05, 1.5, 90}, Row{0.2, 0.75, 45}, Row{1.0, 0.5, 30}};
constexpr std::array kCt1{Row{0.05, 3.0, 180}, Row{0.2, 1.5, 90}, Row{1.0, 1.0, 60}};
constexpr std::array kDirect{Row{0, 0}};

std::span<const Row> limits_of(MeterClass meter) {
    switch (meter) {
        case MeterClass::c02s: return kMeter02s;
        case MeterClass::c05s: return kMeter05s;
        case MeterClass::c05: return kMeter05;
        case MeterClass::c1: return kMeter1;
        case MeterClass::c2: break;
    }
    return kMeter2;
}

std::span<const Row> limits_of(CtClass ct) {
    switch (ct) {
        case CtClass::c02s: return kCt02s;
        case CtClass::c05s: return kCt05s;
        case CtClass::c05: return kCt05;
        case CtClass::c1: return kCt1;
        case CtClass::none: break;
    }
    return kDirect;
}

// Nothing below the first row: the class says nothing there.
std::optional<Row> row_at(std::span<const Row> rows, double load) {
    std::optional<Row> found;
    for (const Row& row : rows) {
        if (load >= row.from_load) found = row;
    }
    return found;
}

// Standard deviation of what lies anywhere within +-limit.
double rectangular(double limit) { return limit / std::numbers::sqrt3; }

std::optional<double> uncertainty_of(const Classes& classes, double power_factor) {
    const auto meter = row_at(limits_of(classes.meter), classes.load_fraction);
    const auto ct = row_at(limits_of(classes.ct), classes.load_fraction);
    if (!meter || !ct) return std::nullopt;
    return std::hypot(rectangular(meter->percent / 100), rectangular(ct->percent / 100),
                      rectangular(phase_error(ct->minutes, power_factor)));
}

// The sensitivity c_m times the standard uncertainty of the meter's energy.
double effect(const Contribution& meter, double pue, double it) {
    return (meter.d - pue * meter.t) / it * meter.u_rel * meter.energy;
}

}  // namespace

double limit_of(WithoutPapers kind) {
    switch (kind) {
        case WithoutPapers::ups_display: return 0.02;
        case WithoutPapers::pdu: return 0.01;
        case WithoutPapers::bmc: return 0.05;
        case WithoutPapers::estimate: break;
    }
    return 0.2;
}

double phase_error(double minutes, double power_factor) {
    const double beta = minutes / 60 * std::numbers::pi / 180;
    return beta * std::tan(std::acos(power_factor));
}

std::optional<double> relative_uncertainty(const Instrument& instrument, double power_factor) {
    if (const auto* kind = std::get_if<WithoutPapers>(&instrument)) return rectangular(limit_of(*kind));
    return uncertainty_of(std::get<Classes>(instrument), power_factor);
}

unsigned instrument_type(const Instrument& instrument) {
    if (const auto* kind = std::get_if<WithoutPapers>(&instrument)) return static_cast<unsigned>(*kind);
    const auto& classes = std::get<Classes>(instrument);
    return 0x100U + 0x10U * static_cast<unsigned>(classes.meter) + static_cast<unsigned>(classes.ct);
}

std::optional<Instrument> instrument_of(unsigned type) {
    if (type <= static_cast<unsigned>(WithoutPapers::estimate)) return static_cast<WithoutPapers>(type);
    const unsigned meter = (type - 0x100U) / 0x10U, ct = type % 0x10U;
    if (type < 0x100U || meter >= meter_class_names.size() || ct >= ct_class_names.size()) return std::nullopt;
    return Classes{static_cast<MeterClass>(meter), static_cast<CtClass>(ct)};
}

std::optional<double> relative_uncertainty(const Device& device) {
    if (device.u_rel) return device.u_rel;
    return device.instrument ? relative_uncertainty(*device.instrument) : std::nullopt;
}

unsigned instrument_type(const Device& device) {
    constexpr unsigned unknown = 0x1000;
    return device.instrument ? instrument_type(*device.instrument) : unknown;
}

namespace {

double variance_of(const std::vector<Contribution>& meters, double pue, double it, Correlation correlation) {
    double variance = 0;
    for (std::size_t m = 0; m < meters.size(); ++m) {
        const double mine = effect(meters[m], pue, it);
        variance += mine * mine;
        for (std::size_t n = 0; n < m; ++n) {
            const double other = effect(meters[n], pue, it);
            const bool same_sign = std::signbit(mine) == std::signbit(other);
            variance += 2 * correlation(meters[m].type == meters[n].type, same_sign) * mine * other;
        }
    }
    return variance;
}

// The same by the default rule, in one pass: what shares type and sign adds up, and these sums are independent.
double default_variance(const std::vector<Contribution>& meters, double pue, double it) {
    struct Shared {
        unsigned type;
        double plus, minus;
    };
    std::vector<Shared> types;
    for (const auto& meter : meters) {
        auto found = std::find_if(types.begin(), types.end(), [&](const Shared& s) { return s.type == meter.type; });
        if (found == types.end()) found = types.insert(found, {meter.type, 0, 0});
        const double mine = effect(meter, pue, it);
        (std::signbit(mine) ? found->minus : found->plus) += mine;
    }
    double variance = 0;
    for (const auto& [type, plus, minus] : types) variance += plus * plus + minus * minus;
    return variance;
}

}  // namespace

std::optional<PueUncertainty> pue_uncertainty(const std::vector<Contribution>& meters, Correlation correlation) {
    double dc = 0;
    double it = 0;
    for (const auto& meter : meters) {
        dc += meter.d * meter.energy;
        it += meter.t * meter.energy;
    }
    if (!(it > 0)) return std::nullopt;
    const double pue = dc / it;
    const double variance = correlation == default_correlation ? default_variance(meters, pue, it)
                                                               : variance_of(meters, pue, it, correlation);
    return PueUncertainty{pue, std::sqrt(std::max(variance, 0.0))};
}

double with_gaps(const PueUncertainty& measured, double it, std::span<const GapEnergy> gaps) {
    double variance = measured.u * measured.u;
    for (const auto& gap : gaps) {
        const double of_facility = gap.u_rel * gap.facility / it;
        const double of_it = gap.u_rel * measured.pue * gap.it / it;
        variance += of_facility * of_facility + of_it * of_it;
    }
    return std::sqrt(variance);
}

double effective_degrees(std::span<const Component> components) {
    double variance = 0;
    double sum = 0;
    for (const auto& component : components) {
        const double square = component.u * component.u;
        variance += square;
        sum += square * square / component.degrees;  // 0 for type B
    }
    return variance * variance / sum;
}

std::optional<double> largest_provable(double limit, const std::function<double(double)>& u_at) {
    const auto proven = [&](double pue) { return pue + guard_band(u_at(pue)) <= limit; };
    double good = 1;
    double bad = limit;
    if (!proven(good)) return std::nullopt;
    if (proven(bad)) return bad;
    for (double middle = std::midpoint(good, bad); middle > good && middle < bad; middle = std::midpoint(good, bad)) {
        (proven(middle) ? good : bad) = middle;
    }
    return good;
}

}  // namespace pued
