// pued verify: checks a copied journal offline. Prints what does not hold and where, what a reader should know, and one
// line of summary, in English or Chinese.
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
#include "agent/report/text.hpp"

namespace pued {
namespace {

int fail(const Tongue& say, const Bilingual& what) {
    fmt::print(stderr, "pued: verify: {}\n", say(what));
    return 1;
}

Bilingual at(const std::string& place, const Bilingual& what) {
    return {place + ": " + what.en, place + "：" + what.zh};
}

BilingualError error_at(const std::string& place, const Bilingual& what) {
    auto text = at(place, what);
    return {std::move(text.en), std::move(text.zh)};
}

Result<std::string, BilingualError> read_file(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    std::string bytes{std::istreambuf_iterator<char>{file}, {}};
    if (!file) return error_at(path, {"cannot be read", "无法读取"});
    return bytes;
}

Result<VerifySettings, BilingualError> settings_of(const VerifyOptions& options) {
    VerifySettings out;
    if (!options.key.empty()) {
        const auto pem = read_file(options.key);
        if (!pem) return pem.failure();
        const auto key = public_key_from_pem(*pem);
        if (!key) return error_at(options.key, key.failure().both());
        out.key = *key;
    }
    for (const auto& witness : options.witnesses) {
        auto key = NoteKey::parse(witness);
        if (!key) return error_at("--witness " + witness, key.failure().both());
        out.witnesses.push_back(std::move(*key));
    }
    if (!options.checkpoint.empty()) {
        auto note = read_file(options.checkpoint);
        if (!note) return note.failure();
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
    if (replayed) out.notes.push_back(replay_note());
    return out;
}

// Nothing that could be judged: another folder, or one that may not be read.
std::optional<Bilingual> not_a_journal(const Store& store) {
    const auto segments = list_segments(store);
    if (!segments) return unreadable(segments.error());
    if (!segments->empty()) {
        const auto first = store.load(segments->front().name);
        return first ? std::nullopt : std::optional{unreadable(first.error())};
    }
    const auto checkpoint = store.load(layout::checkpoint);
    if (!checkpoint) return unreadable(checkpoint.error());
    if (*checkpoint) return std::nullopt;
    return Bilingual{
        "no journal is here (expected the folder that has e0001-….seg and checkpoint, or the state directory)",
        "此处没有日志（应为含有 e0001-….seg 和 checkpoint 的文件夹，或状态目录）"};
}

void print_findings(const Tongue& say, const std::vector<Finding>& findings) {
    for (const auto& finding : findings) fmt::print("{}{}{}\n", say(finding.where), say(": ", "："), say(finding.what));
}

void print_notes(const Tongue& say, const std::vector<Bilingual>& notes) {
    for (const auto& note : notes) fmt::print("{}{}\n", say("note: ", "提示："), say(note));
}

std::string counted(std::uint64_t count, std::string_view one) {
    return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

Bilingual outcome(std::size_t problems) {
    if (problems == 0) return {"sound", "验证通过"};
    return {"NOT SOUND, " + counted(problems, "finding"), fmt::format("验证未通过，{} 项问题", problems)};
}

Bilingual signed_up_to(const std::optional<Checkpoint>& newest) {
    if (!newest) return {"nothing is signed", "没有任何签名"};
    return {fmt::format("signed up to record {} of {}", newest->size - 1, newest->origin),
            fmt::format("已签名至 {} 的记录 {}", newest->origin, newest->size - 1)};
}

Bilingual summary(const VerifyResult& evidence, const AuditResult& numbers) {
    const auto result = outcome(evidence.findings.size() + numbers.findings.size());
    const auto covered = signed_up_to(evidence.newest);
    return {fmt::format("{}: {} in {}, {}, {}; {}", result.en, counted(evidence.records, "record"),
                        counted(evidence.epochs, "epoch"), counted(evidence.checkpoints, "checkpoint"),
                        counted(numbers.intervals, "interval"), covered.en),
            fmt::format("{}：{} 条记录，{} 个纪元，{} 个检查点，{} 个时段；{}", result.zh, evidence.records,
                        evidence.epochs, evidence.checkpoints, numbers.intervals, covered.zh)};
}

}  // namespace

Result<JournalFolder, BilingualError> JournalFolder::find(const std::string& directory) {
    std::error_code none;
    const std::filesystem::path path{directory};
    if (std::filesystem::is_directory(path / "journal", none)) return JournalFolder{(path / "journal").string()};
    if (std::filesystem::is_directory(path, none)) return JournalFolder{directory};
    return error_at(directory, {"is no directory", "不是目录"});
}

int verify_command(const VerifyOptions& options) {
    const Tongue say{options.lang == "zh" ? Language::zh : Language::en};
    const auto store = JournalFolder::find(options.directory);
    if (!store) return fail(say, store.failure().both());
    if (const auto wrong = not_a_journal(*store)) return fail(say, at(options.directory, *wrong));
    const auto settings = settings_of(options);
    if (!settings) return fail(say, settings.failure().both());
    const auto evidence = verify_journal(*store, *settings);
    const auto numbers = audited(*store);
    print_findings(say, evidence.findings);
    print_findings(say, numbers.findings);
    print_notes(say, evidence.notes);
    print_notes(say, numbers.notes);
    fmt::print("{}\n", say(at(options.directory, summary(evidence, numbers))));
    return evidence.findings.empty() && numbers.findings.empty() ? 0 : 1;
}

}  // namespace pued
