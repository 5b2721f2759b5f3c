// What `pued scan` prints: a TOML document whose comments are the ranked table with its reasons, and whose tables are
// to be pasted into pued.toml; or one JSON document. And on stderr, for those who watch, how far it is. Main thread.
#pragma once

#include <string>

#include "agent/commands/scan_session.hpp"
#include "agent/model/time.hpp"

namespace pued {

std::string scan_toml(const ScanTarget& target, const ScanFindings& findings);
std::string scan_json(const ScanTarget& target, const ScanFindings& findings);
// "1 to 4, 7, 255"
std::string listed(const std::vector<unsigned>& numbers);
// In whole sentences, one each: who did not answer and what that may mean.
std::vector<std::string> scan_notes(const ScanTarget& target, const ScanFindings& findings);

// A bar that is drawn over and over on a terminal; elsewhere a plain line now and then.
class ScanProgress {
public:
    explicit ScanProgress(const Clock& clock);
    ~ScanProgress() { clear(); }
    ScanProgress(const ScanProgress&) = delete;
    ScanProgress& operator=(const ScanProgress&) = delete;

    void show(std::size_t done, std::size_t all, const std::string& doing);
    void clear();  // the bar, before anything else is printed

private:
    const Clock& clock_;
    bool terminal_;
    bool drawn_ = false;
    BootTime next_;
};

}  // namespace pued
