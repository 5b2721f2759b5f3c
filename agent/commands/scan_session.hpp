// One run of `pued scan` for Modbus: which units are asked, in which serial settings, what was found. Owned by the scan
// command, on its thread; progress and interruption come by callbacks.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/commands/scan_plan.hpp"
#include "agent/ports/clock.hpp"
#include "agent/scan/examine.hpp"
#include "drivers/modbus/probe_link.hpp"

namespace pued {

struct UnitFound {
    unsigned unit = 0;
    std::string address;  // DL/T 645, instead of a unit: twelve digits
    scan::Examination examination;
    std::vector<unsigned> also;  // other unit ids under which the same device answers
    bool unfinished = false;     // DL/T 645: the scan ended before all values were asked, so that silence means nothing
};

// How the units asked have answered.
struct ScanTally {
    std::size_t asked = 0, silent = 0, garbled = 0, nobody = 0;  // nobody: the gateway says that there is none
    std::vector<unsigned> only_exceptions;                       // alive, but gave not one word
};

struct ScanFindings {
    std::vector<UnitFound> units;
    ScanTally tally;
    LineConfig line;                // serial: the setting in which somebody answered, or the last tried
    std::vector<LineConfig> tried;  // serial: in order, with that one
    bool several = false;           // DL/T 645: more than one meter answered at once
    std::vector<std::string> mute;  // DL/T 645: meters given that did not answer where others did
    std::string error;
    bool interrupted = false;
};

using OpenProbe = std::function<Result<std::unique_ptr<ProbeLink>>(const LineConfig&)>;

struct ScanWatch {
    std::function<bool()> stopped;
    // `done` of `all` units asked; what is going on, for people.
    std::function<void(std::size_t done, std::size_t all, const std::string& doing)> progress;
};

class ScanSession {
public:
    ScanSession(ScanPlan plan, const scan::Examiner& examiner, const Clock& clock, ScanWatch watch)
        : plan_(std::move(plan)), examiner_(examiner), clock_(clock), watch_(std::move(watch)) {}

    ScanFindings run(const OpenProbe& open);

private:
    enum class Life : std::uint8_t { none, alive, line_lost };
    struct Kept {  // of a found unit, for a second look
        std::unique_ptr<scan::WordBook> book;
        BootTime at;
    };

    bool run_units(const LineConfig& line, std::size_t from, std::size_t to, const OpenProbe& open);
    Life look_for(unsigned unit);
    void examine(unsigned unit);
    bool is_known(unsigned unit, scan::WordBook& book);
    void look_again();
    ProbeReply ask(unsigned unit, const scan::Read& read, Duration timeout);
    scan::Answer answer(unsigned unit, const scan::Read& read);
    void progress(const std::string& doing) { watch_.progress(done_, all_, doing); }

    ScanPlan plan_;
    const scan::Examiner& examiner_;
    const Clock& clock_;
    ScanWatch watch_;
    std::unique_ptr<ProbeLink> link_;
    ScanFindings out_;
    std::vector<Kept> kept_;  // beside out_.units
    std::size_t done_ = 0, all_ = 0;
    unsigned lost_ = 0;  // in a row
};

}  // namespace pued
