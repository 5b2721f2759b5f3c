// The physics of a small GPU data centre: servers that work in bursts, the losses of PDUs and UPS that follow their
// load, and a chilled-water plant that follows heat and wet bulb. Pure and deterministic: the same options and the
// same steps give the same plant. Power in W, energy in Wh, temperatures in °C. One owner, one thread.
//
//   feed-a ─┬─ UPS (half) ── distribution ── rack PDUs ── servers      feed-b ─┬─ UPS (half)
//           ├─ chiller-1, half of the CRAHs                                    ├─ chiller-2, half of the CRAHs
//           └─ lighting                                                        └─ pumps, auxiliaries
//
// Two clocks: counters integrate power over real seconds, so that meters are consistent in themselves; weather, jobs
// and the inertia of the machines run time_scale times faster, so that a day passes in minutes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "drivers/sim/random.hpp"

namespace pued::sim {

struct PlantOptions {
    unsigned racks = 16;
    unsigned servers_per_rack = 6;
    double time_scale = 60;
    std::uint64_t seed = 1;
    double start_hour = 10;  // of the day, for the wet bulb
};

// Power now and energy since the start of something that a meter watches.
struct Flow {
    double power_w = 0;
    double energy_wh = 0;
};

struct Server {
    double target = 0;          // activity of the job that it runs
    double activity = 0;        // 0…1, share of peak
    double job_ends_s = 0;      // plant time
    Flow flow;                  // at its power inlet
    double activity_hours = 0;  // integral of activity over real time
};

struct Rack {
    Flow pdu;  // at the PDU's outlets together; the PDU's own loss lies above
    std::vector<Server> servers;
};

struct Chiller {
    bool stuck = false;  // compressor at full power, condenser starved: most electricity, little cold
    double cooling_w = 0;
    Flow flow;
};

class Plant {
public:
    explicit Plant(const PlantOptions& options);

    void advance(double dt_s);
    // Index 0 or 1.
    void set_stuck(std::size_t chiller, bool stuck) { chillers_.at(chiller).stuck = stuck; }

    [[nodiscard]] const Flow& feed_a() const { return feed_a_; }
    [[nodiscard]] const Flow& feed_b() const { return feed_b_; }
    [[nodiscard]] const Flow& ups_input() const { return ups_input_; }
    [[nodiscard]] const Flow& ups_output() const { return ups_output_; }
    [[nodiscard]] const std::array<Chiller, 2>& chillers() const { return chillers_; }
    [[nodiscard]] const Flow& crahs() const { return crahs_; }
    [[nodiscard]] const Flow& pumps() const { return pumps_; }
    [[nodiscard]] const Flow& lighting() const { return lighting_; }
    [[nodiscard]] const Flow& auxiliary() const { return auxiliary_; }
    [[nodiscard]] const std::vector<Rack>& racks() const { return racks_; }

    [[nodiscard]] double facility_w() const { return feed_a_.power_w + feed_b_.power_w; }
    [[nodiscard]] double facility_wh() const { return feed_a_.energy_wh + feed_b_.energy_wh; }
    [[nodiscard]] double pue() const { return facility_w() / ups_output_.power_w; }  // category 1
    [[nodiscard]] double pdus_w() const;
    [[nodiscard]] double servers_w() const;
    [[nodiscard]] double wet_bulb_c() const { return wet_bulb_c_; }
    [[nodiscard]] double room_c() const { return room_c_; }
    [[nodiscard]] double rated_it_w() const { return rated_it_w_; }

private:
    void step(double plant_s, double real_s);
    void run_servers(double plant_s);
    void run_server(Server& server, double plant_s);
    void supply_it();
    void follow_weather();
    void cool(double plant_s);
    void run_chiller(Chiller& chiller, double demand_w, double plant_s);
    void draw_feeds();
    void integrate(double real_s);

    PlantOptions options_;
    Random random_;
    double rated_it_w_;
    double plant_s_ = 0;
    double wet_bulb_c_ = 0;
    double room_c_ = 24;
    bool settled_ = false;  // the first step has no inertia: the plant has been running for long
    std::vector<Rack> racks_;
    std::array<Chiller, 2> chillers_;
    Flow feed_a_, feed_b_, ups_input_, ups_output_, crahs_, pumps_, lighting_, auxiliary_;
};

// What a server of this plant draws at its inlet at that activity: eight accelerators, their host, and its fans.
double server_power_w(double activity);
inline constexpr double server_peak_w = 10'200;

}  // namespace pued::sim
