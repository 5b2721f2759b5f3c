// pued: parses the command line and calls the verb. Wrong usage: one line on stderr, exit 2.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "agent/commands/commands.hpp"

namespace {

constexpr const char* kDescription =
    "pued measures what a data centre's power is worth: PUE and compute per watt from meters, PDUs, UPSs\n"
    "(Modbus) and servers (IPMI), judged by China's rules, with alerts over MQTT.";

void add_config(CLI::App* command, std::string& file) {
    command->add_option("-c,--config", file, "configuration file")->capture_default_str()->type_name("FILE");
}

// One line, exit 2.
int complain(const CLI::App& app, const std::string& first, std::string what) {
    std::string names;
    bool known = first.empty() || first.starts_with('-');
    for (const auto* command : app.get_subcommands({})) {
        names += (names.empty() ? "" : ", ") + command->get_name();
        known = known || first == command->get_name();
    }
    if (!known) what = '"' + first + "\" is no command (expected one of " + names + ")";
    std::replace_if(
        what.begin(), what.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    std::fprintf(stderr, "pued: %s (try: pued --help)\n", what.c_str());
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{kDescription, "pued"};
    app.set_version_flag("--version", "pued " PUED_VERSION);
    app.require_subcommand(1);
    app.footer("Manual: man pued. Data: device maps, accelerators and rules are TOML files, see pued check.");
    std::string file = "/etc/pued/pued.toml";
    pued::ReadOptions read;
    pued::ReplayOptions replay;
    pued::ReportOptions report;
    pued::JournalOptions journal;
    pued::VerifyOptions verify;
    std::map<const CLI::App*, std::function<int()>> verbs;
    const auto verb = [&](const char* name, const char* help, std::function<int()> run) {
        auto* command = app.add_subcommand(name, help);
        verbs[command] = std::move(run);
        return command;
    };

    add_config(verb("run", "the daemon, in the foreground; SIGHUP reloads, SIGTERM ends it",
                    [&] { return pued::run_command(file); }),
               file);
    add_config(verb("check", "print every problem of the configuration and of what it names",
                    [&] { return pued::check_command(file); }),
               file);
    auto* once = verb("read", "poll every source once and print a table of all points",
                      [&] { return pued::read_command(file, read); });
    add_config(once, file);
    once->add_flag("--json", read.json, "one JSON document instead of a table");
    once->add_flag("--watch", read.watch, "keep on polling until interrupted");
    auto* again = verb("replay", "the same engine over recorded readings, as fast as it can",
                       [&] { return pued::replay_command(file, replay); });
    add_config(again, file);
    again->add_option("readings", replay.readings, "time,point,value,quality; rows in time order")
        ->required()
        ->type_name("READINGS.csv");
    again->add_option("--journal", replay.journal, "also leave the evidence there, in a new directory")
        ->type_name("DIR");
    again->add_flag("--json", replay.json, "one JSON object a line");
    auto* told = verb("report", "the compliance report of a period, from the journal",
                      [&] { return pued::report_command(file, report); });
    add_config(told, file);
    told->add_option("--period", report.period, "2026, 2026-07 or 2026-07-14; default: the current year");
    told->add_option("--lang", report.lang, "default: as the site says")->check(CLI::IsMember({"en", "zh"}));
    told->add_option("--format", report.format, "html, json or csv")
        ->capture_default_str()
        ->check(CLI::IsMember({"html", "json", "csv"}));
    told->add_option("-o,--output", report.out, "file to write; default: stdout")->type_name("FILE");

    auto* records = verb("journal", "print the journal's records, or copy it elsewhere",
                         [&] { return pued::journal_command(file, journal); });
    add_config(records, file);
    records->add_flag("--json", journal.json, "one JSON object a line, with everything");
    auto* follow = records->add_flag("--follow", journal.follow, "wait for more until interrupted");
    records->add_option("--export", journal.export_to, "copy it there, and note that old segments may be removed")
        ->type_name("DIR")
        ->excludes(follow);
    auto* proof = verb("verify", "check a copied journal offline: says what does not hold, and where",
                       [&] { return pued::verify_command(verify); });
    proof->add_option("--key", verify.key, "the public key that you know; default: the one in the journal")
        ->type_name("PUBLIC.pem");
    proof->add_option("--witness", verify.witnesses, "a witness's key; may be given several times")->type_name("VKEY");
    proof->add_option("--checkpoint", verify.checkpoint, "a checkpoint that you kept: the journal must contain it")
        ->type_name("NOTE");
    proof->add_option("journal", verify.directory, "the journal's folder")->required()->type_name("JOURNAL_DIR");

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& done) {
        return app.exit(done);  // --help, --version
    } catch (const CLI::ParseError& error) {
        return complain(app, argc > 1 ? argv[1] : "", error.what());
    }
    return verbs.at(app.get_subcommands().front())();
}
