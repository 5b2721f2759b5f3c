// What the options of `pued scan` mean: units, serial settings and timeouts by protocol, and wrong usage in one line.
#include <string>

#include "agent/commands/scan_plan.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

ScanOptions over(const std::string& medium, const std::string& target, const std::string& units = {}) {
    ScanOptions out;
    out.medium = medium;
    out.target = target;
    out.units = units;
    return out;
}

ScanOptions meters(const std::string& medium, const std::string& target) {
    auto out = over(medium, target);
    out.protocol = "dlt645";
    return out;
}

ScanPlan plan_of(const ScanOptions& options) {
    auto out = planned(options);
    CHECK_TEXT(static_cast<bool>(out), out ? "" : out.error().c_str());
    return *out;
}

void refused(const ScanOptions& options, const std::string& why) {
    const auto out = planned(options);
    CHECK_FALSE(static_cast<bool>(out));
    STRCMP_EQUAL(why.c_str(), out.error().c_str());
}

std::string settings_text(const ScanPlan& plan) {
    std::string out;
    for (const auto& line : plan.settings) out += (out.empty() ? "" : ", ") + setting_text(line);
    return out;
}

void check_units(const std::string& given, const std::vector<unsigned>& expected) {
    CHECK(plan_of(over("tcp", "10.0.0.7", given)).units == expected);
}

}  // namespace

TEST_GROUP(ScanPlan){};

TEST(ScanPlan, units_are_asked_in_the_order_given_and_none_twice) {
    check_units("7,1-3,2", {7, 1, 2, 3});
    check_units("255,0", {255, 0});
}

TEST(ScanPlan, a_gateway_is_asked_for_what_devices_have_of_the_factory_first) {
    const auto units = plan_of(over("tcp", "10.0.0.7")).units;
    UNSIGNED_LONGS_EQUAL(35, units.size());
    UNSIGNED_LONGS_EQUAL(1, units.front());
    UNSIGNED_LONGS_EQUAL(255, units[1]);
}

TEST(ScanPlan, a_line_is_asked_for_every_unit_that_there_can_be_also_behind_a_serial_server) {
    auto server = over("tcp", "10.0.0.7:4001");
    server.framing = "rtu";
    for (const auto& options : {over("rtu", "/dev/ttyS1"), server}) {
        const auto plan = plan_of(options);
        UNSIGNED_LONGS_EQUAL(247, plan.units.size());
        UNSIGNED_LONGS_EQUAL(1, plan.units.front());
        CHECK(plan.target.rtu_frames());
    }
}

TEST(ScanPlan, what_is_no_list_of_units_is_wrong_usage) {
    for (const std::string bad : {"a", "1-", "-1", "3-1", "1,,2", "256", "1;2", "99999999999"}) {
        refused(over("tcp", "10.0.0.7", bad), "--units " + bad + " is no list of unit ids (expected such as 1-8,100)");
    }
    CHECK_FALSE(static_cast<bool>(planned(over("rtu", "/dev/ttyS1", "0"))));
    CHECK_FALSE(static_cast<bool>(planned(over("rtu", "/dev/ttyS1", "256"))));
}

TEST(ScanPlan, a_modbus_line_is_tried_at_the_usual_speeds_without_and_with_even_parity) {
    STRCMP_EQUAL(
        "9600 8N1, 9600 8E1, 19200 8N1, 19200 8E1, 38400 8N1, 38400 8E1, 115200 8N1, 115200 8E1, 4800 8N1, 4800 8E1, "
        "2400 8N1, 2400 8E1, 1200 8N1, 1200 8E1",
        settings_text(plan_of(over("rtu", "/dev/ttyS1"))).c_str());
}

TEST(ScanPlan, a_line_of_dlt645_meters_is_tried_at_2400_baud_with_even_parity_first) {
    const auto text = settings_text(plan_of(meters("rtu", "/dev/ttyS1")));
    STRCMP_EQUAL("2400 8E1, 2400 8N1, 9600 8E1", text.substr(0, 28).c_str());
}

