// Problems on stderr.
#include "agent/commands/problems_out.hpp"

#include <cstdio>

namespace pued {

int complain(const Problems& problems) {
    for (const auto& problem : problems.sorted()) std::fprintf(stderr, "%s\n", problem.text().c_str());
    return 1;
}

std::optional<Installation> load_or_complain(const std::string& config_file) {
    Problems problems;
    auto installation = load_installation(config_file, problems);
    if (problems.none()) return installation;
    complain(problems);
    return std::nullopt;
}

}  // namespace pued
