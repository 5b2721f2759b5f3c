// Reading and replacing small files. See files.hpp.
#include "drivers/sim/files.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

namespace pued::sim {

Result<void> replace_file(const std::string& path, const std::string& text) {
    const std::string fresh = path + ".new";
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file || std::rename(fresh.c_str(), path.c_str()) != 0)
        return Error{"cannot write " + path + ": " + std::strerror(errno)};
    return {};
}

Result<std::string> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) return Error{"cannot read " + path + ": " + std::strerror(errno)};
    return text.str();
}

Result<void> make_directories(const std::string& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) return Error{"cannot make the directory " + path + ": " + error.message()};
    return {};
}

}  // namespace pued::sim
