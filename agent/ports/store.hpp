// The door to memory that survives a restart: a few named documents, replaced whole. Real: firmware/store (a
// directory, write-rename-fsync). Fake: tests/fakes/store.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/model/result.hpp"

namespace pued {

class Store {
public:
    virtual ~Store() = default;
    // Nothing when the document was never saved; an error when it is there and cannot be read.
    virtual Result<std::optional<std::string>> load(std::string_view name) = 0;
    // After success the document survives a power cut; after failure the old one is still there.
    virtual Result<void> save(std::string_view name, std::string_view bytes) = 0;
};

}  // namespace pued
