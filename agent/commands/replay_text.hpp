// What `pued replay` prints: each interval, each verdict that changes, each transition of an alert, then a summary; as
// text or as one JSON object a line. On stdout.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "agent/runtime/observer.hpp"

namespace pued {

class ReplayText final : public Observer {
public:
    ReplayText(const Installation& installation, bool json) : installation_(installation), json_(json) {}

    void settled(const Outcome& outcome) override;
    void alerted(const AlertChange& change, UtcTime at) override;
    void judged(const std::vector<RuleVerdict>& verdicts, UtcTime at) override;
    void summary(std::uint64_t readings, UtcTime first, UtcTime last);

private:
    struct Counted {
        std::uint64_t intervals = 0, amended = 0;
    };
    struct Joint {  // of one interval, as it is known last; absent unless measured on both sides
        Energy facility, it;
    };
    void keep(UtcTime start, Joint joint);
    [[nodiscard]] Joint sums() const;
    [[nodiscard]] std::string lang() const;
    void summary_json(std::uint64_t readings, UtcTime first, UtcTime last) const;
    void summary_text(std::uint64_t readings, UtcTime first, UtcTime last) const;

    const Installation& installation_;
    bool json_;
    Counted totals_;
    std::map<UtcTime, Joint> joint_;  // by begin; those that an amendment may still change
    Joint settled_{};                 // … and the sum of those before
    std::uint64_t settled_intervals_ = 0;
    std::map<std::string, std::uint64_t> fired_;   // by "scope/rule"
    std::map<std::string, std::string> verdicts_;  // by rule
};

}  // namespace pued
