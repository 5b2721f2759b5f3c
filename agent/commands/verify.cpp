// pued verify: checks a copied journal offline. Prints what does not hold and where, what a reader should know, and one
// line of summary.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "agent/commands/commands.hpp"
#include "agent/commands/journal_folder.hpp"
#include "agent/journal/layout.hpp"
#include "agent/journal/reader.hpp"
#include "agent/journal/verify.hpp"
#include "agent/report/audit.hpp"
#include "agent/report/recorded.hpp"

namespace pued {
namespace {

int fail(const std::string& what) {
    fmt::print(stderr, "pued: verify: {}\n", what);
    return 1;
}

Result<std::string> read_file(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    if (!file) return Error{path + ": cannot be read"};
    return bytes;
}

Result<VerifySettings> settings_of(const VerifyOptions& options) {
    VerifySettings out;
    if (!options.key.empty()) {
        const auto pem = read_file(options.key);
        if (!pem) return Error{pem.error()};
        const auto key = public_key_from_pem(*pem);
        if (!key) return Error{options.key + ": " + key.error()};
        out.key = *key;
    }
    for (const auto& witness : options.witnesses) {
        auto key = NoteKey::parse(witness);
        if (!key) return Error{"--witness " + witness + ": " + key.error()};
        out.witnesses.push_back(std::move(*key));
    }
    if (!options.checkpoint.empty()) {
        auto note = read_file(options.checkpoint);
        if (!note) return Error{note.error()};
        out.published = std::move(*note);
    }
    return out;
}

// Up to the first record that cannot be read: that one was found before.
AuditResult audited(const Store& store) {
    Audit audit;
    bool replayed = false;
    if (auto reader = JournalReader::open(store)) {
        for (auto entry = reader->next(); entry && *entry; entry = reader->next()) {
            audit.add((*entry)->epoch, (*entry)->record);
            replayed = replayed || is_replay((*entry)->record);
        }
    }
    auto out = audit.finish();
    if (replayed) out.notes.emplace_back("made by replay from recorded readings, not measured by this daemon");
    return out;
}

// Nothing that could be judged: another folder, or one that may not be read.
std::optional<std::string> not_a_journal(const Store& store) {
    const auto segments = list_segments(store);
    if (!segments) return segments.error();
    if (!segments->empty()) {
        const auto first = store.load(segments->front().name);
        return first ? std::nullopt : std::optional{first.error()};
    }
    const auto checkpoint = store.load(layout::checkpoint);
    if (!checkpoint) return checkpoint.error();
    if (*checkpoint) return std::nullopt;
    return "no journal is here (expected the folder that has e0001-….seg and checkpoint, or the state directory)";
}

void print_findings(const std::vector<Finding>& findings) {
    for (const auto& finding : findings) fmt::print("{}: {}\n", finding.where, finding.what);
}

void print_notes(const std::vector<std::string>& notes) {
    for (const auto& note : notes) fmt::print("note: {}\n", note);
}

std::string counted(std::uint64_t count, std::string_view one) {
    return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

void print_summary(const VerifyOptions& options, const VerifyResult& evidence, const AuditResult& numbers) {
    const auto problems = evidence.findings.size() + numbers.findings.size();
    auto covered = evidence.newest
                       ? fmt::format("signed up to record {} of {}", evidence.newest->size - 1, evidence.newest->origin)
                       : std::string{"nothing is signed"};
    fmt::print("{}: {}: {} in {}, {}, {}; {}\n", options.directory,
               problems == 0 ? "sound" : "NOT SOUND, " + counted(problems, "finding"),
               counted(evidence.records, "record"), counted(evidence.epochs, "epoch"),
               counted(evidence.checkpoints, "checkpoint"), counted(numbers.intervals, "interval"), covered);
}

}  // namespace

Result<JournalFolder> JournalFolder::find(const std::string& directory) {
    std::error_code none;
    const std::filesystem::path path{directory};
    if (std::filesystem::is_directory(path / "journal", none)) return JournalFolder{(path / "journal").string()};
    if (std::filesystem::is_directory(path, none)) return JournalFolder{directory};
    return Error{directory + ": is no directory"};
}

int verify_command(const VerifyOptions& options) {
    const auto store = JournalFolder::find(options.directory);
    if (!store) return fail(store.error());
    if (const auto wrong = not_a_journal(*store)) return fail(options.directory + ": " + *wrong);
    const auto settings = settings_of(options);
    if (!settings) return fail(settings.error());
    const auto evidence = verify_journal(*store, *settings);
    const auto numbers = audited(*store);
    print_findings(evidence.findings);
    print_findings(numbers.findings);
    print_notes(evidence.notes);
    print_notes(numbers.notes);
    print_summary(options, evidence, numbers);
    return evidence.findings.empty() && numbers.findings.empty() ? 0 : 1;
}

}  // namespace pued
