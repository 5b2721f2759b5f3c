// The units that share one link (a TCP connection, a serial line) and whose turn it is. Owned by that link; one
// thread. Who is longest overdue comes first, so all get their share of a line that is too slow for all of them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/ports/source.hpp"
#include "drivers/modbus/device_poll.hpp"
#include "drivers/modbus/latency.hpp"
#include "drivers/poll/schedule.hpp"

namespace pued {

struct Unit {
    DevicePoll poll;
    Schedule schedule;
    Backoff backoff;
    Duration timeout;  // for one reply
    Duration pause;    // silence it wants before the next request
    Latency latency;   // on a serial line
    std::string last_error;
    std::uint32_t skipped = 0;

    // The poll is over: well, for a reason of the unit's own (it will be left to rest), or for one of the link.
    void succeed(ReportSink& out);
    void fail(const std::string& why, BootTime now, ReportSink& out, Duration least_rest = {});
    void fail_with_link(const std::string& why, BootTime now, ReportSink& out);

private:
    void deliver(Report report, ReportSink& out);
};

// What a request costs with a device that takes `latency` to begin its reply and wants `pause` before the next one.
using CostOf = std::function<LineCost(Duration latency, Duration pause)>;

class Rota {
public:
    // `assumed`: the latency until a unit has shown its own. `first`: when the first polls are due; absent: at any
    // time.
    Rota(const std::vector<ModbusPoll>& devices, const CostOf& cost, Duration assumed, const std::string& link,
         FieldLists& lists, std::optional<BootTime> first = {});

    // The unit to poll now, its slot taken and its poll started; units that are due but resting are reported failed.
    Unit* take_due(BootTime now, ReportSink& out);
    [[nodiscard]] BootTime next_due() const;
    void forget_all();

private:
    Unit* most_overdue(BootTime now);

    std::vector<Unit> units_;
};

}  // namespace pued
