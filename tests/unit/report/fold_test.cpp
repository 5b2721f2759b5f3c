// Folding records made by hand into a dossier; sums checked by hand.
#include <nlohmann/json.hpp>
#include <vector>

#include "agent/report/fold.hpp"
#include "tests/fakes/year.hpp"

// The test framework last: its macros replace new.
#include "CppUTest/TestHarness.h"

using namespace pued;

namespace {

constexpr std::int64_t start_s = fake::year_2026_s;
const Zone china{std::chrono::minutes{480}};
const UtcTime made{std::chrono::seconds{start_s}};

nlohmann::json point(const char* id, const char* role, double u, unsigned type) {
    return {{"id", id},   {"role", role}, {"rack", ""},      {"profile", ""},    {"accuracy", ""},
            {"u_rel", u}, {"type", type}, {"correction", 0}, {"certificate", ""}};
}

Record with_aux(RecordType type, std::int64_t at_s, const nlohmann::json& aux) {
    Record out;
    out.type = type;
    out.start_s = at_s;
    out.aux = fake::cbor(aux);
    return out;
}

// A feed and a UPS output, both 0.5S with 0.5S transformers (E22: u = 0.00797… at a PUE of 1.28).
Record config(double correction = 0) {
    auto points =
        nlohmann::json::array({point("feed", "feed", 0.0044055, 0x111), point("ups", "ups-output", 0.0044055, 0x111)});
    points[0]["correction"] = correction;
    return with_aux(RecordType::config, start_s - 10,
                    {{"version", "0.1"}, {"metering", {{"interval_s", 900}, {"unmeasured_w", 0}}}, {"points", points}});
}

constexpr std::int64_t kwh = 1'000'000;

Record interval(int n, std::int64_t feed_mwh, std::int64_t ups_mwh, std::uint32_t ups_flags = flag::measured) {
    Record out;
    out.start_s = start_s + n * 900;
    out.duration_s = 900;
    out.points = {{0, std::nullopt, std::nullopt, feed_mwh, flag::measured},
                  {1, std::nullopt, std::nullopt, ups_mwh, ups_flags}};
    return out;
}

Dossier folded(const Installation& installation, std::vector<Record> records, const char* period = "2026") {
    for (std::size_t i = 0; i < records.size(); ++i) records[i].seq = i;
    DossierFold fold{installation, *parse_period(period, china), made};
    for (const auto& record : records) fold.survey(1, record);
    for (const auto& record : records) fold.add(1, record);
    return fold.finish();
}

Installation plain() {
    Installation out;
    out.config.site.id = "hall-1";
    return out;
}

Rule limit_rule(double limit) {
    Rule out;
    out.id = "limit";
    out.standard.force = Force::tariff;
    out.standard.confidence = Confidence::found_a;
    out.alerting = Alerting::limit;
    out.limit = {limit, Direction::at_most};
    out.surcharge = {{100.0, 0.2}, {std::nullopt, 0.5}};
    return out;
}

}  // namespace

TEST_GROUP(period){};

TEST(period, years_months_and_days_are_those_of_the_site) {
    const auto year = parse_period("2026", china);
    CHECK_TRUE(year->span.start == UtcTime{std::chrono::seconds{1767196800}});
    CHECK_TRUE(year->span.end == UtcTime{std::chrono::seconds{1798732800}});
    const auto day = parse_period("2026-07-14", china);
    LONGLONGS_EQUAL(86400, std::chrono::duration_cast<std::chrono::seconds>(day->span.end - day->span.start).count());
    const auto month = parse_period("2026-02", Zone{std::chrono::minutes{-660}});
    LONGLONGS_EQUAL(28, std::chrono::duration_cast<std::chrono::days>(month->span.end - month->span.start).count());
    STRCMP_EQUAL("2026", year_around(year->span.start, china).text.c_str());
}

TEST(period, what_is_no_period_is_refused_with_an_example) {
    for (const char* text : {"", "26", "2026-13", "2026-02-30", "2026/07", "2026-7-14", "-2026", "2026-07-1x"}) {
        const auto period = parse_period(text, china);
        CHECK_FALSE(period);
        CHECK(period.error().find("2026-07-14") != std::string::npos);
    }
}

