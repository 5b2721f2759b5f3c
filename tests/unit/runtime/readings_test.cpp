// READINGS.csv, row by row: what is right arrives, what is not is named with its place; chunks of any size make no
// difference.
#include <algorithm>
#include <string>
#include <vector>

#include "agent/runtime/readings.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

const std::string kHeader = "time,point,value,quality\n";

PointTable three_points() {
    PointTable table;
    table.devices.resize(2);
    for (const char* name : {"feed-a.energy_wh", "feed-a.power_w", "pdu-r01.outlet-7.power_w"}) {
        table.points.push_back({name, 0, {}});
    }
    return table;
}

// So many bytes at a time.
ChunkReader in_pieces(std::string_view bytes, std::size_t size) {
    return [whole = chunks_of(bytes), size](char* into, std::size_t room) { return whole(into, std::min(room, size)); };
}

}  // namespace

TEST_GROUP(Readings) {
    PointTable points = three_points();
    std::vector<ReadingRow> rows;

    // What ended the file: nothing, or the error.
    std::string read(const std::string& text, std::size_t piece = 1U << 20U) {
        ReadingsFile file{"r.csv", in_pieces(text, piece), points};
        rows.clear();
        for (;;) {
            const auto row = file.next();
            if (!row) return row.error();
            if (!*row) return {};
            rows.push_back(**row);
        }
    }
    void refused(const char* said, const std::string& row) {
        STRCMP_EQUAL((std::string{"r.csv:2:"} + said).c_str(), read(kHeader + row + '\n').c_str());
        LONGS_EQUAL(0, rows.size());
    }
};

TEST(Readings, rows_arrive_with_time_point_value_and_quality) {
    STRCMP_EQUAL("", read(kHeader + "2026-01-01T00:00:00+08:00,feed-a.energy_wh,1204500.5,good\n"
                                    "2026-01-01T00:00:00+08:00,pdu-r01.outlet-7.power_w,-3.5e2,stale\n"
                                    "2025-12-31T16:00:10.2509Z,feed-a.power_w,,invalid\n")
                         .c_str());
    LONGS_EQUAL(3, rows.size());
    STRCMP_EQUAL("2025-12-31T16:00:00.000Z", rfc3339(rows[0].time).c_str());
    CHECK(rows[0].point == 0 && rows[0].quality == Quality::good && rows[0].value == 1204500.5);
    CHECK(rows[1].time == rows[0].time && rows[1].point == 2 && rows[1].quality == Quality::stale);
    DOUBLES_EQUAL(-350, rows[1].value, 0);
    STRCMP_EQUAL("2025-12-31T16:00:10.250Z", rfc3339(rows[2].time).c_str());
    CHECK(rows[2].point == 1 && rows[2].quality == Quality::invalid);
}

TEST(Readings, a_row_without_a_value_is_invalid_even_if_called_stale) {
    STRCMP_EQUAL("", read(kHeader + "2026-01-01T00:00:00Z,feed-a.power_w,,stale\n").c_str());
    CHECK(rows.at(0).quality == Quality::invalid);
}

TEST(Readings, points_in_any_order_are_found) {
    std::string text = kHeader, expected;
    const char* names[] = {"feed-a.energy_wh", "feed-a.power_w", "pdu-r01.outlet-7.power_w"};
    for (const char c : std::string{"012012021210000222111012"}) {
        text += std::string{"2026-01-01T00:00:00Z,"} + names[c - '0'] + ",1,good\n";
        expected += c;
    }
    STRCMP_EQUAL("", read(text).c_str());
    std::string found;
    for (const auto& row : rows) found += static_cast<char>('0' + row.point);
    STRCMP_EQUAL("012012021210000222111012", found.c_str());
}

TEST(Readings, chunks_of_any_size_make_no_difference) {
    const std::string text = kHeader +
                             "2026-01-01T00:00:00Z,feed-a.energy_wh,1,good\n"
                             "2026-01-01T00:00:10Z,feed-a.power_w,2,good";  // no line end
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        STRCMP_EQUAL("", read(text, piece).c_str());
        LONGS_EQUAL(2, rows.size());
        DOUBLES_EQUAL(2, rows[1].value, 0);
    }
}

