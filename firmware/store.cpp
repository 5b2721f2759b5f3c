// Files of the state directory; every error names the file and the reason.
#include "firmware/store.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace pued {

namespace {

constexpr mode_t directory_mode = 0750;
constexpr mode_t folder_mode = 0700;
constexpr mode_t file_mode = 0600;

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

Result<void> write_all(int fd, std::size_t at, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return failure(path, "cannot write");
        bytes.remove_prefix(static_cast<std::size_t>(written));
        at += static_cast<std::size_t>(written);
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
    if (auto written = write_all(file.get(), 0, bytes, path); !written) return written;
    if (::fsync(file.get()) != 0) return failure(path, "cannot write through to the disk");
    return {};
}

Result<void> sync_directory(const std::string& path) {
    const Descriptor directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory || ::fsync(directory.get()) != 0) return failure(path, "cannot write through to the disk");
    return {};
}

// An existing file, or a new and empty one.
Result<Descriptor> open_to_write(const std::string& path) {
    Descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, file_mode)};
    if (!file) return failure(path, "cannot open");
    return file;
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

// The lock file, or what can be opened of it and of its directory while the disk is full or read-only.
Descriptor open_lock(const std::string& directory, const std::string& path) {
    Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, file_mode)};
    if (file || (errno != EROFS && errno != ENOSPC)) return file;
    Descriptor readable{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (readable) return readable;
    return Descriptor{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
}

}  // namespace

Result<void> DirectoryStore::lock() {
    if (::mkdir(directory_.c_str(), directory_mode) != 0 && errno != EEXIST)
        return failure(directory_, "cannot make the state directory");
    const std::string path = directory_ + "/lock";
    auto file = open_lock(directory_, path);
    if (!file) return failure(path, "cannot open");
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return failure(path, "cannot lock");
        return Error{directory_ + ": is in use by another pued" + holder_of(file.get()) +
                     " (stop it, or set another state_directory)"};
    }
    // Only for the message above; the lock is the descriptor.
    if (::ftruncate(file.get(), 0) == 0) (void)write_all(file.get(), 0, std::to_string(::getpid()) + '\n', path);
    lock_ = std::move(file);
    return {};
}

Result<DirectoryStore::Place> DirectoryStore::place_of(std::string_view name) const {
    const auto slash = name.find('/');
    const auto folder = slash == name.npos ? std::string_view{} : name.substr(0, slash);
    const auto file = slash == name.npos ? name : name.substr(slash + 1);
    if (!is_name(file) || (slash != name.npos && !is_name(folder)))
        return Error{directory_ + ": \"" + std::string{name} + "\" is no name of a document"};
    Place place{directory_, {}};
    if (!folder.empty()) place.folder += '/' + std::string{folder};
    place.path = place.folder + '/' + std::string{file};
    return place;
}

Result<void> DirectoryStore::make_folder(const std::string& folder) const {
    if (folder == directory_) return {};
    if (::mkdir(folder.c_str(), folder_mode) == 0) return sync_directory(directory_);
    if (errno != EEXIST) return failure(folder, "cannot make the folder");
    return {};
}

Result<std::optional<std::string>> DirectoryStore::load(std::string_view name) const {
    const auto place = place_of(name);
    if (!place) return Error{place.error()};
    const Descriptor file{::open(place->path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (!file && errno == ENOENT) return std::optional<std::string>{};
    if (!file) return failure(place->path, "cannot open");
    auto bytes = read_all(file.get(), place->path);
    if (!bytes) return Error{bytes.error()};
    return std::optional{std::move(*bytes)};
}

Result<void> DirectoryStore::save(std::string_view name, std::string_view bytes) {
    const auto place = place_of(name);
    if (!place) return Error{place.error()};
    if (auto made = make_folder(place->folder); !made) return made;
    const std::string temporary = place->folder + "/." + place->path.substr(place->folder.size() + 1) + ".new";
    if (auto written = write_file(temporary, bytes); !written) {
        ::unlink(temporary.c_str());
        return written;
    }
    if (::rename(temporary.c_str(), place->path.c_str()) != 0) {
        const Error error = failure(place->path, "cannot replace");
        ::unlink(temporary.c_str());
        return error;
    }
    return sync_directory(place->folder);
}

Result<void> DirectoryStore::write_from(std::string_view name, std::size_t at, std::string_view bytes) {
    const auto place = place_of(name);
    if (!place) return Error{place.error()};
    if (auto made = make_folder(place->folder); !made) return made;
    const auto file = open_to_write(place->path);
    if (!file) return Error{file.error()};
    struct stat now {};
    if (::fstat(file->get(), &now) != 0) return failure(place->path, "cannot look at it");
    if (static_cast<std::uint64_t>(now.st_size) < at)
        return Error{place->path + ": has only " + std::to_string(now.st_size) + " bytes, " + std::to_string(at) +
                     " were written (who cut it?)"};
    if (auto written = write_all(file->get(), at, bytes, place->path); !written) return written;
    if (::ftruncate(file->get(), static_cast<off_t>(at + bytes.size())) != 0)
        return failure(place->path, "cannot cut off the end");
    if (::fdatasync(file->get()) != 0) return failure(place->path, "cannot write through to the disk");
    // Also at byte 0 of one that is there: it may be new from a try that failed before its name was safe.
    return at == 0 ? sync_directory(place->folder) : Result<void>{};
}

Result<std::vector<std::string>> DirectoryStore::list(std::string_view folder) const {
    if (!folder.empty() && !is_name(folder))
        return Error{directory_ + ": \"" + std::string{folder} + "\" is no name of a folder"};
    const std::string path = folder.empty() ? directory_ : directory_ + '/' + std::string{folder};
    const std::unique_ptr<DIR, int (*)(DIR*)> stream{::opendir(path.c_str()), ::closedir};
    if (!stream && errno == ENOENT) return std::vector<std::string>{};
    if (!stream) return failure(path, "cannot open");
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(stream.get())) {
        if (is_name(entry->d_name)) names.emplace_back(entry->d_name);
        errno = 0;
    }
    if (errno != 0) return failure(path, "cannot read");
    std::sort(names.begin(), names.end());
    return names;
}

Result<void> DirectoryStore::remove(std::string_view name) {
    const auto place = place_of(name);
    if (!place) return Error{place.error()};
    if (::unlink(place->path.c_str()) == 0) return sync_directory(place->folder);
    return errno == ENOENT ? Result<void>{} : failure(place->path, "cannot remove");
}

}  // namespace pued
