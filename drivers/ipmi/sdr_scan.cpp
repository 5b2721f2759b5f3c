// The walk through the sensor list; see the header.
#include "drivers/ipmi/sdr_scan.hpp"

#include <algorithm>

#include "drivers/ipmi/completion.hpp"

namespace pued::ipmi {

namespace {

constexpr unsigned max_records = 2000;  // real lists hold 50 to 500
constexpr unsigned max_retries = 10;
constexpr std::size_t max_names = 8;
constexpr std::size_t longest_piece = 22;  // bytes
constexpr std::uint16_t last_record = 0xFFFF;
constexpr std::uint8_t everything = 0xFF;

std::uint16_t u16(Bytes data) { return static_cast<std::uint16_t>(data[0] | data[1] << 8); }

std::uint8_t low(unsigned value) { return static_cast<std::uint8_t>(value & 0xFF); }

enum class Match : std::uint8_t { no, possible, certain };

Match match(const SensorQuery& query, const SensorRecord& record) {
    if (!query.name.empty()) return query.name == record.name ? Match::certain : Match::no;
    if ((query.number & 0xFF) != record.number || record.owner != 0x20) return Match::no;
    if (query.number > 0xFF) return query.number >> 8 == record.lun ? Match::certain : Match::no;
    return record.lun == 0 ? Match::certain : Match::possible;
}

}  // namespace

SdrScan::SdrScan(std::vector<SensorQuery> wanted, unsigned seed, std::vector<std::uint16_t> hints)
    : wanted_(std::move(wanted)),
      hints_(std::move(hints)),
      found_(wanted_.size()),
      certain_(wanted_.size(), false),
      piece_(longest_piece),
      pause_(std::chrono::milliseconds{50}, std::chrono::seconds{2}, pause_chance, seed) {
    if (!hints_.empty()) next_hint();
}

SdrScan::State SdrScan::advance(Transport& transport, BootTime now) {
    if (now < wait_until_) return State::running;
    const bool partial = !whole_ && !record_.empty();
    return partial && !reservation_ ? reserve(transport, now) : read(transport, now);
}

SdrScan::State SdrScan::reserve(Transport& transport, BootTime now) {
    const auto reply = transport.send(0, Command::reserve_sdr_repository, {});
    if (!reply) return error_ = reply.error(), State::link_lost;
    if (reply->completion != completion::ok) return refused(reply->completion, now);
    if (reply->data.size() < 2) return fail("the reply to Reserve SDR Repository is cut short");
    reservation_ = u16(reply->data);
    return State::running;
}

std::uint8_t SdrScan::bytes_to_ask() const {
    if (whole_) return everything;
    if (!header_known()) return static_cast<std::uint8_t>(header_size - record_.size());
    return static_cast<std::uint8_t>(std::min(piece_, record_size() - record_.size()));
}

SdrScan::State SdrScan::read(Transport& transport, BootTime now) {
    const unsigned ticket = reservation_.value_or(0);
    const std::uint8_t request[] = {
        low(ticket),   low(ticket >> 8), low(id_), low(id_ >> 8), low(static_cast<unsigned>(record_.size())),
        bytes_to_ask()};
    const auto reply = transport.send(0, Command::get_sdr, request);
    if (!reply) return error_ = reply.error(), State::link_lost;
    return reply->completion == completion::ok ? accept(reply->data) : refused(reply->completion, now);
}

SdrScan::State SdrScan::accept(Bytes data) {
    if (data.size() < 3) return fail("the reply to Get SDR is cut short");
    if (data.size() - 2 > bytes_to_ask()) return fail("the BMC returned more of a record than was asked for");
    next_id_ = u16(data);
    record_.insert(record_.end(), data.begin() + 2, data.end());
    if (!header_known()) {
        whole_ = false;
        return State::running;
    }
    const bool sensor = record_[3] == full_record || record_[3] == compact_record;
    if (record_.size() >= record_size() || !sensor) return record_complete();
    whole_ = false;  // it sent less than all: go on from here
    return State::running;
}

SdrScan::State SdrScan::record_complete() {
    if (const auto record = decode_sensor_record(record_)) consider(*record);
    record_.clear();
    ++records_;
    retries_ = 0;
    pause_.reset();
    if (hinted_) return next_hint();
    if (next_id_ == last_record || all_certain()) return State::done;
    if (records_ >= max_records || next_id_ == id_) return fail("the sensor list has no end");
    id_ = next_id_;
    return State::running;
}

// The next record worth a try, or the walk from the beginning.
SdrScan::State SdrScan::next_hint() {
    record_.clear();
    retries_ = 0;
    if (hinted_ && all_certain()) return State::done;
    hinted_ = !hints_.empty();
    if (hinted_) {
        id_ = hints_.back();
        hints_.pop_back();
    } else {
        id_ = 0;
        records_ = 0;
        whole_ = true;
        piece_ = longest_piece;
        power_sensors_.clear();
    }
    return State::running;
}

void SdrScan::consider(const SensorRecord& record) {
    if (record.base_unit == unit::watts && record.type == full_record && power_sensors_.size() < max_names) {
        power_sensors_.push_back(record.name);
    }
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
        const Match how = match(wanted_[i], record);
        if (how == Match::no || certain_[i] || (how == Match::possible && found_[i])) continue;
        found_[i] = record;
        certain_[i] = how == Match::certain;
    }
}

bool SdrScan::all_certain() const {
    return std::all_of(certain_.begin(), certain_.end(), [](bool yes) { return yes; });
}

SdrScan::State SdrScan::refused(std::uint8_t code, BootTime now) {
    switch (code) {
        case completion::cannot_return_bytes:
        case completion::length_invalid:
        case completion::field_length_exceeded:
        case completion::parameter_out_of_range:
        case completion::unspecified: return smaller(code);
        default: break;
    }
    if (is_passing(code)) return again_later(code, now);
    return fail(completion_text(code));
}

// CAh, or one of the codes that BMCs give in its place.
SdrScan::State SdrScan::smaller(std::uint8_t code) {
    if (whole_) {
        whole_ = false;
    } else if (header_known() && piece_ > 8) {
        piece_ = piece_ > 16 ? 16 : 8;
    } else {
        return fail(completion_text(code));
    }
    return State::running;
}

SdrScan::State SdrScan::again_later(std::uint8_t code, BootTime now) {
    if (++retries_ > max_retries) return fail("gave up after 10 tries: " + completion_text(code));
    if (code == completion::reservation_cancelled) {
        // The list may have changed under us: this record starts over.
        reservation_.reset();
        record_.clear();
    }
    wait_until_ = now + pause_.next();
    return State::running;
}

SdrScan::State SdrScan::fail(std::string why) {
    if (hinted_) return next_hint();
    error_ = std::move(why);
    return State::failed;
}

}  // namespace pued::ipmi
