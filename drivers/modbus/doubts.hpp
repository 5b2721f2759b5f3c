// Which units of one RTU line, or of one serial server, may still say something to an earlier request. RTU frames carry
// no transaction id, so such a unit is first asked something whose reply has another length (DevicePoll::probe); what
// comes back is the evidence. Replies come in the order of their requests: when the probe's own has come, all before it
// has. But all refusals are alike, and one that follows the probe may belong to the earlier request: then the probe's
// own reply is still under way, and may have the length of the next. So a refusal is believed when it comes to the
// second probe, after the rest that a failure costs, in which everything is dropped. A gateway's word that the unit is
// not there says nothing of what the unit will say when it is. Owned by the link, on its thread; pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace pued {

struct Unit;

// The gateway's word that the unit behind it is not there: as good as silence, without the wait.
constexpr bool gateway_says_absent(std::uint8_t exception) { return exception == 10 || exception == 11; }

class Doubts {
public:
    // A request for so many registers was in vain. Of a unit in doubt: what the doubt is about.
    void begin(const Unit* unit, std::uint16_t words) { open_[unit].words = words; }
    // How many registers that reply would have; nothing without a doubt.
    [[nodiscard]] std::optional<std::uint16_t> words(const Unit* unit) const;
    // The probe was answered, with this exception or none: whether the doubt is over.
    [[nodiscard]] bool answered(const Unit* unit, std::uint8_t exception);
    void drop(const Unit* unit) { open_.erase(unit); }

private:
    struct Doubt {
        std::uint16_t words = 0;
        bool refused = false;  // a refusal has come since, its own or the probe's
    };
    std::map<const Unit*, Doubt> open_;
};

}  // namespace pued
