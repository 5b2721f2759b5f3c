// An alert as JSON (interface.md, alert payload) and its message in both languages.
#pragma once

#include <string>

#include "agent/runtime/alert_book.hpp"

namespace pued {

std::string alert_payload(const Watch& watch, const AlertState& state, const Evaluation& latest,
                          const Judgement* judgement);

}  // namespace pued
