// Writes the synthetic year of tests/fakes/year.hpp as a real journal: make_year STATE_DIRECTORY [RACKS [DAYS]].
#include <cstdio>
#include <cstdlib>

#include "agent/journal/journal.hpp"
#include "firmware/store.hpp"
#include "tests/fakes/year.hpp"

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    using namespace pued;
    fake::Year::Settings settings;
    if (argc > 2) settings.racks = static_cast<unsigned>(std::atoi(argv[2]));
    if (argc > 3) settings.days = static_cast<unsigned>(std::atoi(argv[3]));
    DirectoryStore store{argv[1]};
    if (const auto locked = store.lock(); !locked) return std::fprintf(stderr, "%s\n", locked.error().c_str()), 1;
    Recovery found;
    JournalSettings how;
    how.origin = "pued.example/hall-2/box-1";
    auto journal = Journal::open(store, how, std::nullopt, found);
    if (!journal) return std::fprintf(stderr, "%s\n", journal.error().c_str()), 1;
    std::int64_t newest = 0;
    const auto commit = [&](bool sign) {
        const UtcTime utc{std::chrono::seconds{newest}};
        const auto done = journal->commit({BootTime{utc.time_since_epoch()}, utc, ClockQuality::synced}, sign);
        if (!done) std::fprintf(stderr, "%s\n", done.error().c_str()), std::exit(1);
    };
    fake::Year year{settings};
    std::size_t count = 0;
    year.tell([&](Record record) {
        newest = record.start_s + record.duration_s.value_or(0);
        if (journal->wants_snapshot()) {
            Record snapshot;
            snapshot.type = RecordType::snapshot;
            snapshot.start_s = record.start_s;
            snapshot.aux = fake::cbor({{"books", nlohmann::json::object()}});
            journal->append(std::move(snapshot));
        }
        journal->append(std::move(record));
        if (++count % 2000 == 0) commit(false);
    });
    commit(true);
    std::printf("%llu records\n", static_cast<unsigned long long>(journal->size()));
    return 0;
}
