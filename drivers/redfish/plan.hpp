// What is asked of one service, found by looking through it: which page (a resource) holds which value of which point.
// Explorer says which page it wants to see next and is given it, until the plan stands. Pure; belongs to one service.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/reading.hpp"
#include "agent/model/redfish_profile.hpp"
#include "drivers/redfish/document.hpp"

namespace pued::redfish {

struct Target {
    std::string page;             // "/redfish/v1/Chassis/1/Power"
    std::string pointer, metric;  // in it: by pointer, or the value of this MetricProperty

    bool operator==(const Target&) const = default;
};

struct Binding {  // of one point
    PointIndex point = 0;
    std::string name;                     // "gpu-1.energy_wh"
    const RedfishValue* value = nullptr;  // how it is read; null: nothing gives it
    std::vector<Target> targets;
    std::string why;        // why it has no value, whatever the pages say; else empty
    bool optional = false;  // then nobody misses it
};

struct Plan {
    std::vector<Binding> bindings;
    std::vector<std::string> pages;  // each once, in the order in which they are read
};

struct Wanted {
    RedfishProfile profile;
    std::vector<std::string> names;  // of the device's points, in their order
    PointIndex first_point = 0;
    std::map<std::string, unsigned> counts;  // elements that the configuration says there are
    bool billed = false;                     // counts in a balance: what was not measured is refused
};

// Which member of the service is which element: kept as long as the daemon runs, so that gpu-5 stays gpu-5.
using ElementKeys = std::map<std::string, std::vector<std::string>>;

class Explorer {
public:
    // Both must outlive it.
    Explorer(const Wanted& wanted, ElementKeys& keys) : wanted_(wanted), keys_(keys) {}

    // The page to be read next; nothing: the plan stands.
    std::optional<std::string> next();
    // Nothing where the service has no such page.
    void answer(const std::string& page, std::optional<Json> document);
    [[nodiscard]] Plan take() { return std::move(plan_); }
    // More than could be kept: the service is not of this profile.
    [[nodiscard]] bool too_much() const { return seen_.size() > most_pages || bytes_ > most_bytes; }

    static constexpr std::size_t most_pages = 2000;
    static constexpr std::size_t most_bytes = 4U << 20U;

private:
    struct Found {
        std::string key;
        Target target;
        std::string member = {};  // of the last collection on the way there
    };
    struct Choice {  // of the ways to one name
        const RedfishValue* value = nullptr;
        std::vector<Found> found;
        std::vector<Found> lacking;  // listed, there, and without the value
        bool optional = true;
    };

    const Json* page(const std::string& path);
    std::vector<std::string> members(const std::string& collection);
    std::vector<Found> places(const RedfishValue& value);
    void look(const RedfishValue& value, Choice& out);
    bool is_absent(const Found& place);
    Choice choose(const std::vector<RedfishValue>& values, const std::string& name);
    void build();
    Binding single(const std::string& name);
    void add_elements(const RedfishArray& array, std::map<std::string, Binding>& out);
    std::string refusal(const RedfishValue& value, const Target& target);
    std::string mismatch(const Choice& choice);
    void add_pages();

    const Wanted& wanted_;
    ElementKeys& keys_;
    std::map<std::string, std::optional<Json>> seen_;
    std::size_t bytes_ = 0;
    std::string need_;  // the first page that was looked for in vain
    Plan plan_;
};

}  // namespace pued::redfish
