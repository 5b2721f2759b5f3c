// The engine's books as a document, for snapshot records: what must outlive a restart and nothing else. One of another
// shape is refused whole with the reason. Only for .cpp files: the header is heavy.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>

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
};

nlohmann::json books_json(const Books& books);
Result<Books> read_books(const nlohmann::json& in);

}  // namespace pued
