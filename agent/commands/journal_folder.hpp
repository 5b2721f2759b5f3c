// A journal's folder that was copied somewhere under any name, as the Store that journal code expects: "journal/x" is
// the file x in it. Used by one command, on its thread.
#pragma once

#include <string>
#include <string_view>

#include "firmware/store.hpp"

namespace pued {

class JournalFolder final : public Store {
public:
    // The folder itself, or a state directory that has it.
    static Result<JournalFolder, BilingualError> find(const std::string& directory);
    explicit JournalFolder(std::string folder) : inner_(std::move(folder)) {}

    [[nodiscard]] Result<std::optional<std::string>> load(std::string_view name) const override {
        return inner_.load(inside(name));
    }
    Result<void> save(std::string_view name, std::string_view bytes) override {
        return inner_.save(inside(name), bytes);
    }
    Result<void> write_from(std::string_view name, std::size_t at, std::string_view bytes) override {
        return inner_.write_from(inside(name), at, bytes);
    }
    [[nodiscard]] Result<std::vector<std::string>> list(std::string_view /*folder*/) const override {
        return inner_.list("");
    }
    Result<void> remove(std::string_view name) override { return inner_.remove(inside(name)); }

private:
    static std::string_view inside(std::string_view name) { return name.substr(name.find('/') + 1); }

    DirectoryStore inner_;
};

}  // namespace pued
