// Closed intervals made by hand for the cross-checks: energies in Wh, quarter hours that follow each other.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "agent/metering/crosscheck.hpp"
#include "tests/unit/metering/plant.hpp"

namespace pued::test {

inline IntervalEnergy measured(DeviceIndex device, double wh, Flags flags = 0) {
    IntervalEnergy energy{device, Energy{std::llround(wh * 1000)}, {}, flags, 1, true};
    energy.flags = static_cast<Flags>(energy.flags | flag::measured);
    energy.at_least = *energy.energy;
    energy.resolution_wh = 1;
    return energy;
}

inline IntervalEnergy without_energy(DeviceIndex device, Flags flags = flag::missing) {
    return {device, {}, {}, flags, 0, true};
}

using Energies = std::vector<IntervalEnergy>;

// Feeds checks one quarter hour after the other.
struct Quarters {
    CrossChecks& checks;
    UtcTime time = year_2026 + std::chrono::hours{8};  // midnight, UTC

    std::vector<Integrity> add(Energies energies) {
        const UtcTime start = time;
        time += std::chrono::seconds{900};
        return checks.add({start, std::chrono::seconds{900}, std::move(energies), false, {}});
    }
    // The findings of this kind while so many quarters pass.
    std::vector<Integrity> pass(int quarters, const std::function<Energies()>& make, const std::string& check,
                                const std::string& scope) {
        std::vector<Integrity> found;
        for (int i = 0; i < quarters; ++i) {
            for (Integrity& finding : add(make())) {
                if (finding.check == check && finding.scope == scope) found.push_back(std::move(finding));
            }
        }
        return found;
    }
    std::vector<Integrity> days(int count, const std::function<Energies()>& make, const std::string& scope) {
        return pass(96 * count, make, "balance", scope);
    }
};

inline bool is_bad(const Integrity& finding) { return finding.score && *finding.score >= 1; }

inline bool any_bad(const std::vector<Integrity>& findings) {
    return std::any_of(findings.begin(), findings.end(), is_bad);
}

}  // namespace pued::test
