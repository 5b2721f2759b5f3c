// The state directory: each document a file, replaced whole (temporary file, fsync, rename, fsync of the directory), so
// that a power cut leaves the old or the new one. One daemon owns a directory: lock() first. Used by one thread.
#pragma once

#include <string>

#include "agent/ports/store.hpp"
#include "firmware/descriptor.hpp"

namespace pued {

class DirectoryStore final : public Store {
public:
    static constexpr std::size_t largest_document = std::size_t{64} << 20;

    explicit DirectoryStore(std::string directory) : directory_(std::move(directory)) {}

    // Makes the directory where only it is missing, and keeps other daemons out as long as this object lives.
    Result<void> lock();
    // Names are [a-z0-9._-], not beginning with a dot.
    Result<std::optional<std::string>> load(std::string_view name) override;
    Result<void> save(std::string_view name, std::string_view bytes) override;

private:
    [[nodiscard]] Result<std::string> path_of(std::string_view name) const;
    Result<void> sync_directory() const;

    std::string directory_;
    Descriptor lock_;
};

}  // namespace pued
