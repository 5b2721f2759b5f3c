// What ends a doubt; see doubts.hpp.
#include "drivers/modbus/doubts.hpp"

namespace pued {

std::optional<std::uint16_t> Doubts::words(const Unit* unit) const {
    const auto doubt = open_.find(unit);
    return doubt == open_.end() ? std::nullopt : std::optional{doubt->second.words};
}

bool Doubts::answered(const Unit* unit, std::uint8_t exception) {
    bool& refused = open_[unit].refused;
    const bool absent = gateway_says_absent(exception);
    const bool over = exception == 0 || (refused && !absent);
    refused = refused || !absent;
    if (over) open_.erase(unit);
    return over;
}

}  // namespace pued
