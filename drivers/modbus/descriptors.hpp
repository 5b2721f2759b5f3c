// Open files, of which every TCP endpoint needs one. Called once by the TCP source, before it connects to anything.
#pragma once

#include <cstddef>
#include <string>

namespace pued {

// Raises this process's limit as far as it may, where `endpoints` and what else the daemon opens need it. How many of
// the endpoints can be had.
std::size_t room_for(std::size_t endpoints);

// What is left for endpoints under a limit of so many open files; pure.
std::size_t endpoints_within(std::size_t limit);

// Why those beyond `room` are not read, and what to do.
std::string too_many_endpoints(std::size_t endpoints, std::size_t room);

// The same socket above the descriptors that select() can hold, which libraries with select() (FreeIPMI) then still
// find free. As it was where there is no room up there.
int out_of_the_way(int fd);

}  // namespace pued
