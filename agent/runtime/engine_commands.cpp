// What people and witnesses ask over MQTT (interface.md, command topics). Every answer is JSON: {"ok":true,…} or
// {"ok":false,"error":…}.
#include <utility>

#include "agent/runtime/engine_impl.hpp"
#include "agent/runtime/json.hpp"

namespace pued {
namespace {

std::string refusal(const std::string& why) { return to_text({{"ok", false}, {"error", why}}); }

std::optional<UtcTime> hours_from(const Now& now, const nlohmann::json& in) {
    if (!in.contains("hours")) return std::nullopt;
    const double hours = in["hours"].get<double>();
    return now.utc + std::chrono::milliseconds{static_cast<std::int64_t>(hours * 3.6e6)};
}

}  // namespace

// {"scope":"site","rule":"…","by":"…","hours":8,"reason":"…"}; hours are optional for ack.
std::string Engine::Impl::overlay(const std::string& name, const std::string& payload, const Now& now) {
    const auto in = nlohmann::json::parse(payload);
    const auto scope = in.value("scope", "site"), rule = in.at("rule").get<std::string>();
    const auto by = in.at("by").get<std::string>();
    const auto until = hours_from(now, in);
    auto change = name == "ack"
                      ? alerts.acknowledge(scope, rule, {by, until}, now)
                      : alerts.shelve(scope, rule, {by, until.value_or(now.utc), in.value("reason", "")}, now);
    if (!change) return refusal(change.error());
    tell(std::move(*change), now);
    if (name == "ack" && rule == "integrity-evidence") {  // somebody knows: nothing else could ever end it
        IntegrityFinding known{
            scope, "evidence", 0.0, {"The loss of evidence is known to " + by, by + " 已知悉证据缺失"}};
        for (auto& end : alerts.evaluate(known, now)) tell(std::move(end), now);
    }
    return to_text({{"ok", true}});
}

// All that is retained is told again.
std::string Engine::Impl::rebirth() {
    for (auto& message : alerts.standing()) send(std::move(message));
    if (journal != nullptr && !journal->last_note().empty()) send({topics.root() + "checkpoint", journal->last_note()});
    next_live = next_chips = next_status = {};
    status_due = true;
    return to_text({{"ok", true}});
}

// A witness signed a checkpoint of ours: its word about the time goes on record.
std::string Engine::Impl::cosign(const std::string& payload, const Now& now) {
    if (journal == nullptr) return refusal("there is no journal");
    const auto note = parse_note(payload);
    if (!note) return refusal(note.error());
    const auto checkpoint = parse_checkpoint(note->text);
    if (!checkpoint) return refusal(checkpoint.error());
    if (checkpoint->origin != journal->origin()) return refusal("a checkpoint of another log: " + checkpoint->origin);
    if (!signed_by(*note, {journal->origin(), 1, journal->signer().public_key()}))
        return refusal("this journal did not sign that checkpoint");
    for (const auto& vkey : installation.config.journal.witnesses) {
        const auto witness = NoteKey::parse(vkey);
        const auto when = witness ? cosigned_at(*note, *witness) : std::nullopt;
        if (!when) continue;
        if (payload != last_cosigned) record(note_record(payload, now));
        last_cosigned = payload;
        return to_text({{"ok", true}, {"witness", witness->name}, {"time", json_time(*when)}});
    }
    return refusal("no signature of a witness that [journal] witnesses names");
}

std::string Engine::command(const std::string& name, const std::string& payload, const Now& now) {
    auto& own = *impl_;
    try {
        if (name == "ack" || name == "shelve") return own.overlay(name, payload, now);
        if (name == "rebirth") return own.rebirth();
        if (name == "cosign") return own.cosign(payload, now);
        return refusal("no such command: " + name);
    } catch (const nlohmann::json::exception& error) {
        return refusal(std::string{"expected {\"scope\",\"rule\",\"by\",\"hours\",\"reason\"}: "} + error.what());
    }
}

}  // namespace pued
