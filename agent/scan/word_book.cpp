// Asking once. See word_book.hpp.
#include "agent/scan/word_book.hpp"

#include <algorithm>

namespace pued::scan {
namespace {

constexpr std::uint8_t kIllegalFunction = 1;

}  // namespace

void WordBook::note(const Read& read, const Answer& answer) {
    if (answer.reply == Reply::words) ++answered_;
    if (answer.reply == Reply::refused) {
        ++exceptions_[answer.exception];
        if (answer.exception == kIllegalFunction) unknown_function_[read.function] = true;
    }
}

void WordBook::ask(const Read& read) {
    if (answers_.contains(read) || stop_()) return;
    if (unknown_function_[read.function]) {
        answers_[read] = {.reply = Reply::refused, .exception = kIllegalFunction, .words = {}};
        return;
    }
    ++requests_;
    const auto& answer = answers_[read] = reader_(read);
    note(read, answer);
}

const Answer* WordBook::known(const Read& read) const {
    const auto found = answers_.find(read);
    return found == answers_.end() ? nullptr : &found->second;
}

const std::vector<std::uint16_t>* WordBook::words(const Read& read) const {
    const auto* answer = known(read);
    return answer != nullptr && answer->reply == Reply::words ? &answer->words : nullptr;
}

Answer WordBook::again(const Read& read) {
    if (stop_()) return {};
    ++requests_;
    return reader_(read);
}

double WordBook::answered_share() const {
    return (static_cast<double>(answered_) + 1) / (static_cast<double>(answers_.size()) + 2);
}

std::uint8_t WordBook::usual_exception() const {
    const auto most = std::max_element(exceptions_.begin(), exceptions_.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return most == exceptions_.end() ? std::uint8_t{0} : most->first;
}

}  // namespace pued::scan
