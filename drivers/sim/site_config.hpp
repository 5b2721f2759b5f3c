// The pued configuration that fits a simulated site: every meter, line and BMC where it really answers. Made after
// Site::open(). One thread.
#pragma once

#include <string>

#include "agent/model/result.hpp"
#include "drivers/sim/site.hpp"

namespace pued::sim {

struct ConfigWishes {
    unsigned interval_s = 5;
    double poll_s = 1;
    std::string mqtt;            // "HOST:PORT"; empty: no broker
    std::string data_directory;  // with devices/, rules/, accelerators/; empty: where pued looks by itself
    double pue_limit = 1.30;     // of the operator's own alert
};

std::string site_config(const Site& site, const ConfigWishes& wishes);

// Writes it, and the file with the BMCs' password beside the run directory's other files.
Result<void> write_site_config(const Site& site, const ConfigWishes& wishes, const std::string& file);

}  // namespace pued::sim
