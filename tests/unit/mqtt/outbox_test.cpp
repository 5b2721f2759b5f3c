// The outbox: what is sent, in which order, and what survives a broker that goes away or forgets.
#include "drivers/mqtt/outbox.hpp"

#include <string>
#include <vector>

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

Message state(std::string name, std::string payload) { return {"pued/v1/s/a/metric/site/" + name, std::move(payload)}; }
Message alert(std::string rule, std::string payload) { return {"pued/v1/s/a/alert/site/" + rule, std::move(payload)}; }
Message sample(std::string payload) { return {"pued/v1/s/a/reading/m1", std::move(payload), false, 0}; }

// Everything that is sent until the broker has acknowledged all, in order, as payloads; samples last.
std::string deliver_all(Outbox& box) {
    std::string payloads;
    while (auto outgoing = box.next()) {
        payloads += outgoing->message.payload + ' ';
        box.acknowledged(outgoing->id);
    }
    for (const auto& each : box.next_samples(100)) payloads += each.payload + ' ';
    return payloads;
}

}  // namespace

TEST_GROUP(Outbox){};

TEST(Outbox, nothing_is_sent_while_disconnected) {
    Outbox box;
    CHECK_TRUE(bool(box.put(state("pue", "1"))));
    CHECK_FALSE(box.next().has_value());
    CHECK_EQUAL(1U, box.pending());
}

TEST(Outbox, of_a_state_only_the_newest_payload_is_sent) {
    Outbox box;
    box.put(state("pue", "1"));
    box.put(state("pue", "2"));
    CHECK_EQUAL(1U, box.pending());
    box.connected();
    STRCMP_EQUAL("2 ", deliver_all(box).c_str());
    CHECK_EQUAL(0U, box.pending());
    CHECK_EQUAL(1U, box.delivered());
}

TEST(Outbox, every_transition_of_an_alert_is_sent_in_order_across_topics) {
    Outbox box;
    box.put(alert("a", "a-pending"));
    box.put(alert("b", "b-firing"));
    box.put(alert("a", "a-firing"));
    box.put(alert("a", "a-resolved"));
    CHECK_EQUAL(4U, box.pending());
    box.connected();
    STRCMP_EQUAL("a-pending b-firing a-firing a-resolved ", deliver_all(box).c_str());
}

TEST(Outbox, all_states_are_sent_again_to_a_broker_that_may_have_forgotten) {
    Outbox box;
    box.connected();
    box.put(state("pue", "1"));
    box.put(alert("a", "a-pending"));
    box.put(alert("a", "a-firing"));
    STRCMP_EQUAL("a-pending a-firing 1 ", deliver_all(box).c_str());
    box.disconnected();
    box.connected();
    STRCMP_EQUAL("a-firing 1 ", deliver_all(box).c_str());
}

TEST(Outbox, a_waiting_transition_is_not_sent_twice_as_a_state) {
    Outbox box;
    box.connected();
    box.put(alert("a", "a-firing"));
    deliver_all(box);
    box.disconnected();
    box.put(alert("a", "a-resolved"));
    box.connected();
    STRCMP_EQUAL("a-resolved ", deliver_all(box).c_str());
}

TEST(Outbox, what_was_in_flight_when_the_connection_broke_is_sent_again_in_the_old_order) {
    Outbox box;
    box.connected();
    box.put(alert("a", "1"));
    box.put(alert("a", "2"));
    box.put(state("pue", "3"));
    while (box.next()) {
    }
    box.disconnected();
    CHECK_EQUAL(3U, box.pending());
    box.connected();
    STRCMP_EQUAL("1 2 3 ", deliver_all(box).c_str());
}

TEST(Outbox, an_acknowledgement_of_an_earlier_connection_counts_for_nothing) {
    Outbox box;
    box.connected();
    box.put(alert("a", "1"));
    const auto old = box.next();
    box.disconnected();
    box.connected();
    box.acknowledged(old->id);
    CHECK_EQUAL(0U, box.delivered());
    STRCMP_EQUAL("1 ", deliver_all(box).c_str());
}

TEST(Outbox, a_newer_payload_is_sent_although_the_older_one_is_acknowledged_late) {
    Outbox box;
    box.connected();
    box.put(state("pue", "1"));
    const auto first = box.next();
    box.put(state("pue", "2"));
    box.acknowledged(first->id);
    CHECK_EQUAL(1U, box.pending());
    STRCMP_EQUAL("2 ", deliver_all(box).c_str());
}

TEST(Outbox, no_more_than_the_window_is_in_flight) {
    Outbox box{{.window = 2}};
    box.connected();
    for (int i = 0; i < 3; ++i) box.put(state(std::to_string(i), "x"));
    const auto first = box.next();
    CHECK(box.next().has_value());
    CHECK_FALSE(box.next().has_value());
    CHECK_EQUAL(3U, box.pending());
    box.acknowledged(first->id);
    CHECK(box.next().has_value());
}

