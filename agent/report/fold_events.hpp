// What happened besides metering: alerts, clock steps, boots without a clock, losses of evidence, keys. Part of the
// fold (fold.hpp); pure.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "agent/journal/record.hpp"
#include "agent/report/dossier.hpp"
#include "agent/report/period.hpp"

namespace pued {

class EventBook {
public:
    static constexpr std::size_t most_alerts = 300;

    EventBook(Span span, int utc_offset_minutes) : span_(span), offset_(utc_offset_minutes) {}

    // Any record; of those that are no events nothing happens.
    void add(const Record& record, const nlohmann::json& aux);
    void tell(Dossier& out) const;

private:
    void add_alert(const Record& record, const nlohmann::json& aux);
    void add_clock(const Record& record, const nlohmann::json& aux);
    void add_loss(const Record& record, const nlohmann::json& aux);
    [[nodiscard]] std::string when(std::int64_t start_s) const;

    Span span_;
    int offset_;
    std::vector<ReportAlert> alerts_;
    std::map<std::string, std::size_t> open_;  // "rule scope": index of the alert that is pending or firing
    std::vector<Bilingual> clock_, losses_;
    std::string vkey_;
};

// Members of a JSON document that may not be there, or be of another type.
std::string text_of(const nlohmann::json& from, const char* key);
std::optional<double> number_of(const nlohmann::json& from, const char* key);

}  // namespace pued
