// The audit of numbers: honest journals have no findings, and each kind of untruth is found where it stands.
#include <algorithm>
#include <string>

#include "agent/rules/judge.hpp"
#include "tests/unit/report/audit_plant.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using Json = nlohmann::json;

namespace {

constexpr std::size_t first_interval = 3;  // in audit_journal()

void check_sound(const std::vector<Record>& records) { STRCMP_EQUAL("", all_of(audit(records)).c_str()); }

// Exactly one finding, at this record, that says so.
void check_found(const std::vector<Record>& records, std::uint64_t seq, const char* what) {
    const auto result = audit(records);
    STRCMP_CONTAINS(what, all_of(result).c_str());
    LONGS_EQUAL(1, result.findings.size());
    STRCMP_EQUAL(("epoch 1, record " + std::to_string(seq)).c_str(), result.findings[0].where.en.c_str());
}

// Once, or twice where the untruth goes on: after a finding the comparison begins anew.
void check_found_of_feed(const std::vector<Record>& records) {
    const auto result = audit(records);
    const auto found = std::count_if(result.findings.begin(), result.findings.end(), [](const Finding& finding) {
        return finding.what.en.starts_with("feed-a was credited with");
    });
    CHECK(found == 1 || found == 2);
}

void number(std::vector<Record>& records) {
    for (std::size_t i = 0; i < records.size(); ++i) records[i].seq = i;
}

void insert(std::vector<Record>& records, std::size_t at, const Record& record) {
    records.insert(records.begin() + static_cast<std::ptrdiff_t>(at), record);
    number(records);
}

void erase(std::vector<Record>& records, std::size_t from, std::size_t to) {
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(from),
                  records.begin() + static_cast<std::ptrdiff_t>(to));
    number(records);
}

// Energy that the balance agrees with.
void credit(Record& record, std::int64_t more_mwh) {
    record.points[0].energy_mwh += more_mwh;
    record.facility_mwh = record.points[0].energy_mwh;
}

Record amended(const Record& record) {
    auto out = record;
    out.type = RecordType::amend;
    return out;
}

Record alert(const std::string& from, const std::string& to, unsigned rev, const std::string& payload = "{}") {
    return audit_record(RecordType::alert, audit_begin,
                        {{"rule", "cn-gb40879-limit"},
                         {"scope", "site"},
                         {"from", from},
                         {"to", to},
                         {"entry", {{"state", {{"rev", rev}}}, {"payload", payload}}}});
}

std::vector<Record> alerts(std::vector<Record> records) {
    number(records);
    return records;
}

struct Sums {
    double facility = 0, it = 0;
};

Sums sums_of(const std::vector<Record>& records) {
    Sums out;
    for (const auto& record : records) {
        if (record.type != RecordType::interval || *record.facility_mwh < *record.it_mwh) continue;
        out.facility += static_cast<double>(*record.facility_mwh);
        out.it += static_cast<double>(*record.it_mwh);
    }
    return out;
}

Json report_on(const std::vector<Record>& records) {
    const auto sums = sums_of(records);
    return {{"period", "2026-01"},
            {"start", "2025-12-31T16:00:00.000Z"},
            {"end", "2026-01-01T16:00:00.000Z"},
            {"value", sums.facility / sums.it},
            {"u", nullptr},
            {"facility_mwh", sums.facility},
            {"it_mwh", sums.it},
            {"coverage", 1.0},
            {"integrity_alarm", false},
            {"verdicts", Json::array()}};
}

std::vector<Record> with_report(std::vector<Record> records, const Json& report) {
    records.push_back(audit_record(RecordType::report, audit_begin, report));
    number(records);
    return records;
}

// A report of a whole year, whose intervals nobody has: only its verdicts can be checked.
AuditResult audit_verdict(double value, std::optional<double> u, const Json& changes, const Json& of_report = {}) {
    const Limit limit{1.30, Direction::at_most};
    Json verdict{{"rule", "r"},
                 {"limit", 1.30},
                 {"direction", "at-most"},
                 {"verdict", "compliant"},
                 {"within_limit", value <= 1.30},
                 {"p_conform", nullptr},
                 {"method", u ? "guard-band" : "simple-acceptance"},
                 {"min_coverage", 0.97},
                 {"guard_factor", 2.0}};
    if (u) verdict["p_conform"] = probability_of_conformity(value, limit, *u);
    if (!changes.is_null()) verdict.update(changes);
    Json report{{"period", "2025"},
                {"start", "2024-12-31T16:00:00.000Z"},
                {"end", "2025-12-31T16:00:00.000Z"},
                {"value", value},
                {"u", nullptr},
                {"facility_mwh", nullptr},
                {"it_mwh", nullptr},
                {"coverage", 0.99},
                {"integrity_alarm", false},
                {"verdicts", Json::array({verdict})}};
    if (u) report["u"] = *u;
    if (!of_report.is_null()) report.update(of_report);
    return audit(with_report({config_of_two()}, report));
}

