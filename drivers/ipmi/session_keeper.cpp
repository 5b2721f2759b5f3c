// Opening, losing and keeping a session; see the header.
#include "drivers/ipmi/session_keeper.hpp"

namespace pued::ipmi {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

SessionKeeper::SessionKeeper(std::unique_ptr<Link> link, std::string host, const Clock& clock, unsigned seed)
    : link_(std::move(link)),
      host_(std::move(host)),
      clock_(clock),
      silent_(seconds{1}, minutes{1}, pause_chance, seed),
      busy_(seconds{10}, minutes{2}, pause_chance, seed + 1),
      refused_(minutes{1}, minutes{10}, pause_chance, seed + 2),
      credentials_(minutes{1}, hours{1}, pause_chance, seed + 3) {}

Pause& SessionKeeper::pause_after(Trouble trouble) {
    switch (trouble) {
        case Trouble::busy: return busy_;
        case Trouble::refused: return refused_;
        case Trouble::credentials: return credentials_;
        case Trouble::silent:
        case Trouble::address: break;
    }
    return silent_;
}

bool SessionKeeper::open() {
    proven_ = false;
    if (const auto failure = link_->open()) {
        failed(*failure);
        return false;
    }
    last_answer_ = now();
    return true;
}

void SessionKeeper::failed(const LinkFailure& failure) {
    const Duration pause = pause_after(failure.trouble).next();
    retry_at_ = now() + pause;
    why_down_ = host_ + ": " + failure.what + " (next try in " +
                std::to_string(std::chrono::ceil<seconds>(pause).count()) + " s)";
}

Result<Reply> SessionKeeper::send(std::uint8_t lun, Command command, Bytes data) {
    auto reply = link_->send(lun, command, data);
    if (reply) {
        answered();
    } else {
        lost(reply.error());
    }
    return reply;
}

void SessionKeeper::answered() {
    last_answer_ = now();
    proven_ = true;
    for (Pause* pause : {&silent_, &busy_, &refused_, &credentials_}) pause->reset();
}

void SessionKeeper::lost(const std::string& why) {
    link_->close();
    if (proven_) {
        why_down_ = host_ + ": " + why;
        retry_at_ = now();
    } else {
        failed({Trouble::silent, why});
    }
    proven_ = false;
}

}  // namespace pued::ipmi
