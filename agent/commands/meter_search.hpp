// One run of `pued scan --protocol dlt645`: in which serial settings somebody answers, whose numbers, and which map
// fits each. Owned by the scan command, on its thread. Asks with control codes 0x13 and 0x11, and for nothing but what
// maps read.
//
// Who is there: the question for the address, then for an energy, to whoever hears it. Where several answer at once,
// and so nobody can be understood, meters are told apart by their last digits, two at a time, with AA before them, to
// which a meter answers by the standard: a hundred questions for each pair of digits that is not unique.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/commands/scan_session.hpp"
#include "agent/scan/items.hpp"
#include "drivers/dlt645/probe_link.hpp"

namespace pued {

using OpenMeterProbe = std::function<Result<std::unique_ptr<dlt645::ProbeLink>>(const LineConfig&)>;

class MeterSearch {
public:
    // The maps must outlive this and its findings.
    MeterSearch(ScanPlan plan, const std::map<std::string, RegisterMap>& maps, scan::DecodeItem decode, ScanWatch watch)
        : plan_(std::move(plan)), maps_(maps), decode_(std::move(decode)), watch_(std::move(watch)) {}

    ScanFindings run(const OpenMeterProbe& open);

private:
    bool begin(const LineConfig& line, const OpenMeterProbe& open);
    std::vector<LineConfig> call_in_turn(const OpenMeterProbe& open);
    void call();
    void call_everybody();
    void narrow(const dlt645::Address& known, std::size_t pairs);
    void take(const dlt645::Heard& heard);
    void add(const dlt645::Address& address);
    void examine();
    scan::ItemAnswer value_of(const dlt645::Request& request);
    dlt645::Heard ask(const dlt645::Bytes& question, const std::function<bool(const dlt645::Frame&)>& enough);
    [[nodiscard]] bool over() const { return watch_.stopped() || lost_; }
    void progress(const std::string& doing) { watch_.progress(done_, all_, doing); }

    ScanPlan plan_;
    const std::map<std::string, RegisterMap>& maps_;
    scan::DecodeItem decode_;
    ScanWatch watch_;
    std::unique_ptr<dlt645::ProbeLink> link_;
    ScanFindings out_;
    std::vector<dlt645::Address> found_;
    bool crowd_ = false;    // in this setting: noise, or several at once
    bool reached_ = false;  // the line could be opened
    bool lost_ = false;     // while asking
    unsigned narrowed_ = 0;
    std::size_t done_ = 0, all_ = 0;
};

}  // namespace pued
