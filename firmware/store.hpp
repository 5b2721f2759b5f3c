// The state directory: documents replaced whole (temporary file, fsync, rename, fsync of the directory), so that a
// power cut leaves the old or the new one, and files written on from a byte. Folders one level deep are made on demand
// (0700; files 0600). One daemon owns a directory: lock() first; who only reads needs none. Used by one thread.
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
    [[nodiscard]] Result<std::optional<std::string>> load(std::string_view name) const override;
    Result<void> save(std::string_view name, std::string_view bytes) override;
    Result<void> write_from(std::string_view name, std::size_t at, std::string_view bytes) override;
    [[nodiscard]] Result<std::vector<std::string>> list(std::string_view folder) const override;
    Result<void> remove(std::string_view name) override;

private:
    struct Place {  // a name taken apart
        std::string folder, path;
    };
    [[nodiscard]] Result<Place> place_of(std::string_view name) const;
    Result<void> make_folder(const std::string& folder) const;

    std::string directory_;
    Descriptor lock_;
};

}  // namespace pued
