// Hosts with and without ports.
#include "agent/config/host_port.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

TEST_GROUP(HostPort){
    void expect(const char* host, unsigned port, const char* text){const auto parsed = parse_host_port(text, 502);
CHECK_TRUE_TEXT(parsed.has_value(), text);
STRCMP_EQUAL(host, parsed->host.c_str());
LONGS_EQUAL(port, parsed->port);
}
}
;

TEST(HostPort, the_port_is_optional) {
    expect("10.0.0.1", 502, "10.0.0.1");
    expect("10.0.0.1", 1502, "10.0.0.1:1502");
    expect("pdu-7.example", 65535, "pdu-7.example:65535");
}

TEST(HostPort, an_ipv6_address_needs_brackets_only_for_a_port) {
    expect("fe80::1", 502, "fe80::1");
    expect("fe80::1", 502, "[fe80::1]");
    expect("fe80::1%eth0", 623, "[fe80::1%eth0]:623");
}

TEST(HostPort, digits_and_dots_are_a_whole_address) {
    for (const char* text : {"10.0.0.311", "10.0.0", "10.0.0.1.2", "10..0.1", "7", "10.0.0.311:502"}) {
        CHECK_FALSE_TEXT(parse_host_port(text, 502).has_value(), text);
    }
    expect("10.example", 502, "10.example");
}

TEST(HostPort, what_is_neither_is_refused) {
    for (const char* text : {"", ":502", "h:", "h:0", "h:65536", "h:-1", "h:5x", "a b", "-h", "[fe80::1", "[fe80::1]5",
                             "http://h", "h/", "[]:5", "h;rm"}) {
        CHECK_FALSE_TEXT(parse_host_port(text, 502).has_value(), text);
    }
}
