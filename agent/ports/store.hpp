// The door to memory that survives a restart: a few named files in one directory tree. Real: firmware/store (a
// directory). Fake: tests/fakes (in memory, with disks that are full, torn or lying). Names are "name" or
// "folder/name", of [a-z0-9._-], no part beginning with a dot.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/result.hpp"

namespace pued {

class Store {
public:
    virtual ~Store() = default;
    // Nothing when it was never saved; an error when it is there and cannot be read.
    [[nodiscard]] virtual Result<std::optional<std::string>> load(std::string_view name) const = 0;
    // Replaces it whole. After success it survives a power cut; after failure the old one is still there.
    virtual Result<void> save(std::string_view name, std::string_view bytes) = 0;
    // Writes `bytes` from byte `at` on, which is at most its size, cuts off what stood behind, and syncs. After success
    // it survives a power cut; after failure what stands from `at` on is unknown, and all before it is as it was.
    virtual Result<void> write_from(std::string_view name, std::size_t at, std::string_view bytes) = 0;
    // Names in this folder (empty: those without one), sorted; a folder that is not there has none.
    [[nodiscard]] virtual Result<std::vector<std::string>> list(std::string_view folder) const = 0;
    virtual Result<void> remove(std::string_view name) = 0;
};

}  // namespace pued
