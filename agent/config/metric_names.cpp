// The names, as ratios times windows.
#include "agent/config/metric_names.hpp"

namespace pued {
namespace {

void add_ratios(std::vector<MetricName>& out, const std::string& shortest) {
    for (const std::string& window : {shortest, std::string{"hour"}, std::string{"day"}, std::string{"month"},
                                      std::string{"ytd"}, std::string{"rolling-12m"}}) {
        for (const char* ratio : {"pue-", "pue-cat1-", "pue-cat2-", "pue-cat3-", "clf-", "plf-", "olf-"}) {
            out.push_back({.name = ratio + window, .of_site = true});
        }
        out.push_back({.name = "ppue-" + window, .of_racks = true});
    }
}

void add_compute(std::vector<MetricName>& out) {
    out.push_back({"compute-per-watt-rated", true, true, true});
    for (const std::string& name :
         {std::string{"compute-per-watt-delivered"}, std::string{"compute-per-watt-overall"}}) {
        for (const char* window : {"", "-hour", "-day", "-month"}) {
            out.push_back({name + window, true, true, true});
            out.push_back({.name = name + "-it" + window, .of_site = true});
            out.push_back({.name = name + "-facility" + window, .of_site = true});
        }
    }
}

}  // namespace

std::vector<MetricName> metric_names(std::chrono::seconds interval) {
    std::vector<MetricName> out{{.name = "pue", .of_site = true},
                                {.name = "facility-power", .of_site = true},
                                {.name = "it-power", .of_site = true, .of_racks = true}};
    add_ratios(out, interval == std::chrono::seconds{900} ? "15min" : "interval");
    add_compute(out);
    for (const char* name : {"pue-residual-hour", "pue-residual-day", "change-score", "budget-burn", "burn-pro-rata",
                             "pue-forecast", "forecast-p", "pue-allowed-rest", "headroom", "pue-five-condition"}) {
        out.push_back({.name = name, .of_site = true});
    }
    return out;
}

}  // namespace pued
