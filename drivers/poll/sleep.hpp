// For sources whose thread may block: those of serial lines.
#pragma once

#include <thread>

#include "agent/ports/clock.hpp"

namespace pued {

inline void sleep_until(const Clock& clock, BootTime time) {
    const Duration rest = time - clock.now().boot;
    if (rest > Duration{}) std::this_thread::sleep_for(rest);
}

}  // namespace pued
