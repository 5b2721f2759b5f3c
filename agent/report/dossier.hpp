// What a report says, as plain data: one period of one site, read out of the journal (fold.hpp), told by html.hpp,
// json.hpp and csv.hpp. Energies in kWh, powers in kW. Absent is not zero.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/time.hpp"
#include "agent/rules/rule.hpp"

namespace pued {

struct ReportFigure {             // PUE of a window, with what stands behind it
    std::optional<double> value;  // over jointly measured intervals
    std::optional<double> u;      // k = 1
    std::optional<double> filled, worst_case;
    double coverage = 0;                              // of time, 0..1
    double estimated_facility = 0, estimated_it = 0;  // shares
    std::string grade;                                // "A", "B", "C"; empty: withheld
    double facility_kwh = 0, it_kwh = 0;              // measured jointly
    std::optional<double> cooling_kwh, losses_kwh, other_kwh;
    double doubted = 0;   // share of the joint time in which an integrity alarm was open on a meter of it
    double declared = 0;  // share of E_DC that is the declared constant
};

struct ReportMonth {
    std::chrono::year_month month;
    ReportFigure figure;
    std::optional<double> weather_c;  // mean
    bool weather_of_climate = false;  // as configured; no sensor spoke
};

struct ReportDay {  // for the plots
    std::chrono::year_month_day day;
    std::optional<double> pue, residual, weather_c, it_kw;
    double coverage = 0;
    bool weather_of_climate = false;
};

struct ReportVerdict {
    std::string rule;
    Bilingual name;
    Standard standard;
    std::optional<double> limit, value, u, p_conform;
    std::string verdict;  // as in interface.md
    std::string simple;   // "within" | "beyond" | "" : plain comparison of unrounded values
    std::string method, grade;
    Bilingual reason;
    std::optional<double> surcharge_kwh, surcharge_cny;
    RuleMetric metric = RuleMetric::pue;
    Direction direction = Direction::at_most;
    bool advisory = false;  // the rule informs, it does not condemn
};

struct ReportMeter {
    std::string id, role, rack, profile, accuracy, certificate;
    std::uint32_t epochs = 1;
    std::optional<double> first_reading_kwh, last_reading_kwh;  // as the meter's display showed them
    double energy_kwh = 0;                                      // in the period, credited
    double measured = 0;                                        // share of the intervals
    double estimated_kwh = 0;
    std::map<std::string, double> estimated_by;            // method -> kWh
    std::vector<Bilingual> events;                         // "2026-07-14 08:00 reset: 5000.0 -> 12.0 kWh"
    std::optional<std::uint64_t> first_count, last_count;  // the same as raw counts of the register
    std::optional<double> u_rel;                           // standard, as a fraction
    double correction = 0;                                 // of the certificate, as a fraction
    double corrected_kwh = 0;                              // energy_kwh with it, as the sums of the report have it
    bool sensor = false;                                   // in no balance, and without any energy: a thermometer
};

struct ReportAlert {
    std::string rule, scope, state, severity;
    UtcTime since;
    std::optional<UtcTime> until;
    std::optional<double> value, limit;
    Bilingual message;
    std::uint64_t seq = 0;
};

struct ReportBurn {  // budget burn-down, one for each day
    std::chrono::year_month_day day;
    std::optional<double> headroom_kwh, forecast_pue, forecast_p;
};

struct ReportMaintenance {  // announced; drift alerts leave it out
    UtcTime from, until;
    std::string reason;
};

struct ReportStated {  // what the daemon put on record when a window closed
    std::string period;
    std::optional<double> value, u;
    double coverage = 0;
    std::uint64_t seq = 0;
};

struct ReportBaseline {  // of the drift alerts
    UtcTime at;
    std::string kind, from;
    std::optional<double> hours, sigma_day;
    std::uint64_t seq = 0;
};

struct ReportWitness {  // who cosigned the journal, and the newest that was seen
    std::string name;
    std::uint32_t notes = 0;
    double size = 0;  // records
    UtcTime at;
};

struct Dossier {
    std::string site, site_name, agent, region, version;
    std::string zone;  // "UTC+8"
    UtcTime start, end, made;
    std::string period;  // "2026", "2026-07", "2026-07-14"
    bool closed = false;
    unsigned category = 0;
    std::string standard_edition, accuracy_note;
    double unmeasured_kw = 0;
    ReportFigure figure;
    std::optional<double> five_condition_r;  // GB 40879's other method; absent where not configured
    std::vector<ReportVerdict> verdicts;
    std::vector<ReportMonth> months;
    std::vector<ReportDay> days;
    std::vector<std::pair<double, double>> load_pue;  // hourly IT kW against PUE, thinned to at most 2000
    std::vector<ReportBurn> burn;
    std::map<std::string, double> energy_by_role;                // kWh
    std::map<std::string, std::vector<double>> compute_by_rack;  // TFLOP/J, one value a month; NaN where unknown
    std::vector<ReportMeter> meters;
    std::vector<ReportAlert> alerts;
    std::vector<Bilingual> clock_events, losses;  // steps, undated boots, evidence losses
    std::uint64_t tree_size = 0;
    std::uint32_t epoch = 0;
    std::string checkpoint;  // the signed note that covers it
    std::string public_key_pem;
    int utc_offset_minutes = 0;
    std::chrono::seconds interval{};
    UtcTime watched_from, watched_to;             // the part of the period that the journal speaks of
    std::uint64_t intervals = 0, impossible = 0;  // in the period; with less facility than IT energy, left out
    std::uint32_t amended = 0;                    // intervals that a later record replaced
    std::optional<double> limit;                  // for the plots: the strictest that binds, of a PUE
    std::optional<double> checkpoint_size;        // records that the checkpoint covers
    std::string vkey;                             // the log's key as C2SP writes it
    std::string five_condition_source;
    std::uint32_t left_out_alerts = 0;  // beyond the most that a report lists
    bool integrity_alarm = false;       // open at the end of the period
    std::vector<ReportStated> stated;
    std::vector<ReportBaseline> baselines;
    std::vector<ReportWitness> witnesses;
    bool replayed = false;             // made by `pued replay`: from recorded readings, not measured
    std::uint64_t missing_before = 0;  // records before the first that is here, which are not
    Bilingual limit_source;            // of the limit in the plots
    std::vector<ReportMaintenance> maintenance;
};

}  // namespace pued
