// The walk through a BMC's sensor list, kind and unkind; and the book that keeps what it found.
#include <string>
#include <vector>

#include "drivers/ipmi/completion.hpp"
#include "drivers/ipmi/sdr_scan.hpp"
#include "drivers/ipmi/sensor_book.hpp"
#include "tests/fakes/disk.hpp"
#include "tests/unit/ipmi/scripted_bmc.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::ipmi;

TEST_GROUP(SdrScan) {
    fake::FakeClock clock;
    fake::ScriptedBmc bmc{clock};

    void setup() override { bmc.open(); }

    [[nodiscard]] BootTime now() const { return clock.now().boot; }

    // Runs to the end, waiting where it is told to.
    SdrScan::State play(SdrScan & scan) {
        auto state = SdrScan::State::running;
        for (int i = 0; i < 10'000 && state == SdrScan::State::running; ++i) {
            if (scan.wait_until() > now()) clock.advance(scan.wait_until() - now());
            state = scan.advance(bmc, now());
        }
        return state;
    }

    unsigned count(Command command) { return bmc.counts[command]; }
};

TEST(SdrScan, whole_records_take_one_command_each_and_no_reservation) {
    SdrScan scan{{{.name = "GPU Utilisation"}}, 1};
    CHECK_TRUE(SdrScan::State::done == play(scan));
    LONGS_EQUAL(9, scan.found()[0]->number);
    LONGS_EQUAL(9, count(Command::get_sdr));
    LONGS_EQUAL(0, count(Command::reserve_sdr_repository));
}

TEST(SdrScan, it_stops_when_everything_is_found) {
    SdrScan scan{{{.name = "PS1 Input Power"}, {.name = {}, .number = 2}}, 1};
    CHECK_TRUE(SdrScan::State::done == play(scan));
    LONGS_EQUAL(3, count(Command::get_sdr));
    STRCMP_EQUAL("PS2 Input Power", scan.found()[1]->name.c_str());
}

TEST(SdrScan, a_bmc_that_cannot_return_whole_records_is_read_in_pieces) {
    bmc.most_bytes = 22;
    SdrScan scan{{{.name = "GPU Utilisation"}}, 1};
    CHECK_TRUE(SdrScan::State::done == play(scan));
    LONGS_EQUAL(9, scan.found()[0]->number);
    LONGS_EQUAL(1, count(Command::reserve_sdr_repository));
    // One refusal; one for the locator, whose body nobody needs; four for each full record (5 + 22 + 22 + rest); three
    // for the compact one.
    LONGS_EQUAL(1 + 1 + 7 * 4 + 3, count(Command::get_sdr));
}

TEST(SdrScan, pieces_shrink_until_they_fit) {
    bmc.most_bytes = 8;
    SdrScan scan{{{.name = "PS1 Input Power"}}, 1};
    CHECK_TRUE(SdrScan::State::done == play(scan));
    LONGS_EQUAL(1, scan.found()[0]->number);
    DOUBLES_EQUAL(232, *convert(*scan.found()[0], 58), 1e-9);
}

TEST(SdrScan, a_bmc_that_returns_nothing_is_given_up) {
    bmc.most_bytes = 0;
    SdrScan scan{{{.name = "PS1 Input Power"}}, 1};
    CHECK_TRUE(SdrScan::State::failed == play(scan));
    STRCMP_CONTAINS("CAh", scan.error().c_str());
}

TEST(SdrScan, a_cancelled_reservation_starts_the_record_again) {
    bmc.most_bytes = 22;
    // header, reserve, first piece, then the ticket is gone; and once more
    bmc.next_codes[Command::get_sdr] = {
        0, 0, 0, completion::reservation_cancelled, 0, completion::reservation_cancelled};
    SdrScan scan{{{.name = "PS2 Input Power"}}, 1};
    const auto before = now();
    CHECK_TRUE(SdrScan::State::done == play(scan));
    DOUBLES_EQUAL(153.8, *convert(*scan.found()[0], 100), 1e-9);
    CHECK_TRUE(now() - before > std::chrono::milliseconds{100});  // it waited
}

TEST(SdrScan, two_readers_do_not_starve_each_other_for_ever) {
    bmc.most_bytes = 22;
    for (int i = 0; i < 1000; ++i) {
        bmc.next_codes[Command::get_sdr].push_back(0);
        bmc.next_codes[Command::get_sdr].push_back(completion::reservation_cancelled);
    }
    SdrScan scan{{{.name = "PS2 Input Power"}}, 1};
    const auto before = now();
    CHECK_TRUE(SdrScan::State::failed == play(scan));
    STRCMP_CONTAINS("gave up", scan.error().c_str());
    CHECK_TRUE(count(Command::get_sdr) < 40);
    CHECK_TRUE(now() - before > std::chrono::seconds{5});  // growing waits, not a storm
}

