// Units and settings in turn. See scan_session.hpp.
#include "agent/commands/scan_session.hpp"

#include <algorithm>
#include <thread>

namespace pued {
namespace {

constexpr std::size_t kFirstUnits = 8;  // asked in every serial setting before all others are
constexpr unsigned kMostLost = 3;       // connections lost in a row that end a scan
constexpr unsigned kTries = 2;          // of a read by a unit that is there
constexpr unsigned kBusyTries = 5;
constexpr std::chrono::milliseconds kBusyPause{100};
constexpr std::uint8_t kBusy = 6, kNoPath = 10, kNobody = 11;

bool says_nobody(std::uint8_t exception) { return exception == kNoPath || exception == kNobody; }

}  // namespace

ProbeReply ScanSession::ask(unsigned unit, const scan::Read& read, Duration timeout) {
    auto reply = link_->ask({static_cast<std::uint8_t>(unit), read.function, read.address, read.words}, timeout);
    lost_ = reply.outcome == ProbeOutcome::lost ? lost_ + 1 : 0;
    if (reply.outcome == ProbeOutcome::lost) out_.error = reply.error;
    return reply;
}

// Of a unit that is there: it gets twice the time, and a second chance.
scan::Answer ScanSession::answer(unsigned unit, const scan::Read& read) {
    unsigned tries = kTries;
    for (unsigned i = 0; i < tries && lost_ < kMostLost && !watch_.stopped(); ++i) {
        auto reply = ask(unit, read, 2 * plan_.timeout);
        if (reply.outcome != ProbeOutcome::reply) continue;
        if (reply.exception == kBusy) {
            tries = kBusyTries;
            std::this_thread::sleep_for(kBusyPause);
            continue;
        }
        if (says_nobody(reply.exception)) return {scan::Reply::nobody, reply.exception, {}};
        if (reply.exception != 0) return {scan::Reply::refused, reply.exception, {}};
        return {scan::Reply::words, 0, std::move(reply.words)};
    }
    return {};
}

// One register, which nobody need have: a refusal is life, too.
ScanSession::Life ScanSession::look_for(unsigned unit) {
    const auto reply = ask(unit, {.function = 3, .address = 0, .words = 1}, plan_.timeout);
    if (watch_.stopped()) return Life::none;
    ++out_.tally.asked;
    switch (reply.outcome) {
        case ProbeOutcome::reply:
            if (!says_nobody(reply.exception)) return Life::alive;
            ++out_.tally.nobody;
            return Life::none;
        case ProbeOutcome::garbled: ++out_.tally.garbled; return Life::none;
        case ProbeOutcome::silent: ++out_.tally.silent; return Life::none;
        case ProbeOutcome::lost: ++out_.tally.silent; break;
    }
    return lost_ >= kMostLost ? Life::line_lost : Life::none;
}

bool ScanSession::is_known(unsigned unit, scan::WordBook& book) {
    if (out_.units.empty()) return false;
    auto& first = out_.units.front();
    if (!examiner_.same_device(first.examination, book)) return false;
    first.also.push_back(unit);
    return true;
}

void ScanSession::examine(unsigned unit) {
    std::size_t read = 0;
    auto book = std::make_unique<scan::WordBook>(
        [this, unit, read](const scan::Read& wanted) mutable {
            progress("unit " + std::to_string(unit) + ": register " + std::to_string(++read));
            return answer(unit, wanted);
        },
        [this] { return watch_.stopped() || lost_ >= kMostLost; });
    if (is_known(unit, *book)) return;
    auto examination = examiner_.examine(*book);
    if (!examination.any_words) {
        if (!watch_.stopped()) out_.tally.only_exceptions.push_back(unit);
        return;
    }
    out_.units.push_back({unit, {}, std::move(examination), {}});
    kept_.push_back({std::move(book), clock_.now().boot});
}

// False when the line is lost.
bool ScanSession::run_units(const LineConfig& line, std::size_t from, std::size_t to, const OpenProbe& open) {
    link_.reset();
    auto opened = open(line);
    if (!opened) {
        out_.error = opened.error();
        return false;
    }
    link_ = std::move(*opened);
    out_.line = line;
    if (from == 0 && plan_.target.serial) out_.tried.push_back(line);
    for (std::size_t i = from; i < to && !watch_.stopped(); ++i, ++done_) {
        const unsigned unit = plan_.units[i];
        progress("unit " + std::to_string(unit) + (plan_.target.serial ? " at " + setting_text(line) : std::string{}));
        const auto life = look_for(unit);
        if (life == Life::line_lost) return false;
        if (life == Life::alive) examine(unit);
    }
    return true;
}

// A counter only grows: seen best after as long a time as there was anyway.
void ScanSession::look_again() {
    for (std::size_t i = 0; i < kept_.size() && !watch_.stopped(); ++i) {
        progress("a second look at unit " + std::to_string(out_.units[i].unit));
        const double seconds = in_seconds(clock_.now().boot - kept_[i].at);
        examiner_.look_again(out_.units[i].examination, *kept_[i].book, seconds);
    }
}

// Somebody answered in a setting: the others are on the same line and speak the same.
ScanFindings ScanSession::run(const OpenProbe& open) {
    const std::size_t all = plan_.units.size();
    const std::size_t some = plan_.settings.size() > 1 ? std::min(all, kFirstUnits) : all;
    all_ = all * plan_.settings.size();
    const auto anybody = [this] { return !out_.units.empty() || !out_.tally.only_exceptions.empty(); };
    bool line = true;
    for (const auto& [from, to] : {std::pair{std::size_t{0}, some}, std::pair{some, all}}) {
        for (std::size_t s = 0; from < to && s < plan_.settings.size() && line && !anybody(); ++s) {
            line = run_units(plan_.settings[s], from, to, open);
            if (!anybody() || to == all) continue;
            all_ = done_ + all - to;
            line = run_units(plan_.settings[s], to, all, open);
        }
    }
    if (line) out_.error.clear();
    look_again();
    out_.interrupted = watch_.stopped();
    return std::move(out_);
}

}  // namespace pued
