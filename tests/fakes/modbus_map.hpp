// Register maps of Modbus devices under test: what a poll shares with others becomes its own before it is changed.
#pragma once

#include <memory>

#include "drivers/modbus/modbus_source.hpp"

namespace pued::fake {

inline RegisterMap& own_map(ModbusPoll& poll) {
    const auto own = poll.map ? std::make_shared<RegisterMap>(*poll.map) : std::make_shared<RegisterMap>();
    poll.map = own;
    return *own;
}

}  // namespace pued::fake
