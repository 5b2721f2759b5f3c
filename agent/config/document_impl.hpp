// What document.cpp and document_values.cpp share: the only header that knows toml++. Internal to agent/config.
#pragma once

#include <toml++/toml.h>
#include <set>

#include "agent/config/document.hpp"

namespace pued {

struct Document::Impl {
    toml::table table;
    std::string file;
    Problems* problems = nullptr;
};

struct Table::Impl {
    const toml::table* table = nullptr;  // kept alive by `document`
    std::shared_ptr<const void> document;
    std::string file;
    Problems* problems = nullptr;
    std::string where;
    std::set<std::string, std::less<>> known;
    std::set<std::string, std::less<>> refused;  // of these: known, but not to be used here

    [[nodiscard]] Place at(const toml::source_region& source) const {
        return {file, static_cast<unsigned>(source.begin.line), static_cast<unsigned>(source.begin.column)};
    }
    const toml::node* find(std::string_view key) {
        known.emplace(key);
        return table == nullptr ? nullptr : table->get(key);
    }
    void report(const toml::node& node, std::string what) const {
        problems->add(at(node.source()), where, std::move(what));
    }
    // Reports `key = … is not a WANTED`.
    void wrong_type(const toml::node& node, std::string_view key, std::string_view wanted) const;
    std::optional<std::int64_t> checked_integer(const toml::node& node, std::string_view key, std::int64_t min,
                                                std::int64_t max) const;
    std::optional<double> checked_number(const toml::node& node, std::string_view key, double min, double max) const;
    Table child(const toml::table* child) const;
};

}  // namespace pued
