// What is wrong with a file, all of it at once: each problem with its place, its subject and the way out. Plain
// values; used on whatever thread loads or checks a configuration.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pued {

struct Place {
    std::string file;
    unsigned line = 0, column = 0;  // 1-based; 0: the whole file
};

// "config/pued.toml:14:11: meter "a1": unit_id = 300 is out of range (expected 1..247)"
struct Problem {
    Place place;
    std::string where;  // `meter "a1"`; may be empty
    std::string what;

    [[nodiscard]] std::string text() const;
};

class Problems {
public:
    static constexpr std::size_t limit = 1000;  // more are counted, not kept

    // Both texts are made fit for one line of a log: control characters escaped, overlong ones cut.
    void add(Place place, std::string where, std::string what);
    [[nodiscard]] bool none() const { return list_.empty(); }
    [[nodiscard]] bool any_in(const std::string& file) const;
    [[nodiscard]] bool any_at(const Place& place) const;
    // What deserves a look but is no reason to refuse anything: kept apart, "note: " before its text.
    void note(Place place, std::string where, std::string what);
    [[nodiscard]] std::vector<Problem> notes() const;  // in order, as sorted()
    // In order of file, line, column; at the end, where more than `limit` came, a line that says how many.
    [[nodiscard]] std::vector<Problem> sorted() const;

private:
    std::vector<Problem> list_, notes_;
    std::size_t omitted_ = 0;
};

// What of `choices` was meant, when it is near enough, capitals or not: the first whose end was forgotten ("poll" for
// "poll_s", "nvidia-h100" for "nvidia-h100-sxm5"), else the nearest by slips (a letter wrong, missing, too many or
// swapped with its neighbour), else the first of which it is a part between hyphens ("h100"); else empty.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& choices);

// The first of `choices` that is one such slip away, else empty.
std::string one_slip_from(std::string_view word, const std::vector<std::string>& choices);

// `, did you mean "feed"?`, or nothing where nothing is near.
std::string suggestion(std::string_view word, const std::vector<std::string>& choices);

}  // namespace pued
