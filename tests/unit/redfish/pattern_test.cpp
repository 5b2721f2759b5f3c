// Names with a * in them, and references that a service gives.
#include <string>

#include "drivers/redfish/document.hpp"
#include "drivers/redfish/pattern.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued::redfish;

TEST_GROUP(RedfishPattern){};

TEST(RedfishPattern, a_star_stands_for_what_is_between) {
    STRCMP_EQUAL("SXM_1", star_of("HGX_GPU_*", "HGX_GPU_SXM_1")->c_str());
    STRCMP_EQUAL("", star_of("HGX_*", "HGX_")->c_str());
    STRCMP_EQUAL("7", star_of("a*b", "a7b")->c_str());
    CHECK_FALSE(star_of("a*ab", "ab").has_value());
    CHECK_FALSE(star_of("HGX_*", "Chassis_0").has_value());
    STRCMP_EQUAL("", star_of("Power", "Power")->c_str());
    CHECK_FALSE(star_of("Power", "Powers").has_value());
}

TEST(RedfishPattern, one_in_braces_is_the_same_text_again) {
    const char* pattern = "/Chassis/HGX_GPU_*/Sensors/HGX_GPU_{1}_Power_0";
    STRCMP_EQUAL("SXM_1", star_of(pattern, "/Chassis/HGX_GPU_SXM_1/Sensors/HGX_GPU_SXM_1_Power_0")->c_str());
    CHECK_FALSE(star_of(pattern, "/Chassis/HGX_GPU_SXM_1/Sensors/HGX_GPU_SXM_1_DRAM_0_Power_0").has_value());
    STRCMP_EQUAL("a-7-b-7", filled("a-{1}-b-{1}", "7").c_str());
}

TEST(RedfishPattern, numbers_in_names_count_as_numbers) {
    CHECK(natural_less("SXM_2", "SXM_10") && !natural_less("SXM_10", "SXM_2"));
    CHECK(natural_less("1/9", "2/1") && natural_less("1", "1/1") && !natural_less("A", "A"));
    CHECK(natural_less("007", "8") && natural_less("", "a"));
}

TEST(RedfishPattern, a_service_sends_us_nowhere_else) {
    STRCMP_EQUAL("/redfish/v1/Chassis/1", resource_path("/redfish/v1/Chassis/1/")->c_str());
    for (const char* bad : {"https://elsewhere/redfish/v1", "//elsewhere/redfish/v1", "/redfish/v1/../../etc", "/admin",
                            "/redfish/v1/a b", "/redfish/v1/\r\nX: y", ""}) {
        CHECK_FALSE_TEXT(resource_path(bad).has_value(), bad);
    }
    CHECK_FALSE(resource_path("/redfish/v1/" + std::string(600, 'a')).has_value());
}

TEST(RedfishPattern, a_document_is_an_object_in_bounds) {
    CHECK(static_cast<bool>(parse_document(R"({"a": {"b/c": [1, 2]}})")));
    for (const char* bad : {"", "[]", "{", "null", "<html>"})
        CHECK_FALSE_TEXT(static_cast<bool>(parse_document(bad)), bad);
    STRCMP_EQUAL("the reply is nested too deeply",
                 parse_document("{\"a\":" + std::string(500, '[') + std::string(500, ']') + "}").error().c_str());
    const auto document = *parse_document(R"({"a": {"b/c": [1, 2], "t": "x"}})");
    LONGS_EQUAL(2, at_pointer(document, "/a/b~1c/1")->get<int>());
    CHECK(at_pointer(document, "/a/b~1c/2") == nullptr && at_pointer(document, "/x/y") == nullptr);
    STRCMP_EQUAL("x", text_at(document, "/a/t").c_str());
}
