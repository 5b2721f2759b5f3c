// Probes against words. See identify.hpp.
#include "agent/scan/identify.hpp"

#include <algorithm>
#include <cmath>

namespace pued::scan {
namespace {

constexpr double kMostWeight = 30;   // of one probe: beyond that nothing is more certain
constexpr double kCommonNumber = 2;  // weight of 0, 1, 2 …, which many registers hold
constexpr double kDiffers = -12;
constexpr double kRefused = -5;
constexpr double kLetter = 3;  // nats of one letter of a text
const double kWord = std::log(65536.0);

struct Judged {
    bool holds = false;
    double weight = 0;
    std::string text;
};

std::string in_quotes(std::string text) {
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return '"' + text + '"';
}

Judged judge_text(const IdentifyProbe& probe, const std::vector<std::uint16_t>& words) {
    const auto text = letters(words, probe.order);
    const auto found = std::find_if(probe.contains.begin(), probe.contains.end(),
                                    [&](const auto& part) { return text.find(part) != std::string::npos; });
    Judged out{.holds = found != probe.contains.end(), .weight = 0, .text = "reads " + in_quotes(text)};
    if (out.holds) out.weight = std::min(kLetter * static_cast<double>(found->size()), kMostWeight);
    return out;
}

std::uint64_t joined(const std::vector<std::uint16_t>& words, WordOrder order) {
    const bool low_first = order == WordOrder::cdab || order == WordOrder::dcba;
    const bool swapped = order == WordOrder::badc || order == WordOrder::dcba;
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const unsigned word = words[low_first ? words.size() - 1 - i : i];
        out = (out << 16U) | (swapped ? (word & 0xFFU) << 8U | word >> 8U : word);
    }
    return out;
}

double number_weight(const IdentifyProbe& probe, std::uint64_t number) {
    const double all = kWord * std::min(probe.words, 4U);
    if (!probe.equals.empty()) {
        if (number < 10) return kCommonNumber;
        return std::min(all - std::log(static_cast<double>(probe.equals.size())), kMostWeight);
    }
    const double from = static_cast<double>(probe.min.value_or(0));
    const double to = probe.max ? static_cast<double>(*probe.max) : std::exp(all);
    return std::clamp(all - std::log(std::max(to - from, 0.0) + 1), 0.0, kWord);
}

Judged judge_number(const IdentifyProbe& probe, const std::vector<std::uint16_t>& words, WordOrder order) {
    const std::uint64_t number = joined(words, order) & probe.mask;
    const bool listed = probe.equals.empty() || std::ranges::find(probe.equals, number) != probe.equals.end();
    const bool inside = (!probe.min || number >= *probe.min) && (!probe.max || number <= *probe.max);
    return {.holds = listed && inside,
            .weight = number_weight(probe, number),
            .text = "register " + std::to_string(probe.address) + " is " + std::to_string(number)};
}

// What a probe without words says.
Identification wordless(const Answer* answer) {
    if (answer != nullptr && answer->reply == Reply::refused) return {Recognised::refused, kRefused, {}};
    return {Recognised::unread, 0, {}};
}

}  // namespace

std::string letters(const std::vector<std::uint16_t>& words, WordOrder order) {
    std::string out;
    for (const auto word : words) {
        auto first = static_cast<unsigned>(word >> 8U), second = word & 0xFFU;
        if (order == WordOrder::badc) std::swap(first, second);
        for (const unsigned letter : {first, second}) {
            if (letter != 0) out += letter >= 0x20 && letter <= 0x7E ? static_cast<char>(letter) : '?';
        }
    }
    return out;
}

std::vector<Read> identify_reads(const RegisterMap& map, const Variant& variant) {
    std::vector<Read> out;
    for (const auto& probe : map.identify) {
        if (const auto read = moved(probe.function, probe.address, probe.words, variant)) out.push_back(*read);
    }
    return out;
}

Identification identify(const RegisterMap& map, const Variant& variant, const WordBook& book) {
    if (map.identify.empty()) return {};
    Identification out{.recognised = Recognised::yes, .weight = 0, .text = {}};
    for (const auto& probe : map.identify) {
        const auto read = moved(probe.function, probe.address, probe.words, variant);
        if (!read) return {Recognised::unread, 0, {}};
        const auto* words = book.words(*read);
        if (words == nullptr) return wordless(book.known(*read));
        const auto judged =
            probe.text ? judge_text(probe, *words) : judge_number(probe, *words, variant.order.value_or(probe.order));
        if (!judged.holds) return {Recognised::differs, kDiffers, judged.text};
        out.weight = std::min(out.weight + judged.weight, kMostWeight);
        out.text += (out.text.empty() ? "" : ", ") + judged.text;
    }
    return out;
}

}  // namespace pued::scan
