// A BMC as a child process: its files, its life and its death. See bmc.hpp.
#include "drivers/sim/bmc.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <vector>

#include "drivers/sim/bmc_files.hpp"
#include "drivers/sim/files.hpp"

namespace pued::sim {

namespace {

// Binds port 0 (any) or that one; the port it got, or 0.
std::uint16_t try_udp_port(std::uint16_t wanted) {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(wanted);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    const bool bound = bind(fd, generic, size) == 0 && getsockname(fd, generic, &size) == 0;
    ::close(fd);
    return bound ? ntohs(address.sin_port) : std::uint16_t{0};
}

// In the child: becomes the program, and dies with its parent.
[[noreturn]] void become(const std::vector<const char*>& words, const std::string& log, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(126);  // it died before prctl
    const int null = open("/dev/null", O_RDONLY);
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    dup2(null, 0);
    dup2(out, 1);
    dup2(out, 2);
    execvp(words[0], const_cast<char* const*>(words.data()));
    _exit(127);
}

pid_t spawn(std::vector<const char*> words, const std::string& log) {
    words.push_back(nullptr);
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child == 0) become(words, log, parent);
    return child;
}

Result<void> run_to_end(const std::vector<const char*>& words, const std::string& log) {
    const pid_t child = spawn(words, log);
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return Error{std::string("cannot run ") + words[0]};
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return Error{std::string(words[0]) + " is not installed (package openipmi; or run with --no-bmc)"};
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return Error{std::string(words[0]) + " failed, see " + log};
    return {};
}

}  // namespace

Result<std::unique_ptr<Bmc>> Bmc::start(const BmcSetup& setup, double power_w, double activity) {
    const std::uint16_t port = try_udp_port(0);
    if (port == 0) return Error{"no free loopback UDP port for " + setup.id};
    std::unique_ptr<Bmc> bmc(new Bmc(setup, port));
    if (const auto written = bmc->write_files(); !written) return Error{written.error()};
    bmc->show(power_w, activity);
    if (const auto launched = bmc->launch(); !launched) return Error{launched.error()};
    if (const auto ready = bmc->wait_until_ready(); !ready) return Error{ready.error()};
    return bmc;
}

Bmc::~Bmc() {
    if (child_ <= 0) return;
    kill(child_, SIGKILL);  // it has nothing to save, and SIGTERM would not reach one that stands still
    waitpid(child_, nullptr, 0);
}

Result<void> Bmc::write_files() const {
    const std::string& in = setup_.directory;
    const std::string state = in + "/state/ipmi_sim/" + setup_.id;
    std::error_code ignored;
    std::filesystem::remove_all(in + "/state", ignored);  // users kept from an earlier run would win over ours
    if (auto made = make_directories(state); !made) return made;
    for (const auto& [file, text] :
         {std::pair{in + "/lan.conf", lan_conf(setup_, port_)}, std::pair{in + "/bmc.emu", emulator_commands(setup_)},
          std::pair{in + "/sensors.sdrs", sensor_records()}})
        if (auto written = replace_file(file, text); !written) return written;
    const std::string compiled = state + "/sdr.20.main", source = in + "/sensors.sdrs";
    return run_to_end({"sdrcomp", "-o", compiled.c_str(), source.c_str()}, in + "/log");
}

Result<void> Bmc::launch() {
    const std::string& in = setup_.directory;
    const std::string conf = in + "/lan.conf", commands = in + "/bmc.emu", state = in + "/state";
    child_ = spawn({"ipmi_sim", "-n", "-c", conf.c_str(), "-f", commands.c_str(), "-s", state.c_str()}, in + "/log");
    if (child_ < 0) return Error{"cannot start ipmi_sim: " + std::string(std::strerror(errno))};
    return {};
}

// Ready is when nobody else can have its port.
Result<void> Bmc::wait_until_ready() const {
    constexpr int longest_ms = 5000, pause_ms = 10;
    for (int waited_ms = 0; waited_ms < longest_ms; waited_ms += pause_ms) {
        if (waitpid(child_, nullptr, WNOHANG) == child_) break;
        if (try_udp_port(port_) == 0) return {};
        usleep(pause_ms * 1000);
    }
    return Error{"the BMC of " + setup_.id + " did not start, see " + setup_.directory + "/log"};
}

void Bmc::show(double power_w, double activity) {
    lowest_w_ = std::min(lowest_w_, power_w);
    highest_w_ = std::max(highest_w_, power_w);
    average_w_ = average_w_ == 0 ? power_w : 0.9 * average_w_ + 0.1 * power_w;
    const auto whole = [](double value) { return std::to_string(std::lround(value)); };
    replace_file(setup_.directory + "/watts",
                 whole(power_w) + " " + whole(lowest_w_) + " " + whole(highest_w_) + " " + whole(average_w_) + " 1\n");
    replace_file(setup_.directory + "/power.raw", whole(std::min(power_w / 48.0, 255.0)) + "\n");
    replace_file(setup_.directory + "/activity.raw", whole(activity * 250.0) + "\n");
}

void Bmc::set_silent(bool silent) const { kill(child_, silent ? SIGSTOP : SIGCONT); }

}  // namespace pued::sim
