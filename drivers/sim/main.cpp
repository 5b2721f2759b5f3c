// pued-sim: a plant to try pued on. Parses the command line, opens the site, and runs it until a signal or the given
// duration: one thread, one loop. Also its own remote control (--send) and the teller of the truth (--truth).
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "drivers/sim/control.hpp"
#include "drivers/sim/files.hpp"
#include "drivers/sim/site_config.hpp"
#include "drivers/sim/truth.hpp"

namespace pued::sim {
namespace {

volatile sig_atomic_t stop_asked = 0;

struct Options {
    SiteOptions site;
    ConfigWishes wishes;
    std::string script_file, config_file, command;
    std::vector<std::string> window;
    double duration_s = 0;  // 0: until a signal
    bool no_bmc = false;
};

double clock_s(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

UtcTime utc_now() {
    return UtcTime{std::chrono::milliseconds{static_cast<std::int64_t>(clock_s(CLOCK_REALTIME) * 1e3)}};
}

void add_plant_options(CLI::App& app, Options& o) {
    app.add_option("--run-dir", o.site.run_directory,
                   "where its files go: pued.toml, plant.json, truth.csv, tty-*, control")
        ->required();
    app.add_option("--racks", o.site.plant.racks, "racks of 6 GPU servers, each with a PDU")
        ->check(CLI::Range(1, 200))
        ->capture_default_str();
    app.add_option("--servers", o.site.bmcs, "of them with a BMC (ipmi_sim), rack after rack")
        ->check(CLI::Range(0, 200))
        ->capture_default_str();
    app.add_option("--pdu", o.site.pdu_model, "the racks' PDUs (clever-mpdu: 0.1 kWh registers, renewed every 5 s)")
        ->check(CLI::IsMember({"raritan-px3", "clever-mpdu"}))
        ->capture_default_str();
    app.add_option("--meters", o.site.meters, "simple meters more, each on a TCP port of its own")
        ->check(CLI::Range(0, 900))
        ->capture_default_str();
    app.add_option("--time-scale", o.site.plant.time_scale,
                   "how much faster weather, jobs and machines run; counters and powers stay in real time")
        ->check(CLI::Range(0.01, 3600.0))
        ->capture_default_str();
    app.add_option("--seed", o.site.plant.seed, "the same seed is the same plant")->capture_default_str();
    app.add_flag("--no-bmc", o.no_bmc, "no BMCs: needs no ipmi_sim");
    app.add_option("--dcmi-module", o.site.dcmi_module,
                   "ipmi_sim's DCMI module [default: beside this program, or installed]");
    app.add_option("--duration", o.duration_s, "seconds, then it ends by itself [default: until a signal]")
        ->check(CLI::Range(0.0, 1e9));
    app.add_option("--script", o.script_file, "what breaks when; lines such as: at 20s chiller-1 stuck");
}

void add_config_options(CLI::App& app, Options& o) {
    app.add_option("--write-config", o.config_file,
                   "the pued configuration for this plant [default: RUN-DIR/pued.toml]");
    app.add_option("--interval", o.wishes.interval_s, "seconds, in that configuration")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    app.add_option("--poll", o.wishes.poll_s, "seconds, in that configuration")
        ->check(CLI::Range(0.1, 3600.0))
        ->capture_default_str();
    app.add_option("--limit", o.wishes.pue_limit, "PUE of the alert in that configuration")
        ->check(CLI::Range(1.0, 5.0))
        ->capture_default_str();
    app.add_option("--mqtt", o.wishes.mqtt, "HOST:PORT of the broker, in that configuration");
    app.add_option("--data-dir", o.wishes.data_directory, "folder of device and rule files, in that configuration");
    app.add_option("--send", o.command, "send a running plant a command, such as \"chiller-1 stuck\", and leave");
    app.add_option("--truth", o.window, "print a plant's true PUE between two UTC times (RFC 3339), and leave")
        ->expected(2);
}

std::string own_folder() {
    std::error_code error;
    return std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
}

std::string absolute(const std::string& path) { return std::filesystem::absolute(path).lexically_normal().string(); }

// Makes paths absolute and finds the module: children and pued work in other folders.
void complete(Options& o) {
    o.site.run_directory = absolute(o.site.run_directory);
    if (o.config_file.empty()) o.config_file = o.site.run_directory + "/pued.toml";
    if (!o.wishes.data_directory.empty()) o.wishes.data_directory = absolute(o.wishes.data_directory);
    if (o.no_bmc) o.site.bmcs = 0;
    std::error_code error;
    const std::string beside = own_folder() + "/pued-sim-dcmi.so", installed = PUED_SIM_MODULE;
    if (!o.site.dcmi_module.empty()) {
        o.site.dcmi_module = absolute(o.site.dcmi_module);
    } else {
        for (const std::string& module : {beside, installed})
            if (o.site.dcmi_module.empty() && std::filesystem::exists(module, error)) o.site.dcmi_module = module;
    }
}

int complain(const std::string& what) {
    std::fprintf(stderr, "pued-sim: %s\n", what.c_str());
    return 1;
}

int send(const Options& o) {
    const auto sent = send_command(o.site.run_directory, o.command);
    return sent ? 0 : complain(sent.error());
}

int tell_truth(const Options& o) {
    const auto from = parse_utc(o.window[0]), to = parse_utc(o.window[1]);
    if (!from || !to) return complain(from ? to.error() : from.error());
    const auto pue = true_pue(o.site.run_directory, *from, *to);
    if (!pue) return complain(pue.error());
    std::printf("%.6f\n", *pue);
    return 0;
}

Result<std::vector<TimedCommand>> load_script(const Options& o, const Site& site) {
    if (o.script_file.empty()) return std::vector<TimedCommand>{};
    const auto text = read_file(o.script_file);
    if (!text) return Error{text.error()};
    auto script = parse_script(*text, o.script_file);
    if (!script) return script;
    for (const TimedCommand& timed : *script)
        if (const auto possible = site.check(timed.command); !possible)
            return Error{o.script_file + ":" + std::to_string(timed.line) + ": " + possible.error()};
    return script;
}

void say(double at_s, const std::string& what) {
    std::printf("at=%.1fs %s\n", at_s, what.c_str());
    std::fflush(stdout);
}

// The plant's life, from its first second to its last.
class Life {
public:
    Life(Site& site, std::vector<TimedCommand> script, Control& control, const Options& o)
        : site_(site), script_(std::move(script)), control_(control), options_(o), truth_(o.site.run_directory) {}

    void live() {
        while (stop_asked == 0 && (options_.duration_s <= 0 || now_s_ < options_.duration_s)) {
            site_.server().wait(20);
            now_s_ = clock_s(CLOCK_BOOTTIME) - started_s_;
            follow_script();
            control_.serve([this](const std::string& text) { return obey(text); });
            site_.advance_to(now_s_);
            site_.server().serve(now_s_);
            if (now_s_ >= next_second_s_) show();
        }
    }

    // What the script wants at 0 s is so before anybody can look.
    void follow_script() {
        while (next_ < script_.size() && script_[next_].at_s <= now_s_) {
            const TimedCommand& timed = script_[next_++];
            site_.apply(timed.command);
            say(now_s_, "script_line=" + std::to_string(timed.line) + " target=" + timed.command.target);
        }
    }

private:
    Result<void> obey(const std::string& text) {
        const auto command = parse_command(text);
        if (!command) return Error{command.error()};
        auto done = site_.apply(*command);
        if (done) say(now_s_, "command=\"" + text + "\"");
        return done;
    }

    void show() {
        site_.show_bmcs();
        truth_.record(utc_now(), now_s_, site_);
        next_second_s_ += 1;
    }

    Site& site_;
    std::vector<TimedCommand> script_;
    Control& control_;
    const Options& options_;
    Truth truth_;
    std::size_t next_ = 0;
    double started_s_ = clock_s(CLOCK_BOOTTIME);
    double now_s_ = 0;
    double next_second_s_ = 0;
};

void prepare_process() {
    struct sigaction action {};
    action.sa_handler = [](int) { stop_asked = 1; };
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaction(signal, &action, nullptr);
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, 8192);
    setrlimit(RLIMIT_NOFILE, &files);
}

int run(const Options& o) {
    prepare_process();
    if (auto made = make_directories(o.site.run_directory); !made) return complain(made.error());
    Site site(o.site);
    auto script = load_script(o, site);
    if (!script) return complain(script.error());
    Control control(control_path(o.site.run_directory));
    if (auto opened = control.open(); !opened) return complain(opened.error());
    if (auto opened = site.open(); !opened) return complain(opened.error());
    Life life(site, *script, control, o);
    life.follow_script();
    if (auto written = write_site_config(site, o.wishes, o.config_file); !written) return complain(written.error());
    say(0, "ready config=" + o.config_file + " meters=" + std::to_string(site.places().size()) +
               " bmcs=" + std::to_string(site.servers().size()));
    life.live();
    return 0;
}

}  // namespace
}  // namespace pued::sim

int main(int argc, char** argv) {
    using namespace pued::sim;
    CLI::App app{"pued-sim: a data centre to try pued on. Its meters speak Modbus TCP and RTU, its servers IPMI."};
    app.set_version_flag("--version", "pued-sim " PUED_VERSION);
    Options options;
    add_plant_options(app, options);
    add_config_options(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        if (problem.get_exit_code() == 0) return app.exit(problem);  // --help, --version
        std::fprintf(stderr, "pued-sim: %s (pued-sim --help)\n", problem.what());
        return 2;
    }
    complete(options);
    if (!options.command.empty()) return send(options);
    return options.window.empty() ? run(options) : tell_truth(options);
}
