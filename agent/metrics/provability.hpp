// What the installed metering can prove, before anything has been measured (metering.md 3.6): the balance of the site
// at an assumed PUE, each meter with the accuracy that it states. Pure; for `pued check`, where an installer reads it.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "agent/metering/uncertainty.hpp"
#include "agent/model/result.hpp"
#include "agent/model/topology.hpp"

namespace pued {

// Meters of one role and one type of instrument, as one: their errors add up (rho = 1 and the same sign). Those with a
// calibration certificate stand apart.
struct MeterGroup {
    Role role = Role::none;  // none: the declared constant
    std::optional<Instrument> instrument{};
    bool certified = false;
    unsigned type = 0;
    int d = 0;
    int t = 0;
    double share = 0;  // of E_DC where d is not 0, else of E_IT; not signed
    double u_rel = 0;  // by their shares
};

enum class Shares : std::uint8_t { rated, equal };

class Provability {
public:
    // The error says what the proof lacks: `no meter has role "feed"`.
    static Result<Provability> of(const PointTable& table, double unmeasured_w);

    [[nodiscard]] std::size_t category() const { return category_; }  // as an index
    [[nodiscard]] const std::vector<MeterGroup>& groups() const { return groups_; }
    [[nodiscard]] Shares supply_shares() const { return supply_shares_; }
    [[nodiscard]] Shares it_shares() const { return it_shares_; }

    [[nodiscard]] double u_at(double pue) const;  // k = 1
    // Without whose errors u would be smallest: to be replaced, or calibrated, first.
    [[nodiscard]] const MeterGroup& weakest(double pue) const;
    // The largest PUE that can be called compliant with this limit; nothing where none can.
    [[nodiscard]] std::optional<double> largest(double limit) const;

private:
    [[nodiscard]] double u_without(double pue, const MeterGroup* perfect) const;

    std::size_t category_ = 0;
    std::vector<MeterGroup> groups_;
    Shares supply_shares_ = Shares::rated;
    Shares it_shares_ = Shares::rated;
};

}  // namespace pued
