// One meter's polls: which data identifiers to ask for, what to make of values, refusals and silence, and the Report at
// the end. Holds no line and no clock; the source that owns it moves it along on its own thread:
//
//   poll.start(now);
//   while (auto request = poll.request()) … send it … poll.value(…), poll.refused(…) or poll.silent(…)
//   out.deliver(poll.finish());            // or at any point poll.fail("no reply within 1500 ms", now)
//
// An identifier that the meter refused or left unanswered in three polls running is left out for an hour: most meters
// lack some, and on a line of 2400 baud every silence costs as much as the whole poll. A meter that answered before
// goes on being asked after one silence, not after two running.
//
// Why no late reply passes for the next one: identifier and address are echoed, and what was left unanswered is asked
// last in the next poll, when the reply before it has shown what is still under way. `at` of the Report is the middle
// of the energies' requests, not of the whole poll, which may take seconds.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "drivers/dlt645/decode.hpp"
#include "drivers/dlt645/dlt645_source.hpp"
#include "drivers/dlt645/frame.hpp"

namespace pued::dlt645 {

class MeterPoll {
public:
    // `link` names the way to the meter in error texts: "10.0.0.5:4001", "/dev/ttyS1".
    MeterPoll(const Poll& meter, const std::string& link);

    void start(BootTime now);
    [[nodiscard]] std::optional<Request> request() const;
    [[nodiscard]] bool answered() const { return answered_ > 0; }
    void value(const Reply& reply, const Address& from, BootTime sent, BootTime received);
    void refused(const Reply& reply, BootTime now);
    void silent(const std::string& why, BootTime now);  // after an answer in this poll
    Report finish();
    Report fail(const std::string& why, BootTime now);

    void forget() { identity_due_ = true; }                            // the line was lost: another meter may be there
    [[nodiscard]] const std::string& place() const { return place_; }  // "/dev/ttyS1 meter 000000000161"

private:
    struct Item {
        std::uint32_t item = 0;
        bool energy = false;
        bool known = false;  // in this poll
        Bytes data;
        unsigned failures = 0;  // polls running without a value
        std::optional<BootTime> left_out_until{};
    };

    [[nodiscard]] bool another_meter(const Address& from);
    void note_time(const Item& item, BootTime sent, BootTime received);
    void without_value(const std::string& why, bool counts, BootTime now);
    void next();
    [[nodiscard]] const Item& item_of(const Field& field) const;
    [[nodiscard]] std::string valueless(const std::vector<Sample>& samples) const;
    void describe_bad(const std::vector<Sample>& samples, std::string& error) const;

    DeviceIndex device_;
    PointIndex first_point_;
    Address address_;
    Ratios ratios_;
    std::string place_;
    std::vector<Field> fields_;
    std::vector<Item> items_;
    bool has_energy_ = false;

    std::deque<std::size_t> pending_;  // into items_; the front one is under way
    std::optional<std::size_t> doubtful_;
    std::uint8_t follow_ = 0;
    unsigned answered_ = 0, refused_ = 0, silences_ = 0;
    std::string first_trouble_;
    std::optional<BootTime> first_sent_;
    BootTime last_received_;
    std::optional<Address> met_;  // who answered, where anybody may
    bool identity_due_ = true;
};

}  // namespace pued::dlt645