TEST(SdrScan, patience_is_for_each_record_and_not_for_the_list) {
    bmc.repository.assign(15, records::ps1());
    for (std::size_t i = 0; i < bmc.repository.size(); ++i) {
        bmc.repository[i][0] = static_cast<std::uint8_t>(i + 1);
        for (const std::uint8_t code : {completion::node_busy, completion::ok}) {
            bmc.next_codes[Command::get_sdr].push_back(code);
        }
    }
    SdrScan scan{{{.name = "not there"}}, 1};
    CHECK_TRUE(SdrScan::State::done == play(scan));
    LONGS_EQUAL(15, scan.records());
}

TEST(SdrScan, two_seeds_wait_differently) {
    const auto wait = [this](unsigned seed) {
        bmc.next_codes[Command::get_sdr] = {completion::reservation_cancelled};
        SdrScan scan{{{.name = "x"}}, seed};
        const auto before = now();
        scan.advance(bmc, before);
        return scan.wait_until() - before;
    };
    CHECK_TRUE(wait(1) != wait(2));
}

TEST(SdrScan, a_busy_bmc_is_waited_for) {
    bmc.next_codes[Command::get_sdr] = {completion::node_busy, completion::node_busy, completion::initializing};
    SdrScan scan{{{.name = "PS1 Input Power"}}, 1};
    CHECK_TRUE(SdrScan::State::done == play(scan));
    CHECK_TRUE(scan.found()[0].has_value());
}

TEST(SdrScan, a_number_means_lun_0_and_another_lun_only_without_it) {
    SdrScan both{{{.name = {}, .number = 1}}, 1};
    CHECK_TRUE(SdrScan::State::done == play(both));
    STRCMP_EQUAL("PS1 Input Power", both.found()[0]->name.c_str());

    bmc.repository = {records::locator(), records::lun1(), records::ps2()};
    SdrScan only{{{.name = {}, .number = 1}}, 1};
    CHECK_TRUE(SdrScan::State::done == play(only));
    STRCMP_EQUAL("LUN1 Power", only.found()[0]->name.c_str());
}

TEST(SdrScan, lun_0_wins_even_when_it_comes_later) {
    bmc.repository = {records::lun1(), records::ps1()};
    SdrScan scan{{{.name = {}, .number = 1}}, 1};
    CHECK_TRUE(SdrScan::State::done == play(scan));
    STRCMP_EQUAL("PS1 Input Power", scan.found()[0]->name.c_str());
}

TEST(SdrScan, a_number_above_255_names_its_lun) {
    SdrScan scan{{{.name = {}, .number = 0x101}}, 1};
    CHECK_TRUE(SdrScan::State::done == play(scan));
    STRCMP_EQUAL("LUN1 Power", scan.found()[0]->name.c_str());
}

TEST(SdrScan, a_list_that_bites_its_own_tail_has_an_end) {
    bmc.repository = {records::ps1(), records::ps2()};
    bmc.repository[1][0] = 0x02;  // the second record has the first one's id
    SdrScan scan{{{.name = "nothing of that name"}}, 1};
    CHECK_TRUE(SdrScan::State::failed == play(scan));
    STRCMP_CONTAINS("no end", scan.error().c_str());
    CHECK_TRUE(count(Command::get_sdr) < 10);
}

TEST(SdrScan, of_two_sensors_on_other_luns_the_first_is_taken) {
    bmc.repository = {records::locator(), records::lun1(), records::lun1()};
    bmc.repository[2][0] = 0x0A;
    bmc.repository[2][6] = 2;
    SdrScan scan{{{.name = {}, .number = 1}}, 1};
    CHECK_TRUE(SdrScan::State::done == play(scan));
    LONGS_EQUAL(1, scan.found()[0]->lun);
}

TEST(SdrScan, a_lost_session_is_told_apart_from_a_refusal) {
    SdrScan scan{{{.name = "PS1 Input Power"}}, 1};
    bmc.silent = true;
    CHECK_TRUE(SdrScan::State::link_lost == play(scan));
    bmc.silent = false;
    bmc.open();
    bmc.next_codes[Command::get_sdr] = {completion::insufficient_privilege};
    SdrScan denied{{{.name = "PS1 Input Power"}}, 1};
    CHECK_TRUE(SdrScan::State::failed == play(denied));
    STRCMP_CONTAINS("privilege", denied.error().c_str());
}

