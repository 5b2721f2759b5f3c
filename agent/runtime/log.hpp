// The daemon's log: one line "key=value …" on stderr for each change of state; systemd adds the time. Thread-safe.
// Repetitions are counted by the caller, not written.
#pragma once

#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace pued {

enum class Level : std::uint8_t { debug, info, warning, error };

class Log {
public:
    using Pair = std::pair<std::string_view, std::string>;

    explicit Log(std::FILE* out = stderr) : out_(out) {}
    // level=warning event=source source=a1 state=failed error="no reply within 1000 ms"
    void write(Level level, std::string_view event, std::initializer_list<Pair> pairs = {});

private:
    std::mutex mutex_;
    std::FILE* out_;
};

}  // namespace pued
