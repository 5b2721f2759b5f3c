// One device's polls: plan, gather, learn. The end of one is in poll_report.cpp.
#include "drivers/modbus/device_poll.hpp"

#include <algorithm>
#include <set>

namespace pued {
namespace {

constexpr std::uint32_t identity_index = UINT32_MAX;  // of the serial number, which is none of items_
constexpr unsigned most_identity_silences = 3;
constexpr Duration identity_age = std::chrono::hours{24};
constexpr unsigned most_splits_per_poll = 16;  // a device that refuses everything must not hold a line up

bool wrong_address(std::uint8_t exception) { return exception == 2 || exception == 3; }
bool may_pass(std::uint8_t exception) { return exception >= 4; }

bool is_identity(const Span& span) { return span.fields.front().field == identity_index; }

}  // namespace

DevicePoll::DevicePoll(const ModbusPoll& device, LineCost cost, const std::string& link, FieldLists& lists)
    : device_(device.device),
      first_point_(device.first_point),
      unit_(static_cast<std::uint8_t>(device.config.unit_id)),
      cost_(cost),
      period_(device.period),
      pause_(std::chrono::milliseconds{device.map->pause_ms}),
      place_(link + " unit " + std::to_string(device.config.unit_id)),
      list_(lists.of(device)),
      items_(list_->fields.size()),
      due_at_(list_->rates.size()) {
    for (std::size_t i = 0; i < items_.size(); ++i) {
        const auto& bare = list_->fields[i].register_;
        if (bare) items_[i].guard = std::make_unique<TornGuard>(*bare);
    }
    plan();
    plan_identity();
}

void DevicePoll::plan_identity() {
    const auto& identity = list_->map->identity;
    if (!identity) return;
    const Wanted wanted{.function = identity->function,
                        .address = identity->address,
                        .words = static_cast<std::uint16_t>(identity->words),
                        .field = identity_index};
    identity_span_ = plan_spans({wanted}, rules(), cost_, {}).front();
}

bool DevicePoll::identity_wanted() const {
    if (!identity_span_ || identity_silences_ >= most_identity_silences) return false;
    return identity_due_ || last_received_ - identity_at_ >= identity_age;
}

Wanted DevicePoll::wanted(std::uint32_t index) const {
    const Field& field = field_of(index);
    return {.function = field.function,
            .address = field.address,
            .words = static_cast<std::uint16_t>(words_of(field.type)),
            .field = index};
}

std::vector<Wanted> DevicePoll::wanted(bool once, Rates due) const {
    std::vector<Wanted> out;
    for (std::uint32_t i = 0; i < items_.size(); ++i) {
        const auto& polled = list_->fields[i];
        if (polled.once == once && (once || (due >> polled.rate & 1U) != 0)) out.push_back(wanted(i));
    }
    return out;
}

DevicePoll::Rates DevicePoll::due(BootTime now) const {
    Rates out = 0;
    for (std::size_t i = 0; i < due_at_.size(); ++i) out |= due_at_[i] <= now ? Rates{1} << i : 0;
    return out;
}

const std::vector<Span>& DevicePoll::plan_of(Rates due) {
    const auto [known, added] = plans_.try_emplace(due);
    if (!added) return known->second;
    // A poll must ask for something, or it says nothing about the device.
    auto fields = wanted(false, due);
    if (fields.empty()) fields = wanted(false, all_rates());
    known->second = plan_spans(std::move(fields), rules(), cost_, cuts_);
    add_riders(known->second, due);
    return known->second;
}

// What is not due, but read anyway: not where its value hangs on another register that may not be.
void DevicePoll::add_riders(std::vector<Span>& spans, Rates due) const {
    if (rules().exact) return;
    for (const auto& rider : wanted(false, ~due)) {
        const Field& field = field_of(rider.field);
        if (!field.scale_register.empty() || !field.factors.empty()) continue;
        const auto holds = [&](const Span& span) {
            return span.function == rider.function && span.address <= rider.address &&
                   rider.address + rider.words <= span.address + span.words;
        };
        const auto span = std::ranges::find_if(spans, holds);
        if (span == spans.end()) continue;
        const auto behind = std::ranges::upper_bound(span->fields, rider.address, {}, &Wanted::address);
        if (std::ranges::find(span->fields, rider.field, &Wanted::field) == span->fields.end()) {
            span->fields.insert(behind, rider);
        }
    }
}

// What was due and got an answer is due again in its own time. Half a poll less, so that no slot is missed for the
// lateness of one poll.
void DevicePoll::put_off() {
    Rates again = 0;
    for (std::size_t i = 0; i < items_.size(); ++i) {
        const bool open = items_[i].state == State::busy || items_[i].state == State::torn;
        if (open) again |= Rates{1} << list_->fields[i].rate;
    }
    for (std::size_t i = 0; i < due_at_.size(); ++i) {
        if (((due_ & ~again) >> i & 1U) != 0 && list_->rates[i] > Duration{}) {
            due_at_[i] = started_ + list_->rates[i] - period_ / 2;
        }
    }
}

void DevicePoll::plan() {
    once_plan_ = plan_spans(wanted(true, all_rates()), rules(), cost_, cuts_);
    plans_.clear();
    plan_of(all_rates());
}

void DevicePoll::plan_for(LineCost cost) {
    cost_ = cost;
    plan();
}

bool DevicePoll::once_missing() const {
    for (std::size_t i = 0; i < items_.size(); ++i) {
        if (list_->fields[i].once && items_[i].state != State::answered) return true;
    }
    return false;
}

void DevicePoll::start(BootTime now) {
    started_ = now;
    due_ = due(now);
    pending_.clear();
    parts_.clear();
    if (identity_wanted()) pending_.push_back(&*identity_span_);
    ask_first(plan_of(due_));
    if (once_missing()) ask_first(once_plan_);
    identity_.clear();
    for (std::size_t i = 0; i < items_.size(); ++i) {
        if (!list_->fields[i].once) items_[i].state = State::unread;
        if (items_[i].guard) items_[i].guard->start();
    }
    cuts_before_ = cuts_;
    answered_ = refused_ = splits_ = rereads_ = 0;
    first_refusal_.clear();
}

// Before all that is pending.
void DevicePoll::ask_first(const std::vector<Span>& spans) {
    for (std::size_t i = spans.size(); i-- > 0;) pending_.push_back(&spans[i]);
}

ReadRequest DevicePoll::request_of(const Span& span) const {
    return {.unit = unit_, .function = span.function, .address = span.address, .words = span.words};
}

std::optional<ReadRequest> DevicePoll::request() const {
    if (pending_.empty()) return {};
    return request_of(current());
}

void DevicePoll::note_time(BootTime sent, BootTime received) {
    if (answered_ + refused_ == 0) first_sent_ = sent;
    last_received_ = received;
}

void DevicePoll::mark(const Span& span, State state) {
    for (const auto& field : span.fields) items_[field.field].state = state;
}

void DevicePoll::identity_answered(const Span& span, std::span<const std::uint16_t> words, BootTime now) {
    const auto& field = span.fields.front();
    if (!words.empty()) {
        const auto own = words.subspan(field.address - std::size_t{span.address}, field.words);
        identity_ = decode_identity(*list_->map->identity, own);
    }
    identity_due_ = false;
    identity_silences_ = 0;
    identity_at_ = now;
    pending_.pop_back();
}

void DevicePoll::answer(std::span<const std::uint16_t> words, BootTime sent, BootTime received) {
    if (is_identity(current())) return identity_answered(current(), words, received);
    note_time(sent, received);
    if (rereads_ == 0) ++answered_;
    const Span& span = current();
    for (const auto& field : span.fields) {
        take(items_[field.field], words.subspan(field.address - std::size_t{span.address}, field.words), received);
    }
    settle(sent, received);
}

// A span that is read again is so for its doubtful registers alone; what else it holds stays as first read.
void DevicePoll::take(Item& item, std::span<const std::uint16_t> words, BootTime received) {
    if (rereads_ > 0 && !(item.guard && item.guard->doubtful())) return;
    TornGuard::Words own{};
    std::ranges::copy(words, own.begin());
    if (rereads_ == 0) {
        item.state = State::answered;
        item.words = own;
        if (item.guard) item.guard->first(own, received);
        return;
    }
    item.guard->again(own, received);
    if (!item.guard->doubtful()) item.words = item.guard->words();
}

// Another reading must end before the next poll is due, if it takes as long as this one.
bool DevicePoll::time_to_reread(BootTime sent, BootTime received) const {
    return received + pause_ + (received - sent) < first_sent_ + period_;
}

// The span in front was answered: again, or on to the next.
void DevicePoll::settle(BootTime sent, BootTime received) {
    const Span& span = current();
    const auto doubtful = [this](const Wanted& field) {
        const auto& guard = items_[field.field].guard;
        return guard && guard->doubtful();
    };
    if (std::ranges::any_of(span.fields, doubtful)) {
        if (rereads_ < TornGuard::most_rereads && time_to_reread(sent, received)) {
            ++rereads_;
            return;
        }
        for (const auto& field : span.fields) {
            if (doubtful(field)) items_[field.field].state = State::torn;
        }
    }
    rereads_ = 0;
    pending_.pop_back();
}

// Cuts the span and puts its parts in its place; false where that cannot help.
bool DevicePoll::split(const Span& refused) {
    if (splits_ >= most_splits_per_poll) return false;
    const Cuts more = cuts_for(refused);
    if (more.empty()) return false;
    ++splits_;
    cuts_.insert(more.begin(), more.end());
    auto parts = plan_spans(refused.fields, rules(), cost_, cuts_);
    while (!parts.empty()) {
        parts_.push_back(std::make_unique<Span>(std::move(parts.back())));
        parts.pop_back();
        pending_.push_back(parts_.back().get());
    }
    return true;
}

void DevicePoll::refuse(std::uint8_t exception, BootTime sent, BootTime received) {
    if (is_identity(current())) {
        if (!may_pass(exception)) return identity_answered(current(), {}, received);
        return pending_.pop_back();  // asked again with the next poll
    }
    note_time(sent, received);
    if (rereads_ > 0) return settle(sent, received);
    const Span& span = current();
    pending_.pop_back();
    if (wrong_address(exception) && split(span)) return;
    ++refused_;
    if (first_refusal_.empty()) first_refusal_ = exception_text(exception) + " at " + registers_text(request_of(span));
    mark(span, may_pass(exception) ? State::busy : State::refused);
}

Report DevicePoll::fail(const std::string& why, BootTime now) {
    if (!pending_.empty() && is_identity(current())) ++identity_silences_;
    pending_.clear();
    cuts_ = cuts_before_;  // half a poll teaches nothing
    return {.device = device_,
            .at = now,
            .round_trip = {},
            .state = DeviceState::failed,
            .error = place_ + ": " + why,
            .samples = {},
            .skipped = 0};
}

void DevicePoll::forget() {
    for (auto& item : items_) item.state = State::unread;
    identity_due_ = true;
}

std::optional<ReadRequest> DevicePoll::probe(std::uint16_t words) const {
    std::set<std::uint16_t> taken{words};
    std::optional<ReadRequest> second_best;
    for (const auto& [due, plan] : plans_) {
        for (const auto& span : plan) taken.insert(span.words);
    }
    for (const bool once : {false, true}) {
        for (const auto& field : wanted(once, all_rates())) {
            const auto request = request_of(plan_spans({field}, rules(), cost_, {}).front());
            if (!taken.contains(request.words)) return request;
            if (request.words != words) second_best = request;
        }
    }
    return second_best;
}

}  // namespace pued