TEST(Outbox, samples_are_dropped_and_counted_while_disconnected) {
    Outbox box;
    box.put(sample("1"));
    CHECK_EQUAL(1U, box.dropped());
    box.connected();
    box.put(sample("2"));
    STRCMP_EQUAL("2 ", deliver_all(box).c_str());
    box.put(sample("3"));
    box.disconnected();
    CHECK_EQUAL(2U, box.dropped());
    CHECK_EQUAL(0U, box.pending());
}

TEST(Outbox, too_many_samples_cost_the_oldest) {
    Outbox box{{.samples = 2}};
    box.connected();
    for (const char* name : {"1", "2", "3"}) box.put(sample(name));
    STRCMP_EQUAL("2 3 ", deliver_all(box).c_str());
    CHECK_EQUAL(1U, box.dropped());
}

TEST(Outbox, too_many_transitions_cost_the_oldest_but_no_topic_its_state) {
    Outbox box{{.transitions = 2}};
    box.put(alert("a", "a-firing"));
    box.put(alert("b", "b-pending"));
    box.put(alert("b", "b-firing"));
    box.put(alert("b", "b-resolved"));
    CHECK_EQUAL(2U, box.dropped());
    CHECK_EQUAL(3U, box.pending());
    box.connected();
    STRCMP_EQUAL("b-firing b-resolved a-firing ", deliver_all(box).c_str());
}

TEST(Outbox, a_topic_too_many_is_refused_with_the_reason) {
    Outbox box{{.topics = 1}};
    CHECK_TRUE(bool(box.put(state("one", "1"))));
    const auto refused = box.put(state("two", "2"));
    CHECK_FALSE(bool(refused));
    STRCMP_CONTAINS("more than 1 retained topics", refused.error().c_str());
    CHECK_TRUE(bool(box.put(state("one", "3"))));
    CHECK_TRUE(bool(box.put(alert("a", "a-firing"))));
    box.connected();
    STRCMP_EQUAL("a-firing 3 ", deliver_all(box).c_str());
    CHECK_EQUAL(1U, box.dropped());
}

TEST(Outbox, a_payload_too_large_is_refused_with_the_reason) {
    Outbox box{{.payload = 3}};
    CHECK_TRUE(bool(box.put(state("one", "123"))));
    const auto refused = box.put(state("one", "1234"));
    STRCMP_CONTAINS("payload of 4 bytes is too large (at most 3)", refused.error().c_str());
}

TEST(Outbox, an_empty_payload_deletes_the_topic_and_is_then_forgotten) {
    Outbox box{{.topics = 1}};
    box.connected();
    box.put(state("one", "1"));
    box.put(state("one", ""));
    STRCMP_EQUAL(" ", deliver_all(box).c_str());
    CHECK_TRUE(bool(box.put(state("two", "2"))));
    box.connected();
    STRCMP_EQUAL("2 ", deliver_all(box).c_str());
}

TEST(Outbox, a_deleted_alert_is_forgotten_too) {
    Outbox box;
    box.connected();
    box.put(alert("a", "firing"));
    box.put(alert("a", ""));
    STRCMP_EQUAL("firing  ", deliver_all(box).c_str());
    box.connected();
    STRCMP_EQUAL("", deliver_all(box).c_str());
}

TEST(Outbox, what_the_broker_refuses_is_dropped_and_does_not_stand_in_the_way) {
    Outbox box;
    box.connected();
    box.put(alert("a", "1"));
    box.put(alert("a", "2"));
    box.refused(box.next()->id);
    STRCMP_EQUAL("2 ", deliver_all(box).c_str());
    CHECK_EQUAL(1U, box.dropped());
    CHECK_EQUAL(0U, box.pending());
}

TEST(Outbox, an_answer_that_is_not_retained_waits_for_the_connection) {
    Outbox box;
    box.put({"client/answers", "done", false, 1});
    box.connected();
    STRCMP_EQUAL("done ", deliver_all(box).c_str());
    box.connected();
    STRCMP_EQUAL("", deliver_all(box).c_str());
}

TEST(Outbox, memory_stays_bounded_through_years_without_a_broker) {
    Outbox box{{.transitions = 3}};
    for (int i = 0; i < 10000; ++i) {
        box.put(alert(i % 2 == 0 ? "a" : "b", std::to_string(i)));
        box.put(state("pue", std::to_string(i)));
    }
    CHECK_EQUAL(4U, box.pending());
    box.connected();
    STRCMP_EQUAL("9997 9998 9999 9999 ", deliver_all(box).c_str());
}

TEST(Outbox, samples_wait_for_nobody) {
    Outbox box{{.window = 1}};
    box.connected();
    box.put(state("pue", "1"));
    const auto in_flight = box.next();
    for (const char* name : {"2", "3", "4"}) box.put(sample(name));
    UNSIGNED_LONGS_EQUAL(2, box.next_samples(2).size());
    CHECK_EQUAL(2U, box.pending());  // the state, and the sample for which there was no room
    STRCMP_EQUAL("4", box.next_samples(2).front().payload.c_str());
    CHECK_EQUAL(0U, box.dropped());
}
