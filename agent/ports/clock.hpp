// The door to time. Real: firmware/clock. Fake: tests/fakes/clock.
#pragma once

#include "agent/model/time.hpp"

namespace pued {

class Clock {
public:
    virtual ~Clock() = default;
    // Both clocks at one moment. Callable from any thread.
    [[nodiscard]] virtual Now now() const = 0;
};

}  // namespace pued
