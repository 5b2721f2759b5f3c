// A BMC in memory behind the Link interface: a repository, sensors, DCMI, and every kind of unkindness a test asks
// for. Time moves only on the FakeClock that it is given; each command takes `latency` of it.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "drivers/ipmi/completion.hpp"
#include "drivers/ipmi/transport.hpp"
#include "tests/fakes/fakes.hpp"
#include "tests/unit/ipmi/records.hpp"

namespace pued::fake {

class ScriptedBmc final : public ipmi::Link {
public:
    explicit ScriptedBmc(FakeClock& clock) : clock_(clock) {}

    std::optional<ipmi::LinkFailure> open() override {
        ++opens;
        open_ = false;
        if (silent) return ipmi::LinkFailure{ipmi::Trouble::silent, "no answer"};
        if (refuse) return refuse;
        open_ = true;
        return std::nullopt;
    }
    [[nodiscard]] bool is_open() const override { return open_; }
    void close() override {
        if (open_) ++closes;
        open_ = false;
    }

    Result<ipmi::Reply> send(std::uint8_t lun, ipmi::Command command, ipmi::Bytes data) override {
        clock_.advance(latency);
        ++counts[command];
        if (silent || deaf || !open_ || forgotten) {
            open_ = forgotten = false;
            return Error{"the BMC stopped answering"};
        }
        if (!next_codes[command].empty()) {
            const auto code = next_codes[command].front();
            next_codes[command].pop_front();
            // Another reader has taken the reservation: ours is worth nothing from now on.
            if (code == ipmi::completion::reservation_cancelled) ++reservation_;
            if (code != 0) return ipmi::Reply{code, {}};
        }
        return answer(lun, command, data);
    }

    // What the BMC is.
    std::vector<records::Record> repository = records::all();
    std::map<std::pair<unsigned, unsigned>, std::vector<std::uint8_t>> sensors;  // LUN, number
    std::vector<std::uint8_t> device_id{0x20, 0x01, 0x01, 0x81, 0x02, 0x9F, 0x91, 0x12, 0x00, 0x02, 0x0F, 0, 0, 0, 0};
    std::vector<std::uint8_t> factors{0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00};
    std::vector<std::uint8_t> dcmi = power_reply(231);
    std::uint8_t changed_at = 1;  // low byte of the repository's time stamp

    // What it does to us.
    Duration latency = std::chrono::milliseconds{4};
    std::size_t most_bytes = 255;                                  // of a record in one reply; more: CAh
    std::map<ipmi::Command, std::deque<std::uint8_t>> next_codes;  // completion codes to give first; 0: answer
    std::optional<ipmi::LinkFailure> refuse;
    bool silent = false;
    bool deaf = false;       // gives sessions and answers no command
    bool forgotten = false;  // the session, once

    std::map<ipmi::Command, unsigned> counts;
    unsigned opens = 0, closes = 0;
    unsigned factors_lun = 99;  // last asked for factors

    // cur, min, max, avg, 2026-11-22 06:05 UTC, 1 s, active
    static std::vector<std::uint8_t> power_reply(unsigned watts) {
        const auto lo = static_cast<std::uint8_t>(watts & 0xFF), hi = static_cast<std::uint8_t>(watts >> 8);
        return {0xDC, lo, hi, 0x64, 0x00, 0x90, 0x01, 0xE1, 0x00, 0x0C, 0x86, 0x02, 0x6B, 0xE8, 0x03, 0x00, 0x00, 0x40};
    }

private:
    Result<ipmi::Reply> answer(std::uint8_t lun, ipmi::Command command, ipmi::Bytes data) {
        using ipmi::Command;
        switch (command) {
            case Command::get_device_id: return ipmi::Reply{0, device_id};
            case Command::get_power_reading: return ipmi::Reply{0, dcmi};
            case Command::get_sensor_reading_factors: factors_lun = lun; return ipmi::Reply{0, factors};
            case Command::get_sensor_reading: return sensor(lun, data[0]);
            case Command::get_sdr_repository_info:
                return ipmi::Reply{0,
                                   {0x51, static_cast<std::uint8_t>(repository.size()), 0, 0xFF, 0xFF, changed_at, 0, 0,
                                    0, 0, 0, 0, 0, 2}};
            case Command::reserve_sdr_repository:
                reservation_ = static_cast<std::uint16_t>(reservation_ + 1);
                return ipmi::Reply{0, {static_cast<std::uint8_t>(reservation_), 0}};
            case Command::get_sdr: return record(data);
        }
        return ipmi::Reply{ipmi::completion::invalid_command, {}};
    }

    ipmi::Reply sensor(std::uint8_t lun, std::uint8_t number) {
        const auto found = sensors.find({lun, number});
        if (found == sensors.end()) return {ipmi::completion::not_present, {}};
        return {0, found->second};
    }

    ipmi::Reply record(ipmi::Bytes ask) {
        const int ticket = ask[0] | ask[1] << 8, id = ask[2] | ask[3] << 8;
        const std::size_t offset = ask[4], count = ask[5];
        if (offset != 0 && ticket != reservation_) return {ipmi::completion::reservation_cancelled, {}};
        std::size_t at = 0;
        while (id != 0 && at < repository.size() && (repository[at][0] | repository[at][1] << 8) != id) ++at;
        if (at >= repository.size()) return {ipmi::completion::not_present, {}};
        const auto& whole = repository[at];
        const std::size_t size = std::min(count, whole.size() - std::min(offset, whole.size()));
        if (size > most_bytes || (count == 0xFF && most_bytes < 255))
            return {ipmi::completion::cannot_return_bytes, {}};
        ipmi::Reply out{0, {0xFF, 0xFF}};
        if (at + 1 < repository.size()) out.data = {repository[at + 1][0], repository[at + 1][1]};
        const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(offset);
        out.data.insert(out.data.end(), begin, begin + static_cast<std::ptrdiff_t>(size));
        return out;
    }

    FakeClock& clock_;
    bool open_ = false;
    std::uint16_t reservation_ = 0;
};

}  // namespace pued::fake