TEST_GROUP(dossier_fold){};

TEST(dossier_fold, the_figure_is_the_ratio_of_sums_over_jointly_measured_intervals) {
    const auto installation = plain();
    std::vector<Record> records{config()};
    for (int n = 0; n < 9; ++n) records.push_back(interval(n, 130 * kwh, 100 * kwh));
    records.push_back(interval(9, 140 * kwh, 50 * kwh));
    records.push_back(interval(10, 130 * kwh, 0, flag::missing));
    const auto dossier = folded(installation, records, "2026-01-01");
    DOUBLES_EQUAL(1310, dossier.figure.facility_kwh, 1e-9);
    DOUBLES_EQUAL(950, dossier.figure.it_kwh, 1e-9);
    DOUBLES_EQUAL(1310.0 / 950, *dossier.figure.value, 1e-12);
    DOUBLES_EQUAL(10.0 / 11, dossier.figure.coverage, 1e-12);
    STRCMP_EQUAL("C", dossier.figure.grade.c_str());
    CHECK_FALSE(dossier.figure.filled.has_value());
    // The facility was measured all the time; what is missing of IT runs at 0.8 of its mean.
    DOUBLES_EQUAL((1310 + 130) / (950 + 0.1 * 0.8 * 950), *dossier.figure.worst_case, 1e-12);
    CHECK_FALSE(dossier.closed);
}

TEST(dossier_fold, an_amendment_replaces_what_its_start_said_before) {
    const auto installation = plain();
    auto late = interval(0, 130 * kwh, 0, flag::missing);
    auto amended = interval(0, 130 * kwh, 100 * kwh);
    amended.type = RecordType::amend;
    const auto dossier = folded(installation, {config(), late, interval(1, 130 * kwh, 100 * kwh), amended});
    DOUBLES_EQUAL(260, dossier.figure.facility_kwh, 1e-9);
    DOUBLES_EQUAL(200, dossier.figure.it_kwh, 1e-9);
    DOUBLES_EQUAL(1, dossier.figure.coverage, 1e-12);
    LONGS_EQUAL(1, dossier.amended);
    LONGS_EQUAL(2, dossier.intervals);
}

TEST(dossier_fold, below_nine_tenths_of_coverage_the_value_is_withheld) {
    const auto installation = plain();
    const auto dossier =
        folded(installation, {config(), interval(0, 130 * kwh, 100 * kwh), interval(1, 130 * kwh, 0, flag::missing)});
    CHECK_FALSE(dossier.figure.value.has_value());
    STRCMP_EQUAL("", dossier.figure.grade.c_str());
    CHECK(dossier.figure.worst_case.has_value());
}

TEST(dossier_fold, estimates_fill_gaps_and_widen_the_uncertainty) {
    const auto installation = plain();
    std::vector<Record> records{config()};
    for (int n = 0; n < 99; ++n) records.push_back(interval(n, 128 * kwh, 100 * kwh));
    const auto without = folded(installation, records);
    auto gap = interval(99, 128 * kwh, 0, flag::missing | flag::estimated);
    gap.aux = fake::cbor({{"e", nlohmann::json::array({nlohmann::json::array({1, 96 * kwh, 3})})}});
    records.push_back(gap);
    const auto dossier = folded(installation, records);
    DOUBLES_EQUAL(1.28, *dossier.figure.value, 1e-12);
    DOUBLES_EQUAL(12800.0 / 9996, *dossier.figure.filled, 1e-12);
    DOUBLES_EQUAL(96.0 / 9996, dossier.figure.estimated_it, 1e-12);
    DOUBLES_EQUAL(0, dossier.figure.estimated_facility, 1e-12);
    // Meters of one type on two sides do not correlate: 1.28 * sqrt(2) * u_rel; the gap adds 10 % of 96 kWh.
    const double meters = 1.28 * std::sqrt(2.0) * 0.0044055, hole = 0.10 * 1.28 * 96 / 9996;
    DOUBLES_EQUAL(meters, *without.figure.u, 1e-9);
    DOUBLES_EQUAL(std::hypot(meters, hole), *dossier.figure.u, 1e-9);
    DOUBLES_EQUAL(96, dossier.meters[1].estimated_by.at("profile"), 1e-9);
}

