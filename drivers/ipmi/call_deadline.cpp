// The timer behind a bounded call; see the header. Linux only (SIGEV_THREAD_ID).
#include "drivers/ipmi/call_deadline.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace pued::ipmi {

namespace {

int wake_signal() { return SIGRTMAX - 3; }

thread_local volatile std::sig_atomic_t rang = 0;

extern "C" void ring(int) { rang = 1; }

// Once a process, and the signal let through in this thread whatever its creator had blocked.
void prepare_thread() {
    static const bool installed = [] {
        struct sigaction action {};
        action.sa_handler = ring;
        return sigaction(wake_signal(), &action, nullptr) == 0;
    }();
    static_cast<void>(installed);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, wake_signal());
    pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
}

timespec to_timespec(std::chrono::milliseconds duration) {
    timespec out{};
    out.tv_sec = static_cast<decltype(out.tv_sec)>(duration.count() / 1000);
    out.tv_nsec = static_cast<decltype(out.tv_nsec)>(duration.count() % 1000 * 1'000'000);
    return out;
}

}  // namespace

CallDeadline::CallDeadline(std::chrono::milliseconds limit) {
    prepare_thread();
    rang = 0;
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = wake_signal();
    event.sigev_notify_thread_id = static_cast<pid_t>(syscall(SYS_gettid));
    armed_ = timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
    if (!armed_) return;  // out of timers: the library's own time-out still holds
    itimerspec when{};
    when.it_value = to_timespec(limit);
    when.it_interval = to_timespec(std::chrono::milliseconds{50});  // again, should it come between two waits
    timer_settime(timer_, 0, &when, nullptr);
}

CallDeadline::~CallDeadline() {
    if (armed_) timer_delete(timer_);
}

bool CallDeadline::over() const { return rang != 0; }

}  // namespace pued::ipmi
