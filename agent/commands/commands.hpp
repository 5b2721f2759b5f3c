// The verbs of the command line, one file each. All run on the main thread and return the exit code of interface.md.
#pragma once

#include <string>
#include <vector>

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

struct JournalOptions {
    bool follow = false;
    bool json = false;
    std::string export_to;  // directory; empty: print
};

struct VerifyOptions {
    std::string directory;               // the journal's folder, or the state directory that has it
    std::string key;                     // PUBLIC.pem; empty: the journal's own
    std::vector<std::string> witnesses;  // their keys, as "name+id+key"
    std::string checkpoint;              // a note that somebody kept; empty: none
    std::string lang = "en";             // or "zh"
};

struct ScanOptions {
    std::string medium;                  // "tcp", "rtu"
    std::string target;                  // HOST[:PORT], or a serial line's device file
    std::string protocol = "modbus";     // or "dlt645"
    std::string framing;                 // Modbus over TCP: "tcp" (or empty), "rtu" (a serial server)
    std::string units;                   // Modbus: "1-8,100"; empty: the usual ones
    std::vector<std::string> addresses;  // DL/T 645: twelve digits each; empty: whoever answers
    std::vector<unsigned> bauds;         // serial line; empty: the usual ones
    std::vector<std::string> parities;   // serial line: "N", "E", "O"
    unsigned timeout_ms = 0;             // for an answer; 0: by medium and protocol
    std::string config;                  // its data directories are searched for register maps; empty: none
    std::vector<std::string> data;       // further ones
    bool json = false;
};

int run_command(const std::string& config_file);    // 0 after SIGTERM, 1 when it cannot start
int check_command(const std::string& config_file);  // 0 sound, 1 problems
int read_command(const std::string& config_file, const ReadOptions& options);  // 0 all good, 1 some bad

int scan_command(const ScanOptions& options);  // 0 found, 1 nothing, 2 wrong usage

int replay_command(const std::string& config_file, const ReplayOptions& options);  // 0, 1 when readings are malformed

int report_command(const std::string& config_file, const ReportOptions& options);  // 0, 1 where there is none to make

int journal_command(const std::string& config_file, const JournalOptions& options);  // 0, 1 when it cannot be read
int verify_command(const VerifyOptions& options);                                    // 0 sound, 1 not

}  // namespace pued
