// Looking for data files. Reads directories, never the files.
#include "agent/config/data.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

namespace pued {
namespace {

constexpr std::size_t kMaxFiles = 10000;  // of one folder

std::set<std::string> names_in(const std::filesystem::path& folder, std::string_view suffix) {
    std::set<std::string> out;
    std::error_code failed;
    std::filesystem::directory_iterator entry{folder, failed};
    for (; !failed && entry != std::filesystem::directory_iterator{} && out.size() < kMaxFiles;
         entry.increment(failed)) {
        const auto name = entry->path().filename().string();
        if (name.size() > suffix.size() && name.ends_with(suffix) && name.front() != '.') out.insert(name);
    }
    return out;
}

}  // namespace

std::vector<std::string> data_directories(const Config& config) {
    std::vector<std::string> all{PUED_DATA_DIR, "/etc/pued"};
    all.insert(all.end(), config.data_directories.begin(), config.data_directories.end());
    std::vector<std::string> out;
    for (auto directory = all.rbegin(); directory != all.rend(); ++directory) {
        if (std::find(out.begin(), out.end(), *directory) == out.end()) out.push_back(*directory);
    }
    std::reverse(out.begin(), out.end());
    return out;
}

std::vector<std::string> find_files(const std::vector<std::string>& directories, std::string_view kind,
                                    std::string_view suffix) {
    std::set<std::string> seen;
    std::vector<std::string> out;
    for (auto directory = directories.rbegin(); directory != directories.rend(); ++directory) {
        const auto folder = std::filesystem::path{*directory} / kind;
        const auto names = names_in(folder, suffix);
        for (auto name = names.rbegin(); name != names.rend(); ++name) {
            if (seen.insert(*name).second) out.push_back((folder / *name).string());
        }
    }
    std::reverse(out.begin(), out.end());
    return out;
}

}  // namespace pued
