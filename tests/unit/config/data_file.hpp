// Files of a test in a folder of their own, removed with it; and problems as text without the folder's name.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "agent/config/document.hpp"

namespace pued::test {

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "pued-data-XXXXXX").string();
        path_ = mkdtemp(name.data());
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    // "ours/a.toml" -> the whole path
    std::string write(const std::string& name, const std::string& text) const {
        const auto file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream{file} << text;
        return file.string();
    }
    std::string texts(const Problems& problems) const {
        std::string out;
        for (const auto& problem : problems.sorted()) out += relative(problem.text()) + '\n';
        return out;
    }

    std::string relative(std::string text) const {
        const auto prefix = path_.string() + '/';
        for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix))
            text.erase(at, prefix.size());
        return text;
    }

private:
    std::filesystem::path path_;
};

// The text with one piece of it exchanged; the piece must be there.
inline std::string with(std::string text, const std::string& piece, const std::string& instead) {
    return text.replace(text.find(piece), piece.size(), instead);
}

}  // namespace pued::test
