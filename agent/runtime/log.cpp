// Formatting of log lines: values with anything but plain characters are quoted, control characters become spaces.
#include "agent/runtime/log.hpp"

#include <algorithm>

namespace pued {
namespace {

constexpr std::size_t kLongestValue = 500;

std::string quoted(const std::string& value) {
    const auto is_plain = [](char c) { return c > ' ' && c != '"' && c != '=' && c != '\\'; };
    if (!value.empty() && value.size() <= kLongestValue && std::all_of(value.begin(), value.end(), is_plain))
        return value;
    std::string out = "\"";
    for (const char c : value.substr(0, kLongestValue)) {
        if (c == '"' || c == '\\') out += '\\';
        out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
    return out + '"';
}

}  // namespace

void Log::write(Level level, std::string_view event, std::initializer_list<Pair> pairs) {
    static constexpr std::string_view kNames[] = {"debug", "info", "warning", "error"};
    std::string line = "level=" + std::string{kNames[static_cast<std::size_t>(level)]} + " event=" + std::string{event};
    for (const auto& [key, value] : pairs) line += " " + std::string{key} + "=" + quoted(value);
    line += '\n';
    const std::lock_guard lock{mutex_};
    std::fputs(line.c_str(), out_);
    std::fflush(out_);
}

}  // namespace pued
