// The HTML, JSON and CSV of small dossiers: everything escaped, what is absent is said in both languages.
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "agent/report/csv.hpp"
#include "agent/report/html.hpp"
#include "agent/report/json.hpp"
#include "agent/report/plots.hpp"
#include "agent/report/svg.hpp"

// The test framework last: its macros replace new.
#include "CppUTest/TestHarness.h"

using namespace pued;

namespace {

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

Dossier empty_year() {
    Dossier out;
    out.site = "hall-1";
    out.site_name = "A <script>alert('x')</script> & \"B\"";
    out.period = "2026";
    out.zone = "UTC+8";
    out.utc_offset_minutes = 480;
    out.start = UtcTime{std::chrono::seconds{1767196800}};
    out.end = UtcTime{std::chrono::seconds{1798732800}};
    out.watched_from = out.start;
    out.watched_to = out.start + std::chrono::hours{24};
    out.category = 1;
    return out;
}

}  // namespace

TEST_GROUP(html_report){};

TEST(html_report, escapes_the_text_of_others) {
    auto dossier = empty_year();
    dossier.alerts.push_back({"r<1>", "site", "firing", "page", dossier.start, {}, {}, {}, {"<img src=x>", "<图>"}, 7});
    for (const auto lang : {Language::en, Language::zh}) {
        const auto text = html_report(dossier, lang);
        CHECK_FALSE(contains(text, "<script"));
        CHECK_FALSE(contains(text, "<img"));
        CHECK(contains(text, "A &lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;B&quot;"));
        CHECK(contains(text, "r&lt;1&gt;"));
    }
}

TEST(html_report, says_in_both_languages_what_was_not_measured) {
    const auto dossier = empty_year();
    const auto en = html_report(dossier, Language::en), zh = html_report(dossier, Language::zh);
    for (const char* part :
         {"withheld", "not measured", "No alert fired", "no signed checkpoint", "interim: 2026-01-01 to 2026-01-01"}) {
        CHECK(contains(en, part));
    }
    for (const char* part : {"不予给出", "未测量", "本期无告警", "尚无已签名的检查点", "阶段值"})
        CHECK(contains(zh, part));
    CHECK_FALSE(contains(en, "<svg"));
    CHECK(contains(zh, "lang=\"zh-CN\""));
}

TEST(html_report, shows_a_value_with_its_expanded_uncertainty_rounded_up) {
    auto dossier = empty_year();
    dossier.figure.value = 1.26849;
    dossier.figure.u = 0.00621;
    dossier.figure.it_kwh = 1;
    const auto text = html_report(dossier, Language::en);
    CHECK(contains(text, ">1.268<"));
    CHECK(contains(text, "± 0.013"));
}

TEST(html_report, says_that_a_replay_is_one_and_how_to_copy_the_journal_without_its_key) {
    auto dossier = empty_year();
    dossier.replayed = true;
    dossier.missing_before = 77;
    const auto en = html_report(dossier, Language::en), zh = html_report(dossier, Language::zh);
    for (const char* part :
         {"made by replay from recorded readings, not measured by this daemon", "pued journal --export DIR",
          "key.pem, which signs, never leaves", "77 records are not here"})
        CHECK_TEXT(contains(en, part), part);
    for (const char* part : {"由回放记录生成，非实测", "key.pem 不得离开设备", "缺少最初的 77 条记录"})
        CHECK_TEXT(contains(zh, part), part);
}

TEST(html_report, tells_a_clause_in_chinese_where_the_rule_has_it) {
    auto dossier = empty_year();
    ReportVerdict verdict;
    verdict.standard.clause = "item number not seen";
    dossier.verdicts.push_back(verdict);
    CHECK(contains(html_report(dossier, Language::zh), "条款：item number not seen"));
    dossier.verdicts[0].standard.clause_zh = "未见条目编号";
    CHECK(contains(html_report(dossier, Language::zh), "条款：未见条目编号"));
    CHECK(contains(html_report(dossier, Language::en), "clause: item number not seen"));
}

