// Opening, losing and keeping a session; see the header.
#include "drivers/ipmi/session_keeper.hpp"

namespace pued::ipmi {

using std::chrono::hours;
using std::chrono::minutes;

SessionKeeper::SessionKeeper(std::unique_ptr<Link> link, std::string host, unsigned seed)
    : link_(std::move(link)),
      host_(std::move(host)),
      silent_(std::chrono::seconds{1}, minutes{1}, seed),
      busy_(std::chrono::seconds{10}, minutes{2}, seed + 1),
      refused_(minutes{1}, minutes{10}, seed + 2),
      credentials_(minutes{1}, hours{1}, seed + 3) {}

Backoff& SessionKeeper::backoff_for(Trouble trouble) {
    switch (trouble) {
        case Trouble::busy: return busy_;
        case Trouble::refused: return refused_;
        case Trouble::credentials: return credentials_;
        case Trouble::silent:
        case Trouble::address: break;
    }
    return silent_;
}

bool SessionKeeper::open(BootTime now) {
    proven_ = false;
    if (const auto failure = link_->open()) {
        failed(now, *failure);
        return false;
    }
    last_answer_ = now;
    return true;
}

void SessionKeeper::failed(BootTime now, const LinkFailure& failure) {
    const Duration pause = backoff_for(failure.trouble).next();
    retry_at_ = now + pause;
    why_down_ = host_ + ": " + failure.what + " (next try in " +
                std::to_string(std::chrono::ceil<std::chrono::seconds>(pause).count()) + " s)";
}

void SessionKeeper::answered(BootTime now) {
    last_answer_ = now;
    proven_ = true;
    for (Backoff* backoff : {&silent_, &busy_, &refused_, &credentials_}) backoff->reset();
}

void SessionKeeper::lost(BootTime now, const std::string& why) {
    link_->close();
    if (proven_) {
        why_down_ = host_ + ": " + why;
        retry_at_ = now;
    } else {
        failed(now, {Trouble::silent, why});
    }
    proven_ = false;
}

bool SessionKeeper::show_life(BootTime now) {
    const auto reply = link_->send(0, Command::get_device_id, {});
    if (reply) {
        answered(now);
    } else {
        lost(now, reply.error());
    }
    return reply ? true : false;
}

}  // namespace pued::ipmi
