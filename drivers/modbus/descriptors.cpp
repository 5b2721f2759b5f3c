// The limit of open files.
#include "drivers/modbus/descriptors.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <unistd.h>

#include <algorithm>

namespace pued {
namespace {

constexpr std::size_t for_others = 128;  // journal, broker, BMCs, serial lines, standard streams

}  // namespace

std::size_t endpoints_within(std::size_t limit) { return limit > for_others ? limit - for_others : 0; }

std::size_t room_for(std::size_t endpoints) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    const rlim_t wanted = FD_SETSIZE + endpoints + for_others;  // FD_SETSIZE: see out_of_the_way()
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = std::min(wanted, limit.rlim_max);
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    return endpoints_within(static_cast<std::size_t>(std::min(limit.rlim_cur, wanted)));
}

std::string too_many_endpoints(std::size_t endpoints, std::size_t room) {
    return "one endpoint too many: " + std::to_string(endpoints) + " need " + std::to_string(endpoints + for_others) +
           " open files and this process may have " + std::to_string(room + for_others) +
           " (raise LimitNOFILE= of the service, or ulimit -n, or give some of them to another agent)";
}

int out_of_the_way(int fd) {
    if (fd < 0 || fd >= FD_SETSIZE) return fd;
    const int high = ::fcntl(fd, F_DUPFD_CLOEXEC, FD_SETSIZE);
    if (high < 0) return fd;
    ::close(fd);
    return high;
}

}  // namespace pued
