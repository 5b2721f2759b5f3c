// A service takes over what was found in it, and keeps what it knows of the pages and registers that stay. Pure, on the
// source's thread; see service.hpp.
#include <algorithm>
#include <map>

#include "drivers/redfish/service.hpp"

namespace pued::redfish {
namespace {

constexpr Duration kLookAnyway = std::chrono::minutes{60};  // what has come or gone meanwhile

}  // namespace

// A way that gives its values is kept: another one's register counts otherwise. Says whether one was that this look did
// not find.
bool Service::keep_ways(Plan& plan) const {
    bool kept = false;
    for (std::size_t i = 0; i < plan_.bindings.size(); ++i) {
        const auto& slots = slots_of_[i];
        const bool stands = !slots.empty() && std::all_of(slots.begin(), slots.end(), [this](std::size_t slot) {
            return slots_[slot].quality == Quality::good;
        });
        if (!stands || plan.bindings[i].value == plan_.bindings[i].value) continue;
        const auto* found = plan.bindings[i].value;
        kept = kept || found == nullptr || found > plan_.bindings[i].value;  // of one list, in the order of preference
        plan.bindings[i] = plan_.bindings[i];
        for (const auto& target : plan.bindings[i].targets) {
            const bool known = std::find(plan.pages.begin(), plan.pages.end(), target.page) != plan.pages.end();
            if (!known) plan.pages.push_back(target.page);
        }
    }
    return kept;
}

// Registers keep the resolution that they have shown; a sum of others than before begins anew at nothing. It goes on
// counting how often it has: each time its modulus is another, and the ledger follows.
void Service::keep_registers(const Plan& plan) {
    registers_.resize(plan.bindings.size());
    for (std::size_t i = 0; i < plan.bindings.size(); ++i) {
        const auto& targets = plan.bindings[i].targets;
        if (targets.empty() || targets == registers_[i].of) continue;
        auto& of = registers_[i].of;
        registers_[i].anew = !of.empty() && std::max(of.size(), targets.size()) > 1;
        if (!registers_[i].anew) registers_[i].sum = {};
        of = targets;
    }
}

void Service::adopt(Plan plan, BootTime now) {
    const bool kept = keep_ways(plan);
    keep_registers(plan);
    plan_ = std::move(plan);
    planned_ = true;
    left_ = 0;
    const auto earlier = std::move(pages_);
    pages_.clear();
    slots_.clear();
    slots_of_.assign(plan_.bindings.size(), {});
    std::map<std::string, std::size_t> place;
    for (const auto& path : plan_.pages) {
        place[path] = pages_.size();
        pages_.push_back({});
        pages_.back().path = path;
        const auto same =
            std::find_if(earlier.begin(), earlier.end(), [&path](const auto& p) { return p.path == path; });
        if (same == earlier.end()) continue;
        pages_.back().proven = same->proven;
        pages_.back().fickle = same->fickle;
    }
    metered_ = false;
    bool missing = kept || plan_.pages.empty() || doubtful_;
    doubtful_ = false;
    for (std::size_t i = 0; i < plan_.bindings.size(); ++i) {
        const auto& binding = plan_.bindings[i];
        missing = missing || (!binding.why.empty() && !binding.optional);
        const bool metered = binding.name == "power_w" || binding.name == "energy_wh";
        for (const auto& target : binding.targets) {
            Page& page = pages_[place.at(target.page)];
            page.metered = page.metered || metered;
            metered_ = metered_ || metered;
            page.slots.push_back(slots_.size());
            slots_of_[i].push_back(slots_.size());
            slots_.push_back({});
        }
    }
    explore_at_ = now + (missing ? look_again : kLookAnyway);
}

}  // namespace pued::redfish