TEST(SdrScan, a_hint_that_holds_saves_the_walk) {
    const int id = bmc.repository[4][0] | bmc.repository[4][1] << 8;
    const auto name = decode_sensor_record(bmc.repository[4])->name;
    SdrScan scan{{{.name = name}}, 1, {static_cast<std::uint16_t>(id)}};
    CHECK_TRUE(SdrScan::State::done == play(scan));
    STRCMP_EQUAL(name.c_str(), scan.found()[0]->name.c_str());
    LONGS_EQUAL(1, count(Command::get_sdr));
}

TEST(SdrScan, hints_that_lie_cost_a_record_each_and_change_nothing) {
    SdrScan plain{{{.name = "PS1 Input Power"}, {.name = "not there"}}, 1};
    CHECK_TRUE(SdrScan::State::done == play(plain));
    const auto reads = count(Command::get_sdr);
    SdrScan misled{{{.name = "PS1 Input Power"}, {.name = "not there"}}, 1, {0x7777, 3, 4}};
    CHECK_TRUE(SdrScan::State::done == play(misled));
    CHECK_TRUE(misled.found()[0].has_value());
    CHECK_FALSE(misled.found()[1].has_value());
    LONGS_EQUAL(plain.records(), misled.records());
    LONGS_EQUAL(plain.power_sensors().size(), misled.power_sensors().size());
    LONGS_EQUAL(2 * reads + 3, count(Command::get_sdr));
}

TEST_GROUP(SensorBook) {
    fake::FakeClock clock;
    fake::ScriptedBmc bmc{clock};

    void setup() override { bmc.open(); }

    [[nodiscard]] BootTime now() const { return clock.now().boot; }

    void settle(SensorBook & book) {
        for (int i = 0; i < 10'000 && !book.settled(now()); ++i) {
            if (book.wait_until() > now()) clock.advance(book.wait_until() - now());
            if (!book.advance(bmc, now())) return;
        }
    }

    unsigned reads() { return bmc.counts[Command::get_sdr]; }
};

TEST(SensorBook, nothing_wanted_is_nothing_asked) {
    SensorBook book{{}, 1};
    CHECK_TRUE(book.settled(now()));
}

TEST(SensorBook, what_was_found_is_kept) {
    SensorBook book{{{.name = "PS1 Input Power"}}, 1};
    CHECK_FALSE(static_cast<bool>(book.find(0)));
    STRCMP_CONTAINS("still being read", book.find(0).error().c_str());
    settle(book);
    LONGS_EQUAL(1, book.find(0)->number);
    const auto asked = reads();
    book.session_opened();
    settle(book);
    clock.advance(std::chrono::hours{1});
    settle(book);
    LONGS_EQUAL(asked, reads());
    LONGS_EQUAL(3, bmc.counts[Command::get_sdr_repository_info]);
}

TEST(SensorBook, a_changed_repository_is_read_again) {
    SensorBook book{{{.name = "PS1 Input Power"}}, 1};
    settle(book);
    bmc.repository = {records::ps2(), records::ps1()};
    bmc.repository[1][7] = 0x55;  // the sensor moved
    bmc.changed_at = 2;
    book.session_opened();
    settle(book);
    LONGS_EQUAL(0x55, book.find(0)->number);
}

TEST(SensorBook, a_sensor_that_the_bmc_denies_is_looked_for_again_but_not_at_every_poll) {
    SensorBook book{{{.name = "PS1 Input Power"}}, 1};
    settle(book);
    const auto asked = reads();
    for (int poll = 0; poll < 100; ++poll) {
        book.gone(now());
        settle(book);
        clock.advance(std::chrono::seconds{1});
    }
    CHECK_TRUE(reads() > asked);
    CHECK_TRUE(reads() <= asked * 2);
}

TEST(SensorBook, a_missing_name_is_answered_with_the_names_there_are) {
    SensorBook book{{{.name = "PS1 Inptu Power"}}, 1};
    settle(book);
    STRCMP_EQUAL(
        "the BMC has no sensor \"PS1 Inptu Power\" among 9 records; in watts it has: \"PS1 Input Power\", "
        "\"PS2 Input Power\", \"GPU1 Power\", \"GPU2 Power\", \"LUN1 Power\"",
        book.find(0).error().c_str());
}

