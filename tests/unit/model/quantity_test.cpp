#include <string>

#include "agent/model/quantity.hpp"
#include "agent/model/time.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(Quantity){};

TEST(Quantity, a_bare_name_ends_in_its_unit) {
    const auto name = parse_quantity("power_w");
    CHECK(name.has_value());
    CHECK(name->quantity == Quantity::power);
    CHECK(name->phase.empty() && name->element.empty());
}

TEST(Quantity, export_is_not_a_phase_of_energy) {
    CHECK(parse_quantity("energy_export_wh")->quantity == Quantity::energy_export);
    CHECK(parse_quantity("energy_wh")->quantity == Quantity::energy);
}

TEST(Quantity, a_phase_stands_before_the_unit) {
    const auto name = parse_quantity("voltage_l12_v");
    CHECK(name->quantity == Quantity::voltage);
    STRCMP_EQUAL("l12", name->phase.c_str());
}

TEST(Quantity, an_outlet_stands_before_the_quantity) {
    const auto name = parse_quantity("outlet-7.power_w");
    STRCMP_EQUAL("outlet", name->element.c_str());
    UNSIGNED_LONGS_EQUAL(7, name->index);
}

TEST(Quantity, what_is_no_name_is_refused) {
    for (const char* text : {"", "power", "power_kw", "power_l4_w", "outlet.power_w", "outlet-0.power_w",
                             "outlet-.power_w", "outlet-7.", "outlet-7x.power_w", "Outlet-7.power_w"}) {
        CHECK_FALSE_TEXT(parse_quantity(text).has_value(), text);
    }
}

TEST(Quantity, an_id_is_safe_in_topics_and_shells) {
    CHECK(is_id("a1") && is_id("rack-07"));
    CHECK_FALSE(is_id("-a") || is_id("A") || is_id("a/b") || is_id("") || is_id(std::string(49, 'a')));
}

TEST_GROUP(Time){};

TEST(Time, a_label_is_rfc_3339_with_milliseconds) {
    STRCMP_EQUAL("2025-12-31T16:00:00.007Z", rfc3339(UtcTime{std::chrono::milliseconds{1767196800007}}).c_str());
}

TEST(Time, labels_go_on_after_2038) {
    STRCMP_EQUAL("2040-01-01T00:00:00.000Z", rfc3339(UtcTime{std::chrono::seconds{2208988800}}).c_str());
}

TEST(Time, an_anchor_maps_both_ways) {
    const Anchor anchor{BootTime{std::chrono::seconds{100}}, UtcTime{std::chrono::seconds{1000}}, ClockQuality::synced};
    const auto boundary = UtcTime{std::chrono::seconds{1060}};
    CHECK(to_boot(anchor, boundary) == BootTime{std::chrono::seconds{160}});
    CHECK(to_utc(anchor, to_boot(anchor, boundary)) == boundary);
}
