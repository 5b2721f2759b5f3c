// What the rows of rules and accelerators have in common: required texts, names of enumerations, sources, and files
// of which a later directory's row replaces an earlier one's. Internal to the loaders beside it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/document.hpp"

namespace pued::data_row {

inline constexpr std::size_t most_rows = 500;  // of one file

// The text, or a problem and "".
std::string text(Table& row, std::string_view key, std::string_view expected);

// `sources`, each not blank, joined by "; "; none is a problem.
std::string sources(Table& row);

// `schema = 1` at the head of the file.
void schema(Table& root);

// `key = "x" is unknown, did you mean …? (expected one of …)`.
void unknown_name(Table& row, std::string_view key, const std::string& found, const std::vector<std::string>& names);

// The enumeration value that to_string() calls like the text.
template <class Enum, std::size_t N>
std::optional<Enum> from_name(std::string_view name, const std::array<Enum, N>& all) {
    const auto found = std::find_if(all.begin(), all.end(), [&](Enum value) { return to_string(value) == name; });
    return found == all.end() ? std::nullopt : std::optional{*found};
}

template <class Enum, std::size_t N>
std::vector<std::string> names(const std::array<Enum, N>& all) {
    std::vector<std::string> out;
    for (const auto value : all) out.emplace_back(to_string(value));
    return out;
}

// A required name of an enumeration; with a problem, `fallback`.
template <class Enum, std::size_t N>
Enum named(Table& row, std::string_view key, const std::array<Enum, N>& all, Enum fallback) {
    const auto found = text(row, key, "a name, see the README beside the file");
    if (found.empty()) return fallback;
    const auto value = from_name(found, all);
    if (!value) unknown_name(row, key, found, names(all));
    return value.value_or(fallback);
}

// Collects rows by id in the order of their first appearance.
template <class Row>
class Collection {
public:
    // Twice in one directory is a problem; from another directory the later row wins.
    void add(Row row, Table& table, const std::string& file) {
        const auto directory = std::filesystem::path{file}.parent_path().string();
        const auto [at, fresh] = index_.try_emplace(row.id, Seen{rows_.size(), directory, file});
        if (fresh) {
            rows_.push_back(std::move(row));
        } else if (at->second.directory == directory) {
            table.problem("id", "id = \"" + row.id + "\" is already in " + at->second.file + " (expected a new id)");
        } else {
            rows_[at->second.place] = std::move(row);
            at->second.directory = directory;
            at->second.file = file;
        }
    }
    std::vector<Row> take() { return std::move(rows_); }

private:
    struct Seen {
        std::size_t place;
        std::string directory, file;
    };
    std::map<std::string, Seen> index_;
    std::vector<Row> rows_;
};

// Every row of the files' [[NAME]] tables, by id.
template <class Row, class Read>
std::vector<Row> load(const std::vector<std::string>& files, std::string_view name, Problems& problems, Read read) {
    Collection<Row> out;
    for (const auto& file : files) {
        const auto document = Document::read(file, problems);
        if (!document) continue;
        auto root = document->root();
        schema(root);
        const auto context = read.head(root);
        auto rows = root.tables(name);
        root.finish();
        if (rows.empty()) root.missing(name, "one [[" + std::string{name} + "]] or more");
        if (rows.size() > most_rows) root.problem(name, "more than " + std::to_string(most_rows) + " rows");
        for (auto& row : rows) out.add(read.row(row, context), row, file);
    }
    return out.take();
}

}  // namespace pued::data_row