TEST(html_report, a_rule_that_informs_gets_no_mark) {
    auto dossier = empty_year();
    ReportVerdict verdict;
    verdict.name = {"Green", "绿色"};
    verdict.limit = 1.3;
    verdict.value = 1.2;
    verdict.verdict = "compliant";
    verdict.simple = "within";
    verdict.advisory = true;
    dossier.verdicts.push_back(verdict);
    const auto within = html_report(dossier, Language::en);
    CHECK(contains(within, "within the figure (information only)"));
    CHECK_FALSE(contains(within, "\u2713"));
    CHECK(contains(html_report(dossier, Language::zh), "未超过该值（仅供参考）"));
    CHECK(contains(html_report(dossier, Language::zh), "<td>未超过</td>"));
    dossier.verdicts[0].verdict = "indeterminate";
    dossier.verdicts[0].simple = "beyond";
    CHECK(contains(html_report(dossier, Language::en), "above the figure (information only)"));
    CHECK(nlohmann::json::parse(json_report(dossier))["verdicts"][0]["advisory"].get<bool>());
}

TEST(html_report, alerts_stand_in_one_row_for_each_rule_and_scope) {
    auto dossier = empty_year();
    dossier.watched_to = dossier.end;
    using std::chrono::hours;
    const auto add = [&](int from, int to, double value, const char* text) {
        dossier.alerts.push_back({"drift-acute",
                                  "site",
                                  "resolved",
                                  "ticket",
                                  dossier.start + hours{from},
                                  dossier.start + hours{to},
                                  value,
                                  1.2,
                                  {text, text},
                                  7});
    };
    add(0, 2, 1.3, "first");
    add(5, 8, 1.5, "worst");
    add(8759, 8765, 1.4, "last");
    const auto text = html_report(dossier, Language::en);
    CHECK(contains(text, "<td>Drift, sudden, site</td><td>ticket</td><td class=\"n\">3</td><td class=\"n\">6.0</td>"));
    CHECK(contains(text, "2027-01-01 05:00, after the period"));
    CHECK(contains(text, "<td class=\"n\">1.500</td><td>worst</td>"));
    CHECK_FALSE(contains(text, ">first<"));
    LONGS_EQUAL(3, nlohmann::json::parse(json_report(dossier))["alerts"].size());
}

TEST(html_report, a_closed_month_is_closed_and_a_day_has_no_plot_of_one_dot) {
    auto dossier = empty_year();
    dossier.closed = true;
    dossier.period = "2026-01";
    dossier.end = dossier.watched_to = dossier.start + std::chrono::hours{31 * 24};
    CHECK(contains(html_report(dossier, Language::en),
                   "closed: 2026-01-01 to 2026-01-31; interim value of a closed month"));
    CHECK(contains(html_report(dossier, Language::zh), "月度中间值"));
    CHECK(contains(html_report(dossier, Language::en), "Budget and forecast"));
    dossier.period = "2026-01-01";
    CHECK_FALSE(contains(html_report(dossier, Language::en), "Budget and forecast"));
}

TEST_GROUP(report_text){};

TEST(report_text, rounds_uncertainties_up_to_two_digits) {
    STRCMP_EQUAL("0.016", rounded_up(0.015949).c_str());
    STRCMP_EQUAL("0.0063", rounded_up(0.00624071).c_str());
    STRCMP_EQUAL("0.010", rounded_up(0.01).c_str());
    STRCMP_EQUAL("0.010", rounded_up(0.00999).c_str());
}

