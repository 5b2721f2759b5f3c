// What the writer leaves out, the reader puts back.
#include <random>
#include <vector>

#include "agent/journal/registers.hpp"

#include "CppUTest/TestHarness.h"

using namespace pued;

TEST_GROUP(RegisterChain) {
    RegisterChain writer, reader;

    static Record interval(std::vector<RecordPoint> points) {
        Record out;
        out.points = std::move(points);
        return out;
    }
    static Record of(RecordType type) {
        Record out;
        out.type = type;
        return out;
    }
    Record written(Record record) {
        writer.shorten(record);
        return record;
    }
    Record read(Record record) {
        reader.complete(record);
        return record;
    }
};

TEST(RegisterChain, a_begin_that_is_the_end_before_is_left_out_and_put_back) {
    const auto first = interval({{0, 10, 20, 5, 1}}), second = interval({{0, 20, 30, 5, 1}});
    CHECK(read(written(first)) == first);
    const auto shortened = written(second);
    CHECK_FALSE(shortened.points[0].reg_start.has_value());
    CHECK(read(shortened) == second);
}

TEST(RegisterChain, a_begin_that_nobody_read_is_not_invented) {
    read(written(interval({{0, 10, 20, 5, 1}})));
    const auto partial = interval({{0, std::nullopt, 30, 5, 1U << 8}});
    CHECK(read(written(partial)) == partial);
}

TEST(RegisterChain, a_segment_can_be_read_alone) {
    written(interval({{0, 10, 20, 5, 1}}));
    written(of(RecordType::snapshot));
    const auto next = interval({{0, 20, 30, 5, 1}});
    CHECK(written(next) == next);
}

TEST(RegisterChain, whatever_was_written_is_read) {
    std::mt19937 random{7};
    std::vector<std::uint64_t> ends(5, 100);
    for (int i = 0; i < 2000; ++i) {
        if (random() % 50 == 0) {
            const auto other = of(random() % 2 == 0 ? RecordType::config : RecordType::alert);
            CHECK(read(written(other)) == other);
        }
        Record record = interval({});
        for (std::uint32_t point = 0; point < ends.size(); ++point) {
            if (random() % 10 == 0) {
                record.points.push_back({point, std::nullopt, std::nullopt, 0, 1U << 9});
                continue;
            }
            const auto begin = random() % 20 == 0 ? ends[point] + 7 : ends[point];  // an epoch began
            ends[point] = begin + random() % 100;
            const bool partial = random() % 20 == 0;
            record.points.push_back({point, partial ? std::nullopt : std::optional<std::uint64_t>{begin}, ends[point],
                                     1, partial ? 1U << 8 : 1U});
        }
        CHECK(read(written(record)) == record);
    }
}
