// Bookkeeping of the outbox; see the header for the three kinds of message.
#include "drivers/mqtt/outbox.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pued {

namespace {

bool is_alert(const Message& message) { return message.topic.find("/alert/") != std::string::npos; }

}  // namespace

Result<void> Outbox::put(Message message) {
    if (message.payload.size() > limits_.payload) {
        ++dropped_;
        return Error{"topic " + message.topic + ": payload of " + std::to_string(message.payload.size()) +
                     " bytes is too large (at most " + std::to_string(limits_.payload) + ")"};
    }
    if (message.retained && !is_alert(message)) return put_state(std::move(message));
    if (message.retained || message.qos > 0) return put_transition(std::move(message));
    put_sample(std::move(message));
    return {};
}

Result<void> Outbox::put_state(Message message) {
    const auto found = states_.find(message.topic);
    if (found == states_.end() && states_.size() >= limits_.topics) {
        ++dropped_;
        return Error{"topic " + message.topic + ": more than " + std::to_string(limits_.topics) +
                     " retained topics (fewer meters or metrics, or a second agent)"};
    }
    State& state = found == states_.end() ? states_[message.topic] : found->second;
    state.message = std::move(message);
    ++state.version;
    make_due(state);
    return {};
}

// The state is remembered too, for brokers that forget; beyond the limit of topics only the transition itself is.
Result<void> Outbox::put_transition(Message message) {
    std::uint32_t version = 0;
    if (message.retained && (states_.contains(message.topic) || states_.size() < limits_.topics)) {
        State& state = states_[message.topic];
        state.message = message;
        version = ++state.version;
        ++state.waiting;
        if (std::exchange(state.due, false)) std::erase(due_, message.topic);
    }
    transitions_.push_back({std::move(message), version});
    if (transitions_.size() > limits_.transitions) drop_oldest_transition();
    return {};
}

void Outbox::put_sample(Message message) {
    if (!connected_) {
        ++dropped_;
        return;
    }
    samples_.push_back(std::move(message));
    if (samples_.size() > limits_.samples) {
        samples_.pop_front();
        ++dropped_;
    }
}

void Outbox::make_due(State& state) {
    if (state.due) return;
    state.due = true;
    due_.push_back(state.message.topic);
}

void Outbox::drop_oldest_transition() {
    const auto oldest = std::find_if(transitions_.begin(), transitions_.end(), [](const auto& t) { return t.id == 0; });
    if (oldest == transitions_.end()) return;
    ++dropped_;
    const std::string topic = oldest->message.topic;
    forget_transition(oldest);
    const auto state = states_.find(topic);
    if (state != states_.end() && state->second.waiting == 0) make_due(state->second);
}

void Outbox::forget_transition(std::deque<Transition>::iterator at) {
    const auto state = states_.find(at->message.topic);
    if (at->version != 0 && state != states_.end()) --state->second.waiting;
    transitions_.erase(at);
}

void Outbox::connected() {
    disconnected();
    connected_ = true;
    for (auto& [topic, state] : states_)
        if (state.waiting == 0) make_due(state);
}

void Outbox::disconnected() {
    connected_ = false;
    dropped_ += samples_.size();
    samples_.clear();
    for (auto& transition : transitions_) transition.id = 0;
    for (const auto& [id, flight] : std::exchange(flights_, {})) {
        const auto state = states_.find(flight.topic);
        if (flight.kind == Flight::Kind::state && state != states_.end() && state->second.waiting == 0)
            make_due(state->second);
    }
}

std::optional<Outgoing> Outbox::next() {
    if (!connected_ || flights_.size() >= limits_.window) return {};
    if (auto transition = next_transition()) return transition;
    return next_state();
}

std::optional<Outgoing> Outbox::next_transition() {
    const auto found = std::find_if(transitions_.begin(), transitions_.end(), [](const auto& t) { return t.id == 0; });
    if (found == transitions_.end()) return {};
    Outgoing outgoing = launch(found->message, {Flight::Kind::transition, found->message.topic, found->version});
    found->id = outgoing.id;
    return outgoing;
}

std::optional<Outgoing> Outbox::next_state() {
    if (due_.empty()) return {};
    State& state = states_.at(due_.front());
    due_.pop_front();
    state.due = false;
    return launch(state.message, {Flight::Kind::state, state.message.topic, state.version});
}

std::vector<Message> Outbox::next_samples(std::size_t most) {
    const auto count = std::min(most, samples_.size());
    const auto end = samples_.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<Message> out(std::make_move_iterator(samples_.begin()), std::make_move_iterator(end));
    samples_.erase(samples_.begin(), end);
    delivered_ += count;
    return out;
}

Outgoing Outbox::launch(const Message& message, Flight flight) {
    if (++last_id_ == 0) ++last_id_;
    flights_[last_id_] = std::move(flight);
    return {last_id_, message};
}

void Outbox::acknowledged(std::uint32_t id) { settle(id, true); }

void Outbox::refused(std::uint32_t id) { settle(id, false); }

// Unknown ids are those of an earlier connection: nothing to do, their messages are under way again.
void Outbox::settle(std::uint32_t id, bool delivered) {
    const auto flight = flights_.extract(id);
    if (flight.empty()) return;
    ++(delivered ? delivered_ : dropped_);
    if (flight.mapped().kind == Flight::Kind::transition) {
        const auto at =
            std::find_if(transitions_.begin(), transitions_.end(), [&](const auto& t) { return t.id == id; });
        forget_transition(at);
    }
    if (delivered) forget_deleted(flight.mapped());
}

// An empty retained payload deletes the topic at the broker; once that is delivered there is nothing to remember.
void Outbox::forget_deleted(const Flight& flight) {
    const auto found = states_.find(flight.topic);
    if (found == states_.end() || found->second.version != flight.version) return;
    if (found->second.message.payload.empty() && !found->second.due) states_.erase(found);
}

std::size_t Outbox::pending() const {
    const auto others = std::count_if(flights_.begin(), flights_.end(),
                                      [](const auto& f) { return f.second.kind != Flight::Kind::transition; });
    return transitions_.size() + due_.size() + samples_.size() + static_cast<std::size_t>(others);
}

}  // namespace pued