TEST(Readings, line_ends_and_byte_order_mark_of_spreadsheets_are_taken) {
    STRCMP_EQUAL(
        "", read("\xEF\xBB\xBFtime,point,value,quality\r\n2026-01-01T00:00:00Z,feed-a.power_w,2,good\r\n").c_str());
    LONGS_EQUAL(1, rows.size());
}

TEST(Readings, a_row_that_is_not_as_it_should_be_is_named) {
    refused("1: time = \"yesterday\" is no time (expected such as 2026-01-01T00:00:00+08:00)",
            "yesterday,feed-a.power_w,1,good");
    refused("1: there is no comma here (expected \"time,point,value,quality\")", "");
    refused(
        "22: point = \"feed-a.powr_w\" is not in the configuration, did you mean \"feed-a.power_w\"? (expected "
        "METER.QUANTITY)",
        "2026-01-01T00:00:00Z,feed-a.powr_w,1,good");
    refused("22: the row ends here (expected \"time,point,value,quality\")", "2026-01-01T00:00:00Z,feed-a.power_w");
    refused("37: value = \"\"1\" is no number (expected such as 1204500 or 3.5e6)",
            "2026-01-01T00:00:00Z,feed-a.power_w,\"1,2\",good");
}

TEST(Readings, a_value_that_is_none_is_named) {
    const std::string row = "2026-01-01T00:00:00Z,feed-a.power_w,";
    for (const char* bad : {"nan", "inf", "0x10", "1 ", " 1", "+1", "1e999", "1.2.3", "abc"}) {
        refused((std::string{"37: value = \""} + bad + "\" is no number (expected such as 1204500 or 3.5e6)").c_str(),
                row + bad + ",good");
    }
    refused("37: value is empty and quality is good (expected a number, or another quality)", row + ",good");
    refused("39: quality = \"god\" is unknown, did you mean \"good\"? (expected good, stale or invalid)",
            row + "1,god");
    refused("39: quality = \"good,\" is unknown, did you mean \"good\"? (expected good, stale or invalid)",
            row + "1,good,");
    refused("37: the row ends here (expected \"time,point,value,quality\")", row + "1");
}

TEST(Readings, time_does_not_go_back) {
    STRCMP_EQUAL(
        "r.csv:3:1: time = \"2026-01-01T08:00:00+08:00\" is before that of the row above, \"2026-01-01T00:00:01Z\" "
        "(expected rows in order of time)",
        read(kHeader + "2026-01-01T00:00:01Z,feed-a.power_w,1,good\n2026-01-01T08:00:00+08:00,feed-a.power_w,1,good\n")
            .c_str());
    LONGS_EQUAL(1, rows.size());
}

TEST(Readings, a_file_with_another_head_is_none) {
    STRCMP_EQUAL("r.csv:1:1: the file is empty (expected the header \"time,point,value,quality\")", read("").c_str());
    STRCMP_EQUAL("r.csv:1:1: the header is \"time;point\" (expected \"time,point,value,quality\")",
                 read("time;point\n").c_str());
}

TEST(Readings, an_endless_line_is_not_read_to_its_end) {
    STRCMP_EQUAL("r.csv:2:1: this line is too long (expected at most 1000 bytes)",
                 read(kHeader + std::string(3'000'000, 'x'), 4096).c_str());
}

TEST(Readings, an_error_of_the_disk_is_no_end_of_the_file) {
    ReadingsFile file{"r.csv", [](char*, std::size_t) -> Result<std::size_t> { return Error{"broken"}; }, points};
    STRCMP_EQUAL("r.csv: broken", file.next().error().c_str());
    STRCMP_EQUAL("r.csv: broken", file.next().error().c_str());
}

TEST(Readings, a_configuration_without_points_knows_none) {
    points = {};
    refused("22: point = \"m.power_w\" is not in the configuration (expected METER.QUANTITY)",
            "2026-01-01T00:00:00Z,m.power_w,1,good");
}