TEST(dossier_fold, a_certificates_correction_goes_into_figures_and_not_into_the_credited_energy) {
    const auto installation = plain();
    const auto dossier = folded(installation, {config(0.01), interval(0, 100 * kwh, 80 * kwh)});
    DOUBLES_EQUAL(101, dossier.figure.facility_kwh, 1e-9);
    DOUBLES_EQUAL(100, dossier.meters[0].energy_kwh, 1e-9);
    DOUBLES_EQUAL(101, dossier.meters[0].corrected_kwh, 1e-9);
}

TEST(dossier_fold, less_facility_than_it_energy_proves_nothing) {
    const auto installation = plain();
    std::vector<Record> records{config(), interval(0, 90 * kwh, 100 * kwh)};
    for (int n = 1; n < 20; ++n) records.push_back(interval(n, 130 * kwh, 100 * kwh));
    const auto dossier = folded(installation, records);
    DOUBLES_EQUAL(1.3, *dossier.figure.value, 1e-12);
    LONGS_EQUAL(1, dossier.impossible);
}

TEST(dossier_fold, a_running_year_has_no_verdict_and_no_surcharge) {
    auto installation = plain();
    installation.rules.push_back(limit_rule(1.2));
    const auto dossier = folded(installation, {config(), interval(0, 130 * kwh, 100 * kwh)});
    STRCMP_EQUAL("insufficient-data", dossier.verdicts[0].verdict.c_str());
    STRCMP_EQUAL("beyond", dossier.verdicts[0].simple.c_str());
    CHECK_FALSE(dossier.verdicts[0].surcharge_cny.has_value());
}

