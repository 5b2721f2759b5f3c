// The physics, one step after another. See plant.hpp.
#include "drivers/sim/plant.hpp"

#include <algorithm>
#include <cmath>

namespace pued::sim {

namespace {

// Shares of the rated IT power, so that a plant of any size is a healthy one.
constexpr double ups_rating = 1.25;
constexpr double chiller_cooling = 0.68;  // of each of two, thermal
constexpr double chiller_power = 0.165;   // of each, electrical, at full throttle
constexpr double crah_power = 0.05;
constexpr double pump_power = 0.016;
constexpr double lighting_power = 0.004;
constexpr double auxiliary_power = 0.005;

constexpr double distribution_loss = 0.004;  // of the load, at rated load
constexpr double room_setpoint_c = 24;
constexpr double longest_step_s = 5;  // of plant time

// How far a first-order lag gets in that time.
double lag(double dt_s, double time_constant_s) { return 1.0 - std::exp(-dt_s / time_constant_s); }

double ups_loss_w(double load_w, double rating_w) {
    return 0.008 * rating_w + 0.012 * load_w + 0.012 * load_w * load_w / rating_w;
}

// Coefficient of performance of a water-cooled chiller: best at 65 % load, worse with every degree of wet bulb.
double cop(double wet_bulb_c, double part_load) {
    const double weather = std::clamp(1.0 - 0.025 * (wet_bulb_c - 12.0), 0.45, 1.25);
    const double load = 1.0 - 0.6 * (part_load - 0.65) * (part_load - 0.65);
    return 11.5 * weather * std::max(load, 0.5);
}

// How busy the next job keeps its server, and for how long (plant seconds).
double next_target(Random& random) {
    return random.uniform() < 0.85 ? random.uniform(0.75, 0.98) : random.uniform(0.0, 0.1);
}

double next_duration_s(Random& random) { return -7200.0 * std::log(1.0 - random.uniform()); }

void add(Flow& flow, double hours) { flow.energy_wh += flow.power_w * hours; }

}  // namespace

double server_power_w(double activity) {
    const double fans_w = 500.0 * activity * activity * activity;
    return 1900.0 + 7800.0 * activity + fans_w;
}

Plant::Plant(const PlantOptions& options)
    : options_(options), random_(options.seed), rated_it_w_(options.racks * options.servers_per_rack * server_peak_w) {
    racks_.resize(options.racks);
    for (Rack& rack : racks_) {
        rack.servers.resize(options.servers_per_rack);
        for (Server& server : rack.servers) {
            server.target = next_target(random_);
            server.activity = server.target;
            server.job_ends_s = next_duration_s(random_);
        }
    }
    step(0, 0);
    settled_ = true;
}

double Plant::pdus_w() const {
    double sum = 0;
    for (const Rack& rack : racks_) sum += rack.pdu.power_w;
    return sum;
}

double Plant::servers_w() const {
    double sum = 0;
    for (const Rack& rack : racks_)
        for (const Server& server : rack.servers) sum += server.flow.power_w;
    return sum;
}

void Plant::advance(double dt_s) {
    if (dt_s <= 0) return;
    const double plant_s = dt_s * options_.time_scale;
    const auto steps = static_cast<unsigned>(std::ceil(plant_s / longest_step_s));
    for (unsigned i = 0; i < std::max(steps, 1U); ++i) step(plant_s / std::max(steps, 1U), dt_s / std::max(steps, 1U));
}

void Plant::step(double plant_s, double real_s) {
    integrate(real_s);  // what was drawn until now
    plant_s_ += plant_s;
    run_servers(plant_s);
    supply_it();
    follow_weather();
    cool(plant_s);
    draw_feeds();
}

void Plant::run_servers(double plant_s) {
    for (Rack& rack : racks_) {
        rack.pdu.power_w = 0;
        for (Server& server : rack.servers) {
            run_server(server, plant_s);
            rack.pdu.power_w += server.flow.power_w;
        }
    }
}

// Activity wanders around the job's level (Ornstein-Uhlenbeck, exact for any step).
void Plant::run_server(Server& server, double plant_s) {
    if (plant_s_ >= server.job_ends_s) {
        server.target = next_target(random_);
        server.job_ends_s = plant_s_ + next_duration_s(random_);
    }
    constexpr double deviation = 0.02, time_constant_s = 60;
    const double kept = std::exp(-plant_s / time_constant_s);
    const double noise = deviation * std::sqrt(1.0 - kept * kept) * random_.normal();
    server.activity = std::clamp(server.target + (server.activity - server.target) * kept + noise, 0.0, 1.0);
    server.flow.power_w = server_power_w(server.activity);
}

void Plant::supply_it() {
    const double load_w = pdus_w();
    ups_output_.power_w = load_w * (1.0 + distribution_loss * load_w / rated_it_w_);
    ups_input_.power_w = ups_output_.power_w + ups_loss_w(ups_output_.power_w, ups_rating * rated_it_w_);
}

void Plant::follow_weather() {
    const double hour = std::fmod(options_.start_hour + plant_s_ / 3600.0, 24.0);
    const double daily = std::sin(2.0 * std::numbers::pi * (hour - 9.0) / 24.0);  // warmest at 15:00
    wet_bulb_c_ = 18.5 + 2.5 * daily;
    lighting_.power_w = lighting_power * rated_it_w_ * (hour > 7 && hour < 20 ? 1.0 : 0.6);
    auxiliary_.power_w = auxiliary_power * rated_it_w_ * (1.0 + 0.1 * daily);
}

// Everything that is used in the halls becomes heat there; the CRAHs carry it to the chilled water.
void Plant::cool(double plant_s) {
    const double losses_w = ups_input_.power_w - ups_output_.power_w;
    const double hall_w = ups_output_.power_w + losses_w + lighting_.power_w;
    const double warm_c = room_c_ - room_setpoint_c;
    const double speed = std::clamp(hall_w / (1.05 * rated_it_w_) + 0.05 * warm_c, 0.35, 1.0);
    crahs_.power_w = crah_power * rated_it_w_ * speed * speed * speed;
    const double heat_w = hall_w + crahs_.power_w;
    pumps_.power_w = pump_power * rated_it_w_ * (0.4 + 0.6 * std::min(heat_w / rated_it_w_, 1.0));

    const double wanted_w = std::max(heat_w + 0.05 * rated_it_w_ * warm_c, 0.0);
    const double full_w = chiller_cooling * rated_it_w_;
    const double stuck_w = 0.35 * full_w;
    const auto stuck = static_cast<double>(
        std::count_if(chillers_.begin(), chillers_.end(), [](const Chiller& c) { return c.stuck; }));
    const double share_w = stuck < 2 ? std::clamp((wanted_w - stuck * stuck_w) / (2.0 - stuck), 0.0, full_w) : 0;
    for (Chiller& chiller : chillers_) run_chiller(chiller, chiller.stuck ? stuck_w : share_w, plant_s);

    const double cooling_w = chillers_[0].cooling_w + chillers_[1].cooling_w;
    const double leak_w = 0.005 * rated_it_w_ * warm_c;  // through walls; keeps a failing hall finite
    room_c_ += (heat_w - cooling_w - leak_w) * plant_s / (rated_it_w_ * 60.0);
}

void Plant::run_chiller(Chiller& chiller, double demand_w, double plant_s) {
    const double full_w = chiller_cooling * rated_it_w_;
    const double reached = settled_ ? lag(plant_s, 120) : 1.0;
    chiller.cooling_w += (demand_w - chiller.cooling_w) * reached;
    const double healthy_w = chiller.cooling_w / cop(wet_bulb_c_, chiller.cooling_w / full_w);
    const double power_w = chiller.stuck ? chiller_power * rated_it_w_ : healthy_w;
    chiller.flow.power_w += (power_w - chiller.flow.power_w) * (settled_ ? lag(plant_s, 60) : 1.0);
}

void Plant::draw_feeds() {
    const double half_w = 0.5 * (ups_input_.power_w + crahs_.power_w);
    feed_a_.power_w = half_w + chillers_[0].flow.power_w + lighting_.power_w;
    feed_b_.power_w = half_w + chillers_[1].flow.power_w + pumps_.power_w + auxiliary_.power_w;
}

void Plant::integrate(double real_s) {
    const double hours = real_s / 3600.0;
    for (Flow* flow : {&feed_a_, &feed_b_, &ups_input_, &ups_output_, &crahs_, &pumps_, &lighting_, &auxiliary_})
        add(*flow, hours);
    for (Chiller& chiller : chillers_) add(chiller.flow, hours);
    for (Rack& rack : racks_) {
        add(rack.pdu, hours);
        for (Server& server : rack.servers) {
            add(server.flow, hours);
            server.activity_hours += server.activity * hours;
        }
    }
}

}  // namespace pued::sim
