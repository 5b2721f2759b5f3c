// Which record goes to which part of the audit; see audit.hpp.
#include "agent/report/audit.hpp"

#include <nlohmann/json.hpp>

#include "agent/report/audit_statements.hpp"
#include "agent/report/recorded.hpp"

namespace pued {

namespace {

using Json = nlohmann::json;

UtcTime time_of(std::int64_t posix_s) { return UtcTime{std::chrono::seconds{posix_s}}; }

AuditEpoch epoch_of(const Record& record, const Json& aux) {
    AuditEpoch out{.at_s = record.start_s};
    const auto first = aux.find("first");
    if (first == aux.end() || first->is_null()) return out;
    out.q_uwh = first->at("q_uwh").get<std::int64_t>();
    out.modulus = first->at("modulus").get<std::uint64_t>();
    return out;
}

}  // namespace

Bilingual AuditPlace::text() const {
    const auto of = std::to_string(epoch), number = std::to_string(seq);
    return {"epoch " + of + ", record " + number, "纪元 " + of + "，记录 " + number};
}

std::string audit_time(std::int64_t posix_s) {
    constexpr std::int64_t readable_s = std::int64_t{1} << 37U;  // some four thousand years
    if (posix_s < -readable_s || posix_s > readable_s) return std::to_string(posix_s) + " s";
    return rfc3339(time_of(posix_s)).substr(0, 19) + 'Z';
}

void AuditLog::finding(const AuditPlace& place, Bilingual what) {
    if (findings_.size() < most) {
        findings_.push_back({place.text(), std::move(what)});
    } else {
        ++more_findings_;
    }
}

void AuditLog::note(const AuditPlace& place, const Bilingual& what) {
    if (notes_.size() < most) {
        notes_.push_back(place.text() + Bilingual{": ", "："} + what);
    } else {
        ++more_notes_;
    }
}

void AuditLog::tell(AuditResult& out) {
    out.findings = std::move(findings_);
    out.notes = std::move(notes_);
    const auto findings = std::to_string(more_findings_), notes = std::to_string(more_notes_);
    if (more_findings_ > 0)
        out.findings.push_back({{"further", "其余"}, {findings + " findings more", "另有 " + findings + " 项问题"}});
    if (more_notes_ > 0) out.notes.push_back({notes + " notes more", "另有 " + notes + " 条提示"});
}

struct Audit::Impl {
    AuditLog log;
    RegisterAudit registers{log};
    IntervalAudit intervals{log, registers};
    AlertAudit alerts{log};
    std::unique_ptr<AuditSite> site;
    std::string site_text;  // of key 12: whether a record says anything new
    unsigned sites = 0;
    bool told_of_no_site = false;
    AuditResult result;

    void add(const AuditPlace& place, const Record& record);
    void add_interval(const AuditPlace& place, const Record& record);
    void configure(const Json& aux);
    void state(const AuditPlace& place, const Record& record, const Json& aux);
};

void Audit::Impl::add(const AuditPlace& place, const Record& record) {
    switch (record.type) {
        case RecordType::interval:
        case RecordType::amend: return add_interval(place, record);
        case RecordType::time_step:
        case RecordType::dating:
        case RecordType::undated: return intervals.disturb(true);
        case RecordType::boot:
        case RecordType::loss: return intervals.disturb(false);
        case RecordType::log_epoch: intervals.disturb(true); return alerts.forget();
        case RecordType::config:
        case RecordType::meter_epoch:
        case RecordType::meter_exchange:
        case RecordType::alert:
        case RecordType::report: break;
        default: return;
    }
    try {
        state(place, record, Json::from_cbor(record.aux));
    } catch (const Json::exception& error) {
        const std::string type{to_string(record.type)};
        log.finding(place, {"what the " + type + " record says cannot be read: " + error.what(),
                            type + " 记录的内容无法读取：" + error.what()});
    }
}

void Audit::Impl::add_interval(const AuditPlace& place, const Record& record) {
    ++(record.type == RecordType::amend ? result.amendments : result.intervals);
    if (site) return intervals.add(place, record, *site);
    if (!told_of_no_site)
        log.note(place,
                 {"intervals before any configuration: their points are unknown", "时段记录先于任何配置：其测点未知"});
    told_of_no_site = true;
}

void Audit::Impl::state(const AuditPlace& place, const Record& record, const Json& aux) {
    switch (record.type) {
        case RecordType::config:
            if (record.aux != site_text) configure(aux);
            site_text = record.aux;
            return;
        case RecordType::alert: ++result.alerts; return alerts.add(place, aux);
        case RecordType::report:
            ++result.reports;
            return audit_report(log, place, aux, intervals, site ? site->settings.category : 0);
        default: registers.add_epoch(aux.at("device").get<std::string>(), epoch_of(record, aux));
    }
}

void Audit::Impl::configure(const Json& aux) {
    auto next = std::make_unique<AuditSite>();
    for (const auto& point : aux.at("points")) {
        next->table.devices.push_back(recorded_device(point));
        next->meter.push_back(registers.meter(next->table.devices.back().id));
    }
    const auto& metering = aux.at("metering");
    next->settings = {metering.at("unmeasured_w").get<double>(), metering.at("category").get<unsigned>()};
    next->generation = ++sites;
    next->plan = std::make_unique<BalancePlan>(next->table, next->settings);
    site = std::move(next);
}

Audit::Audit() : impl_(std::make_unique<Impl>()) {}
Audit::~Audit() = default;
Audit::Audit(Audit&&) noexcept = default;
Audit& Audit::operator=(Audit&&) noexcept = default;

void Audit::add(std::uint32_t epoch, const Record& record) { impl_->add({epoch, record.seq}, record); }

AuditResult Audit::finish() {
    impl_->intervals.finish();
    impl_->log.tell(impl_->result);
    return std::move(impl_->result);
}

}  // namespace pued
