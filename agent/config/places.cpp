// Places by "table.index.key".
#include "agent/config/places.hpp"

namespace pued {
namespace {

std::string name_of(std::string_view table, std::size_t index) {
    return std::string{table} + '.' + std::to_string(index);
}

}  // namespace

void ConfigPlaces::note(std::string_view table, std::size_t index, const Table& at,
                        const std::vector<std::string_view>& keys) {
    const auto header = at.place();
    const auto name = name_of(table, index);
    file_ = header.file;
    if (!at.present()) return;
    places_[name] = {header.line, header.column};
    for (const auto key : keys) {
        if (!at.has(key)) continue;
        const auto place = at.place_of(key);
        places_[name + '.' + std::string{key}] = {place.line, place.column};
    }
}

Place ConfigPlaces::at(std::string_view table, std::size_t index, std::string_view key) const {
    const auto name = name_of(table, index);
    auto found = places_.find(name + '.' + std::string{key});
    if (found == places_.end()) found = places_.find(name);
    if (found == places_.end()) return {file_, 0, 0};
    return {file_, found->second.first, found->second.second};
}

std::optional<Place> ConfigPlaces::of_key(std::string_view table, std::size_t index, std::string_view key) const {
    const auto found = places_.find(name_of(table, index) + '.' + std::string{key});
    if (found == places_.end()) return std::nullopt;
    return Place{file_, found->second.first, found->second.second};
}

}  // namespace pued
