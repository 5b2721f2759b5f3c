// Numbers out of JSON messages: RFC 6901 pointers, what counts as a number, and the limits.
#include "drivers/mqtt/json_value.hpp"

#include <string>

#include "tests/unit/mqtt/json_number.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using test::json_number;

namespace {

// The example document of RFC 6901 section 5, its strings replaced by numbers.
const char* const rfc_document = R"({"foo": [10, 11], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4,
    "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8})";

double value(std::string_view json, const std::string& pointer) {
    const auto number = json_number(json, pointer);
    CHECK_TEXT(bool(number), number ? "" : number.error().c_str());
    return number ? *number : -1;
}

std::string refusal(std::string_view json, const std::string& pointer) {
    const auto number = json_number(json, pointer);
    CHECK_FALSE(bool(number));
    return number ? "" : number.error();
}

}  // namespace

TEST_GROUP(JsonValue){};

TEST(JsonValue, pointers_work_as_in_the_examples_of_rfc_6901) {
    DOUBLES_EQUAL(10, value(rfc_document, "/foo/0"), 0);
    DOUBLES_EQUAL(11, value(rfc_document, "/foo/1"), 0);
    DOUBLES_EQUAL(0, value(rfc_document, "/"), 0);
    DOUBLES_EQUAL(1, value(rfc_document, "/a~1b"), 0);
    DOUBLES_EQUAL(2, value(rfc_document, "/c%d"), 0);
    DOUBLES_EQUAL(3, value(rfc_document, "/e^f"), 0);
    DOUBLES_EQUAL(4, value(rfc_document, "/g|h"), 0);
    DOUBLES_EQUAL(5, value(rfc_document, "/i\\j"), 0);
    DOUBLES_EQUAL(6, value(rfc_document, "/k\"l"), 0);
    DOUBLES_EQUAL(7, value(rfc_document, "/ "), 0);
    DOUBLES_EQUAL(8, value(rfc_document, "/m~0n"), 0);
}

TEST(JsonValue, the_empty_pointer_is_the_whole_document) {
    DOUBLES_EQUAL(0.53, value(" 0.53\n", ""), 0);
    DOUBLES_EQUAL(-12.5, value("-1.25e1", ""), 0);
}

TEST(JsonValue, a_string_that_is_a_number_counts) {
    DOUBLES_EQUAL(0.53, value(R"({"v": "0.53"})", "/v"), 0);
    STRCMP_EQUAL("/v is a string that is no number", refusal(R"({"v": "0.53 kW"})", "/v").c_str());
    STRCMP_EQUAL("/v is a string that is no number", refusal(R"({"v": ""})", "/v").c_str());
    STRCMP_EQUAL("/v is a string that is no number", refusal(R"({"v": " 1"})", "/v").c_str());
}

TEST(JsonValue, what_is_no_number_is_named) {
    STRCMP_EQUAL("/v is no number but null", refusal(R"({"v": null})", "/v").c_str());
    STRCMP_EQUAL("/v is no number but a boolean", refusal(R"({"v": true})", "/v").c_str());
    STRCMP_EQUAL("/v is no number but object", refusal(R"({"v": {}})", "/v").c_str());
    STRCMP_EQUAL("/w is not in the message", refusal(R"({"v": 1})", "/w").c_str());
    STRCMP_EQUAL("/v/0 is not in the message", refusal(R"({"v": 1})", "/v/0").c_str());
    STRCMP_EQUAL("/v/2 is not in the message", refusal(R"({"v": [1, 2]})", "/v/2").c_str());
    STRCMP_EQUAL("the message is no number but array", refusal("[1]", "").c_str());
}

TEST(JsonValue, numbers_must_be_finite) {
    CHECK_FALSE(bool(json_number(R"({"v": 1e999})", "/v")));
    CHECK_FALSE(bool(json_number(R"({"v": "inf"})", "/v")));
    CHECK_FALSE(bool(json_number(R"({"v": "nan"})", "/v")));
    CHECK_FALSE(bool(json_number(R"({"v": NaN})", "/v")));
}

TEST(JsonValue, what_is_no_json_is_refused_without_repeating_it) {
    STRCMP_EQUAL("message is not JSON", refusal("\x1b[31mred", "/v").c_str());
    STRCMP_EQUAL("message is not JSON", refusal("", "").c_str());
    STRCMP_EQUAL("message is not JSON", refusal(R"({"v": 1)", "/v").c_str());
    STRCMP_EQUAL("message is not JSON", refusal(R"({"v": 1} tail)", "/v").c_str());
    STRCMP_EQUAL("message is not JSON", refusal("{\"v\xff\": 1}", "/v").c_str());
}

TEST(JsonValue, a_bad_pointer_is_an_error_not_an_exception) {
    STRCMP_CONTAINS("is no JSON pointer", refusal(R"({"v": 1})", "v").c_str());
    STRCMP_CONTAINS("is no JSON pointer", refusal(R"({"v": 1})", "/v~2").c_str());
    CHECK_FALSE(bool(json_number("[1, 2]", "/01")));
    CHECK_FALSE(bool(json_number("[1, 2]", "/99999999999999999999")));
    CHECK_FALSE(bool(json_number("[1, 2]", "/-")));
}

TEST(JsonValue, size_and_depth_are_limited) {
    const std::string padding(65536, ' ');
    STRCMP_EQUAL("message of 65537 bytes is too large (at most 65536)", refusal(padding + '1', "").c_str());
    const auto nested = [](std::size_t n) { return std::string(n, '[') + '1' + std::string(n, ']'); };
    std::string pointer;
    for (int i = 0; i < 32; ++i) pointer += "/0";
    DOUBLES_EQUAL(1, value(nested(32), pointer), 0);
    STRCMP_EQUAL("message is nested too deep (at most 32 levels)", refusal(nested(33), pointer + "/0").c_str());
    STRCMP_EQUAL("message is nested too deep (at most 32 levels)", refusal(std::string(60000, '{'), "").c_str());
}

TEST(JsonValue, brackets_within_strings_are_no_depth) {
    const std::string text = R"({"s": ")" + std::string(100, '[') + R"(\"{{", "v": 3})";
    DOUBLES_EQUAL(3, value(text, "/v"), 0);
}
