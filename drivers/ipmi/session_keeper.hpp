// Keeps one BMC's session: opens it when it may, remembers why it could not and until when to leave the BMC alone, and
// shows a sign of life before the session falls asleep. Runs on the BMC's thread; texts are for operators.
#pragma once

#include <memory>
#include <string>

#include "agent/model/time.hpp"
#include "drivers/ipmi/backoff.hpp"
#include "drivers/ipmi/transport.hpp"

namespace pued::ipmi {

class SessionKeeper {
public:
    SessionKeeper(std::unique_ptr<Link> link, std::string host, unsigned seed);

    [[nodiscard]] bool is_open() const { return link_->is_open(); }
    // False while the BMC is to be left alone.
    [[nodiscard]] bool may_open(BootTime now) const { return now >= retry_at_; }
    // True when the session is up. `now` is read again by the caller after it: opening takes time.
    bool open(BootTime now);
    // Commands go through here. After an error is_open() is false.
    Transport& transport() { return *link_; }

    // A command was answered at `now`.
    void answered(BootTime now);
    // The session broke. The first time after a good answer it may be opened again at once: the BMC restarted, or a
    // few packets were lost; otherwise the pause grows as for a BMC that cannot be reached.
    void lost(BootTime now, const std::string& why);

    // When the session needs a sign of life.
    [[nodiscard]] BootTime sign_of_life_due() const { return last_answer_ + sign_of_life_after; }
    // Get Device ID; false when the session is lost.
    bool show_life(BootTime now);

    // "10.0.0.5: wrong user or password (next try in 60 s)"
    [[nodiscard]] const std::string& why_down() const { return why_down_; }
    void close() { link_->close(); }

    static constexpr std::chrono::seconds sign_of_life_after{15};

private:
    void failed(BootTime now, const LinkFailure& failure);
    Backoff& backoff_for(Trouble trouble);

    std::unique_ptr<Link> link_;
    std::string host_;
    std::string why_down_;
    BootTime retry_at_{};
    BootTime last_answer_{};
    bool proven_ = false;  // this session has answered a command
    Backoff silent_, busy_, refused_, credentials_;
};

}  // namespace pued::ipmi
