// Children against their parents, day by day: which balances there are, and when one has moved; see crosscheck.hpp.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <utility>

#include "agent/metering/crosscheck.hpp"

namespace pued {

namespace {

constexpr std::chrono::hours day{24};
constexpr std::size_t days_kept = 30, days_that_tell = 7;
constexpr double cusum_h = 0.05;
constexpr double cusum_k = 0.005;
// What nobody meters (1 - rho) may change by a tenth of itself, with weather and load.
constexpr double open_share_k = 0.1;
// A UPS loses about 1.5 % of its rating and 2.5 % of its load: output/input is 0.962 at full load and 0.930 at 30 %,
// 3.3 % apart. A meter 4 % off still shows in eight days.
constexpr double ups_k = 0.034;
constexpr double least_complete = 0.85;  // of the parent's energy; below, the ratio follows what nobody meters
constexpr double still_learning = 0.5;   // of the score: nothing of a fault may enter the memory
constexpr double excess_limit = 0.02;    // children above their parent: more than both meters' errors

double median(std::deque<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

bool is_supply(Role role) { return role == Role::feed || role == Role::generator || role == Role::onsite; }

bool is_it(Role role) { return role == Role::ups_output || role == Role::pdu || role == Role::server; }

bool contains(const std::vector<DeviceIndex>& devices, DeviceIndex device) {
    return std::find(devices.begin(), devices.end(), device) != devices.end();
}

}  // namespace

void CrossChecks::add_balance(std::string scope, std::string name, std::vector<DeviceIndex> parents,
                              std::vector<DeviceIndex> children, bool whole_site) {
    if ((parents.empty() && !whole_site) || children.empty()) return;
    Balance balance;
    balance.scope = std::move(scope);
    balance.name = std::move(name);
    balance.parents = std::move(parents);
    balance.children = std::move(children);
    balance.whole_site = whole_site;
    balance.steady = is_steady(balance);
    balance.least_k = across_ups(balance) ? ups_k : cusum_k;
    balances_.push_back(std::move(balance));
}

// Without all of its cooling the balance of a supply moves with the weather, and no meter is to blame.
bool CrossChecks::is_steady(const Balance& balance) const {
    const bool supply =
        balance.whole_site || std::any_of(balance.parents.begin(), balance.parents.end(),
                                          [&](DeviceIndex i) { return is_supply(table_.devices[i].role); });
    if (!supply) return true;
    const auto cooling = of_role(Role::cooling);
    return !cooling.empty() && std::all_of(cooling.begin(), cooling.end(),
                                           [&](DeviceIndex device) { return is_below(device, balance.children); });
}

// Among them, or fed through one of them.
bool CrossChecks::is_below(DeviceIndex device, const std::vector<DeviceIndex>& children) const {
    for (std::size_t depth = 0; depth < table_.devices.size(); ++depth) {
        if (contains(children, device)) return true;
        const auto& parent = table_.devices[device].parent;
        if (!parent || *parent >= table_.devices.size()) return false;
        device = *parent;
    }
    return false;
}

bool CrossChecks::across_ups(const Balance& balance) const {
    const auto behind_ups = [&](DeviceIndex i) { return is_it(table_.devices[i].role); };
    return std::any_of(balance.children.begin(), balance.children.end(), behind_ups) &&
           std::none_of(balance.parents.begin(), balance.parents.end(), behind_ups);
}

// facility >= UPS inputs and what is metered beside them, UPS inputs >= UPS outputs >= PDUs >= servers; a level that
// nobody meters is passed over.
void CrossChecks::lay_out_roles() {
    std::vector<DeviceIndex> above;
    std::string above_name = "site";
    bool site = !of_role(Role::feed).empty();
    for (const auto& [role, name] : {std::pair{Role::ups_input, "ups-input"},
                                     {Role::ups_output, "ups-output"},
                                     {Role::pdu, "pdu"},
                                     {Role::server, "server"}}) {
        auto here = of_role(role);
        if (here.empty()) continue;
        auto below = here;
        if (site) {
            for (const Role beside : {Role::cooling, Role::lighting, Role::auxiliary}) {
                for (const DeviceIndex device : of_role(beside)) below.push_back(device);
            }
        }
        add_balance("site", std::string{name} + "/" + above_name, above, std::move(below), site);
        above = std::move(here);
        above_name = name;
        site = false;
    }
}

// Another meter stands in this balance now, by an announced exchange, another serial number or a confirmed jump: what
// was expected of the one before does not bind it. This is how people close an alarm for good whose ratio does not
// return, since a balance that is out learns nothing by itself.
void CrossChecks::learn_anew(DeviceIndex device, UtcTime at) {
    const Role role = table_.devices[device].role;
    const bool of_site = is_supply(role) || role == Role::export_ || role == Role::non_dc;
    for (Balance& balance : balances_) {
        const bool takes_part =
            contains(balance.parents, device) || contains(balance.children, device) || (balance.whole_site && of_site);
        if (!takes_part || (balance.begun && at <= *balance.begun)) continue;  // amendments tell of it again
        balance.begun = at;
        balance.days.clear();
        balance.up = balance.down = balance.parents_wh = balance.children_wh = 0;
        balance.parts = 0;
    }
}

void CrossChecks::take_balances(const Energies& energies) {
    const auto whole = facility(energies);
    for (Balance& balance : balances_) {
        const auto parents = balance.whole_site ? whole : sum(balance.parents, energies);
        const auto children = sum(balance.children, energies);
        if (!parents || !children) continue;
        balance.parents_wh += *parents;
        balance.children_wh += *children;
        ++balance.parts;
    }
}

// One finding a scope: the worst.
void CrossChecks::close_day(UtcTime end, std::vector<Integrity>& out) {
    std::vector<Integrity> found;
    for (Balance& balance : balances_) {
        Integrity finding = close_balance(balance, end);
        const auto same = std::find_if(found.begin(), found.end(),
                                       [&](const Integrity& other) { return other.scope == finding.scope; });
        if (same == found.end()) {
            found.push_back(std::move(finding));
        } else if (finding.score.value_or(-1) > same->score.value_or(-1)) {
            *same = std::move(finding);
        }
    }
    std::move(found.begin(), found.end(), std::back_inserter(out));
}

Integrity CrossChecks::close_balance(Balance& balance, UtcTime end) {
    Integrity finding{balance.scope, "balance", {}, 0, 1, {}, {}};
    if (2 * balance.parts * length_ >= day && balance.parents_wh > 0) {
        finding.value = balance.children_wh / balance.parents_wh;
        finding.score = judge_balance(balance, finding.value, end, finding.expected);
    }
    balance.parents_wh = balance.children_wh = 0;
    balance.parts = 0;
    return told(std::move(finding), balance.name);
}

double CrossChecks::judge_balance(Balance& balance, double rho, UtcTime end, double& expected) {
    const bool was_out = std::max(balance.up, balance.down) >= cusum_h;
    const double moved = move_cusum(balance, rho, expected);
    if (was_out != (moved >= 1)) note_event(end - day);  // not while it stays out: nothing happens to a meter then
    // What is out is not learnt, or the median would follow the fault and the alarm end while the fault lasts.
    if (moved < still_learning && rho <= 1 + excess_limit) {
        balance.days.push_back(rho);
        if (balance.days.size() > days_kept) balance.days.pop_front();
    }
    return std::max({0.0, (rho - 1) / excess_limit, moved});
}

// The score of the CUSUM, 0 where the balance is not (nearly) complete.
double CrossChecks::move_cusum(Balance& balance, double rho, double& expected) {
    if (!balance.steady || balance.days.size() < days_that_tell) return 0;
    const double usual = median(balance.days);
    if (usual < least_complete) {
        balance.up = balance.down = 0;
        return 0;
    }
    expected = usual;
    const double moved = rho / usual - 1;
    const double k = std::max(balance.least_k, open_share_k * (1 - usual));
    const double most = 1.5 * cusum_h;  // so that it comes back within days
    balance.up = std::clamp(balance.up + moved - k, 0.0, most);
    balance.down = std::clamp(balance.down - moved - k, 0.0, most);
    return std::max(balance.up, balance.down) / cusum_h;
}

}  // namespace pued
