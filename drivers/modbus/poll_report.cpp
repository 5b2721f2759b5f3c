// The end of a poll: what the words are worth, and what is told of those that are worth nothing.
#include <algorithm>

#include "drivers/modbus/device_poll.hpp"
#include "drivers/modbus/no_value.hpp"
#include "drivers/modbus/sums.hpp"

namespace pued {
namespace {

constexpr std::size_t most_named = 3;  // points without a value, in one error

std::string and_more(std::size_t more) { return more == 0 ? "" : " (and " + std::to_string(more) + " more)"; }

}  // namespace

HelperValues DevicePoll::helper_values() const {
    HelperValues values;
    for (std::size_t i = list_->published; i < items_.size(); ++i) {
        if (items_[i].state != State::answered) continue;
        const Decoded decoded = decode(field_of(i), items_[i].words, {});
        if (decoded.quality == Quality::good) values[field_of(i).name] = decoded.value;
    }
    return values;
}

Sample DevicePoll::sample(std::size_t index, const HelperValues& helpers) {
    Item& item = items_[index];
    Sample out{
        .point = first_point_ + static_cast<PointIndex>(index), .quality = Quality::invalid, .value = 0, .count = {}};
    Decoded now;
    if (item.state == State::answered) {
        now = decode(field_of(index), item.words, helpers);
        if (now.quality == Quality::good) item.last = now;
    } else if (item.state == State::busy && item.last.quality == Quality::good) {
        now = item.last;
        now.quality = Quality::stale;
    }
    out.quality = now.quality;
    out.value = now.value;
    out.count = now.count;
    return out;
}

// The first register that nothing could be believed of, and how many more there are.
std::string DevicePoll::doubts() const {
    const auto torn = [](const Item& item) { return item.state == State::torn; };
    const auto first = std::ranges::find_if(items_, torn);
    if (first == items_.end()) return {};
    const auto more = static_cast<std::size_t>(std::count_if(first + 1, items_.end(), torn));
    return first->guard->doubt() + and_more(more);
}

// The first points whose registers were read and say nothing, each with the reason; energies before all others.
std::string DevicePoll::valueless(const std::vector<Sample>& samples, const HelperValues& helpers) const {
    std::vector<std::size_t> bad;
    for (const auto& sample : samples) {
        const std::size_t index = sample.point - first_point_;
        if (sample.quality == Quality::invalid && items_[index].state == State::answered) bad.push_back(index);
    }
    std::stable_partition(bad.begin(), bad.end(), [this](std::size_t index) { return field_of(index).q_uwh > 0; });
    std::string out;
    for (std::size_t i = 0; i < std::min(bad.size(), most_named); ++i) {
        const Field& field = field_of(bad[i]);
        out += (i == 0 ? "no valid value for " : ", ") + field.name + " (" +
               no_value_text(field, items_[bad[i]].words, helpers) + ')';
    }
    return bad.size() > most_named ? out + and_more(bad.size() - most_named) : out;
}

std::string DevicePoll::describe_bad(const std::vector<Sample>& samples, const HelperValues& helpers) const {
    std::string out;
    const auto add = [&out](const std::string& text) {
        if (!text.empty()) out += (out.empty() ? "" : "; ") + text;
    };
    add(doubts());
    if (refused_ > 0) add(first_refusal_ + and_more(refused_ - 1));
    add(valueless(samples, helpers));
    return out.empty() ? out : place_ + ": " + out;
}

Report DevicePoll::finish() {
    Report report{.device = device_,
                  .at = first_sent_ + (last_received_ - first_sent_) / 2,
                  .round_trip = last_received_ - first_sent_,
                  .state = DeviceState::good,
                  .error = {},
                  .samples = {},
                  .skipped = 0};
    if (answered_ == 0 && refused_ > 0) {
        // A device that refuses everything is not telling about its registers: nothing is learnt from it.
        cuts_ = cuts_before_;
        report.state = DeviceState::failed;
        report.error = place_ + ": " + first_refusal_ + and_more(refused_ - 1);
        return report;
    }
    if (cuts_ != cuts_before_) plan();
    const HelperValues helpers = helper_values();
    report.samples.reserve(list_->published);
    for (std::size_t i = 0; i < list_->published; ++i) {
        if (items_[i].state != State::unread) report.samples.push_back(sample(i, helpers));
    }
    put_off();
    report.error = describe_bad(report.samples, helpers);
    add_sums(*list_, first_point_, report.samples);
    for (auto& item : items_) {
        if (item.guard) item.guard->finish();
    }
    report.identity = std::move(identity_);
    return report;
}

}  // namespace pued
