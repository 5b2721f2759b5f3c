// What people do to alerts.
#include <string>

#include "agent/rules/alert_overlay.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace std::chrono;

namespace {

constexpr UtcTime start{seconds{1767196800}};
const AlertSettings at_once{.for_count = 1, .clear_count = 1};

Now later(hours by) { return {BootTime{by}, start + by, ClockQuality::synced}; }
const Now now = later(hours{0});

AlertState firing() { return advance({}, Condition::over, now, at_once).state; }

}  // namespace

TEST_GROUP(AlertOverlay){};

TEST(AlertOverlay, an_acknowledgement_stops_escalation_and_nothing_else) {
    const auto acked = acknowledge(firing(), {"li", {}}, now);
    CHECK(static_cast<bool>(acked));
    CHECK(acked->phase == AlertPhase::firing);
    CHECK_FALSE(escalates(*acked, now));
    CHECK(escalates(firing(), now));
    UNSIGNED_LONGS_EQUAL(firing().rev + 1, acked->rev);
}

TEST(AlertOverlay, an_acknowledgement_ends_with_its_time) {
    const auto acked = acknowledge(firing(), {"li", start + hours{1}}, now);
    CHECK_FALSE(escalates(*acked, now));
    CHECK(escalates(*acked, later(hours{1})));
    const auto step = advance(*acked, Condition::over, later(hours{1}), at_once);
    CHECK_FALSE(step.state.acked.has_value());
    CHECK(step.publish);
}

TEST(AlertOverlay, an_acknowledgement_ends_with_the_alert) {
    const auto acked = acknowledge(firing(), {"li", {}}, now);
    CHECK_FALSE(advance(*acked, Condition::clear, later(hours{1}), at_once).state.acked.has_value());
}

TEST(AlertOverlay, what_is_over_cannot_be_acknowledged) {
    const auto out = acknowledge({}, {"li", {}}, now);
    CHECK_FALSE(static_cast<bool>(out));
    STRCMP_EQUAL("the alert is resolved (expected a pending or firing one)", out.error().c_str());
    STRCMP_EQUAL("by is missing (expected who acknowledges)", acknowledge(firing(), {}, now).error().c_str());
    STRCMP_EQUAL("until is in the past (expected a later time than 2025-12-31T16:00:00.000Z)",
                 acknowledge(firing(), {"li", start}, now).error().c_str());
}

TEST(AlertOverlay, a_shelved_alert_fires_silently) {
    const auto shelved = shelve({}, {"li", start + hours{2}, "pump exchange"}, now);
    const auto step = advance(*shelved, Condition::over, later(hours{1}), at_once);
    CHECK(step.state.phase == AlertPhase::firing);
    CHECK(step.publish);
    CHECK_FALSE(step.notify);
    CHECK_FALSE(escalates(step.state, later(hours{1})));
}

TEST(AlertOverlay, a_shelf_ends_by_itself) {
    const auto shelved = shelve(firing(), {"li", start + hours{2}, "pump exchange"}, now);
    const auto step = advance(*shelved, Condition::over, later(hours{2}), at_once);
    CHECK_FALSE(step.state.shelved.has_value());
    CHECK(step.publish);
    CHECK(escalates(step.state, later(hours{2})));
}

TEST(AlertOverlay, nothing_is_shelved_for_more_than_a_week_or_without_a_reason) {
    CHECK(static_cast<bool>(shelve(firing(), {"li", start + hours{168}, "x"}, now)));
    STRCMP_EQUAL("until is out of range (expected a time up to 7 days after 2025-12-31T16:00:00.000Z)",
                 shelve(firing(), {"li", start + hours{168} + milliseconds{1}, "x"}, now).error().c_str());
    CHECK_FALSE(static_cast<bool>(shelve(firing(), {"li", start, "x"}, now)));
    STRCMP_EQUAL("reason is missing (expected why the alert is shelved)",
                 shelve(firing(), {"li", start + hours{1}, ""}, now).error().c_str());
    STRCMP_EQUAL("by is missing (expected who shelves)",
                 shelve(firing(), {"", start + hours{1}, "x"}, now).error().c_str());
}

TEST(AlertOverlay, unshelving_twice_is_one_change) {
    const auto shelved = shelve(firing(), {"li", start + hours{2}, "x"}, now);
    const auto once = unshelve(*shelved);
    UNSIGNED_LONGS_EQUAL(shelved->rev + 1, once.rev);
    UNSIGNED_LONGS_EQUAL(once.rev, unshelve(once).rev);
}
