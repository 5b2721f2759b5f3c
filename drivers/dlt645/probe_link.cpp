// Questions over a Wire. See probe_link.hpp.
#include "drivers/dlt645/probe_link.hpp"

#include <algorithm>
#include <array>

#include "drivers/dlt645/wire.hpp"

namespace pued::dlt645 {
namespace {

constexpr std::size_t usual_reply = 32;  // bytes, with its FE
constexpr std::size_t most_unread = 2 * longest_frame;
constexpr std::uint8_t wake = 0xFE;
constexpr Duration name_patience = std::chrono::seconds{5};  // for a name and the first connection

// What has come since a question.
class Ear {
public:
    explicit Ear(const std::function<bool(const Frame&)>& enough) : enough_(enough) {}

    // Whether that is enough.
    bool take(std::span<const std::uint8_t> bytes) {
        something_ = something_ || std::ranges::any_of(bytes, [](std::uint8_t byte) { return byte != wake; });
        unread_.insert(unread_.end(), bytes.begin(), bytes.end());
        for (auto found = next(); found.frame; found = next()) {
            sound_ = true;
            if (!is_reply(*found.frame)) continue;
            heard_.replies.push_back(std::move(*found.frame));
            if (enough_ && enough_(heard_.replies.back())) return true;
        }
        if (unread_.size() > most_unread) unread_.clear();  // begins as a frame that never ends
        return false;
    }

    Heard heard() {
        heard_.noise = damaged_ || (something_ && !sound_);
        return std::move(heard_);
    }

private:
    Found next() {
        auto found = find_frame(unread_);
        unread_.erase(unread_.begin(), unread_.begin() + static_cast<std::ptrdiff_t>(found.used));
        damaged_ = damaged_ || found.damaged;
        return found;
    }

    const std::function<bool(const Frame&)>& enough_;
    Bytes unread_;
    Heard heard_;
    bool something_ = false, sound_ = false, damaged_ = false;
};

class WireProbe final : public ProbeLink {
public:
    WireProbe(std::unique_ptr<Wire> wire, std::string place, const Clock& clock)
        : wire_(std::move(wire)), place_(std::move(place)), clock_(clock) {}

    Result<void> open(Duration timeout) {
        if (wire_->is_open()) return {};
        auto opened = wire_->open(timeout);
        if (!opened && !place_.empty()) return Error{place_ + ": " + opened.error()};
        return opened;
    }

    Heard ask(const Bytes& question, const std::function<bool(const Frame&)>& enough, Duration timeout) override {
        if (const auto opened = open(timeout); !opened) return lost(opened.error());
        if (const auto sent = send(question); !sent) return lost(sent.error());
        const BootTime deadline = clock_.now().boot + timeout + wire_->time_of(question.size() + usual_reply);
        Ear ear{enough};
        for (Duration rest = deadline - clock_.now().boot; rest > Duration{}; rest = deadline - clock_.now().boot) {
            std::array<std::uint8_t, longest_frame> room{};
            const auto size = wire_->receive(room, rest);
            if (!size) return lost(size.error());
            if (*size == 0) break;  // the time is up, or a signal
            if (ear.take(std::span{room}.first(*size))) break;
        }
        return ear.heard();
    }

private:
    static Heard lost(const std::string& why) { return {.replies = {}, .noise = false, .lost = why}; }

    // What has come unasked is dropped first.
    Result<void> send(const Bytes& question) {
        std::array<std::uint8_t, longest_frame> room{};
        const auto dropped = wire_->receive(room, Duration{});
        if (!dropped) return Error{dropped.error()};
        return wire_->send(question);
    }

    std::unique_ptr<Wire> wire_;
    std::string place_;  // of a serial server; a device file names itself
    const Clock& clock_;
};

Result<std::unique_ptr<ProbeLink>> opened(std::unique_ptr<Wire> wire, const std::string& place, Duration timeout,
                                          const Clock& clock) {
    auto probe = std::make_unique<WireProbe>(std::move(wire), place, clock);
    if (auto open = probe->open(timeout); !open) return Error{open.error()};
    return std::unique_ptr<ProbeLink>{std::move(probe)};
}

}  // namespace

Result<std::unique_ptr<ProbeLink>> open_line_probe(const LineConfig& line, Duration timeout, const Clock& clock) {
    return opened(make_serial_wire(line), {}, timeout, clock);
}

Result<std::unique_ptr<ProbeLink>> open_tcp_probe(const std::string& host, std::uint16_t port, Duration timeout,
                                                  const Clock& clock) {
    return opened(make_tcp_wire(host, port, clock), host + ':' + std::to_string(port), std::max(timeout, name_patience),
                  clock);
}

}  // namespace pued::dlt645
