// Whether what is for people was said in both languages, with the same numbers; throws what was not. For tests of any
// text that is Bilingual.
#pragma once

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/model/bilingual.hpp"

namespace pued::fake {

// U+4000 to U+9FFF in UTF-8, of which all but the first are Chinese characters.
inline bool has_chinese(const std::string& text) {
    return std::any_of(text.begin(), text.end(), [](char c) { return c >= '\xe4' && c <= '\xe9'; });
}

// Record numbers, energies, parts of times: all runs of digits, in rising order.
inline std::vector<std::string> numbers_in(const std::string& text) {
    std::vector<std::string> out(1);
    for (const char c : text) {
        if (std::isdigit(static_cast<unsigned char>(c)) != 0)
            out.back() += c;
        else if (!out.back().empty())
            out.emplace_back();
    }
    std::erase(out, "");
    std::sort(out.begin(), out.end());
    return out;
}

inline void check_languages(const Bilingual& text) {
    const bool both = !text.en.empty() && has_chinese(text.zh) && numbers_in(text.en) == numbers_in(text.zh);
    if (!both) throw std::logic_error("not the same in both languages: " + text.en + " | " + text.zh);
}

// Of a verification or an audit: every finding and every note. Gives it back. A file's name is the same in both.
template <class Result>
Result in_both_languages(Result result) {
    for (const auto& finding : result.findings) {
        check_languages(finding.what);
        if (finding.where.en != finding.where.zh) check_languages(finding.where);
    }
    for (const auto& note : result.notes) check_languages(note);
    return result;
}

}  // namespace pued::fake
