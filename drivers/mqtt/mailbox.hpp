// Where the MQTT library's threads leave what happened, for the one thread that owns the session. The callbacks only
// push here: they must never block (the library would deadlock) and never throw. All functions are safe from any
// thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "agent/model/time.hpp"

namespace pued {

struct MqttEvent {
    // unanswered: the attempt to connect failed without a word of the broker; lost: the session ended, also by refusal.
    enum class Kind : std::uint8_t { connected, unanswered, lost, acknowledged, refused, arrived } kind;
    std::uint32_t id = 0;  // acknowledged, refused: of the message or subscription; connected: the broker's window or 0
    std::string text{};    // lost, refused: why; arrived: the payload
    std::string topic{};   // arrived
    bool retained = false;                        // arrived: an old value that the broker had kept
    std::string response_topic{}, correlation{};  // arrived, MQTT 5: where an answer is wanted, and what goes with it
};

class Mailbox {
public:
    static constexpr std::size_t capacity = 4096;

    void push(MqttEvent event) {
        const std::lock_guard lock{mutex_};
        if (event.kind == MqttEvent::Kind::arrived && events_.size() >= capacity) {
            ++overrun_;
            return;
        }
        events_.push_back(std::move(event));
        if (events_.size() == 1) wake_.notify_all();
    }
    // There is something to do that is no event.
    void poke() {
        const std::lock_guard lock{mutex_};
        if (!std::exchange(poked_, true)) wake_.notify_all();
    }
    void stop() {
        const std::lock_guard lock{mutex_};
        stopped_ = poked_ = true;
        wake_.notify_all();
    }
    // What has happened; empty after a poke, the stop or the timeout.
    std::vector<MqttEvent> wait(Duration timeout) {
        std::unique_lock lock{mutex_};
        wake_.wait_for(lock, timeout, [this] { return poked_ || !events_.empty(); });
        poked_ = false;
        return std::exchange(events_, {});
    }
    // True when stopped, at once or within the timeout; events stay.
    bool wait_stopped(Duration timeout) {
        std::unique_lock lock{mutex_};
        return wake_.wait_for(lock, timeout, [this] { return stopped_; });
    }
    // Forgets what an ended session left behind.
    void clear() {
        const std::lock_guard lock{mutex_};
        events_.clear();
    }
    [[nodiscard]] std::uint64_t overrun() const {
        const std::lock_guard lock{mutex_};
        return overrun_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<MqttEvent> events_;
    bool poked_ = false;
    bool stopped_ = false;
    std::uint64_t overrun_ = 0;
};

}  // namespace pued