bool holds(double value, std::optional<double> u, const Json& changes, const Json& of_report = {}) {
    return audit_verdict(value, u, changes, of_report).findings.empty();
}

}  // namespace

TEST_GROUP(Audit){};

TEST(Audit, HonestJournalsHoldThroughRolloverAndUnevenPolls) {
    for (unsigned seed = 1; seed <= 40; ++seed) {
        const auto records = audit_journal(300, seed);
        check_sound(records);
        // The feed's register did wrap.
        CHECK(records.back().points[0].reg_end < records[first_interval].points[0].reg_start);
    }
    const auto result = audit(audit_journal(2000));
    LONGS_EQUAL(2000, result.intervals);
    LONGS_EQUAL(0, result.findings.size());
    LONGS_EQUAL(0, result.notes.size());
}

// The readings on both sides of a boundary are not in the journal, those of the neighbouring boundaries are: so the
// sum of energies is known to one interval, whenever it is asked for.
TEST(Audit, MoreEnergyThanTheRegisterShowsIsFound) {
    for (unsigned seed = 1; seed <= 40; ++seed) {
        auto records = audit_journal(300, seed);
        credit(records[first_interval + 20 + seed], 40'000'000);  // about three intervals' worth
        check_found_of_feed(records);
    }
}

TEST(Audit, LessEnergyThanTheRegisterShowsIsFound) {
    for (unsigned seed = 1; seed <= 40; ++seed) {
        auto records = audit_journal(300, seed);
        for (unsigned i = 0; i < 3; ++i) {
            auto& record = records[first_interval + 20 + seed + i];
            credit(record, -record.points[0].energy_mwh);
        }
        check_found_of_feed(records);
    }
}

TEST(Audit, AThousandthSkimmedFromEveryIntervalIsFound) {
    auto records = audit_journal(2000);
    for (std::size_t i = first_interval; i < records.size(); ++i) {
        credit(records[i], -records[i].points[0].energy_mwh / 1000);
    }
    CHECK(!audit(records).findings.empty());
}

TEST(Audit, EnergyBelowNothingIsFound) {
    auto records = audit_journal(10);
    credit(records.back(), -records.back().points[0].energy_mwh - 1);
    STRCMP_CONTAINS("less than nothing", all_of(audit(records)).c_str());
}

TEST(Audit, ARegisterThatDoesNotGoOnIsFound) {
    auto records = audit_journal(20);
    records[first_interval + 9].points[1].reg_start = *records[first_interval + 9].points[1].reg_start + 1;
    check_found(records, first_interval + 9, "pdu-1's register begins at");
}

