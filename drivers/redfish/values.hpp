// From a page's JSON to the value of a point: numbers and texts that hold one, in the quantity's unit, energies as
// exact counts of a microwatt-hour. Pure.
#pragma once

#include <string>
#include <vector>

#include "agent/model/reading.hpp"
#include "agent/model/register_sum.hpp"
#include "drivers/redfish/plan.hpp"

namespace pued::redfish {

struct Slot {  // what one target said last
    Quality quality = Quality::invalid;
    double value = 0;  // as the service says it, in its unit
    std::string why = "not read yet";
    std::string stamp = {};  // of a metric report's entry, as the service writes it
    BootTime stamped = {};   // when that stamp was seen first
};

// Of all these targets, which are of the page.
std::vector<Slot> read_slots(const Json& page, const std::vector<const Target*>& targets);

// The point's value out of its targets': `why` says what is wrong where it is not good. The counter's `decimals` is the
// most places behind the point that its register has shown so far: its resolution. `sum` adds up several registers.
struct Register {
    int decimals = 0;
    RegisterSum sum{};
    std::vector<Target> of{};  // the sum's parts
    bool anew = false;         // they are others than at the sample before
};
Sample sample_of(const Binding& binding, const std::vector<const Slot*>& slots, Register& counter, std::string& why);

}  // namespace pued::redfish
