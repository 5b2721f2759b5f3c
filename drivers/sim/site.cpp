// What stands where in the simulated site, and what commands do to it. See site.hpp.
#include "drivers/sim/site.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace pued::sim {

namespace {

constexpr double step_s = 0.02;
constexpr unsigned units_per_line = 4;

// Those on the same port sit behind one gateway, as units 1, 2, …
const std::vector<std::vector<std::string>>& endpoints() {
    static const std::vector<std::vector<std::string>> all{{"feed-a"},
                                                           {"feed-b"},
                                                           {"ups-in"},
                                                           {"ups-out"},
                                                           {"chiller-1", "chiller-2", "crahs", "pumps"},
                                                           {"lighting", "auxiliary"}};
    return all;
}

std::string numbered(const char* word, unsigned index) { return word + std::to_string(index + 1); }

std::vector<Outlet> outlets_of(const Rack& rack) {
    std::vector<Outlet> outlets;
    for (const Server& server : rack.servers) outlets.push_back({server.flow.power_w, server.flow.energy_wh});
    return outlets;
}

// 0 or 1 for "chiller-1" and "chiller-2", else 2.
std::size_t chiller_index(const std::string& id) { return id == "chiller-1" ? 0 : id == "chiller-2" ? 1 : 2; }

std::string verb_name(const Command& command) {
    constexpr std::array<const char*, 8> names{"stuck", "ok",        "stops",      "silent",
                                               "late",  "exception", "rolls-over", "replaced"};
    return names.at(static_cast<std::size_t>(command.verb));
}

}  // namespace

Site::Site(const SiteOptions& options) : options_(options), plant_(options.plant) {
    add_facility();
    add_racks();
    add_servers();
    add_meters();
}

Device* Site::add(const std::string& id, const std::string& model, const char* role, double rated_w,
                  Device::Watch watch, Device::Outlets outlets) {
    const auto serial = static_cast<std::uint32_t>(20'250'000 + 17 * devices_.size() + options_.plant.seed);
    devices_.push_back(std::make_unique<Device>(id, *find_model(model), serial, std::move(watch), std::move(outlets)));
    Place place;
    place.device = devices_.back().get();
    place.role = role;
    place.rated_w = rated_w;
    places_.push_back(place);
    return place.device;
}

void Site::add_facility() {
    const double it_w = plant_.rated_it_w();
    add("feed-a", "schneider-iem3xxx", "feed", 1.0 * it_w, [this] { return plant_.feed_a(); });
    add("feed-b", "circutor-cvm-e3-mini", "feed", 1.0 * it_w, [this] { return plant_.feed_b(); });
    add("ups-in", "janitza-19000", "ups-input", 1.25 * it_w, [this] { return plant_.ups_input(); });
    add("ups-out", "siemens-pac", "ups-output", 1.25 * it_w, [this] { return plant_.ups_output(); });
    add("chiller-1", "abb-b-series", "cooling", 0.2 * it_w, [this] { return plant_.chillers()[0].flow; });
    add("chiller-2", "abb-b-series", "cooling", 0.2 * it_w, [this] { return plant_.chillers()[1].flow; });
    add("crahs", "carlo-gavazzi-em3xx", "cooling", 0.06 * it_w, [this] { return plant_.crahs(); });
    add("pumps", "eastron-sdm630", "cooling", 0.02 * it_w, [this] { return plant_.pumps(); });
    add("lighting", "chint-dtsu666", "lighting", 0.006 * it_w, [this] { return plant_.lighting(); });
    add("auxiliary", "circutor-cvm-e3-mini", "auxiliary", 0.008 * it_w, [this] { return plant_.auxiliary(); });
}

void Site::add_racks() {
    for (unsigned i = 0; i < options_.plant.racks; ++i) {
        add(
            numbered("pdu-", i), options_.pdu_model, "pdu", 1.05 * server_peak_w * options_.plant.servers_per_rack,
            [this, i] { return plant_.racks()[i].pdu; }, [this, i] { return outlets_of(plant_.racks()[i]); });
        Place& place = places_.back();
        place.rack = numbered("rack-", i);
        place.line = numbered("line-", i / units_per_line);
        place.unit_id = i % units_per_line + 1;
    }
}

void Site::add_servers() {
    for (unsigned i = 0; i < options_.bmcs; ++i) {
        const unsigned rack = i / options_.plant.servers_per_rack, index = i % options_.plant.servers_per_rack;
        if (rack >= options_.plant.racks) return;
        servers_.push_back({numbered("server-", rack) + numbered("-", index), rack, index, nullptr});
    }
}

// Each watches a rack in turn, as a busway tap box would.
void Site::add_meters() {
    for (unsigned i = 0; i < options_.meters; ++i)
        add(numbered("tap-", i), "eastron-sdm630", "none", 1.05 * server_peak_w * options_.plant.servers_per_rack,
            [this, rack = i % options_.plant.racks] { return plant_.racks()[rack].pdu; });
}

