// pued: parses the command line and calls the verb. Wrong usage: one line on stderr, exit 2.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "agent/commands/commands.hpp"

namespace {

constexpr const char* kDescription =
    "pued measures what a data centre's power is worth: PUE and compute per watt from meters, PDUs, UPSs\n"
    "(Modbus, DL/T 645, Redfish) and servers (IPMI, Redfish, D-Bus, NVML, MQTT), judged by China's rules,\n"
    "with alerts over MQTT.";

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

// All verbs and what they were told.
class Verbs {
public:
    explicit Verbs(CLI::App& app) : app_(app) {
        add_present();
        add_scan();
        add_replay();
        add_report();
        add_journal();
        add_verify();
    }
    [[nodiscard]] const std::function<int()>& chosen() const { return verbs_.at(app_.get_subcommands().front()); }

private:
    CLI::App* verb(const char* name, const char* help, std::function<int()> run) {
        auto* command = app_.add_subcommand(name, help);
        verbs_[command] = std::move(run);
        return command;
    }
    CLI::App* verb_of_site(const char* name, const char* help, std::function<int()> run) {
        auto* command = verb(name, help, std::move(run));
        command->add_option("-c,--config", file_, "configuration file")->capture_default_str()->type_name("FILE");
        return command;
    }

    void add_present() {
        verb_of_site("run", "the daemon, in the foreground; SIGHUP reloads, SIGTERM ends it",
                     [this] { return pued::run_command(file_); });
        verb_of_site("check", "print every problem of the configuration and of what it names",
                     [this] { return pued::check_command(file_); });
        auto* once = verb_of_site("read", "poll every source once and print a table of all points",
                                  [this] { return pued::read_command(file_, read_); });
        once->add_flag("--json", read_.json, "one JSON document instead of a table");
        once->add_flag("--watch", read_.watch, "keep on polling until interrupted");
    }

    void add_scan() {
        auto* found = verb("scan", "find the units of a line or an address, and the register map that fits; reads only",
                           [this] { return pued::scan_command(scan_); });
        found->add_option("medium", scan_.medium, "tcp or rtu")->required()->check(CLI::IsMember({"tcp", "rtu"}));
        found->add_option("target", scan_.target, "HOST[:PORT], or a device file")->required();
        found->add_option("--protocol", scan_.protocol, "modbus or dlt645 (DL/T 645-2007)")
            ->capture_default_str()
            ->check(CLI::IsMember({"modbus", "dlt645"}));
        found->add_option("--framing", scan_.framing, "tcp: rtu for a serial server that passes bytes on; default: tcp")
            ->check(CLI::IsMember({"tcp", "rtu"}));
        found->add_option("--units", scan_.units,
                          "such as 1-8,100; default: 1,255,0,2-32,100 (tcp), 1-247 (rtu, or RTU frames over tcp)");
        add_line_options(*found);
        found->add_option("--data", scan_.data, "a folder with devices/*.toml, beside the installed one")
            ->type_name("DIR")
            ->allow_extra_args(false);
        found->add_option("-c,--config", scan_.config, "take its data_directories, too")->type_name("FILE");
        found->add_flag("--json", scan_.json, "one JSON document instead of TOML");
    }

    void add_line_options(CLI::App& found) {
        found.add_option("--address", scan_.addresses, "dlt645: a meter's 12 digits; default: find them")
            ->type_name("DIGITS")
            ->allow_extra_args(false);
        found.add_option("--baud", scan_.bauds,
                         "rtu: speeds to try; default: 9600 (dlt645: 2400), then the usual ones");
        found.add_option("--parity", scan_.parities, "rtu: N, E, O; default: N, E (dlt645: E, N)")
            ->check(CLI::IsMember({"N", "E", "O"}));
        found
            .add_option("--timeout-ms", scan_.timeout_ms,
                        "for an answer; default: 1000 (tcp), 300 (rtu), 500 (RTU frames over tcp), dlt645: 600 (rtu)")
            ->check(CLI::Range(10, 60000));
    }

    void add_replay() {
        auto* again = verb_of_site("replay", "the same engine over recorded readings, as fast as it can",
                                   [this] { return pued::replay_command(file_, replay_); });
        again->add_option("readings", replay_.readings, "time,point,value,quality; rows in time order")
            ->required()
            ->type_name("READINGS.csv");
        again->add_option("--journal", replay_.journal, "also leave the evidence there, in a new directory")
            ->type_name("DIR");
        again->add_flag("--json", replay_.json, "one JSON object a line");
    }

    void add_report() {
        auto* told = verb_of_site("report", "the compliance report of a period, from the journal",
                                  [this] { return pued::report_command(file_, report_); });
        told->add_option("--period", report_.period, "2026, 2026-07 or 2026-07-14; default: the current year");
        told->add_option("--lang", report_.lang, "default: as the site says")->check(CLI::IsMember({"en", "zh"}));
        told->add_option("--format", report_.format, "html, json or csv")
            ->capture_default_str()
            ->check(CLI::IsMember({"html", "json", "csv"}));
        told->add_option("-o,--output", report_.out, "file to write; default: stdout")->type_name("FILE");
    }

    void add_journal() {
        auto* records = verb_of_site("journal", "print the journal's records, or copy it elsewhere",
                                     [this] { return pued::journal_command(file_, journal_); });
        records->add_flag("--json", journal_.json, "one JSON object a line, with everything");
        auto* follow = records->add_flag("--follow", journal_.follow, "wait for more until interrupted");
        records->add_option("--export", journal_.export_to, "copy it there, and note that old segments may be removed")
            ->type_name("DIR")
            ->excludes(follow);
    }

    void add_verify() {
        auto* proof = verb("verify", "check a copied journal offline: says what does not hold, and where",
                           [this] { return pued::verify_command(verify_); });
        proof->add_option("--key", verify_.key, "the public key that you know; default: the one in the journal")
            ->type_name("PUBLIC.pem");
        proof->add_option("--witness", verify_.witnesses, "a witness's key; may be given several times")
            ->type_name("VKEY");
        proof->add_option("--checkpoint", verify_.checkpoint, "a checkpoint that you kept: the journal must contain it")
            ->type_name("NOTE");
        proof->add_option("--lang", verify_.lang, "of what is said: en or zh")
            ->capture_default_str()
            ->check(CLI::IsMember({"en", "zh"}));
        proof->add_option("journal", verify_.directory, "the journal's folder")->required()->type_name("JOURNAL_DIR");
    }

    CLI::App& app_;
    std::map<const CLI::App*, std::function<int()>> verbs_;
    std::string file_ = "/etc/pued/pued.toml";
    pued::ReadOptions read_;
    pued::ScanOptions scan_;
    pued::ReplayOptions replay_;
    pued::ReportOptions report_;
    pued::JournalOptions journal_;
    pued::VerifyOptions verify_;
};

}  // namespace

int main(int argc, char** argv) {
    std::optional<CLI::App> parser{std::in_place, kDescription, "pued"};
    auto& app = *parser;
    app.set_version_flag("--version", "pued " PUED_VERSION);
    app.require_subcommand(1);
    app.footer("Manual: man pued. Data: device maps, accelerators and rules are TOML files, see pued check.");
    Verbs verbs{app};  // parse() writes into it
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& done) {
        return app.exit(done);  // --help, --version
    } catch (const CLI::ParseError& error) {
        return complain(app, argc > 1 ? argv[1] : "", error.what());
    }
    const auto run = verbs.chosen();
    parser.reset();  // the daemon runs for years without it
    return run();
}
