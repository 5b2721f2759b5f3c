// A text for people, in both languages that screens and reports speak: English and Chinese. Pure, std only.
#pragma once

#include <string>

namespace pued {

struct Bilingual {
    std::string en{}, zh{};

    // A name, a number, somebody else's words: the same in both.
    static Bilingual same(const std::string& text) { return {text, text}; }
    Bilingual& operator+=(const Bilingual& more) {
        en += more.en;
        zh += more.zh;
        return *this;
    }
    friend Bilingual operator+(Bilingual first, const Bilingual& second) { return first += second; }
};

}  // namespace pued