TEST(ScanPlan, given_settings_are_the_only_ones) {
    auto options = over("rtu", "/dev/ttyS1");
    options.bauds = {4800, 300};
    options.parities = {"O"};
    const auto plan = plan_of(options);
    STRCMP_EQUAL("4800 8O1, 300 8O1", settings_text(plan).c_str());
    STRCMP_EQUAL("/dev/ttyS1", plan.settings.front().device.c_str());
    STRCMP_EQUAL("rs485", plan.settings.front().id.c_str());
}

TEST(ScanPlan, the_timeout_goes_by_medium_and_protocol_unless_given) {
    auto server = over("tcp", "h");
    server.framing = "rtu";
    CHECK(plan_of(over("tcp", "h")).timeout == Milliseconds{1000});
    CHECK(plan_of(over("rtu", "/dev/ttyS1")).timeout == Milliseconds{300});
    CHECK(plan_of(server).timeout == Milliseconds{500});
    CHECK(plan_of(meters("rtu", "/dev/ttyS1")).timeout == Milliseconds{600});
    CHECK(plan_of(meters("tcp", "h:4001")).timeout == Milliseconds{1000});
    server.timeout_ms = 77;
    CHECK(plan_of(server).timeout == Milliseconds{77});
}

TEST(ScanPlan, host_and_port_are_taken_apart) {
    const auto plan = plan_of(over("tcp", "[fe80::1]:4001"));
    STRCMP_EQUAL("fe80::1", plan.target.host.c_str());
    UNSIGNED_LONGS_EQUAL(4001, plan.target.port);
    UNSIGNED_LONGS_EQUAL(502, plan_of(over("tcp", "gateway.example")).target.port);
}

TEST(ScanPlan, a_serial_server_of_dlt645_meters_needs_its_port) {
    for (const char* host : {"h", "10.0.0.7", "fe80::1", "[fe80::1]"}) {
        refused(meters("tcp", host),
                "the port is missing, and DL/T 645 has no usual one (expected HOST:PORT, as the serial server is set)");
    }
    UNSIGNED_LONGS_EQUAL(502, plan_of(meters("tcp", "h:502")).target.port);
}

TEST(ScanPlan, a_target_that_is_none_is_wrong_usage) {
    refused(over("rtu", "ttyS1"), "\"ttyS1\" is no device file (expected such as /dev/ttyS1)");
    refused(over("tcp", "host:port"), "\"host:port\" is no host (expected HOST or HOST:PORT)");
}

TEST(ScanPlan, options_that_the_target_has_no_use_for_are_wrong_usage) {
    auto options = over("tcp", "h");
    options.bauds = {9600};
    refused(options, "--baud and --parity are for rtu");
    options = over("rtu", "/dev/ttyS1");
    options.framing = "rtu";
    refused(options, "--framing is for tcp");
    options = meters("tcp", "h:4001");
    options.framing = "rtu";
    refused(options, "--framing is for Modbus");
    options = meters("tcp", "h:4001");
    options.units = "1";
    refused(options, "--units is for Modbus (dlt645 meters have an --address)");
    options = over("tcp", "h");
    options.addresses = {"000000000161"};
    refused(options, "--address is for --protocol dlt645");
}

TEST(ScanPlan, a_meters_number_has_twelve_digits) {
    auto options = meters("tcp", "h:4001");
    options.addresses = {"000000000161"};
    CHECK(plan_of(options).addresses.front() == (dlt645::Address{0x61, 0x01, 0, 0, 0, 0}));
    for (const std::string bad : {"161", "00000000016x", "AAAAAAAAAAAA"}) {
        options.addresses = {bad};
        refused(options, "--address " + bad + " is no meter's number (expected 12 digits)");
    }
}
