// Exploration as if every page were there: the first that is not is asked for, and all begins anew with it. That costs
// a few thousand look-ups once, and spares a state for every place where a walk could pause.
#include "drivers/redfish/plan.hpp"

#include <algorithm>
#include <set>

#include "agent/model/quantity.hpp"
#include "drivers/redfish/pattern.hpp"

namespace pued::redfish {
namespace {

constexpr std::size_t kMostMembers = 512;
constexpr std::size_t kMostParts = 32;  // of a collection that comes in parts
const std::string kRoot = "/redfish/v1";

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool excepted(const std::vector<std::string>& except, const std::string& id) {
    return std::any_of(except.begin(), except.end(),
                       [&id](const auto& pattern) { return star_of(pattern, id).has_value(); });
}

// "Chassis", "HGX_GPU_*", "Sensors"
std::vector<std::string> parts_of(const std::string& path) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at <= path.size();) {
        const auto end = std::min(path.find('/', at), path.size());
        out.push_back(path.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

bool is_power_or_energy(const std::string& name) {
    const auto quantity = parse_quantity(name);
    return quantity && quantity->element.empty() &&
           (quantity->quantity == Quantity::power || quantity->quantity == Quantity::energy ||
            quantity->quantity == Quantity::energy_export);
}

}  // namespace

const Json* Explorer::page(const std::string& path) {
    const auto known = seen_.find(path);
    if (known != seen_.end()) return known->second ? &*known->second : nullptr;
    if (need_.empty()) need_ = path;
    return nullptr;
}

void Explorer::answer(const std::string& page, std::optional<Json> document) {
    if (document) bytes_ += document->dump(-1, ' ', false, Json::error_handler_t::replace).size();
    seen_[page] = std::move(document);
}

std::optional<std::string> Explorer::next() {
    need_.clear();
    build();
    if (need_.empty()) seen_.clear();
    return need_.empty() ? std::nullopt : std::optional{need_};
}

// Of a collection, all its parts.
std::vector<std::string> Explorer::members(const std::string& collection) {
    std::vector<std::string> out;
    std::optional<std::string> at = collection;
    for (std::size_t part = 0; at && part < kMostParts; ++part) {
        const Json* list = page(*at);
        if (list == nullptr) break;
        const Json* all = at_pointer(*list, "/Members");
        if (all != nullptr && all->is_array()) {
            for (const auto& member : *all) {
                const auto path = resource_path(text_at(member, "/@odata.id"));
                if (path && out.size() < kMostMembers) out.push_back(*path);
            }
        }
        at = resource_path(text_at(*list, "/Members@odata.nextLink"));
    }
    return out;
}

// The pages that the value's resource stands for, each with what its stars stood for.
std::vector<Explorer::Found> Explorer::places(const RedfishValue& value) {
    std::vector<Found> out{{"", {kRoot, value.pointer, value.metric}}};
    bool first_star = true;
    for (const auto& part : parts_of(value.resource)) {
        std::vector<Found> next;
        for (const auto& place : out) {
            if (part.find('*') == std::string::npos) {
                const auto first = place.key.substr(0, place.key.find('/'));
                next.push_back({place.key,
                                {place.target.page + '/' + filled(part, first), value.pointer, value.metric},
                                place.member});
                continue;
            }
            for (const auto& member : members(place.target.page)) {
                const auto star = star_of(part, last_part(member));
                if (!star || excepted(value.except, last_part(member)) || next.size() >= kMostMembers) continue;
                next.push_back(
                    {first_star ? *star : place.key + '/' + *star, {member, value.pointer, value.metric}, member});
            }
        }
        first_star = first_star && part.find('*') == std::string::npos;
        out = std::move(next);
    }
    return out;
}

// An empty bay: listed, and nothing in it.
bool Explorer::is_absent(const Found& place) {
    if (place.member.empty()) return false;
    const Json* member = page(place.member);
    return member != nullptr && text_at(*member, "/Status/State") == "Absent";
}

// Those of them that have the value now, and those that lack it.
void Explorer::look(const RedfishValue& value, Choice& out) {
    for (auto& place : places(value)) {
        const Json* document = page(place.target.page);
        if (value.metric.empty()) {
            const Json* node = document == nullptr ? nullptr : at_pointer(*document, value.pointer);
            auto& list = node != nullptr && !node->is_null() ? out.found : out.lacking;
            list.push_back(std::move(place));
            continue;
        }
        const Json* metrics = document == nullptr ? nullptr : at_pointer(*document, "/MetricValues");
        if (metrics == nullptr || !metrics->is_array()) continue;
        for (const auto& entry : *metrics) {
            const auto property = text_at(entry, "/MetricProperty");
            const auto star = star_of(value.metric, property);
            if (star && out.found.size() < kMostMembers)
                out.found.push_back({*star, {place.target.page, "", property}});
        }
    }
}

// The first way that the service has.
Explorer::Choice Explorer::choose(const std::vector<RedfishValue>& values, const std::string& name) {
    Choice out;
    for (const auto& value : values) {
        if (value.name != name) continue;
        out.optional = out.optional && value.optional;
        if (out.value != nullptr) continue;
        out.lacking.clear();
        look(value, out);
        if (!out.found.empty()) out.value = &value;
    }
    return out;
}

// Computed by the service from other readings: no measurement to bill by.
std::string Explorer::refusal(const RedfishValue& value, const Target& target) {
    if (!wanted_.billed || value.synthesized || !target.metric.empty() || !is_power_or_energy(value.name)) return {};
    const Json* document = page(target.page);
    if (document == nullptr) return {};
    const auto parent = target.pointer.substr(0, target.pointer.rfind('/'));
    auto implementation = text_at(*document, parent + "/Implementation");
    const auto sensor = resource_path(text_at(*document, parent + "/DataSourceUri"));
    if (implementation.empty() && sensor) {
        const Json* source = page(*sensor);
        if (source != nullptr) implementation = text_at(*source, "/Implementation");
    }
    if (implementation != "Synthesized") return {};
    return "is synthesized by the service, not measured (expected another source, role = \"none\", or a profile with "
           "synthesized = true)";
}

std::string Explorer::mismatch(const Choice& choice) {
    const auto count = choice.found.size();
    if (choice.value->combine == RedfishCombine::only && count > 1) {
        return "several give it, " + choice.found[0].target.page + " and " + choice.found[1].target.page +
               " (expected one: say which in a profile of your own)";
    }
    if (choice.value->combine == RedfishCombine::sum) {  // of fewer than there are, it would be too little for ever
        for (const auto& place : choice.lacking) {
            if (!is_absent(place)) return place.target.page + " does not give its part of the sum";
        }
    }
    const auto expected = wanted_.counts.find(choice.value->of);
    if (expected == wanted_.counts.end() || expected->second == count) return {};
    return std::to_string(count) + " of " + std::to_string(expected->second) + ' ' + choice.value->of + " give it";
}

Binding Explorer::single(const std::string& name) {
    Binding out;
    const auto choice = choose(wanted_.profile.values, name);
    out.name = name;
    out.value = choice.value;
    out.optional = choice.optional;
    if (choice.value == nullptr) {
        out.why = "the service does not give it";
        return out;
    }
    out.why = mismatch(choice);
    for (const auto& found : choice.found) {
        if (out.why.empty()) out.why = refusal(*choice.value, found.target);
        out.targets.push_back(found.target);
    }
    if (!out.why.empty()) out.targets.clear();
    return out;
}

void Explorer::add_elements(const RedfishArray& array, std::map<std::string, Binding>& out) {
    std::map<std::string, Choice> choices;
    std::set<std::string> fresh;
    auto& keys = keys_[array.element];
    for (const auto& value : array.values) {
        if (choices.contains(value.name)) continue;
        auto choice = choose(array.values, value.name);
        for (const auto& found : choice.found) fresh.insert(found.key);
        if (choice.value != nullptr) {  // one that is silent now keeps its number
            for (const auto& place : choice.lacking) fresh.insert(place.key);
        }
        choices.emplace(value.name, std::move(choice));
    }
    if (!need_.empty()) return;
    for (const auto& key : keys) fresh.erase(key);
    std::vector<std::string> added{fresh.begin(), fresh.end()};
    std::sort(added.begin(), added.end(), natural_less);
    keys.insert(keys.end(), added.begin(), added.end());
    for (const auto& [name, choice] : choices) {
        for (const auto& found : choice.found) {
            const auto index = std::find(keys.begin(), keys.end(), found.key) - keys.begin() + 1;
            const auto whole = array.element + '-' + std::to_string(index) + '.' + name;
            out[whole] = {0, whole, choice.value, {found.target}, {}, choice.optional};
        }
    }
}

// Of the array that the name is one of.
bool optional_in(const RedfishProfile& profile, const QuantityName& name, bool stated, const std::string& whole) {
    const auto bare = whole.substr(whole.find('.') + 1);
    for (const auto& array : profile.arrays) {
        if (array.element != name.element) continue;
        bool optional = true;
        for (const auto& value : array.values) {
            if (value.name == bare) optional = optional && value.optional;
        }
        return optional || !stated;
    }
    return false;
}

void Explorer::build() {
    plan_ = {};
    std::map<std::string, Binding> elements;
    for (const auto& array : wanted_.profile.arrays) add_elements(array, elements);
    for (const auto& name : wanted_.names) {
        const auto point = wanted_.first_point + static_cast<PointIndex>(plan_.bindings.size());
        const auto quantity = parse_quantity(name);
        const auto& values = wanted_.profile.values;
        const bool plain = std::any_of(values.begin(), values.end(), [&name](const auto& v) { return v.name == name; });
        const auto element = elements.find(name);
        if (plain) {
            plan_.bindings.push_back(single(name));
        } else if (element != elements.end()) {
            plan_.bindings.push_back(element->second);
        } else {
            const bool stated = quantity && wanted_.counts.contains(quantity->element);
            const bool optional = quantity && optional_in(wanted_.profile, *quantity, stated, name);
            plan_.bindings.push_back({0, name, nullptr, {}, "the service does not give it", optional});
        }
        plan_.bindings.back().point = point;
    }
    add_pages();
}

void Explorer::add_pages() {
    std::set<std::string> known;
    for (const auto& binding : plan_.bindings) {
        for (const auto& target : binding.targets) {
            if (known.insert(target.page).second) plan_.pages.push_back(target.page);
        }
    }
}

}  // namespace pued::redfish
