// The verbs of the command line, one file each. All run on the main thread and return the exit code of interface.md.
#pragma once

#include <string>

namespace pued {

struct ReadOptions {
    bool json = false;
    bool watch = false;
};

struct ReplayOptions {
    std::string readings;  // READINGS.csv
    std::string journal;   // directory to be made for the evidence; empty: none
    bool json = false;
};

struct ReportOptions {
    std::string period;  // "2026", "2026-07", "2026-07-14"; empty: the current year of the site
    std::string lang;    // "en", "zh"; empty: as the site says
    std::string format = "html";
    std::string out;  // empty: stdout
};

int run_command(const std::string& config_file);    // 0 after SIGTERM, 1 when it cannot start
int check_command(const std::string& config_file);  // 0 sound, 1 problems
int read_command(const std::string& config_file, const ReadOptions& options);  // 0 all good, 1 some bad

int replay_command(const std::string& config_file, const ReplayOptions& options);  // 0, 1 when readings are malformed

int report_command(const std::string& config_file, const ReportOptions& options);  // 0, 1 where there is none to make

}  // namespace pued
