// pued: parses the command line and calls the verb. Wrong usage: one line on stderr, exit 2.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string>

#include "agent/commands/commands.hpp"

namespace {

constexpr const char* kDescription =
    "pued measures what a data centre's power is worth: PUE and compute per watt from meters, PDUs, UPSs\n"
    "(Modbus) and servers (IPMI), judged by China's rules, with alerts over MQTT.";

void add_config(CLI::App* command, std::string& file) {
    command->add_option("-c,--config", file, "configuration file")->capture_default_str()->type_name("FILE");
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{kDescription, "pued"};
    app.set_version_flag("--version", "pued " PUED_VERSION);
    app.require_subcommand(1);
    app.footer("Manual: man pued. Data: device maps, accelerators and rules are TOML files, see pued check.");
    std::string file = "/etc/pued/pued.toml";
    pued::ReadOptions read;

    auto* run = app.add_subcommand("run", "the daemon, in the foreground; SIGHUP reloads, SIGTERM ends it");
    auto* check = app.add_subcommand("check", "print every problem of the configuration and of what it names");
    auto* once = app.add_subcommand("read", "poll every source once and print a table of all points");
    for (auto* command : {run, check, once}) add_config(command, file);
    once->add_flag("--json", read.json, "one JSON document instead of a table");
    once->add_flag("--watch", read.watch, "keep on polling until interrupted");

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& done) {
        return app.exit(done);  // --help, --version
    } catch (const CLI::ParseError& error) {
        const std::string first = argc > 1 ? argv[1] : "";
        const bool known =
            first.empty() || first == run->get_name() || first == check->get_name() || first == once->get_name();
        auto what = known ? std::string{error.what()} : "\"" + first + "\" is no command (expected run, check or read)";
        std::replace_if(
            what.begin(), what.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
        std::fprintf(stderr, "pued: %s (try: pued --help)\n", what.c_str());
        return 2;
    }
    if (*run) return pued::run_command(file);
    if (*check) return pued::check_command(file);
    return pued::read_command(file, read);
}
