// A server's BMC: OpenIPMI's ipmi_sim as a child process on a free loopback UDP port, with power by DCMI (where our
// module was built) and as a sensor, and the accelerators' utilisation as a sensor. Its files live in a directory of
// the run. The child dies with us, however we die. One thread calls everything.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

#include "agent/model/result.hpp"

namespace pued::sim {

inline constexpr const char* bmc_user = "pued";
inline constexpr const char* bmc_password = "plant-only";
inline constexpr const char* power_sensor = "System Power";        // 48 W steps
inline constexpr const char* activity_sensor = "GPU Utilization";  // percent, 0.4 % steps

struct BmcSetup {
    std::string id;
    std::string directory;    // absolute; made where missing
    std::string dcmi_module;  // absolute; empty: no DCMI
};

class Bmc {
public:
    // Returns when it holds its port.
    static Result<std::unique_ptr<Bmc>> start(const BmcSetup& setup, double power_w, double activity);
    ~Bmc();
    Bmc(const Bmc&) = delete;
    Bmc& operator=(const Bmc&) = delete;

    [[nodiscard]] const std::string& id() const { return setup_.id; }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    // What it reads from now on.
    void show(double power_w, double activity);
    // Stands still and answers nothing.
    void set_silent(bool silent) const;

private:
    Bmc(BmcSetup setup, std::uint16_t port) : setup_(std::move(setup)), port_(port) {}
    Result<void> write_files() const;
    Result<void> launch();
    Result<void> wait_until_ready() const;

    BmcSetup setup_;
    std::uint16_t port_;
    pid_t child_ = -1;
    double lowest_w_ = 1e9, highest_w_ = 0, average_w_ = 0;
};

}  // namespace pued::sim
