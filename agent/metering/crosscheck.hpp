// Do the meters agree with each other and with physics? Checks over closed intervals (metering.md 1.6): a register
// against the integral of its own power, children against their parent, energy that cannot be, the signs of phases, and
// meters that tell nothing. Says which meter to look at and for what. Linear, and bounded in memory by meters times
// days. Owned by the engine, on its thread; pure. Energies in Wh.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "agent/metering/ledger.hpp"

namespace pued {

struct Integrity {
    std::string scope;            // device id, or "site"
    std::string check;            // "counter-vs-power", "scale", "balance", "impossible", "reversed-ct", "stuck",
                                  // "meter-changed", "silent"
    std::optional<double> score;  // 1 or more: bad; absent: cannot tell
    double value = 0;
    double expected = 0;
    std::string text_en, text_zh;  // which meter, what to look at; empty while nothing is wrong
    bool answers = false;          // of "silent": the meter does, but what it tells cannot be counted
};

class CrossChecks {
public:
    // Keeps a reference to the table.
    explicit CrossChecks(const PointTable& table);

    // For the signs of phases and the power factor; and that the meter answers at all.
    void accept(const Report& report);
    // Every interval in order. Findings, good ones too, when an hour (UTC) or for balances a day is over; that a meter
    // fell silent or speaks again at once. Of an amendment only what happened to the meter is taken.
    std::vector<Integrity> add(const ClosedInterval& interval);
    // An epoch began, or a balance moved, within two days of this time.
    [[nodiscard]] bool meter_event_near(UtcTime time) const;

    // All state as bytes (CBOR of nlohmann-json), and back; false, and nothing changed, where they are of another
    // shape.
    [[nodiscard]] std::string save() const;
    bool restore(const std::string& bytes);

    struct Hour {  // of one register with power
        double register_wh = 0, power_wh = 0;
        bool disagrees = false;
    };
    struct Meter {
        // The hour that runs.
        double register_wh = 0, power_wh = 0, u_wh2 = 0, resolution_wh = 0;
        unsigned parts = 0;  // intervals with both
        unsigned stuck = 0, settled = 0;
        unsigned seen = 0, reversed = 0;
        std::vector<Hour> hours;  // those before, at most 24; a vector, because many a meter never has one
        std::optional<UtcTime> changed;
        std::optional<UtcTime> silent_since;  // begin of the first of its latest intervals, all without a reading
        bool heard = false, answers = false;  // since the latest interval closed; in that interval
    };
    // Σ children / Σ parents, day by day.
    struct Balance {
        std::string scope, name;  // where it is shown; what is compared, for people
        std::vector<DeviceIndex> parents, children;
        bool whole_site = false;  // parents are the balance of the site instead
        bool steady = true;       // may be judged by its usual ratio
        double least_k = 0;       // of the CUSUM
        double parents_wh = 0, children_wh = 0;
        unsigned parts = 0;
        std::deque<double> days;       // at most 30, none of them while the CUSUM is out
        double up = 0, down = 0;       // CUSUM, fractions times days
        std::optional<UtcTime> begun;  // with a meter that was exchanged then
    };

private:
    using Energies = std::vector<std::optional<double>>;  // by device

    void add_balance(std::string scope, std::string name, std::vector<DeviceIndex> parents,
                     std::vector<DeviceIndex> children, bool whole_site = false);
    [[nodiscard]] bool is_steady(const Balance& balance) const;
    [[nodiscard]] bool is_below(DeviceIndex device, const std::vector<DeviceIndex>& children) const;
    [[nodiscard]] bool across_ups(const Balance& balance) const;
    void lay_out_roles();
    void learn_anew(DeviceIndex device, UtcTime at);
    [[nodiscard]] std::vector<DeviceIndex> of_role(Role role) const;
    [[nodiscard]] std::optional<double> sum(const std::vector<DeviceIndex>& devices, const Energies& energies) const;
    [[nodiscard]] std::optional<double> facility(const Energies& energies) const;
    [[nodiscard]] std::optional<double> it_load(const Energies& energies) const;
    void note_change(DeviceIndex device, Flags flags, UtcTime at);
    void note_event(UtcTime at);
    void take(const IntervalEnergy& energy);
    void take_silence(const IntervalEnergy& energy, const ClosedInterval& interval, std::vector<Integrity>& out);
    [[nodiscard]] bool is_awaited(DeviceIndex device) const;
    [[nodiscard]] Integrity silence(DeviceIndex device, UtcTime end) const;
    void take_site(const Energies& energies);
    void take_balances(const Energies& energies);
    void close_hour(UtcTime end, std::vector<Integrity>& out);
    void compare_power(DeviceIndex device, std::vector<Integrity>& out);
    void compare_scale(DeviceIndex device, std::vector<Integrity>& out) const;
    void close_meter(DeviceIndex device, UtcTime end, std::vector<Integrity>& out);
    void close_site(std::vector<Integrity>& out);
    void close_day(UtcTime end, std::vector<Integrity>& out);
    Integrity close_balance(Balance& balance, UtcTime end);
    double judge_balance(Balance& balance, double rho, UtcTime end, double& expected);
    static double move_cusum(Balance& balance, double rho, double& expected);

    const PointTable& table_;
    std::vector<Meter> meters_;          // by device
    std::vector<std::uint8_t> watched_;  // by point: 1 phase power, 2 power factor, of a load
    std::vector<Balance> balances_;
    std::chrono::seconds length_{900};
    std::optional<UtcTime> hour_, day_;
    double facility_wh_ = 0, it_wh_ = 0;
    unsigned site_parts_ = 0;
    std::deque<UtcTime> events_;
};

// What people are told of a bad finding. `what` of a balance: "children", or the two levels, "pdu/ups-output"; of a
// silent meter: since when.
struct IntegrityText {
    std::string en, zh;
};
IntegrityText text_of(const Integrity& finding, const std::string& what);
// With its texts, if it is bad.
Integrity told(Integrity finding, const std::string& what = {});

}  // namespace pued
