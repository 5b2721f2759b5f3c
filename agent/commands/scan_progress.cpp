// The bar. See scan_text.hpp.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "agent/commands/scan_text.hpp"

namespace pued {
namespace {

constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::chrono::seconds kPlainLine{15};
constexpr std::size_t kBar = 24;

}  // namespace

ScanProgress::ScanProgress(const Clock& clock)
    : clock_(clock), terminal_(::isatty(STDERR_FILENO) == 1), next_(clock.now().boot) {
    if (!terminal_) next_ += kPlainLine;  // a short scan needs no line
}

void ScanProgress::show(std::size_t done, std::size_t all, const std::string& doing) {
    const auto now = clock_.now().boot;
    if (now < next_) return;
    next_ = now + (terminal_ ? Duration{kRedraw} : Duration{kPlainLine});
    if (!terminal_) {
        fmt::print(stderr, "pued: {} of {} asked; {}\n", done, all, doing);
        return;
    }
    const std::size_t full = all == 0 ? 0 : kBar * done / all;
    fmt::print(stderr, "\r[{}{}] {}/{} {:<40.40}", std::string(full, '#'), std::string(kBar - full, '-'), done, all,
               doing);
    std::fflush(stderr);
    drawn_ = true;
}

void ScanProgress::clear() {
    if (!drawn_) return;
    std::fputs("\r\033[K", stderr);
    std::fflush(stderr);
    drawn_ = false;
}

}  // namespace pued
