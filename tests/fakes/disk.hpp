// The store, faked: files in memory on a disk that can be full, read-only, lie about fsync or lose its power in the
// middle of a write. What it loses is chosen by a seed, so that every failure can be had again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/ports/store.hpp"

namespace pued::fake {

struct PowerCut {};  // thrown by the write during which it happens: nothing of the program runs on

class FakeStore final : public Store {
public:
    [[nodiscard]] Result<std::optional<std::string>> load(std::string_view name) const override {
        if (broken) return Error{"the store is broken"};
        const auto found = documents.find(std::string{name});
        if (found == documents.end()) return std::optional<std::string>{};
        bytes_loaded += found->second.size();
        return std::optional{found->second};
    }
    Result<void> save(std::string_view name, std::string_view bytes) override {
        if (auto refused = refuse(); !refused) return refused;
        if (spend(bytes.size() + 1) <= bytes.size()) throw PowerCut{};
        if (room && *room < bytes.size()) return Error{std::string{name} + ": cannot write: No space left on device"};
        if (sync_fails()) return Error{std::string{name} + ": cannot write through to the disk: Input/output error"};
        documents[std::string{name}] = bytes;
        return {};
    }
    Result<void> write_from(std::string_view name, std::size_t at, std::string_view bytes) override {
        if (auto refused = refuse(); !refused) return refused;
        auto& file = documents[std::string{name}];
        if (at > file.size()) return Error{std::string{name} + ": is shorter"};
        const auto before = file;
        const auto until_cut = spend(bytes.size() + 1);
        const bool cut = until_cut <= bytes.size();
        const bool full = room && *room < bytes.size();
        const auto written = std::min(cut ? until_cut : bytes.size(), room.value_or(bytes.size()));
        if (room) *room -= std::min(*room, written);
        file.resize(std::max(file.size(), at + written), '\0');
        file.replace(at, written, bytes.substr(0, written));
        if (!cut && !full) file.resize(at + bytes.size());
        if (cut || (!full && sync_fails())) {
            if (!cut || lose_pages) lose_some(file, before, at);
            if (cut) throw PowerCut{};
            return Error{std::string{name} + ": cannot write through to the disk: Input/output error"};
        }
        return full ? Result<void>{Error{std::string{name} + ": cannot write: No space left on device"}}
                    : Result<void>{};
    }
    [[nodiscard]] Result<std::vector<std::string>> list(std::string_view folder) const override {
        if (broken) return Error{"the store is broken"};
        std::vector<std::string> names;
        const auto prefix = std::string{folder} + '/';
        for (const auto& [name, bytes] : documents) {
            if (name.starts_with(prefix)) names.push_back(name.substr(prefix.size()));
        }
        return names;
    }
    Result<void> remove(std::string_view name) override {
        if (auto refused = refuse(); !refused) return refused;
        if (spend(1) == 0) throw PowerCut{};
        documents.erase(std::string{name});
        return {};
    }

    std::map<std::string, std::string> documents;
    bool broken = false;                   // nothing works
    bool read_only = false;                // nothing can be written
    std::optional<std::size_t> room;       // bytes until the disk is full
    unsigned failing_syncs = 0;            // that many next syncs fail, each losing some of its write
    std::optional<std::size_t> cut_after;  // bytes until the power is cut
    bool lose_pages = false;               // the cut also loses pages in front of the last byte written
    std::uint32_t seed = 1;
    mutable std::size_t bytes_loaded = 0;

private:
    static constexpr std::size_t page = 16;

    Result<void> refuse() const {
        if (broken) return Error{"the store is broken"};
        if (read_only) return Error{"cannot write: Read-only file system"};
        return {};
    }
    std::size_t spend(std::size_t cost) {
        if (!cut_after) return cost;
        const auto granted = std::min(cost, *cut_after);
        *cut_after -= granted;
        return granted;
    }
    bool sync_fails() {
        if (failing_syncs == 0) return false;
        --failing_syncs;
        return true;
    }
    // Each page of the file behind `at` is as it is now, or as it was before; zeros where nothing was.
    void lose_some(std::string& file, const std::string& before, std::size_t at) {
        for (std::size_t begin = at; begin < file.size(); begin += page) {
            seed = seed * 1664525 + 1013904223;
            if ((seed >> 24) % 2 == 0) continue;
            for (std::size_t i = begin; i < std::min(begin + page, file.size()); ++i)
                file[i] = i < before.size() ? before[i] : '\0';
        }
    }
};

}  // namespace pued::fake
