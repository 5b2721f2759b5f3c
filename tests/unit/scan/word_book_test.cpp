// Asked once, kept, and counted.
#include "agent/scan/word_book.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued::scan;

TEST_GROUP(WordBook) {
    unsigned asked = 0;
    bool stop = false;
    Answer next{Reply::words, 0, {7}};
    WordBook book{[this](const Read&) {
                      ++asked;
                      return next;
                  },
                  [this] { return stop; }};
};

TEST(WordBook, a_read_is_asked_once) {
    book.ask({3, 10, 1});
    book.ask({3, 10, 1});
    UNSIGNED_LONGS_EQUAL(1, asked);
    UNSIGNED_LONGS_EQUAL(7, book.words({3, 10, 1})->front());
    POINTERS_EQUAL(nullptr, book.known({3, 10, 2}));
}

TEST(WordBook, a_function_that_the_device_lacks_is_not_asked_again) {
    next = {Reply::refused, 1, {}};
    book.ask({4, 10, 1});
    book.ask({4, 20, 1});
    UNSIGNED_LONGS_EQUAL(1, asked);
    CHECK(book.known({4, 20, 1})->reply == Reply::refused);
    book.ask({3, 20, 1});
    UNSIGNED_LONGS_EQUAL(2, asked);
}

TEST(WordBook, nothing_is_asked_after_the_stop) {
    stop = true;
    book.ask({3, 10, 1});
    CHECK(book.again({3, 10, 1}).reply == Reply::silent);
    UNSIGNED_LONGS_EQUAL(0, asked);
}

TEST(WordBook, the_share_of_answers_starts_at_a_half_and_follows_what_comes) {
    DOUBLES_EQUAL(0.5, book.answered_share(), 1e-12);
    next = {Reply::refused, 2, {}};
    for (std::uint16_t address = 0; address < 8; ++address) book.ask({3, address, 1});
    DOUBLES_EQUAL(0.1, book.answered_share(), 1e-12);
    UNSIGNED_LONGS_EQUAL(2, book.usual_exception());
    CHECK_FALSE(book.any_words());
}
