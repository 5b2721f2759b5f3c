// Files of the state directory; every error names the file and the reason.
#include "firmware/store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace pued {

namespace {

constexpr mode_t directory_mode = 0750;
constexpr mode_t file_mode = 0640;

Error failure(const std::string& path, const char* doing) {
    const int why = errno;
    const bool not_ours = why == EACCES || why == EPERM || why == EROFS;
    return Error{path + ": " + doing + ": " + std::strerror(why) +
                 (not_ours ? " (run as the user pued, or set state_directory)" : "")};
}

bool is_name(std::string_view name) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    return !name.empty() && name.size() <= 200 && name.front() != '.' &&
           name.find_first_not_of(letters) == std::string_view::npos;
}

Result<void> write_all(int fd, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return failure(path, "cannot write");
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Result<std::string> read_all(int fd, const std::string& path) {
    std::string bytes;
    char buffer[65536];
    for (;;) {
        const ssize_t got = ::read(fd, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failure(path, "cannot read");
        if (got == 0) return bytes;
        bytes.append(buffer, static_cast<std::size_t>(got));
        if (bytes.size() > DirectoryStore::largest_document)
            return Error{path + ": is larger than " + std::to_string(DirectoryStore::largest_document) + " bytes"};
    }
}

Result<void> write_file(const std::string& path, std::string_view bytes) {
    const Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, file_mode)};
    if (!file) return failure(path, "cannot create");
    if (auto written = write_all(file.get(), bytes, path); !written) return written;
    if (::fsync(file.get()) != 0) return failure(path, "cannot write through to the disk");
    return {};
}

// Who holds the lock, as it wrote itself down: " (process 1234)".
std::string holder_of(int fd) {
    char text[24]{};
    const ssize_t got = ::pread(fd, text, sizeof text - 1, 0);
    if (got <= 0) return {};
    const std::string_view digits{text, static_cast<std::size_t>(got)};
    const auto end = std::min(digits.find_first_not_of("0123456789"), digits.size());
    return end == 0 ? std::string{} : " (process " + std::string{digits.substr(0, end)} + ')';
}

}  // namespace

Result<void> DirectoryStore::lock() {
    if (::mkdir(directory_.c_str(), directory_mode) != 0 && errno != EEXIST)
        return failure(directory_, "cannot make the state directory");
    const std::string path = directory_ + "/lock";
    Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, file_mode)};
    if (!file) return failure(path, "cannot open");
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return failure(path, "cannot lock");
        return Error{directory_ + ": is in use by another pued" + holder_of(file.get()) +
                     " (stop it, or set another state_directory)"};
    }
    // Only for the message above; the lock is the descriptor.
    if (::ftruncate(file.get(), 0) == 0) (void)write_all(file.get(), std::to_string(::getpid()) + '\n', path);
    lock_ = std::move(file);
    return {};
}

Result<std::string> DirectoryStore::path_of(std::string_view name) const {
    if (!is_name(name)) return Error{directory_ + ": \"" + std::string{name} + "\" is no name of a document"};
    return directory_ + '/' + std::string{name};
}

Result<std::optional<std::string>> DirectoryStore::load(std::string_view name) {
    const auto path = path_of(name);
    if (!path) return Error{path.error()};
    const Descriptor file{::open(path->c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (!file && errno == ENOENT) return std::optional<std::string>{};
    if (!file) return failure(*path, "cannot open");
    auto bytes = read_all(file.get(), *path);
    if (!bytes) return Error{bytes.error()};
    return std::optional{std::move(*bytes)};
}

Result<void> DirectoryStore::save(std::string_view name, std::string_view bytes) {
    const auto path = path_of(name);
    if (!path) return Error{path.error()};
    const std::string temporary = directory_ + "/." + std::string{name} + ".new";
    if (auto written = write_file(temporary, bytes); !written) {
        ::unlink(temporary.c_str());
        return written;
    }
    if (::rename(temporary.c_str(), path->c_str()) != 0) {
        const Error error = failure(*path, "cannot replace");
        ::unlink(temporary.c_str());
        return error;
    }
    return sync_directory();
}

Result<void> DirectoryStore::sync_directory() const {
    const Descriptor directory{::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory || ::fsync(directory.get()) != 0) return failure(directory_, "cannot write through to the disk");
    return {};
}

}  // namespace pued
