// The engine's books as bytes, for snapshot records: what must outlive a restart and nothing else. Those of another
// shape are refused whole with the reason.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "agent/model/result.hpp"
#include "agent/runtime/accounting.hpp"
#include "agent/runtime/alert_book.hpp"

namespace pued {

struct Books {
    AccountingState accounting;
    AlertBook::Entries alerts;
    std::set<std::string> topics;     // retained ones that were published
    std::string reported;             // the last month that a report record was made of: "2026-10"
    std::set<std::string> exchanges;  // of meters, that are on record
    std::string config;               // SHA-256 of the configuration in force
};

// As bytes: CBOR, deflated.
std::string write_books(const Books& books);
Result<Books> read_books(std::string_view bytes);

}  // namespace pued