TEST(SensorBook, a_discrete_sensor_is_named_and_refused) {
    SensorBook book{{{.name = "PS1 Status"}}, 1};
    settle(book);
    STRCMP_EQUAL("sensor \"PS1 Status\" is discrete: it has states, no number", book.find(0).error().c_str());
}

TEST(SensorBook, a_failed_reading_keeps_the_sensors_that_were_known) {
    SensorBook book{{{.name = "PS1 Input Power"}}, 1};
    settle(book);
    bmc.changed_at = 2;
    bmc.next_codes[Command::get_sdr] = {completion::insufficient_privilege};
    book.session_opened();
    settle(book);
    LONGS_EQUAL(1, book.find(0)->number);
}

TEST(SensorBook, what_is_missing_is_looked_for_with_growing_patience) {
    SensorBook book{{{.name = "not there"}}, 1};
    settle(book);
    const auto scans = [this] { return reads() / 9; };
    for (int second = 0; second < 3600; ++second) {
        clock.advance(std::chrono::seconds{1});
        settle(book);
    }
    CHECK_TRUE(scans() >= 4);  // after about 1, 3, 7, 15, 31 minutes
    CHECK_TRUE(scans() <= 7);
}

TEST(SensorBook, the_next_process_reads_one_record_instead_of_the_list) {
    const auto memory = std::make_shared<SdrMemory>(std::make_unique<fake::FakeStore>(), true);
    const std::vector<SensorQuery> wanted{{.name = "LUN1 Power"}, {.name = {}, .number = 2}};
    SensorBook first{wanted, 1, memory};
    settle(first);
    const auto walked = reads();
    SensorBook second{wanted, 1, memory};
    settle(second);
    LONGS_EQUAL(2, reads() - walked);
    STRCMP_EQUAL(first.find(1)->name.c_str(), second.find(1)->name.c_str());
}

TEST(SensorBook, a_list_that_was_changed_meanwhile_is_walked_whatever_the_memory_says) {
    const auto memory = std::make_shared<SdrMemory>(std::make_unique<fake::FakeStore>(), true);
    SensorBook first{{{.name = "PS1 Input Power"}}, 1, memory};
    settle(first);
    for (auto& record : bmc.repository) record[0] = static_cast<std::uint8_t>(record[0] + 0x40);  // other record ids
    SensorBook second{{{.name = "PS1 Input Power"}}, 1, memory};
    settle(second);
    LONGS_EQUAL(1, second.find(0)->number);
}

TEST(SensorBook, one_bmc_spares_the_next_of_its_model_the_walk_and_not_one_with_other_firmware) {
    const auto memory = std::make_shared<SdrMemory>(std::make_unique<fake::FakeStore>(), true);
    const std::vector<SensorQuery> wanted{{.name = "LUN1 Power"}};
    SensorBook first{wanted, 1, memory};
    settle(first);
    const auto walk = reads();
    bmc.device_id[2] = 0x02;
    SensorBook other{wanted, 1, memory};
    settle(other);
    LONGS_EQUAL(2 * walk, reads());
}

TEST_GROUP(SdrMemory){};

TEST(SdrMemory, what_is_kept_is_recalled_and_added_to) {
    SdrMemory memory{std::make_unique<fake::FakeStore>(), true};
    CHECK_TRUE(memory.recall("20018102").empty());
    memory.keep("20018102", {{"=PS1 Input Power", 0x12}});
    memory.keep("20018102", {{"#33", 0xFFFE}, {"=with\nnewline", 1}});
    const auto places = memory.recall("20018102");
    LONGS_EQUAL(2, places.size());
    LONGS_EQUAL(0x12, places.at("=PS1 Input Power"));
    LONGS_EQUAL(0xFFFE, places.at("#33"));
}

TEST(SdrMemory, who_only_looks_writes_nothing) {
    auto store = std::make_unique<fake::FakeStore>();
    auto& documents = store->documents;
    SdrMemory memory{std::move(store), false};
    memory.keep("20018102", {{"#33", 1}});
    CHECK_TRUE(documents.empty());
}

TEST(SdrMemory, a_text_that_is_not_wholly_sound_is_nothing) {
    LONGS_EQUAL(1, parse_places("0012 =PS1\n").size());
    for (const char* text : {"0012 =PS1", "012 =PS1\n", "0012=PS1\n", "0012 =\n", "0012 PS1\n", "00g2 =PS1\n", "\n",
                             "0012 =PS1\n0013\n", "-012 =PS1\n"}) {
        CHECK_TRUE(parse_places(text).empty());
    }
}
