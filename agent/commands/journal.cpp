// pued journal: prints the records of the journal, also while the daemon writes it; and copies it elsewhere, which is
// what allows the daemon to remove old segments.
#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "agent/commands/commands.hpp"
#include "agent/commands/journal_folder.hpp"
#include "agent/commands/problems_out.hpp"
#include "agent/commands/record_text.hpp"
#include "agent/journal/layout.hpp"

namespace pued {
namespace {

constexpr std::chrono::milliseconds kPause{500};  // of --follow, between two looks

volatile std::sig_atomic_t interrupted = 0;

void interrupt(int) { interrupted = 1; }

int fail(const std::string& what) {
    fmt::print(stderr, "pued: journal: {}\n", what);
    return 1;
}

// False when nobody reads any more.
bool print(const std::string& text) { return std::fwrite(text.data(), 1, text.size(), stdout) == text.size(); }

Result<void> print_all(JournalReader& reader, RecordText& text, const JournalOptions& options) {
    while (interrupted == 0) {
        const auto entry = reader.next();
        if (!entry) return Error{entry.error()};
        if (*entry && !print(options.json ? text.json(**entry) : text.lines(**entry)))
            return Error{"stdout takes no more"};
        if (*entry) continue;
        if (std::fflush(stdout) != 0) return Error{"stdout takes no more"};
        if (!options.follow) return {};
        std::this_thread::sleep_for(kPause);
    }
    return {};
}

// A segment is only ever written on; a copy that is no beginning of it is of another journal, or one was altered.
Result<void> copy(const Store& from, Store& to, const std::string& name) {
    const auto bytes = from.load(name);
    if (!bytes) return Error{bytes.error()};
    if (!*bytes) return {};
    const auto there = to.load(name);
    if (!there) return Error{there.error()};
    if (*there == *bytes) return {};
    if (*there && name.ends_with(".seg") && !(*bytes)->starts_with(**there))
        return Error{name + ": differs from its earlier copy (keep both, and run pued verify on each)"};
    return to.save(name, **bytes);
}

// Names the newest segment that is closed, and the one that follows it: so that a verifier knows that nothing lies
// between what was exported and what is still here. The copy carries it, too: of what was pruned before.
Result<void> leave_receipt(Store& from, Store& to, const std::vector<SegmentName>& segments) {
    if (segments.size() > 1) {
        const auto& growing = segments.back();
        const auto saved = from.save(layout::exported, segments[segments.size() - 2].name + "\n" + growing.name + "\n");
        if (!saved) return saved;
    }
    const auto receipt = from.load(layout::exported);
    if (!receipt) return Error{receipt.error()};
    return *receipt ? to.save(layout::exported, **receipt) : Result<void>{};
}

// Also the segment that is still growing, so that the copy holds all that its checkpoint covers; the receipt names only
// what is closed. The checkpoints first: what is written meanwhile is newer.
Result<std::size_t> export_to(Store& from, JournalFolder& to) {
    for (const auto name : {layout::checkpoint, layout::checkpoints, layout::public_key}) {
        const auto bytes = from.load(name);
        if (!bytes) return Error{bytes.error()};
        if (!*bytes) continue;
        if (const auto saved = to.save(name, **bytes); !saved) return Error{saved.error()};
    }
    const auto segments = list_segments(from);
    if (!segments) return Error{segments.error()};
    for (const auto& segment : *segments) {
        if (const auto copied = copy(from, to, segment.name); !copied) return Error{copied.error()};
    }
    if (const auto receipt = leave_receipt(from, to, *segments); !receipt) return Error{receipt.error()};
    return segments->size();
}

int export_journal(Store& store, const std::string& directory) {
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) return fail(directory + ": cannot be made: " + error.message());
    JournalFolder to{directory};
    const auto segments = export_to(store, to);
    if (!segments) return fail(segments.error());
    fmt::print("{}: holds the journal, {} segment{}\n", directory, *segments, *segments == 1 ? "" : "s");
    return 0;
}

}  // namespace

int journal_command(const std::string& config_file, const JournalOptions& options) {
    const auto installation = load_or_complain(config_file);
    if (!installation) return 1;
    DirectoryStore store{installation->config.state_directory};
    if (!options.export_to.empty()) return export_journal(store, options.export_to);
    std::signal(SIGINT, interrupt);
    std::signal(SIGTERM, interrupt);
    auto reader = JournalReader::open(store);
    if (!reader) return fail(reader.error());
    RecordText text;
    const auto printed = print_all(*reader, text, options);
    return printed ? 0 : fail(printed.error());
}

}  // namespace pued
