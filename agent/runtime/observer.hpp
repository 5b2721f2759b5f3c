// Who watches the engine work without a broker in between: `pued replay`, tests. Called on the engine's thread.
#pragma once

#include <vector>

#include "agent/runtime/accounting.hpp"
#include "agent/runtime/alert_book.hpp"
#include "agent/runtime/verdicts.hpp"

namespace pued {

class Observer {
public:
    virtual ~Observer() = default;
    virtual void settled(const Outcome& outcome) = 0;
    virtual void alerted(const AlertChange& change, UtcTime at) = 0;
    virtual void judged(const std::vector<RuleVerdict>& verdicts, UtcTime at) = 0;
};

}  // namespace pued
