// The engine and its journal: what is recorded, when it is committed, and how a restart folds it back.
#include <algorithm>
#include <cmath>
#include <utility>

#include "agent/runtime/engine_impl.hpp"
#include "agent/runtime/record_parts.hpp"
#include "agent/runtime/snapshot.hpp"

namespace pued {
namespace {

constexpr std::size_t kBatch = 512;  // records at once, where nobody waits for their evidence (replay)
constexpr Duration kRetry = std::chrono::seconds{10};  // while the disk takes nothing

// The same clocks at another time of this boot.
Now at(const Now& now, UtcTime utc) { return {to_boot(now, utc), utc, now.quality}; }

Result<Books> books_of(const Record& snapshot) {
    const auto aux = from_bytes(snapshot.aux);
    if (!aux || !aux->contains("books") || !(*aux)["books"].is_binary()) return Error{"the snapshot has no books"};
    const auto& bytes = (*aux)["books"].get_binary();
    return read_books({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string exchange_key(const std::string& device, std::int64_t at_s) { return device + "@" + std::to_string(at_s); }

}  // namespace

std::optional<Stamp> Engine::Impl::record(Record record) {
    if (journal == nullptr) return std::nullopt;
    registers.shorten(record);
    const auto stamp = journal->append(std::move(record));
    if (!stamp) registers = {};  // the next one follows nothing
    return stamp;
}

// Everything of this tick, then what it caused may leave. A disk that refuses is tried again now and then; metering and
// messages go on.
void Engine::Impl::commit(const Now& now, bool sign) {
    const bool later = doors.sink == nullptr && !sign && journal != nullptr && journal->pending() < kBatch;
    if (journal != nullptr && !later && now.boot >= next_commit) {
        auto done = journal->commit(now, sign);
        if (!done) next_commit = now.boot + kRetry;
        const std::string error = done ? "" : done.error();
        const bool turned = error.empty() != journal_error.empty();
        if (turned) doubt_journal(error, now);
        journal_error = error;
        // That it writes again is on the disk before anybody hears of it.
        if (turned && done) {
            if (done->checkpoint) send({topics.root() + "checkpoint", *done->checkpoint});
            done = journal->commit(now, sign);
        }
        if (done && done->checkpoint) send({topics.root() + "checkpoint", *done->checkpoint});
    }
    if (doors.sink != nullptr) flush();
}

// Said once when it begins and once when it ends; the alert's own record waits with the others.
void Engine::Impl::doubt_journal(const std::string& why, const Now& now) {
    const bool bad = !why.empty();
    doors.log->write(bad ? Level::error : Level::info, "journal",
                     {{bad ? "error" : "text", bad ? why : "writes again"}});
    status_due = true;
    IntegrityFinding finding{"site", "journal", bad ? 1.0 : 0.0, {}};
    finding.text = bad ? Bilingual{"The journal cannot be written (" + why +
                                       "): metering goes on, records wait in memory; make room on the disk",
                                   "日志无法写入（" + why + "）：计量继续进行，记录暂存于内存；请清理磁盘空间"}
                       : Bilingual{"The journal is written again", "日志已恢复写入"};
    for (auto& change : alerts.evaluate(finding, now)) tell(std::move(change), now);
}

void Engine::Impl::snapshot_if_wanted(const Now& now) {
    if (journal != nullptr && journal_error.empty() && journal->wants_snapshot()) snapshot(now);
}

// With the configuration behind it: a segment can be read without those before it.
void Engine::Impl::snapshot(const Now& now) {
    if (journal == nullptr) return;
    Record out;
    out.type = RecordType::snapshot;
    out.start_s = seconds_of(now.utc);
    out.clock = clock_state(now.quality);
    const auto bytes = write_books(books(now));
    out.aux = to_bytes({{"books", nlohmann::json::binary({bytes.begin(), bytes.end()})}});
    record(std::move(out));
    record(config_record(installation, now));
}

Books Engine::Impl::books(const Now& now) const {
    return {accounting.save(now), alerts.save(), retained, reported, exchanges, hex(sha256(installation.config.text))};
}

void Engine::Impl::apply(Books books, const Now& now) {
    points = mapping_of(books.accounting.points, installation.points);
    accounting.restore(books.accounting, now);
    alerts.restore(std::move(books.alerts));
    doubt();
    reported = std::move(books.reported);
    exchanges = std::move(books.exchanges);
    config_before = std::move(books.config);
    topics_before = std::move(books.topics);
}

void Engine::Impl::fold(const Record& from, std::uint32_t epoch, const Now& now) {
    switch (from.type) {
        case RecordType::config:
            points = mapping_of(points_of(from), installation.points);
            if (from.config) config_before = hex(*from.config);
            break;
        case RecordType::interval:
        case RecordType::amend: fold_interval(from, now); break;
        case RecordType::alert: fold_alert(from, epoch); break;
        case RecordType::meter_epoch:
            if (const auto began = recorded_epoch(from, installation.points, now)) accounting.fold(*began);
            break;
        case RecordType::meter_exchange:
            if (const auto aux = from_bytes(from.aux))
                exchanges.insert(exchange_key(aux->value("device", ""), from.start_s));
            break;
        case RecordType::report:
            if (const auto aux = from_bytes(from.aux)) reported = std::max(reported, aux->value("period", reported));
            due_report.reset();
            break;
        default: break;
    }
}

// What the interval had caused is expected to follow as records of its own.
void Engine::Impl::fold_interval(const Record& from, const Now& now) {
    auto recorded = recorded_interval(from, points);
    if (!recorded) {
        doors.log->write(Level::error, "journal", {{"record", std::to_string(from.seq)}, {"error", recorded.error()}});
        return;
    }
    const auto then = at(now, recorded->interval.end());
    if (zone.date(then.utc) != today) {
        for (auto& change : lay_out(zone.date(then.utc), then)) expected[change.scope + '/' + change.rule] = change;
    }
    auto outcome = accounting.fold(std::move(*recorded), now);
    for (auto& change : evaluate_all(outcome, true, then))
        expected[change.scope + '/' + change.rule] = std::move(change);
    if (zone.window(Window::month, then.utc).start == then.utc) due_report = std::move(outcome);
}

void Engine::Impl::fold_alert(const Record& from, std::uint32_t epoch) {
    auto alert = recorded_alert(from);
    if (!alert) return;
    expected.erase(alert->scope + '/' + alert->rule);
    alerts.put(alert->scope, alert->rule, std::move(alert->entry));
    if (journal == nullptr) return;
    alerts.set_evidence(alert->scope, alert->rule, {epoch, from.seq, sha256(encode(from))});
}

// A power cut came between an interval and the alert that it caused: told now.
void Engine::Impl::settle_expected(const Now& now) {
    for (auto& [key, change] : std::exchange(expected, {})) tell(std::move(change), now);
}

// Registers of undated time are kept as they were; once the clock is set, the ledger closes those intervals itself.
void Engine::Impl::watch_clock(const Now& now) {
    if (const auto step = clock.step(now)) {
        doors.log->write(Level::warning, "clock", {{"step_ms", std::to_string((step->after - step->before).count())}});
        record(time_step_record(step->before, step->after, now));
    }
    if (const auto span = clock.undated(now, installation.config.metering.interval)) {
        record(undated_record(accounting.ledger().undated(span->from, span->to), span->from,
                              installation.config.metering.interval, doors.boot_id));
    }
    if (clock.dated(now)) record(dating_record(doors.boot_id, now));
}

void Engine::Impl::begin_records(const Now& now) {
    record(boot_record(doors.boot_id, now));
    record(config_record(installation, now));
    for (const auto& meter : installation.config.meters) {
        const auto index = mapping_of({meter.id}, installation.points)[0];
        for (const auto& exchange : meter.exchanges) {
            if (!index) continue;
            if (exchanges.insert(exchange_key(meter.id, seconds_of(exchange.at))).second)
                record(exchange_record(meter.id, exchange, now));
            const auto energy = [](double kwh) { return Energy{std::llround(kwh * 1e6)}; };
            accounting.ledger().announce(*index, exchange.at, energy(exchange.old_final_kwh),
                                         energy(exchange.new_first_kwh));
        }
    }
}

Result<void> Engine::begin(Journal* journal, const Recovery& recovered, const Now& now) {
    auto& own = *impl_;
    own.journal = journal;
    Result<void> out;
    if (recovered.snapshot) {
        auto books = books_of(*recovered.snapshot);
        if (books) own.apply(std::move(*books), now);
        if (!books) out = Error{books.error()};
    }
    RegisterChain registers;
    for (auto record : recovered.tail) {
        registers.complete(record);
        own.fold(record, recovered.epoch, now);
    }
    own.start(now);
    if (!recovered.evidence_loss.empty()) {
        const auto& why = recovered.evidence_loss;
        IntegrityFinding finding{"site",
                                 "evidence",
                                 1.0,
                                 {"EVIDENCE LOSS: " + why + "; a new epoch of the journal began",
                                  "证据缺失：" + why + "；日志已开启新的纪元"}};
        own.doors.log->write(Level::error, "evidence", {{"loss", why}});
        for (auto& change : own.alerts.evaluate(finding, now)) own.tell(std::move(change), now);
    }
    return out;
}

Result<void> Engine::begin_from(Journal* journal, const std::string& books, const Now& now) {
    auto& own = *impl_;
    own.journal = journal;
    auto read = read_books(books);
    if (!read) return Error{read.error()};
    own.apply(std::move(*read), now);
    own.start(now);
    return {};
}

void Engine::miss_journal(const std::string& why, const Now& now) {
    impl_->journal_error = why;
    impl_->doubt_journal(why, now);
}

std::string Engine::books(const Now& now) const { return write_books(impl_->books(now)); }

// Everything is known again: what stands is told, what is gone is taken away.
void Engine::Impl::start(const Now& now) {
    snapshot_if_wanted(now);
    accounting.end_fold();
    doubt();
    // Another configuration: what comes is folded from here on, and never under the old one.
    if (!config_before.empty() && config_before != hex(sha256(installation.config.text))) snapshot(now);
    if (alerts.firing("site", "integrity-journal")) journal_error = "not known yet";  // the next commit tells
    settle_expected(now);
    if (due_report) report_closed(*std::exchange(due_report, {}), now);
    for (auto& message : alerts.standing()) send(std::move(message));
    retract(std::exchange(topics_before, {}));
    begin_records(now);
    today.reset();
    lay_out_alerts(now);
}

}  // namespace pued
