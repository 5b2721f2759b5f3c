// What the daemon itself stated in a period: the figures of windows that closed, the baselines that its drift alerts
// judge by; and who witnessed the journal. Part of the fold (fold.hpp); pure.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "agent/journal/record.hpp"
#include "agent/report/dossier.hpp"
#include "agent/report/period.hpp"

namespace pued {

class StatementBook {
public:
    explicit StatementBook(Span span) : span_(span) {}

    // Any record; of those that are no statements nothing happens.
    void add(const Record& record, const nlohmann::json& aux);
    void tell(Dossier& out) const;

private:
    void add_figure(const Record& record, const nlohmann::json& aux);
    void add_baseline(const Record& record, const nlohmann::json& aux);
    void add_witness(const Record& record, const nlohmann::json& aux);

    Span span_;
    std::vector<ReportStated> stated_;
    std::vector<ReportBaseline> baselines_;
    std::map<std::string, ReportWitness> witnesses_;  // the newest of each
};

}  // namespace pued
