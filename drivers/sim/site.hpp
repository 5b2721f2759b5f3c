// The whole simulated site: the plant, the devices that watch it and where they answer, the servers' BMCs, and what a
// command does to them. Owns everything; one thread (pued-sim's only one) calls everything.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/model/result.hpp"
#include "drivers/sim/bmc.hpp"
#include "drivers/sim/device.hpp"
#include "drivers/sim/faults.hpp"
#include "drivers/sim/modbus_server.hpp"
#include "drivers/sim/plant.hpp"

namespace pued::sim {

struct SiteOptions {
    PlantOptions plant;
    unsigned bmcs = 6;                      // servers whose BMC answers, rack after rack
    std::string pdu_model = "raritan-px3";  // of the racks
    unsigned meters = 0;                    // simple meters more, each with a TCP port of its own
    std::string run_directory;
    std::string dcmi_module;  // of ipmi_sim; empty: power by sensor only
};

// A device as a client finds it.
struct Place {
    Device* device = nullptr;
    std::string role;        // as in pued's configuration
    std::string rack;        // empty: none
    double rated_w = 0;      // never above that
    std::uint16_t port = 0;  // TCP on loopback
    std::string line;        // serial: its id; else empty
    unsigned unit_id = 1;
};

struct Line {
    std::string id;
    std::string path;
};

struct ServerPlace {
    std::string id;
    unsigned rack = 0, index = 0;  // in the plant, from 0
    std::unique_ptr<Bmc> bmc;
};

class Site {
public:
    explicit Site(const SiteOptions& options);

    // Ports, lines and BMCs. Called once.
    Result<void> open();
    // Whether that command could be done at all; does nothing.
    [[nodiscard]] Result<void> check(const Command& command) const;
    Result<void> apply(const Command& command);
    // The plant goes on to `now_s`, in steps of a fixed length: the same seconds give the same plant.
    void advance_to(double now_s);
    void show_bmcs();

    [[nodiscard]] const Plant& plant() const { return plant_; }
    [[nodiscard]] const SiteOptions& options() const { return options_; }
    [[nodiscard]] const std::vector<Place>& places() const { return places_; }
    [[nodiscard]] const std::vector<Line>& lines() const { return lines_; }
    [[nodiscard]] const std::vector<ServerPlace>& servers() const { return servers_; }
    // What is broken now, as "chiller-1 stuck".
    [[nodiscard]] const std::vector<std::string>& troubles() const { return troubles_; }
    ModbusServer& server() { return server_; }

private:
    Device* add(const std::string& id, const std::string& model, const char* role, double rated_w, Device::Watch watch,
                Device::Outlets outlets = {});
    void add_facility();
    void add_racks();
    void add_servers();
    void add_meters();
    Result<void> open_endpoint(const std::vector<std::string>& ids);
    Result<void> open_lines();
    Result<void> open_bmcs();
    [[nodiscard]] Device* find_device(const std::string& id) const;
    [[nodiscard]] const ServerPlace* find_server(const std::string& id) const;
    [[nodiscard]] Result<void> check_device(const Device& device, const Command& command) const;
    void apply_to_device(Device& device, const Command& command);
    void remember(const Command& command);

    SiteOptions options_;
    Plant plant_;
    unsigned steps_ = 0;
    std::vector<std::unique_ptr<Device>> devices_;
    std::vector<Place> places_;
    std::vector<Line> lines_;
    std::vector<ServerPlace> servers_;
    std::vector<std::string> troubles_;
    ModbusServer server_;  // last: it answers for the devices
};

}  // namespace pued::sim
