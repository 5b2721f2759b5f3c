// Reads one line, at most 256 bytes.
#include "agent/config/secret.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace pued {

Result<std::string> read_secret(const std::string& path) {
    errno = 0;
    std::ifstream in{path};
    if (!in) return Error{"\"" + path + "\" cannot be read: " + std::strerror(errno)};
    std::string line;
    if (!std::getline(in, line) || line.empty())
        return Error{"\"" + path + "\" is empty (expected the password in its first line)"};
    if (line.back() == '\r') line.pop_back();
    if (line.size() > 256)
        return Error{"\"" + path + "\" is longer than 256 bytes (expected a password in its first line)"};
    struct stat facts {};
    if (::stat(path.c_str(), &facts) == 0 && (facts.st_mode & S_IROTH) != 0) {
        return Error{"\"" + path + "\" can be read by everybody (expected mode 0600, or 0640 with pued's group)"};
    }
    return line;
}

}  // namespace pued
