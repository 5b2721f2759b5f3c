// The service manager and the signals. Notifier speaks systemd's sd_notify protocol (a datagram to $NOTIFY_SOCKET) and
// is silent where there is no manager. Signals turns SIGTERM, SIGINT and SIGHUP into values; it must be made before any
// thread, because threads inherit the blocked signals. Both are used by the main thread.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/model/result.hpp"
#include "agent/model/time.hpp"
#include "firmware/descriptor.hpp"

namespace pued {

class Notifier {
public:
    // `socket`: a path, or "@name" for an abstract socket; empty: nobody to tell.
    explicit Notifier(std::string socket) : socket_(std::move(socket)) {}
    static Notifier from_environment();

    Result<void> ready() const { return send("READY=1"); }
    Result<void> reloading() const;  // ready() ends it
    Result<void> stopping() const { return send("STOPPING=1"); }
    Result<void> status(std::string_view text) const;
    Result<void> watchdog() const { return send("WATCHDOG=1"); }

private:
    Result<void> send(std::string_view message) const;

    std::string socket_;
};

// How often the manager wants to hear watchdog(), from $WATCHDOG_USEC and $WATCHDOG_PID: send twice as often. Nothing
// where it does not, or means another process.
std::optional<Duration> watchdog_interval(const char* usec, const char* pid, pid_t self);
std::optional<Duration> watchdog_interval_from_environment();

enum class Signal : std::uint8_t { terminate, interrupt, reload };

class Signals {
public:
    Signals();   // blocks them in this thread and those made later; ignores SIGPIPE
    ~Signals();  // as before
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    // The next signal, or nothing after `timeout`.
    std::optional<Signal> wait(Duration timeout);

private:
    sigset_t before_{};
    Descriptor file_;
};

}  // namespace pued
