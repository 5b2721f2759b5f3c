// pued report: the compliance report of a period out of the journal, as HTML, JSON or CSV. Reads the journal while the
// daemon may be writing it; takes no lock and changes nothing.
#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "agent/commands/commands.hpp"
#include "agent/commands/problems_out.hpp"
#include "agent/commands/report_desk.hpp"
#include "agent/config/installation.hpp"
#include "agent/journal/note.hpp"
#include "agent/journal/reader.hpp"
#include "agent/report/csv.hpp"
#include "agent/report/fold.hpp"
#include "agent/report/html.hpp"
#include "agent/report/json.hpp"
#include "firmware/clock.hpp"
#include "firmware/store.hpp"

namespace pued {
namespace {

int fail(const std::string& what) {
    fmt::print(stderr, "pued: report: {}\n", what);
    return 1;
}

Result<Period> period_of(const ReportOptions& options, const Zone& zone) {
    if (!options.period.empty()) return parse_period(options.period, zone);
    const SystemClock clock;
    return year_around(clock.now().utc, zone);
}

// Every record to one of the fold's passes.
Result<std::uint64_t> each_record(const Store& store, DossierFold& fold,
                                  void (DossierFold::*pass)(std::uint32_t, const Record&)) {
    auto reader = JournalReader::open(store);
    if (!reader) return Error{reader.error()};
    for (std::uint64_t count = 0;; ++count) {
        const auto entry = reader->next();
        if (!entry) return Error{entry.error()};
        if (!*entry) return count;
        (fold.*pass)((*entry)->epoch, (*entry)->record);
    }
}

// What vouches for the journal, where it is there.
void add_evidence(const Store& store, Dossier& dossier) {
    if (const auto pem = store.load("journal/public.pem"); pem && *pem) dossier.public_key_pem = **pem;
    const auto note = store.load("journal/checkpoint");
    if (!note || !*note) return;
    dossier.checkpoint = **note;
    const auto parsed = parse_note(dossier.checkpoint);
    const auto checkpoint = parse_checkpoint(parsed ? parsed->text : std::string{});
    if (checkpoint) dossier.checkpoint_size = static_cast<double>(checkpoint->size);
}

std::string told(const Dossier& dossier, const ReportOptions& options, Language lang) {
    if (options.format == "json") return json_report(dossier);
    if (options.format == "csv") return csv_report(dossier);
    return html_report(dossier, lang);
}

int write_out(const std::string& text, const std::string& file) {
    const bool to_stdout = file.empty() || file == "-";
    std::FILE* out = to_stdout ? stdout : std::fopen(file.c_str(), "wb");
    if (out == nullptr) return fail(fmt::format("{} cannot be written (does its folder exist, and may you?)", file));
    bool good = std::fwrite(text.data(), 1, text.size(), out) == text.size();
    good = (to_stdout ? std::fflush(out) : std::fclose(out)) == 0 && good;
    return good ? 0 : fail(fmt::format("{}: the disk is full or gone", to_stdout ? "stdout" : file));
}

}  // namespace

Result<std::string> make_report(const Installation& installation, const ReportOptions& options) {
    const auto& config = installation.config;
    const auto period = period_of(options, Zone{std::chrono::minutes{config.site.utc_offset_minutes}});
    if (!period) return Error{period.error()};
    const DirectoryStore store{config.state_directory};
    const SystemClock clock;
    DossierFold fold{installation, *period, clock.now().utc};
    for (const auto pass : {&DossierFold::survey, &DossierFold::add}) {
        const auto records = each_record(store, fold, pass);
        if (!records) {
            return Error{fmt::format(
                "{0}: {1} (pued verify {0} says more; a copy made by pued journal --export may hold what is damaged)",
                config.state_directory, records.error())};
        }
        if (*records == 0) {
            return Error{fmt::format("{}/journal has no records (is state_directory right, and has pued run?)",
                                     config.state_directory)};
        }
    }
    if (fold.empty()) {
        return Error{fmt::format("{}/journal has no interval in {} (choose another --period)", config.state_directory,
                                 period->text)};
    }
    auto dossier = fold.finish();
    add_evidence(store, dossier);
    const auto lang = options.lang.empty() ? config.site.lang : options.lang == "zh" ? Language::zh : Language::en;
    return told(dossier, options, lang);
}

int report_command(const std::string& config_file, const ReportOptions& options) {
    const auto installation = load_or_complain(config_file);
    if (!installation) return 1;
    const auto report = make_report(*installation, options);
    return report ? write_out(*report, options.out) : fail(report.error());
}

}  // namespace pued
