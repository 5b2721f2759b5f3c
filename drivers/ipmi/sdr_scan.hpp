// Walks once through a BMC's sensor data repository and picks out the sensors that were asked for (IPMI 2.0 sections
// 33.9 to 33.12). One command for each call of advance(), so that a stop, or a poll, need not wait for the end of a
// list that takes a slow BMC a minute. Runs on the BMC's thread.
//
// Whole records are asked for first (offset 0, FFh bytes, no reservation needed). A BMC that cannot (CAh) is read in
// pieces of 22 bytes, then 16, then 8, under a reservation; bodies of records that are no sensors are then skipped.
// Where hints are given, the records with these ids are read first; when they are all that was wanted, that was it.
// There is one reservation a BMC for all its clients: when another one takes it (C5h) we wait a growing random time
// and give up after a few, because two readers that insist starve each other for ever.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/time.hpp"
#include "drivers/ipmi/sdr.hpp"
#include "drivers/ipmi/transport.hpp"
#include "drivers/poll/pause.hpp"

namespace pued::ipmi {

// By name, or by number where the name is empty. Numbers above 255 carry the LUN in the next byte (101h: number 1 on
// LUN 1); below, LUN 0 is preferred and another one taken where LUN 0 has no such sensor.
struct SensorQuery {
    std::string name;
    unsigned number = 0;
};

class SdrScan {
public:
    enum class State : std::uint8_t { running, done, failed, link_lost };

    SdrScan(std::vector<SensorQuery> wanted, unsigned seed, std::vector<std::uint16_t> hints = {});

    // Sends one command if `now` is not before wait_until().
    State advance(Transport& transport, BootTime now);
    [[nodiscard]] BootTime wait_until() const { return wait_until_; }
    // Why it failed.
    [[nodiscard]] const std::string& error() const { return error_; }

    // When done, the record behind each query, in their order.
    [[nodiscard]] const std::vector<std::optional<SensorRecord>>& found() const { return found_; }
    // When done: names of some sensors in watts, to help whoever misspelt one.
    [[nodiscard]] const std::vector<std::string>& power_sensors() const { return power_sensors_; }
    [[nodiscard]] unsigned records() const { return records_; }

private:
    State reserve(Transport& transport, BootTime now);
    State read(Transport& transport, BootTime now);
    State accept(Bytes data);
    State refused(std::uint8_t code, BootTime now);
    State smaller(std::uint8_t code);
    State again_later(std::uint8_t code, BootTime now);
    State record_complete();
    State next_hint();
    State fail(std::string why);
    void consider(const SensorRecord& record);
    [[nodiscard]] bool all_certain() const;
    [[nodiscard]] bool header_known() const { return record_.size() >= header_size; }
    [[nodiscard]] std::size_t record_size() const { return header_size + record_[4]; }
    [[nodiscard]] std::uint8_t bytes_to_ask() const;

    std::vector<SensorQuery> wanted_;
    std::vector<std::uint16_t> hints_;  // record ids still to be tried
    bool hinted_ = false;               // reading such a one
    std::vector<std::optional<SensorRecord>> found_;
    std::vector<bool> certain_;  // no better match can follow
    std::vector<std::string> power_sensors_;
    std::string error_;
    BootTime wait_until_{};
    std::size_t piece_;  // bytes to ask for, when not whole
    Pause pause_;
    unsigned retries_ = 0;  // since the last complete record
    unsigned records_ = 0;
    bool whole_ = true;  // ask for whole records
    std::optional<std::uint16_t> reservation_;
    std::uint16_t id_ = 0;       // of the record being read
    std::uint16_t next_id_ = 0;  // told by its replies
    std::vector<std::uint8_t> record_;
};

}  // namespace pued::ipmi
