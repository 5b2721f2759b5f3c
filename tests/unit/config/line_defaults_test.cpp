// How a line is set of which the configuration says nothing, by who is on it.
#include <string>

#include "agent/config/line_defaults.hpp"
#include "tests/unit/config/checked.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(LineDefaults) {
    LineConfig line_of(const std::string& line, const std::string& meter) {
        Problems problems;
        const std::string text = "[site]\nid = 's'\n[[line]]\nid = 'l'\ndevice = '/dev/ttyS1'\n" + line +
                                 "[[meter]]\nid = 'm'\nline = 'l'\n" + meter;
        auto config = parse_config(text, "t", problems);
        CHECK(config && problems.none());
        settle_lines(*config, test::maps());
        return config->lines.front();
    }
    void check_line(const LineConfig& line, unsigned baud, char parity) {
        UNSIGNED_LONGS_EQUAL(baud, line.baud);
        BYTES_EQUAL(parity, line.parity);
    }

    const std::string modbus = "profile = 'eastron-sdm630'\n";
    const std::string dlt645 = "profile = 'dlt645-2007'\naddress = '000000000001'\n";
};

TEST(LineDefaults, a_modbus_line_has_9600_baud_without_parity) { check_line(line_of("", modbus), 9600, 'N'); }

TEST(LineDefaults, a_line_of_dlt645_meters_is_as_their_standard_has_it) { check_line(line_of("", dlt645), 2400, 'E'); }

TEST(LineDefaults, what_the_operator_says_stands) {
    check_line(line_of("baud = 9600\n", dlt645), 9600, 'E');
    check_line(line_of("parity = 'N'\n", dlt645), 2400, 'N');
    check_line(line_of("baud = 19200\nparity = 'O'\n", modbus), 19200, 'O');
}
