// One device's polls, whatever the medium: which requests to send, what to learn from answers and refusals, and the
// Report at the end. Holds no socket and no clock; the source that owns it moves it along on its own thread:
//
//   poll.start(now);
//   while (auto request = poll.request()) … send it … poll.answer(words, sent, received) or poll.refuse(code, …)
//   out.deliver(poll.finish());            // or at any point poll.fail("no reply within 1000 ms", now)
//
// Registers of ReadRate::once are read first after each forget(), then kept. The device's serial number is read last
// after each forget() and once a day, and goes out with that poll's report; a device that refuses it, or that answers
// all but this three times, is asked no more. A refused span ("illegal data address")
// is cut at its gaps, then in halves, and asked again in the same poll; the cuts stay for later polls. A span with an
// energy register that looks torn (torn_guard.hpp) is read again at once; without agreement that point is invalid.
//
// A report's error names what was read torn, what was refused and up to three points without a value, and why;
// energies first.
//
// Fields with a rate of their own are asked for when they are due, and ride along in spans that are read anyway. What
// was not asked for has no sample in the report.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "drivers/modbus/decode.hpp"
#include "drivers/modbus/field_list.hpp"
#include "drivers/modbus/frame.hpp"
#include "drivers/modbus/modbus_source.hpp"
#include "drivers/modbus/span_planner.hpp"
#include "drivers/modbus/torn_guard.hpp"

namespace pued {

class DevicePoll {
public:
    // `link` names the way to the device in error texts: "10.0.0.5:502", "/dev/ttyS1".
    DevicePoll(const ModbusPoll& device, LineCost cost, const std::string& link, FieldLists& lists);

    void start(BootTime now);
    // The next request of this poll; nothing when all is asked.
    [[nodiscard]] std::optional<ReadRequest> request() const;
    [[nodiscard]] bool begun() const { return answered_ + refused_ > 0; }
    void answer(std::span<const std::uint16_t> words, BootTime sent, BootTime received);
    void refuse(std::uint8_t exception, BootTime sent, BootTime received);
    Report finish();
    Report fail(const std::string& why, BootTime now);

    // Requests have come to cost something else. Between two polls only.
    void plan_for(LineCost cost);
    // The link was lost: what stands behind it may have changed.
    void forget();
    // A harmless request whose reply no reply to a request for `words` registers can be mistaken for; nothing where
    // the device has no such registers. Used on serial lines after a timeout.
    [[nodiscard]] std::optional<ReadRequest> probe(std::uint16_t words) const;
    [[nodiscard]] const std::string& place() const { return place_; }  // "10.0.0.5:502 unit 3"

private:
    using Rates = std::uint32_t;  // a bit for each of FieldList::rates

    enum class State : std::uint8_t { unread, answered, busy, refused, torn };
    struct Item {
        State state = State::unread;
        std::array<std::uint16_t, 4> words{};
        Decoded last;                      // the newest good value
        std::unique_ptr<TornGuard> guard;  // of energy registers
    };

    [[nodiscard]] const Field& field_of(std::size_t index) const { return list_->fields[index].field; }
    [[nodiscard]] const SpanRules& rules() const { return list_->map->spans; }
    void ask_first(const std::vector<Span>& spans);
    [[nodiscard]] const Span& current() const { return *pending_.back(); }
    [[nodiscard]] bool once_missing() const;
    [[nodiscard]] Wanted wanted(std::uint32_t index) const;
    [[nodiscard]] std::vector<Wanted> wanted(bool once, Rates due) const;
    [[nodiscard]] Rates due(BootTime now) const;
    [[nodiscard]] Rates all_rates() const { return ~Rates{0} >> (32 - list_->rates.size()); }
    const std::vector<Span>& plan_of(Rates due);
    void add_riders(std::vector<Span>& spans, Rates due) const;
    void put_off();
    [[nodiscard]] ReadRequest request_of(const Span& span) const;
    void plan();
    void plan_identity();
    [[nodiscard]] bool identity_wanted() const;
    void identity_answered(const Span& span, std::span<const std::uint16_t> words, BootTime now);
    void mark(const Span& span, State state);
    void take(Item& item, std::span<const std::uint16_t> words, BootTime received);
    [[nodiscard]] bool time_to_reread(BootTime sent, BootTime received) const;
    void settle(BootTime sent, BootTime received);
    void note_time(BootTime sent, BootTime received);
    [[nodiscard]] bool split(const Span& refused);
    [[nodiscard]] HelperValues helper_values() const;
    [[nodiscard]] Sample sample(std::size_t index, const HelperValues& helpers);
    [[nodiscard]] std::string doubts() const;
    [[nodiscard]] std::string valueless(const std::vector<Sample>& samples, const HelperValues& helpers) const;
    [[nodiscard]] std::string describe_bad(const std::vector<Sample>& samples, const HelperValues& helpers) const;

    DeviceIndex device_;
    PointIndex first_point_;
    std::uint8_t unit_;
    LineCost cost_;
    Duration period_, pause_;
    std::string place_;
    std::shared_ptr<const FieldList> list_;
    std::vector<Item> items_;  // in the order of list_
    Cuts cuts_, cuts_before_;  // learnt; as they were when this poll started
    std::vector<Span> once_plan_;
    std::map<Rates, std::vector<Span>> plans_;  // by what is due, as it has come up
    std::vector<BootTime> due_at_;              // of each rate
    Rates due_ = 0;                             // in this poll
    BootTime started_;

    std::optional<Span> identity_span_;
    std::string identity_;  // read in this poll
    bool identity_due_ = true;
    unsigned identity_silences_ = 0;
    BootTime identity_at_;

    // What is still to be asked, the next one last; of the plans, which do not change within a poll, or of parts_.
    std::vector<const Span*> pending_;
    std::vector<std::unique_ptr<Span>> parts_;  // of spans that were cut in this poll
    unsigned answered_ = 0, refused_ = 0, splits_ = 0;
    unsigned rereads_ = 0;  // asked for of the span in front
    std::string first_refusal_;
    BootTime first_sent_, last_received_;
};

}  // namespace pued
