// What a configuration names on this machine's disk: data directories, passwords, certificates. Reads files, so it is
// no part of the pure check(). Main thread, at start, at SIGHUP and in `pued check`.
#pragma once

#include "agent/config/config.hpp"
#include "agent/config/problems.hpp"

namespace pued {

// A data directory that is not there is a problem. A password or certificate that cannot be read is a note: it may wait
// for another machine, or another user, and costs only the broker or the server that it belongs to.
void check_files(const Config& config, Problems& problems);

}  // namespace pued
