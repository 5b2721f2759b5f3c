// All Redfish services of a configuration as one source, on one thread: each goes at its own pace, and none waits for
// another. Servers, GPU base boards and rack PDUs. Read-only but for our own session (exchange.hpp).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/config/config.hpp"
#include "agent/model/reading.hpp"
#include "agent/model/redfish_profile.hpp"
#include "agent/model/result.hpp"
#include "agent/ports/clock.hpp"
#include "agent/ports/source.hpp"

namespace pued {

struct RedfishPoll {
    DeviceIndex device = 0;
    PointIndex first_point = 0;
    std::vector<std::string> quantities;     // of its points, in their order
    std::map<std::string, unsigned> counts;  // elements that there are, as far as the configuration says
    bool billed = false;                     // it counts in a balance
    RedfishAccess access;
    std::string password;  // the contents of access.password_file
    RedfishProfile profile;
    Duration period{};
    Duration timeout{};  // of a request; 0: ten seconds
};

// The clock must outlive the source. Connects to nothing yet. Fails where libcurl is missing.
Result<std::unique_ptr<Source>> make_redfish_source(std::vector<RedfishPoll> polls, const Clock& clock);

}  // namespace pued
