// An alert's whole memory as JSON and back: for its records and for snapshots. Reading throws nlohmann's exceptions
// where the document is of another shape. Only for .cpp files: the header is heavy.
#pragma once

#include <nlohmann/json.hpp>

#include "agent/runtime/alert_book.hpp"

namespace pued {

void to_json(nlohmann::json& out, const AlertEntry& entry);
void from_json(const nlohmann::json& in, AlertEntry& entry);

}  // namespace pued
