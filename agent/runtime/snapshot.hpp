// The engine's books as text, for the store: what must outlive a restart and nothing else. A text of another shape is
// refused whole with the reason. Until there is a journal, this is the only memory.
#pragma once

#include <set>
#include <string>

#include "agent/metering/ledger.hpp"
#include "agent/metrics/compute.hpp"
#include "agent/metrics/windows.hpp"
#include "agent/model/result.hpp"
#include "agent/runtime/alert_book.hpp"

namespace pued {

struct Books {
    LedgerState ledger;
    WindowsState windows;
    ComputeState compute;
    AlertBook::Entries alerts;
    std::set<std::string> topics;  // retained ones that were published
};

std::string write_books(const Books& books);
Result<Books> read_books(const std::string& text);

}  // namespace pued
