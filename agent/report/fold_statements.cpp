// Report, baseline and note records of a period.
#include "agent/report/fold_statements.hpp"

#include <nlohmann/json.hpp>

#include "agent/journal/note.hpp"
#include "agent/report/fold_events.hpp"

namespace pued {

using Json = nlohmann::json;

namespace {

UtcTime time_of(const Record& record) { return UtcTime{std::chrono::seconds{record.start_s}}; }

}  // namespace

void StatementBook::add(const Record& record, const Json& aux) {
    switch (record.type) {
        case RecordType::report: add_figure(record, aux); break;
        case RecordType::baseline: add_baseline(record, aux); break;
        case RecordType::note: add_witness(record, aux); break;
        default: break;
    }
}

void StatementBook::add_figure(const Record& record, const Json& aux) {
    if (!span_.contains(time_of(record))) return;
    stated_.push_back({text_of(aux, "period"), number_of(aux, "value"), number_of(aux, "u"),
                       number_of(aux, "coverage").value_or(0), record.seq});
}

// Its text is JSON in itself.
void StatementBook::add_baseline(const Record& record, const Json& aux) {
    if (!span_.contains(time_of(record))) return;
    const auto said = Json::parse(text_of(aux, "text"), nullptr, false);
    baselines_.push_back({time_of(record), text_of(said, "kind"), text_of(said, "from"), number_of(said, "hours"),
                          number_of(said, "sigma_day"), record.seq});
}

// Whoever saw the journal later has seen this period, too. The signature was checked before it was recorded.
void StatementBook::add_witness(const Record& record, const Json& aux) {
    if (time_of(record) < span_.start) return;
    const auto note = parse_note(text_of(aux, "note"));
    const auto checkpoint = parse_checkpoint(note ? note->text : std::string{});
    if (!checkpoint) return;
    for (const auto& signature : note->signatures) {
        if (signature.name == checkpoint->origin) continue;
        auto& witness = witnesses_[signature.name];
        witness = {signature.name, witness.notes + 1, static_cast<double>(checkpoint->size), time_of(record)};
    }
}

void StatementBook::tell(Dossier& out) const {
    out.stated = stated_;
    out.baselines = baselines_;
    for (const auto& [name, witness] : witnesses_) out.witnesses.push_back(witness);
}

}  // namespace pued
