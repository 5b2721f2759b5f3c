// What one unit has answered while it is scanned: every read is asked once and kept, so that a hundred register maps
// share their questions. Owned by whoever examines the unit; one thread. Addresses are 0-based, as on the wire. Reading
// itself is the caller's: nothing here knows a socket.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace pued::scan {

struct Read {
    std::uint8_t function = 3;  // 3 holding, 4 input
    std::uint16_t address = 0;
    std::uint16_t words = 1;

    friend auto operator<=>(const Read&, const Read&) = default;
};

// refused: the device said no (exceptions 1 to 6). nobody: a gateway says that there is no such unit (10, 11).
enum class Reply : std::uint8_t { words, refused, nobody, silent };

struct Answer {
    Reply reply = Reply::silent;
    std::uint8_t exception = 0;
    std::vector<std::uint16_t> words;  // as many as were asked for, when reply is words
};

using Reader = std::function<Answer(const Read&)>;

class WordBook {
public:
    // `stop` ends the asking: from then on everything unknown stays so.
    WordBook(Reader reader, std::function<bool()> stop) : reader_(std::move(reader)), stop_(std::move(stop)) {}

    void ask(const Read& read);
    void ask(const std::vector<Read>& reads) {
        for (const auto& read : reads) ask(read);
    }
    [[nodiscard]] const Answer* known(const Read& read) const;
    // The words, where the device gave some.
    [[nodiscard]] const std::vector<std::uint16_t>* words(const Read& read) const;
    // Asked once more, and not kept.
    Answer again(const Read& read);

    // Of everything asked, how much was answered with words: what an answer at some address proves depends on it. In
    // (0, 1), as if two more had been asked and one answered.
    [[nodiscard]] double answered_share() const;
    [[nodiscard]] std::size_t requests() const { return requests_; }
    // The exception that came most often; 0: none came.
    [[nodiscard]] std::uint8_t usual_exception() const;
    [[nodiscard]] bool any_words() const { return answered_ > 0; }

private:
    void note(const Read& read, const Answer& answer);

    Reader reader_;
    std::function<bool()> stop_;
    std::map<Read, Answer> answers_;
    std::map<std::uint8_t, unsigned> exceptions_;
    std::map<std::uint8_t, bool> unknown_function_;  // exception 1: not asked again
    std::size_t answered_ = 0, requests_ = 0;
};

}  // namespace pued::scan
