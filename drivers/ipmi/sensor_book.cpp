// Finding sensors and keeping them; see the header.
#include "drivers/ipmi/sensor_book.hpp"

#include <algorithm>
#include <string_view>

#include "drivers/ipmi/completion.hpp"

namespace pued::ipmi {

namespace {

constexpr auto stamp_period = std::chrono::minutes{10};

std::string label(const SensorQuery& query) {
    return query.name.empty() ? "sensor " + std::to_string(query.number) : "sensor \"" + query.name + "\"";
}

std::string place_label(const SensorQuery& query) {
    return query.name.empty() ? '#' + std::to_string(query.number) : '=' + query.name;
}

std::string hex(Bytes bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const auto byte : bytes) (out += digits[byte >> 4U]) += digits[byte & 0xFU];
    return out;
}

}  // namespace

SensorBook::SensorBook(std::vector<SensorQuery> wanted, unsigned seed, std::shared_ptr<SdrMemory> memory)
    : wanted_(std::move(wanted)),
      seed_(seed),
      memory_(std::move(memory)),
      records_(wanted_.size(), Result<SensorRecord>{Error{"the sensor list of the BMC is still being read"}}),
      patience_(std::chrono::minutes{1}, std::chrono::hours{1}, pause_chance, seed) {}

bool SensorBook::settled(BootTime now) const {
    if (wanted_.empty()) return true;
    const bool stamp_due = stamp_wanted_ || now >= stamp_due_;
    return !scan_ && !stamp_due && (!scan_wanted_ || now < scan_not_before_);
}

bool SensorBook::advance(Transport& transport, BootTime now) {
    if (!scan_ && (stamp_wanted_ || now >= stamp_due_)) return check_stamp(transport, now);
    if (!scan_ && memory_ && !fingerprint_) return ask_model(transport);
    if (!scan_) begin_scan();
    return scan_step(transport, now);
}

// What makes two sensor lists alike: device, firmware, maker and product (Get Device ID without its "update under way"
// bit), and how many records there are.
bool SensorBook::ask_model(Transport& transport) {
    constexpr std::size_t firmware = 2, shortest = 11, longest = 15;
    auto reply = transport.send(0, Command::get_device_id, {});
    if (!reply) return false;
    fingerprint_.emplace();
    if (reply->completion != completion::ok || reply->data.size() < shortest || !stamp_) return true;
    reply->data.resize(std::min(reply->data.size(), longest));
    reply->data[firmware] &= 0x7FU;
    fingerprint_ = hex(reply->data) + '-' + hex(Bytes{stamp_->bytes}.first(2));
    return true;
}

void SensorBook::begin_scan() {
    std::vector<std::uint16_t> hints;
    if (memory_ && !fingerprint_->empty()) {
        const auto places = memory_->recall(*fingerprint_);
        for (const auto& query : wanted_) {
            if (const auto place = places.find(place_label(query)); place != places.end())
                hints.push_back(place->second);
        }
    }
    scan_.emplace(wanted_, seed_++, std::move(hints));
}

void SensorBook::remember() {
    if (!memory_ || !fingerprint_ || fingerprint_->empty()) return;
    SdrPlaces places;
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
        if (records_[i]) places[place_label(wanted_[i])] = records_[i]->id;
    }
    memory_->keep(*fingerprint_, places);
}

bool SensorBook::check_stamp(Transport& transport, BootTime now) {
    const auto reply = transport.send(0, Command::get_sdr_repository_info, {});
    if (!reply) return false;
    stamp_wanted_ = false;
    stamp_due_ = now + stamp_period;
    // version, record count (2), free space (2), most recent addition (4), most recent erase (4), operations
    if (reply->completion != completion::ok || reply->data.size() < 13) return true;
    const auto& data = reply->data;
    Stamp stamp{{data.begin() + 1, data.begin() + 3}};
    stamp.bytes.insert(stamp.bytes.end(), data.begin() + 5, data.begin() + 13);
    if (stamp_ && *stamp_ != stamp) {
        scan_wanted_ = true;
        scan_not_before_ = now;
    }
    stamp_ = std::move(stamp);
    return true;
}

bool SensorBook::scan_step(Transport& transport, BootTime now) {
    switch (scan_->advance(transport, now)) {
        case SdrScan::State::running: return true;
        case SdrScan::State::link_lost: scan_.reset(); return false;
        case SdrScan::State::done: take_result(now); return true;
        case SdrScan::State::failed: break;
    }
    for (auto& record : records_) {
        if (!record) record = Error{"the sensor list of the BMC cannot be read: " + scan_->error()};
    }
    scan_.reset();
    look_again(now);
    return true;
}

void SensorBook::take_result(BootTime now) {
    scan_wanted_ = false;
    bool all = true;
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
        const auto& found = scan_->found()[i];
        const std::string why = found ? why_no_number(*found) : not_found(wanted_[i]);
        if (found && why.empty()) {
            records_[i] = *found;
        } else {
            records_[i] = Error{found ? label(wanted_[i]) + " " + why : why};
            all = false;
        }
    }
    scan_.reset();
    remember();
    if (!all) look_again(now);
}

void SensorBook::look_again(BootTime now) {
    scan_wanted_ = true;
    scan_not_before_ = now + patience_.next();
}

std::string SensorBook::not_found(const SensorQuery& query) const {
    std::string out = "the BMC has no " + label(query) + " among " + std::to_string(scan_->records()) + " records";
    const char* before = "; in watts it has: ";
    for (const auto& name : scan_->power_sensors()) {
        out += before + ("\"" + name + "\"");
        before = ", ";
    }
    return out;
}

Result<SensorRecord> SensorBook::find(std::size_t query) const { return records_[query]; }

void SensorBook::session_opened() {
    stamp_wanted_ = true;
    fingerprint_.reset();
}

void SensorBook::gone(BootTime now) {
    if (!scan_wanted_ && !scan_) look_again(now);
}

}  // namespace pued::ipmi
