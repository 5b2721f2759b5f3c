// Keeps one BMC's session: opens it when it may, remembers why it could not and until when to leave the BMC alone, and
// shows a sign of life before the session falls asleep. Commands go through it. Runs on the BMC's thread; texts are for
// operators.
#pragma once

#include <memory>
#include <string>

#include "agent/model/time.hpp"
#include "agent/ports/clock.hpp"
#include "drivers/ipmi/transport.hpp"
#include "drivers/poll/pause.hpp"

namespace pued::ipmi {

class SessionKeeper final : public Transport {
public:
    SessionKeeper(std::unique_ptr<Link> link, std::string host, const Clock& clock, unsigned seed);

    [[nodiscard]] bool is_open() const { return link_->is_open(); }
    // False while the BMC is to be left alone.
    [[nodiscard]] bool may_open() const { return now() >= retry_at_; }
    // True when the session is up.
    bool open();
    // After an error the session is gone. The first time after a good answer it may be opened again at once (the BMC
    // restarted, or a few packets were lost); else the pause grows as for a BMC that cannot be reached.
    Result<Reply> send(std::uint8_t lun, Command command, Bytes data) override;
    void close() { link_->close(); }

    // When the session needs a sign of life, and giving it: Get Device ID.
    [[nodiscard]] BootTime sign_of_life_due() const { return last_answer_ + longest_silence; }
    void show_life() { send(0, Command::get_device_id, {}); }

    // "10.0.0.5: wrong user or password (next try in 60 s)"
    [[nodiscard]] const std::string& why_down() const { return why_down_; }

private:
    void failed(const LinkFailure& failure);
    void answered();
    void lost(const std::string& why);
    Pause& pause_after(Trouble trouble);
    [[nodiscard]] BootTime now() const { return clock_.now().boot; }

    std::unique_ptr<Link> link_;
    std::string host_;
    const Clock& clock_;
    std::string why_down_;
    BootTime retry_at_{};
    BootTime last_answer_{};
    bool proven_ = false;  // this session has answered a command
    Pause silent_, busy_, refused_, credentials_;
};

}  // namespace pued::ipmi
