// Ask, learn what the meter does not know, report.
#include "drivers/dlt645/meter_poll.hpp"

#include <algorithm>

namespace pued::dlt645 {
namespace {

constexpr unsigned most_failures = 3;
constexpr Duration leave_out = std::chrono::hours{1};
constexpr unsigned most_silences = 2;       // running, in one poll
constexpr std::size_t most_named = 3;       // points without a value, in one error
constexpr std::size_t longest_item = 1024;  // bytes, of all its frames

}  // namespace

MeterPoll::MeterPoll(const Poll& meter, const std::string& link)
    : device_(meter.device),
      first_point_(meter.first_point),
      address_(parse_address(meter.config.address).value_or(any_address)),
      ratios_{.ct = meter.config.ct_ratio, .pt = meter.config.pt_ratio},
      place_(link + " meter " + meter.config.address),
      fields_(meter.map.fields) {
    for (const auto& field : fields_) {
        auto item = std::ranges::find(items_, field.item, &Item::item);
        if (item == items_.end()) item = items_.insert(items_.end(), Item{.item = field.item, .data = {}});
        item->energy = item->energy || field.q_uwh > 0;
        has_energy_ = has_energy_ || field.q_uwh > 0;
    }
}

void MeterPoll::start(BootTime now) {
    pending_.clear();
    for (std::size_t i = 0; i < items_.size(); ++i) {
        items_[i].known = false;
        if (items_[i].left_out_until && now < *items_[i].left_out_until) continue;
        pending_.push_back(i);
    }
    std::stable_partition(pending_.begin(), pending_.end(), [this](std::size_t i) { return i != doubtful_; });
    doubtful_.reset();
    follow_ = 0;
    answered_ = refused_ = silences_ = 0;
    first_trouble_.clear();
    first_sent_.reset();
    last_received_ = now;
}

std::optional<Request> MeterPoll::request() const {
    if (pending_.empty()) return {};
    return Request{.address = address_, .item = items_[pending_.front()].item, .follow = follow_};
}

// Where anybody may answer, all replies of one connection must come from the same meter.
bool MeterPoll::another_meter(const Address& from) {
    if (met_ && *met_ != from && answered_ > 0) return true;
    if (met_ != from) identity_due_ = true;
    met_ = from;
    return false;
}

void MeterPoll::note_time(const Item& item, BootTime sent, BootTime received) {
    if (has_energy_ && !item.energy) return;
    if (!first_sent_) first_sent_ = sent;
    last_received_ = received;
}

void MeterPoll::next() {
    follow_ = 0;
    pending_.pop_front();
}

void MeterPoll::value(const Reply& reply, const Address& from, BootTime sent, BootTime received) {
    Item& item = items_[pending_.front()];
    if (address_ == any_address && another_meter(from)) {
        return without_value("meters " + address_text(*met_) + " and " + address_text(from) +
                                 " both answer (expected the address of each)",
                             false, received);
    }
    if (follow_ == 0) item.data.clear();
    item.data.insert(item.data.end(), reply.data.begin(), reply.data.end());
    silences_ = 0;
    ++answered_;
    if (reply.more && item.data.size() < longest_item && follow_ < UINT8_MAX) {
        ++follow_;
        return;
    }
    note_time(item, sent, received);
    item.known = true;
    item.failures = 0;
    item.left_out_until.reset();
    next();
}

// `counts`: as one of the three after which it is left out.
void MeterPoll::without_value(const std::string& why, bool counts, BootTime now) {
    Item& item = items_[pending_.front()];
    ++refused_;
    if (first_trouble_.empty()) first_trouble_ = item_text(item.item) + ": " + why;
    // Energies are what the meter is here for: they are asked for in every poll.
    if (counts && !item.energy && ++item.failures >= most_failures) item.left_out_until = now + leave_out;
    next();
}

void MeterPoll::refused(const Reply& reply, BootTime now) {
    silences_ = 0;
    without_value(reply.error, !reply.may_pass, now);
}

void MeterPoll::silent(const std::string& why, BootTime now) {
    doubtful_ = pending_.front();
    without_value(why, true, now);
    if (++silences_ >= most_silences) pending_.clear();
}

const MeterPoll::Item& MeterPoll::item_of(const Field& field) const {
    return *std::ranges::find(items_, field.item, &Item::item);
}

// The first points that the meter told without a value, each with the reason.
std::string MeterPoll::valueless(const std::vector<Sample>& samples) const {
    std::string out;
    std::size_t named = 0;
    for (const auto& sample : samples) {
        const Field& field = fields_[sample.point - first_point_];
        const Item& item = item_of(field);
        if (sample.quality == Quality::good || !item.known || ++named > most_named) continue;
        out += (named == 1 ? "no valid value for " : ", ") + field.name + " (" +
               no_value_text(field, item.data, ratios_) + ')';
    }
    return out;
}

void MeterPoll::describe_bad(const std::vector<Sample>& samples, std::string& error) const {
    const auto bad = [](const Sample& sample) { return sample.quality != Quality::good; };
    const auto count = std::ranges::count_if(samples, bad);
    if (count == 0) return;
    auto why = first_trouble_;
    if (const auto worthless = valueless(samples); !worthless.empty()) why += (why.empty() ? "" : "; ") + worthless;
    if (why.empty()) {
        why = fields_[std::ranges::find_if(samples, bad)->point - first_point_].name +
              " was not given three times and is asked for again within the hour";
    }
    error = place_ + ": " + why + (count > 1 ? " (" + std::to_string(count) + " values are missing)" : std::string{});
}

Report MeterPoll::finish() {
    if (answered_ == 0) return fail(first_trouble_.empty() ? "nothing to ask" : first_trouble_, last_received_);
    const BootTime sent = first_sent_.value_or(last_received_);
    Report report{.device = device_,
                  .at = sent + (last_received_ - sent) / 2,
                  .round_trip = last_received_ - sent,
                  .state = DeviceState::good,
                  .error = {},
                  .samples = {}};
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        const auto& item = item_of(fields_[i]);
        const Decoded decoded = item.known ? decode(fields_[i], item.data, ratios_) : Decoded{};
        report.samples.push_back({.point = first_point_ + static_cast<PointIndex>(i),
                                  .quality = decoded.quality,
                                  .value = decoded.value,
                                  .count = decoded.count});
    }
    describe_bad(report.samples, report.error);
    if (identity_due_ && met_) report.identity = address_text(*met_);
    identity_due_ = false;
    return report;
}

Report MeterPoll::fail(const std::string& why, BootTime now) {
    if (!pending_.empty()) doubtful_ = pending_.front();
    pending_.clear();
    return {.device = device_,
            .at = now,
            .round_trip = {},
            .state = DeviceState::failed,
            .error = place_ + ": " + why,
            .samples = {}};
}

}  // namespace pued::dlt645