Result<void> Site::open() {
    for (const auto& ids : endpoints())
        if (auto opened = open_endpoint(ids); !opened) return opened;
    for (unsigned i = 0; i < options_.meters; ++i)
        if (auto opened = open_endpoint({numbered("tap-", i)}); !opened) return opened;
    if (auto opened = open_lines(); !opened) return opened;
    return open_bmcs();
}

Result<void> Site::open_endpoint(const std::vector<std::string>& ids) {
    ModbusServer::Units units;
    for (const std::string& id : ids) units[static_cast<unsigned>(units.size()) + 1] = find_device(id);
    const auto port = server_.listen(units);
    if (!port) return Error{port.error()};
    for (Place& place : places_) {
        const auto unit =
            std::find_if(units.begin(), units.end(), [&](const auto& u) { return u.second == place.device; });
        if (unit == units.end()) continue;
        place.port = *port;
        place.unit_id = unit->first;
    }
    return {};
}

Result<void> Site::open_lines() {
    std::map<std::string, ModbusServer::Units> units;
    for (const Place& place : places_)
        if (!place.line.empty()) units[place.line][place.unit_id] = place.device;
    for (const auto& [id, on_line] : units) {
        const std::string path = options_.run_directory + "/tty-" + id;
        if (auto opened = server_.open_line(path, on_line); !opened) return opened;
        lines_.push_back({id, path});
    }
    return {};
}

Result<void> Site::open_bmcs() {
    for (ServerPlace& server : servers_) {
        const Server& machine = plant_.racks()[server.rack].servers[server.index];
        auto bmc = Bmc::start({server.id, options_.run_directory + "/bmc/" + server.id, options_.dcmi_module},
                              machine.flow.power_w, machine.activity);
        if (!bmc) return Error{bmc.error()};
        server.bmc = std::move(*bmc);
    }
    return {};
}

Device* Site::find_device(const std::string& id) const {
    const auto found = std::find_if(devices_.begin(), devices_.end(), [&](const auto& d) { return d->id() == id; });
    return found == devices_.end() ? nullptr : found->get();
}

const ServerPlace* Site::find_server(const std::string& id) const {
    const auto found = std::find_if(servers_.begin(), servers_.end(), [&](const auto& s) { return s.id == id; });
    return found == servers_.end() ? nullptr : &*found;
}

Result<void> Site::check(const Command& command) const {
    if (const Device* device = find_device(command.target)) return check_device(*device, command);
    if (find_server(command.target) == nullptr)
        return Error{"there is no \"" + command.target + "\" (there are feed-a, feed-b, ups-in, ups-out, chiller-1, " +
                     "chiller-2, crahs, pumps, lighting, auxiliary, pdu-N, tap-N, server-RACK-N)"};
    if (command.verb != Verb::silent && command.verb != Verb::ok)
        return Error{command.target + " is a server: only silent and ok are possible"};
    return {};
}

Result<void> Site::check_device(const Device& device, const Command& command) const {
    if (command.verb == Verb::stuck && chiller_index(device.id()) > 1)
        return Error{device.id() + " is no chiller: it cannot be stuck"};
    if (command.verb == Verb::rolls_over && device.model().wraps_at_wh == 0)
        return Error{device.id() + " is a " + std::string(device.model().id) + ": its counter never wraps"};
    return {};
}

Result<void> Site::apply(const Command& command) {
    if (auto possible = check(command); !possible) return possible;
    remember(command);
    if (const ServerPlace* server = find_server(command.target)) {
        if (server->bmc) server->bmc->set_silent(command.verb == Verb::silent);
        return {};
    }
    apply_to_device(*find_device(command.target), command);
    return {};
}

void Site::apply_to_device(Device& device, const Command& command) {
    Manner manner = device.manner();
    switch (command.verb) {
        case Verb::stuck: return plant_.set_stuck(chiller_index(device.id()), true);
        case Verb::ok:
            device.go_on();
            if (chiller_index(device.id()) < 2) plant_.set_stuck(chiller_index(device.id()), false);
            return;
        case Verb::stops: return device.stop_counter();
        case Verb::rolls_over: return device.preset_near_wrap(command.value);
        case Verb::replaced: return device.replace(command.value);
        case Verb::silent: manner.silent = true; break;
        case Verb::late: manner.late_s = command.value; break;
        case Verb::exception: manner.exception = static_cast<int>(command.value); break;
    }
    device.set_manner(manner);
}

void Site::remember(const Command& command) {
    const std::string begin = command.target + " ";
    if (command.verb == Verb::ok)
        std::erase_if(troubles_, [&](const std::string& t) { return t.starts_with(begin); });
    else if (command.verb != Verb::rolls_over && command.verb != Verb::replaced)  // those happen, and are over
        troubles_.push_back(begin + verb_name(command));
}

void Site::advance_to(double now_s) {
    while ((steps_ + 1) * step_s <= now_s) {
        plant_.advance(step_s);
        ++steps_;
    }
}

void Site::show_bmcs() {
    for (ServerPlace& server : servers_) {
        const Server& machine = plant_.racks()[server.rack].servers[server.index];
        if (server.bmc) server.bmc->show(machine.flow.power_w, machine.activity);
    }
}

}  // namespace pued::sim
