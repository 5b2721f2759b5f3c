// An alert as JSON (interface.md, alert payload) and its message in both languages.
#pragma once

#include <string>

#include "agent/runtime/alert_book.hpp"

namespace pued {

std::string alert_payload(const Watch& watch, const AlertEntry& entry);
// The same for an alert that ends because nobody watches its limit any more.
std::string closed_payload(const Watch& watch, const AlertEntry& entry);
// The same payload, pointing to its record. Before, evidence is null: a record cannot hold its own hash.
std::string with_evidence(std::string payload, const Stamp& stamp);

}  // namespace pued