TEST(report_text, groups_thousands_and_names_energies) {
    STRCMP_EQUAL("1,234,567.9", grouped(1234567.89, 1).c_str());
    STRCMP_EQUAL("\u2212999", grouped(-999).c_str());
    STRCMP_EQUAL("20.57 GWh", energy_text(20'570'000).c_str());
    STRCMP_EQUAL("175.9 MWh", energy_text(175'900).c_str());
    STRCMP_EQUAL("0.00 kWh", energy_text(0).c_str());
}

TEST(report_text, tells_local_times_also_before_1970) {
    STRCMP_EQUAL("2026-01-01 00:00", local_time(UtcTime{std::chrono::seconds{1767196800}}, 480).c_str());
    STRCMP_EQUAL("1969-12-31 23:30", local_time(UtcTime{std::chrono::seconds{-1800}}, 0).c_str());
}

TEST_GROUP(report_axes){};

TEST(report_axes, ends_are_round_and_hold_the_values) {
    const auto axis = nice_axis(1.203, 1.447, 6);
    DOUBLES_EQUAL(1.2, axis.low, 1e-12);
    DOUBLES_EQUAL(1.45, axis.high, 1e-12);
    DOUBLES_EQUAL(0.05, axis.step, 1e-12);
    LONGS_EQUAL(2, axis.decimals);
}

TEST(report_axes, one_value_alone_still_makes_an_axis) {
    const auto axis = nice_axis(1.3, 1.3);
    CHECK(axis.low < 1.3);
    CHECK(axis.high > 1.3);
}

TEST_GROUP(machine_report){};

TEST(machine_report, json_parses_and_has_null_for_what_is_absent) {
    auto dossier = empty_year();
    dossier.compute_by_rack["rack-r1"] = {0.25, std::numeric_limits<double>::quiet_NaN()};
    dossier.meters.emplace_back().id = "bad \xff utf-8";
    const auto document = nlohmann::json::parse(json_report(dossier));
    CHECK(document["pue"]["value"].is_null());
    CHECK(document["gb40879"]["whole_year_r"].is_null());
    CHECK(document["compute_tflop_per_joule"]["rack-r1"][1].is_null());
    DOUBLES_EQUAL(0.25, document["compute_tflop_per_joule"]["rack-r1"][0].get<double>(), 0);
    STRCMP_EQUAL("2025-12-31T16:00:00.000Z", document["period"]["start"].get<std::string>().c_str());
    CHECK(document["meters"][0]["first_reading_kwh"].is_null());
}

TEST(machine_report, csv_quotes_and_defuses_cells_and_leaves_the_absent_empty) {
    auto dossier = empty_year();
    ReportMeter meter;
    meter.id = "feed-a";
    meter.accuracy = "0.2S, \"new\"";
    meter.certificate = "=HYPERLINK(1)";
    meter.last_reading_kwh = 12.5;
    dossier.meters.push_back(meter);
    const auto text = csv_report(dossier);
    CHECK(contains(text, "feed-a,,,,\"0.2S, \"\"new\"\"\",,'=HYPERLINK(1),1,,12.5,0,0,0,0,\r\n"));
}

TEST(machine_report, names_the_uncertainty_that_it_gives) {
    auto dossier = empty_year();
    dossier.figure.value = 1.25;
    dossier.figure.u = 0.004;
    dossier.period = "2026-01-01";
    dossier.replayed = true;
    dossier.months.push_back({});
    const auto document = nlohmann::json::parse(json_report(dossier));
    DOUBLES_EQUAL(0.004, document["pue"]["u"].get<double>(), 1e-12);
    DOUBLES_EQUAL(0.008, document["pue"]["U"].get<double>(), 1e-12);
    DOUBLES_EQUAL(2, document["pue"]["k"].get<double>(), 0);
    STRCMP_EQUAL("replay", document["origin"].get<std::string>().c_str());
    const auto text = csv_report(dossier);
    CHECK(contains(text, "date,pue,u (k=1),U (k=2),k,"));
    CHECK(contains(text, "\r\n2026-01-01,1.25,0.004,0.008,2,"));
    CHECK(contains(text, ",replay\r\n"));
}
