// The untyped half of data_row.hpp.
#include "agent/config/data_row.hpp"

namespace pued::data_row {

std::string text(Table& row, std::string_view key, std::string_view expected) {
    auto found = row.string(key);
    if (!found && !row.has(key)) row.missing(key, std::string{expected});
    if (found && found->find_first_not_of(' ') == std::string::npos) {
        row.problem(key, std::string{key} + " is empty (expected " + std::string{expected} + ")");
    }
    return found.value_or("");
}

std::string sources(Table& row) {
    std::string out;
    for (const auto& source : row.strings("sources")) {
        if (source.find_first_not_of(' ') == std::string::npos) continue;
        out += (out.empty() ? "" : "; ") + source;
    }
    if (out.empty()) row.missing("sources", "where this number was read; nothing is taken without a source");
    return out;
}

void schema(Table& root) {
    if (!root.has("schema")) root.missing("schema", "schema = 1");
    root.integer("schema", 1, 1);
}

void unknown_name(Table& row, std::string_view key, const std::string& found, const std::vector<std::string>& names) {
    std::string all;
    for (const auto& name : names) all += (all.empty() ? "\"" : ", \"") + name + '"';
    row.problem(key, std::string{key} + " = \"" + found + "\" is unknown" + suggestion(found, names) +
                         " (expected one of " + all + ")");
}

}  // namespace pued::data_row
