// Where in its file each part of a configuration stands, so that the cross-checks can give line and column as the
// loaders do. Tables are named as in the file ("meter", "site") and counted from 0 in file order.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/config/document.hpp"

namespace pued {

class ConfigPlaces {
public:
    // Remembers the table's header and those of its `keys` that are there.
    void note(std::string_view table, std::size_t index, const Table& at, const std::vector<std::string_view>& keys);
    // Of the key's value; of the table where the key is not there; of the whole file where the table is not.
    [[nodiscard]] Place at(std::string_view table, std::size_t index, std::string_view key) const;

    // Of the key's value, where the key is there (and was noted).
    [[nodiscard]] std::optional<Place> of_key(std::string_view table, std::size_t index, std::string_view key) const;

private:
    std::string file_;
    std::map<std::string, std::pair<unsigned, unsigned>, std::less<>> places_;  // "meter.0.host": line, column
};

}  // namespace pued
