// The verbs of the command line, one file each. All run on the main thread and return the exit code of interface.md.
#pragma once

#include <string>

namespace pued {

struct ReadOptions {
    bool json = false;
    bool watch = false;
};

int run_command(const std::string& config_file);    // 0 after SIGTERM, 1 when it cannot start
int check_command(const std::string& config_file);  // 0 sound, 1 problems
int read_command(const std::string& config_file, const ReadOptions& options);  // 0 all good, 1 some bad

}  // namespace pued
