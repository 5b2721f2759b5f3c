// From the point table to groups of meters with shares; see provability.hpp.
#include "agent/metrics/provability.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "agent/metrics/balance.hpp"

namespace pued {
namespace {

using Devices = std::vector<const Device*>;

// Whether every one of them says what flows there at most.
bool all_rated(const Devices& devices) {
    return std::all_of(devices.begin(), devices.end(), [](const Device* device) { return device->rated_w > 0; });
}

Devices supply_of(const PointTable& table) {
    Devices out;
    for (const auto& device : table.devices) {
        if (facility_sign(device.role) != 0) out.push_back(&device);
    }
    return out;
}

std::array<Devices, categories> it_of(const PointTable& table) {
    std::array<Devices, categories> out;
    for (const auto& device : table.devices) {
        if (const auto category = category_of(device.role)) out[*category].push_back(&device);
    }
    return out;
}

// The daemon's own choice where ratings tell how much each category sees; else the first one, which sees all.
std::optional<std::size_t> choose(const std::array<Devices, categories>& it) {
    std::array<std::optional<double>, categories> rated;
    std::optional<std::size_t> first;
    bool comparable = true;
    for (std::size_t category = 0; category < categories; ++category) {
        if (it[category].empty()) continue;
        if (!first) first = category;
        comparable = comparable && all_rated(it[category]);
        double sum = 0;
        for (const Device* device : it[category]) sum += device->rated_w;
        rated[category] = sum;
    }
    return comparable ? best_category(rated, 0) : first;
}

// One side of the balance: its meters' weights, normed to a sum of 1 by their signs.
class Side {
public:
    explicit Side(std::vector<MeterGroup>& groups) : groups_(groups) {}

    // What is missing, if anything.
    std::optional<Error> add(const Device& device, int d, int t, double weight) {
        const auto u = relative_uncertainty(device);
        if (!u && !device.instrument) return Error{"meter \"" + device.id + "\" states no meter_class"};
        if (!u) {
            return Error{"meter \"" + device.id +
                         "\": its classes state no limit at so low a load (expected a larger load_fraction)"};
        }
        add({device.role, device.instrument, device.u_rel.has_value(), instrument_type(device), d, t, weight, *u});
        return std::nullopt;
    }
    void add(const MeterGroup& meter) {
        sum_ += (meter.d != 0 ? meter.d : meter.t) * meter.share;
        MeterGroup& group = group_of(meter);
        const double share = group.share + meter.share;
        group.u_rel = (group.u_rel * group.share + meter.u_rel * meter.share) / share;
        group.share = share;
    }
    bool norm() {
        if (!(sum_ > 0)) return false;
        for (auto i = first_; i < groups_.size(); ++i) groups_[i].share /= sum_;
        return true;
    }

private:
    MeterGroup& group_of(const MeterGroup& meter) {
        for (auto i = first_; i < groups_.size(); ++i) {
            const MeterGroup& group = groups_[i];
            if (group.role == meter.role && group.type == meter.type && group.certified == meter.certified) {
                return groups_[i];
            }
        }
        return groups_.emplace_back(
            MeterGroup{meter.role, meter.instrument, meter.certified, meter.type, meter.d, meter.t, 0, 0});
    }

    std::vector<MeterGroup>& groups_;
    std::size_t first_ = groups_.size();
    double sum_ = 0;
};

// Feeds run at a part of what they are rated for; the declared constant does not.
double weight_of(const Device& device, Shares shares) {
    return shares == Shares::rated ? device.rated_w * usual_load_fraction : 1;
}

// Equal shares cannot be told of what is taken out again, nor of a constant in watts.
std::optional<Error> unknown_shares(const Devices& supply, double unmeasured_w) {
    for (const Device* device : supply) {
        if (facility_sign(device->role) > 0) continue;
        return Error{"the share of meter \"" + device->id + "\" needs rated_w of every meter of the supply"};
    }
    if (unmeasured_w > 0) return Error{"the share of metering.unmeasured_w needs rated_w of every meter of the supply"};
    return std::nullopt;
}

std::optional<Error> add_supply(std::vector<MeterGroup>& groups, const Devices& supply, Shares shares,
                                double unmeasured_w) {
    if (shares == Shares::equal) {
        if (auto error = unknown_shares(supply, unmeasured_w)) return error;
    }
    Side side{groups};
    for (const Device* device : supply) {
        if (auto error = side.add(*device, facility_sign(device->role), 0, weight_of(*device, shares))) return error;
    }
    if (unmeasured_w > 0) {
        const Instrument estimate = WithoutPapers::estimate;
        side.add({Role::none, estimate, false, instrument_type(estimate), 1, 0, unmeasured_w,
                  *relative_uncertainty(estimate)});
    }
    if (side.norm()) return std::nullopt;
    return Error{"by rated_w as much is taken out of the supply as comes in"};
}

std::optional<Error> add_it(std::vector<MeterGroup>& groups, const Devices& it, Shares shares) {
    Side side{groups};
    for (const Device* device : it) {
        if (auto error = side.add(*device, 0, 1, weight_of(*device, shares))) return error;
    }
    side.norm();
    return std::nullopt;
}

}  // namespace

Result<Provability> Provability::of(const PointTable& table, double unmeasured_w) {
    const auto supply = supply_of(table);
    const auto incoming = [](const Device* device) { return facility_sign(device->role) > 0; };
    if (std::none_of(supply.begin(), supply.end(), incoming)) return Error{"no meter has role \"feed\""};
    const auto it = it_of(table);
    const auto category = choose(it);
    if (!category) return Error{"no meter has role \"ups-output\", \"pdu\" or \"server\""};
    Provability out;
    out.category_ = *category;
    out.supply_shares_ = all_rated(supply) ? Shares::rated : Shares::equal;
    out.it_shares_ = all_rated(it[*category]) ? Shares::rated : Shares::equal;
    if (auto error = add_supply(out.groups_, supply, out.supply_shares_, unmeasured_w)) return *error;
    if (auto error = add_it(out.groups_, it[*category], out.it_shares_)) return *error;
    return out;
}

double Provability::u_without(double pue, const MeterGroup* perfect) const {
    std::vector<Contribution> meters;
    for (const auto& group : groups_) {
        const double energy = group.d != 0 ? group.share * pue : group.share;
        meters.push_back({group.d, group.t, energy, &group == perfect ? 0 : group.u_rel, group.type});
    }
    return pue_uncertainty(meters).value_or(PueUncertainty{}).u;
}

double Provability::u_at(double pue) const { return u_without(pue, nullptr); }

const MeterGroup& Provability::weakest(double pue) const {
    return *std::min_element(groups_.begin(), groups_.end(), [&](const MeterGroup& a, const MeterGroup& b) {
        return u_without(pue, &a) < u_without(pue, &b);
    });
}

std::optional<double> Provability::largest(double limit) const {
    return largest_provable(limit, [this](double pue) { return u_at(pue); });
}

}  // namespace pued