TEST(Audit, ARegisterThatFallsIsFoundUnlessAnEpochBegan) {
    auto records = audit_journal(40);
    for (std::size_t i = first_interval + 10; i < records.size(); ++i) {
        auto& point = records[i].points[1];
        if (i > first_interval + 10) point.reg_start = *point.reg_start - 2'990'000;
        point.reg_end = *point.reg_end - 2'990'000;
    }
    const auto at = records[first_interval + 10].start_s + 300;
    auto explained = records;
    insert(explained, first_interval + 10, meter_epoch_of("pdu-1", at, 10'000, 4'294'967'296, "backward"));
    check_sound(explained);
    auto late = records;  // told only after the interval had closed
    insert(late, first_interval + 15, meter_epoch_of("pdu-1", at, 10'000, 4'294'967'296, "backward"));
    check_sound(late);
    // Without it the step would be one of 2^32 counts.
    STRCMP_CONTAINS("pdu-1 was credited with", all_of(audit(records)).c_str());
    for (auto& record : records) {
        if (record.type == RecordType::meter_epoch)
            record = meter_epoch_of("pdu-1", audit_begin - 900, 10'000, 0, "first");
    }
    number(records);
    STRCMP_CONTAINS("fell", all_of(audit(records)).c_str());
}

TEST(Audit, APointWithoutARegisterIsNotCompared) {
    auto records = audit_journal(20);
    for (std::size_t i = first_interval; i < records.size(); ++i) {
        records[i].points[0].reg_start.reset();
        records[i].points[0].reg_end.reset();
        credit(records[i], 12345);
    }
    check_sound(records);
}

TEST(Audit, AmendedIntervalsAreComparedAsTheyWereAmended) {
    auto records = audit_journal(40);
    std::vector<Record> later;
    for (std::size_t i = first_interval + 10; i < first_interval + 14; ++i) {
        later.push_back(amended(records[i]));
        records[i].points[0] = {0, {}, {}, 0, flag::missing};
        records[i].facility_mwh.reset();
    }
    auto silent = records;
    check_sound(silent);  // never made good for: nothing to compare
    for (const auto& record : later) insert(records, first_interval + 16, record);
    check_sound(records);
    LONGS_EQUAL(4, audit(records).amendments);
    credit(later[2], 40'000'000);
    insert(records, records.size(), later[2]);
    STRCMP_CONTAINS("feed-a was credited with", all_of(audit(records)).c_str());
}

TEST(Audit, ABalanceThatItsMetersDoNotComeToIsFound) {
    auto records = audit_journal(10);
    *records[7].facility_mwh -= 1;
    check_found(records, 7, "E_DC is");
    records = audit_journal(10);
    records[7].it_mwh.reset();
    check_found(records, 7, "E_IT is none");
    records = audit_journal(10);
    records[7].points[1].flags = flag::estimated;  // then nobody measured it
    check_found(records, 7, "but its meters come to none");
}

TEST(Audit, TheDeclaredConstantIsPartOfTheBalance) {
    auto records = audit_journal(10);
    records[0] = config_of_two(400);
    for (std::size_t i = first_interval; i < records.size(); ++i) *records[i].facility_mwh += 100'000;  // 400 W, 900 s
    check_sound(records);
}

TEST(Audit, AnIntervalTwiceIsFound) {
    auto records = audit_journal(10);
    insert(records, 9, records[7]);
    check_found(records, 9, "stands in epoch 1, record 7 already");
}

TEST(Audit, AnOverlapIsFound) {
    auto records = audit_journal(10);
    records.back().start_s -= 450;
    STRCMP_CONTAINS("overlaps that of epoch 1, record 11", all_of(audit(records)).c_str());
}

TEST(Audit, AHoleIsFoundUnlessSomethingSaysWhy) {
    auto records = audit_journal(20);
    erase(records, 10, 13);
    check_found(records, 10, "no intervals from 2025-12-31T17:45:00Z to 2025-12-31T18:30:00Z, and nothing says why");
    for (const auto type : {RecordType::boot, RecordType::time_step, RecordType::loss, RecordType::undated}) {
        auto explained = records;
        insert(explained, 10, audit_record(type, audit_begin, Json::object()));
        check_sound(explained);
        LONGS_EQUAL(1, audit(explained).notes.size());
    }
}

TEST(Audit, AnAmendmentOfNothingOrOfAnotherLengthIsFound) {
    auto records = audit_journal(10);
    auto other = amended(records[7]);
    other.start_s += 450;
    insert(records, records.size(), other);
    STRCMP_CONTAINS("which is not in this journal", all_of(audit(records)).c_str());
    records = audit_journal(10);
    other = amended(records[7]);
    other.duration_s = 450;
    insert(records, records.size(), other);
    STRCMP_CONTAINS("of another length", all_of(audit(records)).c_str());
}

TEST(Audit, APointBeyondTheConfigurationIsFound) {
    auto records = audit_journal(10);
    records[7].points[1].point = 2;
    STRCMP_CONTAINS("point 2 is not in the configuration", all_of(audit(records)).c_str());
}

TEST(Audit, AnotherConfigurationMayCountItsPointsAnew) {
    auto records = audit_journal(20);
    auto aux = Json::from_cbor(records[0].aux);
    std::swap(aux["points"][0], aux["points"][1]);
    for (std::size_t i = 12; i < records.size(); ++i) {
        std::swap(records[i].points[0], records[i].points[1]);
        records[i].points[0].point = 0;
        records[i].points[1].point = 1;
    }
    insert(records, 12, audit_record(RecordType::config, audit_begin, aux));
    check_sound(records);
}

TEST(Audit, TheLifeOfAnAlertIsLegal) {
    check_sound(
        alerts({alert("inactive", "pending", 1), alert("pending", "firing", 2), alert("firing", "firing", 3),
                alert("firing", "resolved", 4), alert("inactive", "inactive", 4, ""), alert("inactive", "firing", 5),
                alert("firing", "resolved", 6), alert("resolved", "pending", 7), alert("pending", "inactive", 8)}));
}

TEST(Audit, AnAlertsTransitionThatCannotBeIsFound) {
    check_found(alerts({alert("firing", "pending", 1)}), 0, "cannot go from firing to pending");
    check_found(alerts({alert("inactive", "burning", 1)}), 0, "cannot go from resolved to burning");
    check_found(alerts({alert("inactive", "pending", 1), alert("inactive", "firing", 2)}), 1, "was left pending");
    check_found(alerts({alert("inactive", "pending", 1), alert("pending", "firing", 1)}), 1, "has revision 1 after 1");
    check_found(alerts({alert("inactive", "firing", 3), alert("firing", "firing", 3)}), 1, "has revision 3 after 3");
    check_found(alerts({alert("inactive", "firing", 3), alert("firing", "resolved", 2)}), 1, "has revision 2 after 3");
    check_found(alerts({alert("inactive", "inactive", 3, ""), alert("inactive", "inactive", 3, "")}), 1, "revision 3");
}

TEST(Audit, AReportIsTheRatioOfItsIntervals) {
    const auto records = audit_journal(96);
    const auto report = report_on(records);
    check_sound(with_report(records, report));
    for (const char* key : {"value", "facility_mwh", "it_mwh", "coverage"}) {
        auto other = report;
        other[key] = report[key].get<double>() * 1.000001;
        check_found(with_report(records, other), 99, "but its intervals come to: category 2");
    }
}

TEST(Audit, AReportUsesWhatWasAmendedBeforeIt) {
    auto records = audit_journal(96);
    const auto report = report_on(records);
    const auto right = amended(records[50]);
    records[50].points[0] = {0, {}, {}, 0, flag::missing};
    records[50].facility_mwh.reset();
    check_found(with_report(records, report), 99, "reports a PUE");
    insert(records, records.size(), right);
    check_sound(with_report(records, report));
}

TEST(Audit, AReportOfMoreThanTheJournalHoldsIsOnlyNoted) {
    auto records = audit_journal(96);
    auto report = report_on(records);
    erase(records, first_interval, first_interval + 10);
    const auto result = audit(with_report(records, report));
    LONGS_EQUAL(0, result.findings.size());
    STRCMP_CONTAINS("the journal begins later", result.notes.at(0).en.c_str());
}

TEST(Audit, AVerdictFollowsFromItsNumbers) {
    CHECK(holds(1.25, 0.01, {}));
    CHECK(holds(1.25, {}, {}));
    CHECK(!holds(1.29, 0.01, {}));  // nearer to the limit than twice u
    CHECK(holds(1.29, 0.01, {{"verdict", "indeterminate"}}));
    CHECK(!holds(1.25, 0.01, {{"verdict", "indeterminate"}}));
    CHECK(!holds(1.25, 0.01, {{"verdict", "non-compliant"}}));
    CHECK(holds(1.35, 0.01, {{"verdict", "non-compliant"}}));
    CHECK(holds(1.35, 0.01, {{"verdict", "indeterminate"}}));  // a rule that only informs
    CHECK(!holds(1.35, {}, {}));
    CHECK(!holds(1.25, 0.01, {{"within_limit", false}}));
    CHECK(!holds(1.25, 0.01, {{"p_conform", 0.5}}));
    CHECK(!holds(1.25, {}, {{"method", "guard-band"}}));
    CHECK(!holds(1.25, {}, {{"method", "none"}}));
    CHECK(holds(1.25, {}, {{"method", "none"}, {"verdict", "insufficient-data"}}));
    CHECK(!holds(1.25, {}, {}, {{"coverage", 0.5}}));
    CHECK(!holds(1.25, {}, {}, {{"integrity_alarm", true}}));
    CHECK(!holds(1.25, {}, {}, {{"end", "2025-12-30T16:00:00.000Z"}}));
    CHECK(!holds(1.25, {}, {{"limit", nullptr}}));
    CHECK(!holds(1.25, {}, {}, {{"value", nullptr}}));
}

TEST(Audit, WhatCannotBeReadIsFound) {
    auto record = alert("inactive", "pending", 1);
    record.aux = "\xff";
    check_found(alerts({record}), 0, "cannot be read");
    check_found(alerts({audit_record(RecordType::report, 0, Json::object())}), 0, "cannot be read");
    check_found(alerts({audit_record(RecordType::config, 0, {{"points", 7}})}), 0, "cannot be read");
}

TEST(Audit, ANonsensicalJournalIsToldByItsFirstThousandFindings) {
    auto records = audit_journal(1200);
    for (std::size_t i = first_interval; i < records.size(); ++i) *records[i].facility_mwh += 1;
    const auto result = audit(records);
    LONGS_EQUAL(1001, result.findings.size());
    STRCMP_EQUAL("200 findings more", result.findings.back().what.en.c_str());
}
