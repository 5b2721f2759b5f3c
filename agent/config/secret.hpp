// Passwords come from files, never from the configuration itself, and never leave for a log or a message.
#pragma once

#include <string>

#include "agent/model/result.hpp"

namespace pued {

// The first line of the file, without its line end. The error names the file and never its contents.
Result<std::string> read_secret(const std::string& path);

}  // namespace pued
