// One energy register's watch against torn reads: a device that hands out the words of two moments shows a count that
// is off by whole words. A count that went back, or forward by a word or more, is read again at once, up to three
// times, and believed only where two of those agree. Pure: words and times come in from DevicePoll, whose thread it
// lives on. Counts are those of the register itself, before the device's own factors.
//
//   0x0001FFFE, then 0x00010003 (high word old, low word new): read again, 0x00020003 twice, which is delivered.
//
// A register that was reset or exchanged agrees with itself and is delivered as it is; the account judges it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/reading.hpp"
#include "agent/model/register_map.hpp"

namespace pued {

class TornGuard {
public:
    using Words = std::array<std::uint16_t, 4>;
    static constexpr unsigned most_rereads = 3;

    // `bare`: the field without what the device tells about its scale; must outlive this.
    explicit TornGuard(const Field& bare) : field_(&bare) {}

    void start();  // a poll begins
    void first(const Words& words, BootTime at);
    void again(const Words& words, BootTime at);
    // Whether what was read in this poll is not to be believed (yet).
    [[nodiscard]] bool doubtful() const { return doubtful_; }
    [[nodiscard]] const Words& words() const { return now_->words; }  // after first() or again() left no doubt
    [[nodiscard]] std::string doubt() const;
    void finish();  // the poll is over, and well: the next one is compared with it

private:
    struct Seen {
        BootTime at;
        Count count;
        Words words;
    };
    [[nodiscard]] std::optional<Seen> seen(const Words& words, BootTime at) const;
    [[nodiscard]] double tear(const Count& a, const Count& b) const;
    [[nodiscard]] double advance(const Seen& from, const Seen& to) const;
    [[nodiscard]] bool suspicious() const;
    [[nodiscard]] bool agree(const Seen& earlier, const Seen& later) const;

    const Field* field_;
    std::optional<Seen> settled_;  // of the last poll without doubt
    double newest_pace_ = 0;       // counts a second, up to there
    double pace_ = 0;              // the lesser of the newest two: one exchange of the meter is no pace
    unsigned polls_in_doubt_ = 0;  // since then
    std::optional<Seen> now_;
    std::vector<Seen> again_;
    bool doubtful_ = false;
};

}  // namespace pued
