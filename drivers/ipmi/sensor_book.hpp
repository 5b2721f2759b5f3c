// Which sensor data record stands behind each sensor that the configuration names. Found once and kept for the life of
// the process, and as a hint for the next (sdr_memory.hpp); looked up again when the repository's time stamps change
// (asked after each new session and every ten minutes), or when the BMC says that a sensor is gone. What was not found
// is looked for again after a minute, then two, up to an hour. Runs on the BMC's thread; each advance() sends at most
// one command.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/result.hpp"
#include "agent/model/time.hpp"
#include "drivers/ipmi/sdr.hpp"
#include "drivers/ipmi/sdr_memory.hpp"
#include "drivers/ipmi/sdr_scan.hpp"
#include "drivers/ipmi/transport.hpp"
#include "drivers/poll/pause.hpp"

namespace pued::ipmi {

class SensorBook {
public:
    // Without a memory every process walks the whole list once.
    SensorBook(std::vector<SensorQuery> wanted, unsigned seed, std::shared_ptr<SdrMemory> memory = {});

    // True when there is nothing to look up now.
    [[nodiscard]] bool settled(BootTime now) const;
    // Does the next command of a look-up; false when the link was lost. Call while not settled.
    bool advance(Transport& transport, BootTime now);
    // When to call again; in the past unless the repository asked for patience.
    [[nodiscard]] BootTime wait_until() const { return scan_ ? scan_->wait_until() : BootTime{}; }

    // The record of a query, by its place in the list; or why there is none.
    [[nodiscard]] Result<SensorRecord> find(std::size_t query) const;

    void session_opened();  // perhaps of another BMC, or of one with other firmware
    // The BMC denied a sensor that was found.
    void gone(BootTime now);

private:
    struct Stamp {
        std::vector<std::uint8_t> bytes;  // record count and both time stamps
        friend bool operator==(const Stamp&, const Stamp&) = default;
    };

    bool check_stamp(Transport& transport, BootTime now);
    bool ask_model(Transport& transport);
    void begin_scan();
    void remember();
    bool scan_step(Transport& transport, BootTime now);
    void take_result(BootTime now);
    void look_again(BootTime now);
    [[nodiscard]] std::string not_found(const SensorQuery& query) const;

    std::vector<SensorQuery> wanted_;
    unsigned seed_;
    std::shared_ptr<SdrMemory> memory_;
    std::optional<std::string> fingerprint_;  // of this model and list; empty: it would not say
    std::vector<Result<SensorRecord>> records_;
    std::optional<SdrScan> scan_;  // under way
    bool scan_wanted_ = true;
    BootTime scan_not_before_{};
    Pause patience_;  // between look-ups that do not help
    std::optional<Stamp> stamp_;
    bool stamp_wanted_ = true;
    BootTime stamp_due_{};
};

}  // namespace pued::ipmi
