// Small files written whole: a reader sees the old or the new one, never half of it.
#pragma once

#include <string>

#include "agent/model/result.hpp"

namespace pued::sim {

Result<void> replace_file(const std::string& path, const std::string& text);
Result<std::string> read_file(const std::string& path);
Result<void> make_directories(const std::string& path);

}  // namespace pued::sim
