// The reference's reckoning of sizes, to the digit.
#include <cmath>

#include "agent/journal/capacity.hpp"

#include "CppUTest/TestHarness.h"

using namespace pued;

TEST_GROUP(Capacity){};

TEST(Capacity, H11_to_H14_sizes_of_a_year) {
    struct Row {
        int points, interval_s, framed;
        double year_mb, tree_mb;
        int proof;
    };
    for (const Row& row : {Row{12, 900, 287, 10.056, 2.243, 16}, Row{12, 60, 287, 150.847, 33.638, 20},
                           Row{40, 900, 763, 26.736, 2.243, 16}, Row{40, 60, 763, 401.033, 33.638, 20}}) {
        LONGS_EQUAL(row.framed, framed_record_bytes(row.points));
        DOUBLES_EQUAL(row.year_mb, static_cast<double>(journal_bytes_per_year(row.points, row.interval_s)) / 1e6, 5e-4);
        DOUBLES_EQUAL(row.tree_mb, static_cast<double>(tree_bytes_per_year(row.interval_s)) / 1e6, 5e-4);
        LONGS_EQUAL(row.proof, proof_hashes(records_per_year(row.interval_s)));
    }
}

TEST(Capacity, H15_flash_programmed_in_a_year) {
    DOUBLES_EQUAL(2.29638144e9, static_cast<double>(flash_bytes_per_year(900)), 0.5);
    DOUBLES_EQUAL(34.4457216e9, static_cast<double>(flash_bytes_per_year(60)), 0.5);
    DOUBLES_EQUAL(9.568256000000001e-05, static_cast<double>(flash_bytes_per_year(900)) / 24e12, 1e-16);
}

TEST(Capacity, H16_H17_wear_and_retention_of_NOR_flash) {
    DOUBLES_EQUAL(11689.497716894977, wear_years(4096, 1, 900, 100'000), 1e-8);
    DOUBLES_EQUAL(42.666666666666664, retention_days(4096, 1, 900), 1e-12);
}
