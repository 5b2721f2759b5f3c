// Problems and the search for what was meant.
#include "agent/config/problems.hpp"

#include <algorithm>
#include <climits>
#include <cstdio>
#include <tuple>

namespace pued {
namespace {

constexpr std::size_t kMaxText = 500;  // bytes of one text
constexpr std::size_t kMaxWord = 100;  // longer ones are no slip of the pen

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string escaped(char c) {
    if (c == '\n') return "\\n";
    if (c == '\t') return "\\t";
    char text[8];
    std::snprintf(text, sizeof text, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    return text;
}

// One line of at most kMaxText bytes, cut between two UTF-8 characters.
std::string one_line(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
        if (out.size() >= kMaxText && !continues) return out + "…";
        out += is_control(c) ? escaped(c) : std::string(1, c);
    }
    return out;
}

// Edits between two words: a letter wrong, missing or too many, or two neighbours swapped, each one edit.
unsigned edit_distance(std::string_view a, std::string_view b) {
    std::vector<unsigned> before, above(b.size() + 1), row(b.size() + 1);
    for (unsigned j = 0; j <= b.size(); ++j) above[j] = j;
    for (unsigned i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (unsigned j = 1; j <= b.size(); ++j) {
            const unsigned replaced = above[j - 1] + (a[i - 1] != b[j - 1] ? 1U : 0U);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before = above;
        std::swap(above, row);
    }
    return above.back();
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (auto& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return out;
}

// What was begun and not ended: "poll" of "poll_s".
std::string begun(std::string_view word, const std::vector<std::string>& choices) {
    const auto begins = [word](const std::string& choice) { return lower(choice).starts_with(word); };
    const auto found = std::find_if(choices.begin(), choices.end(), begins);
    return word.size() < 3 || found == choices.end() ? std::string{} : *found;
}

// What was only named in part: "h100" of "nvidia-h100-sxm5", "ratio" of "ct_ratio".
std::string named_in_part(std::string_view word, const std::vector<std::string>& choices) {
    const auto holds = [word](const std::string& choice) {
        const auto at = lower(choice).find(word);
        if (at == std::string::npos) return false;
        const auto end = at + word.size();
        const auto cut = [&choice](std::size_t i) { return choice[i] == '-' || choice[i] == '_'; };
        return (at == 0 || cut(at - 1)) && (end == choice.size() || cut(end));
    };
    const auto found = std::find_if(choices.begin(), choices.end(), holds);
    return word.size() < 3 || found == choices.end() ? std::string{} : *found;
}

// Edits that still make it a slip: one in two letters makes any word of another ("cn" of "en"), unless the first stays.
unsigned edits_allowed(std::string_view word, std::string_view choice) {
    if (word.size() < 3) return choice.starts_with(word.front()) ? 1 : 0;
    return static_cast<unsigned>(word.size() / 3);
}

std::vector<Problem> in_order(std::vector<Problem> list) {
    std::stable_sort(list.begin(), list.end(), [](const Problem& a, const Problem& b) {
        return std::tie(a.place.file, a.place.line, a.place.column) <
               std::tie(b.place.file, b.place.line, b.place.column);
    });
    return list;
}

}  // namespace

std::string did_you_mean(std::string_view word, const std::vector<std::string>& choices) {
    if (word.empty() || word.size() > kMaxWord) return {};
    const auto meant = lower(word);
    if (const auto whole = begun(meant, choices); !whole.empty()) return whole;
    std::string best;
    unsigned best_distance = UINT_MAX;
    for (const auto& choice : choices) {
        if (choice.size() > kMaxWord) continue;
        const unsigned distance = edit_distance(meant, lower(choice));
        if (distance <= edits_allowed(meant, lower(choice)) && distance < best_distance) {
            best_distance = distance;
            best = choice;
        }
    }
    return best.empty() ? named_in_part(meant, choices) : best;
}

std::string one_slip_from(std::string_view word, const std::vector<std::string>& choices) {
    const auto near = [word](const std::string& choice) {
        return choice.size() <= word.size() + 1 && word.size() <= choice.size() + 1 && edit_distance(word, choice) == 1;
    };
    const auto found = std::find_if(choices.begin(), choices.end(), near);
    return found == choices.end() ? std::string{} : *found;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& choices) {
    const auto near = did_you_mean(word, choices);
    return near.empty() ? std::string{} : ", did you mean \"" + near + "\"?";
}

std::string Problem::text() const {
    std::string out = place.file;
    if (place.line != 0) out += ':' + std::to_string(place.line) + ':' + std::to_string(place.column);
    out += ": ";
    if (!where.empty()) out += where + ": ";
    return out + what;
}

void Problems::add(Place place, std::string where, std::string what) {
    if (list_.size() == limit) {
        ++omitted_;
    } else {
        list_.push_back({std::move(place), one_line(where), one_line(what)});
    }
}

bool Problems::any_in(const std::string& file) const {
    return std::any_of(list_.begin(), list_.end(), [&file](const auto& problem) { return problem.place.file == file; });
}

bool Problems::any_at(const Place& place) const {
    return std::any_of(list_.begin(), list_.end(), [&place](const Problem& problem) {
        const auto& there = problem.place;
        return std::tie(there.line, there.column, there.file) == std::tie(place.line, place.column, place.file);
    });
}

void Problems::note(Place place, std::string where, std::string what) {
    if (notes_.size() < limit) notes_.push_back({std::move(place), one_line(where), one_line("note: " + what)});
}

std::vector<Problem> Problems::notes() const { return in_order(notes_); }

std::vector<Problem> Problems::sorted() const {
    auto out = in_order(list_);
    if (omitted_ > 0) {
        out.push_back({{out.back().place.file, 0, 0}, {}, std::to_string(omitted_) + " more problems are not listed"});
    }
    return out;
}

}  // namespace pued