TEST(dossier_fold, a_closed_year_is_judged_and_pays_on_what_its_supply_metered) {
    auto installation = plain();
    installation.rules.push_back(limit_rule(1.35));
    std::vector<Record> records{config()};
    for (int n = 0; n < 35040; ++n) records.push_back(interval(n, 150 * kwh, 100 * kwh));
    const auto dossier = folded(installation, records);
    CHECK_TRUE(dossier.closed);
    const auto& verdict = dossier.verdicts[0];
    STRCMP_EQUAL("non-compliant", verdict.verdict.c_str());
    // 35040 times 150 kWh; a tenth of it is over 1.35; 11 % over the limit is in the first band.
    DOUBLES_EQUAL(525'600, *verdict.surcharge_kwh, 1e-3);
    DOUBLES_EQUAL(105'120, *verdict.surcharge_cny, 1e-3);
    DOUBLES_EQUAL(1.35, *dossier.limit, 0);
}

TEST(dossier_fold, tells_registers_as_the_display_shows_them_and_epochs) {
    const auto installation = plain();
    const auto epoch = [](const char* reason, std::int64_t at_s, std::uint64_t first) {
        return with_aux(RecordType::meter_epoch, at_s,
                        {{"device", "feed"},
                         {"point", 0},
                         {"reason", reason},
                         {"last", nullptr},
                         {"first", {{"counts", first}, {"q_uwh", 100'000'000}, {"modulus", 0}}}});
    };
    auto one = interval(0, 130 * kwh, 100 * kwh), two = interval(1, 130 * kwh, 100 * kwh);
    one.points[0].reg_start = 5000, one.points[0].reg_end = 6300;
    two.points[0].reg_start = 0, two.points[0].reg_end = 1300;
    const auto dossier =
        folded(installation, {config(), epoch("first", start_s - 5, 5000), one, epoch("reset", start_s + 900, 0), two});
    const auto& feed = dossier.meters[0];
    DOUBLES_EQUAL(500, *feed.first_reading_kwh, 1e-9);
    DOUBLES_EQUAL(130, *feed.last_reading_kwh, 1e-9);
    LONGS_EQUAL(2, feed.epochs);
    LONGS_EQUAL(1, feed.events.size());
    CHECK_FALSE(dossier.meters[1].first_reading_kwh.has_value());
}

TEST(dossier_fold, the_five_conditions_stand_beside_the_year) {
    auto installation = plain();
    FiveConditions five;
    five.points = {{0.1, 2150, 1800}, {0.22, 2200, 1800}, {0.3, 2290, 1800}, {0.28, 2420, 1800}, {0.1, 2560, 1800}};
    installation.config.gb40879 = five;
    const auto dossier = folded(installation, {config(), interval(0, 130 * kwh, 100 * kwh)});
    DOUBLES_EQUAL(1.2886666666666666, *dossier.five_condition_r, 1e-12);
}

TEST(dossier_fold, a_spring_has_its_months_days_alerts_and_clock) {
    auto installation = plain();
    installation.config.metering.category = 1;
    std::vector<Record> records;
    fake::Year{{2, 130, 0, true}}.tell([&](Record record) { records.push_back(std::move(record)); });
    const auto dossier = folded(installation, std::move(records));
    LONGS_EQUAL(5, dossier.months.size());
    LONGS_EQUAL(130, dossier.days.size());
    LONGS_EQUAL(130, dossier.burn.size());
    LONGS_EQUAL(2000, dossier.load_pue.size());
    LONGS_EQUAL(1, dossier.alerts.size());
    STRCMP_EQUAL("resolved", dossier.alerts[0].state.c_str());
    LONGS_EQUAL(1, dossier.clock_events.size());
    LONGS_EQUAL(20, dossier.amended);
    DOUBLES_EQUAL(1 - 150.0 / (130 * 96), dossier.figure.coverage, 1e-12);
    DOUBLES_EQUAL(
        dossier.figure.facility_kwh,
        dossier.figure.it_kwh + *dossier.figure.cooling_kwh + *dossier.figure.losses_kwh + *dossier.figure.other_kwh,
        1e-3);
    double facility = 0, it = 0;
    for (const auto& month : dossier.months) facility += month.figure.facility_kwh, it += month.figure.it_kwh;
    DOUBLES_EQUAL(facility / it, *dossier.figure.value, 1e-9);
}

TEST(dossier_fold, what_the_daemon_stated_and_who_witnessed_it_is_told) {
    const auto installation = plain();
    const auto month =
        with_aux(RecordType::report, start_s, {{"period", "2026-01"}, {"value", 1.3}, {"u", 0.01}, {"coverage", 1.0}});
    const auto other = with_aux(RecordType::report, start_s - 86400, {{"period", "2025-12"}, {"value", 1.2}});
    const auto baseline = with_aux(RecordType::baseline, start_s + 60,
                                   {{"at", ""}, {"text", R"({"kind":"interim","hours":1440,"sigma_day":0.008})"}});
    const auto garbage = with_aux(RecordType::baseline, start_s + 61, {{"text", "no JSON"}});
    const auto note = with_aux(RecordType::note, start_s + 62,
                               {{"note", "o\n7\n" + std::string(43, 'A') + "=\n\n\u2014 o " + std::string(92, 'A') +
                                             "\n\u2014 witness.example " + std::string(104, 'A') + "\n"}});
    const auto dossier =
        folded(installation, {config(), interval(0, 130 * kwh, 100 * kwh), month, other, baseline, garbage, note});
    LONGS_EQUAL(1, dossier.stated.size());
    STRCMP_EQUAL("2026-01", dossier.stated[0].period.c_str());
    DOUBLES_EQUAL(1.3, *dossier.stated[0].value, 0);
    LONGS_EQUAL(2, dossier.stated[0].seq);
    LONGS_EQUAL(2, dossier.baselines.size());
    STRCMP_EQUAL("interim", dossier.baselines[0].kind.c_str());
    DOUBLES_EQUAL(0.008, *dossier.baselines[0].sigma_day, 0);
    CHECK_FALSE(dossier.baselines[1].hours.has_value());
    LONGS_EQUAL(1, dossier.witnesses.size());
    STRCMP_EQUAL("witness.example", dossier.witnesses[0].name.c_str());
    DOUBLES_EQUAL(7, dossier.witnesses[0].size, 0);
}

TEST(dossier_fold, what_the_journal_no_longer_holds_is_not_covered) {
    const auto installation = plain();
    std::vector<Record> records{config()};
    for (int n = 48; n < 96; ++n) records.push_back(interval(n, 130 * kwh, 100 * kwh));
    DossierFold fold{installation, *parse_period("2026-01-01", china), made};
    for (std::size_t i = 0; i < records.size(); ++i) records[i].seq = 500 + i;
    for (const auto& record : records) fold.survey(1, record);
    for (const auto& record : records) fold.add(1, record);
    const auto dossier = fold.finish();
    DOUBLES_EQUAL(0.5, dossier.figure.coverage, 1e-12);
    CHECK_FALSE(dossier.figure.value.has_value());
    LONGS_EQUAL(500, dossier.missing_before);
    DOUBLES_EQUAL(0.5, dossier.meters[0].measured, 1e-12);
    CHECK(dossier.watched_from > dossier.start);
}

TEST(dossier_fold, a_replay_says_so) {
    const auto installation = plain();
    const auto boot = [](const char* id) {
        return with_aux(RecordType::boot, start_s - 20, {{"version", "0.1"}, {"boot_id", id}});
    };
    CHECK(folded(installation, {boot("replay"), config(), interval(0, 130 * kwh, 100 * kwh)}).replayed);
    CHECK_FALSE(folded(installation, {boot("7c1a"), config(), interval(0, 130 * kwh, 100 * kwh)}).replayed);
}

TEST(dossier_fold, doubted_time_takes_the_verdict_and_the_grade) {
    auto installation = plain();
    installation.rules.push_back(limit_rule(1.6));
    std::vector<Record> records{config()};
    for (int n = 0; n < 35040; ++n) {
        records.push_back(interval(n, 150 * kwh, 100 * kwh));
        if (n < 1752) records.back().points[0].flags |= flag::doubted;
    }
    const auto dossier = folded(installation, records);
    DOUBLES_EQUAL(0.05, dossier.figure.doubted, 1e-12);
    STRCMP_EQUAL("C", dossier.figure.grade.c_str());
    STRCMP_EQUAL("indeterminate", dossier.verdicts[0].verdict.c_str());
    STRCMP_CONTAINS("5.0 % of the time", dossier.verdicts[0].reason.en.c_str());
}

TEST(dossier_fold, weather_of_the_climate_is_told_apart) {
    const auto installation = plain();
    auto read = interval(0, 130 * kwh, 100 * kwh), climate = read;
    read.aux = fake::cbor({{"t", 3.0}});
    climate.aux = fake::cbor({{"t", 3.0}, {"ts", "climate"}});
    CHECK_FALSE(folded(installation, {config(), read}).months[0].weather_of_climate);
    const auto dossier = folded(installation, {config(), climate});
    CHECK(dossier.months[0].weather_of_climate);
    CHECK(dossier.days[0].weather_of_climate);
}

TEST(dossier_fold, an_alert_that_outlasts_the_period_was_open_at_its_end_and_says_when_it_ended) {
    const auto installation = plain();
    const auto alert = [](std::int64_t at_s, const char* to) {
        return with_aux(RecordType::alert, at_s, {{"rule", "integrity-balance"}, {"scope", "site"}, {"to", to}});
    };
    const auto dossier = folded(installation,
                                {config(), interval(0, 130 * kwh, 100 * kwh), alert(start_s + 900, "firing"),
                                 alert(start_s + 90'000, "resolved")},
                                "2026-01-01");
    CHECK(dossier.integrity_alarm);
    CHECK(dossier.alerts.at(0).until == UtcTime{std::chrono::seconds{start_s + 90'000}});
}

TEST(dossier_fold, a_sensor_has_no_energy) {
    const auto installation = plain();
    auto setup = config();
    auto document = nlohmann::json::from_cbor(setup.aux);
    document["points"].push_back(point("roof", "none", 0, 0));
    setup.aux = fake::cbor(document);
    auto one = interval(0, 130 * kwh, 100 * kwh);
    one.points.push_back({2, std::nullopt, std::nullopt, 0, flag::missing});
    const auto dossier = folded(installation, {setup, one});
    CHECK(dossier.meters.at(2).sensor);
    CHECK_FALSE(dossier.meters.at(0).sensor);
}
