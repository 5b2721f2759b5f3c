// Test BMCs for ipmi_test.cpp: bmc/fakebmc.py (suites 3 and 17, faults on demand) and OpenIPMI's ipmi_sim (suite 3),
// as children of the test on free loopback ports, with what pued needs to poll them.
#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "drivers/ipmi/lan_source.hpp"
#include "tests/fakes/fakes.hpp"
#include "tests/integration/child_process.hpp"

namespace pued::testing {

// A UDP socket on loopback.
class Udp {
public:
    Udp() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
        const sockaddr_in any = loopback(0);
        if (::bind(fd_, reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0) std::abort();
    }
    ~Udp() { ::close(fd_); }
    Udp(const Udp&) = delete;
    Udp& operator=(const Udp&) = delete;

    [[nodiscard]] std::uint16_t port() const {
        sockaddr_in bound{};
        socklen_t size = sizeof bound;
        ::getsockname(fd_, reinterpret_cast<sockaddr*>(&bound), &size);
        return ntohs(bound.sin_port);
    }

    // The answer; empty when none comes in five seconds.
    std::string ask(std::uint16_t to, const std::string& text) {
        const sockaddr_in peer = loopback(to);
        ::sendto(fd_, text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&peer), sizeof peer);
        pollfd wait{fd_, POLLIN, 0};
        if (::poll(&wait, 1, 5000) != 1) return {};
        std::string answer(65536, '\0');
        const auto size = ::recv(fd_, answer.data(), answer.size(), 0);
        answer.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return answer;
    }

private:
    static sockaddr_in loopback(std::uint16_t port) {
        sockaddr_in out{};
        out.sin_family = AF_INET;
        out.sin_port = htons(port);
        out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return out;
    }
    int fd_;
};

inline const std::string bmc_folder = PUED_SOURCE_DIR "/tests/integration/bmc/";

inline std::string whole_file(const std::string& path) {
    std::ifstream file{path};
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

// sdrcomp's exit code.
inline int compile_sensors(const TemporaryDirectory& folder, bool raw, const std::string& to) {
    std::vector<std::string> command{"sdrcomp"};
    if (raw) command.emplace_back("-r");
    command.insert(command.end(), {"-o", to, bmc_folder + "power.sdrs"});
    return ChildProcess{command, folder / "sdrcomp.log"}.wait();
}

class FakeBmc {
public:
    // Further options as in fakebmc.py.
    explicit FakeBmc(std::vector<std::string> options = {}) {
        compile_sensors(folder_, true, folder_ / "power.raw");
        std::vector<std::string> command{"/usr/bin/python3", bmc_folder + "fakebmc.py", "--sdr", folder_ / "power.raw"};
        command.insert(command.end(), options.begin(), options.end());
        process_ = ChildProcess{command, folder_ / "log"};
        for (int tries = 0; tries < 500 && port == 0; ++tries) {
            std::this_thread::sleep_for(std::chrono::milliseconds{20});
            const auto told = nlohmann::json::parse(whole_file(folder_ / "log"), nullptr, false);
            if (told.is_discarded()) continue;
            port = told["ports"][0];
            control_ = told["control"];
        }
    }

    std::string tell(const std::string& text) { return udp_.ask(control_, text); }
    nlohmann::json stats() { return nlohmann::json::parse(tell("stats"), nullptr, false); }

    std::uint16_t port = 0;  // 0: it did not start

private:
    TemporaryDirectory folder_;
    Udp udp_;
    std::uint16_t control_ = 0;
    ChildProcess process_;
};

class IpmiSim {
public:
    explicit IpmiSim(const std::string& watts) : port{Udp{}.port()} {
        const std::string state = folder_ / "state/ipmi_sim/bmc";
        std::filesystem::create_directories(state);
        compile_sensors(folder_, false, state + "/sdr.20.main");
        set_watts(watts);
        write_lan_conf();
        process_ = ChildProcess{
            {"ipmi_sim", "-n", "-c", folder_ / "lan.conf", "-f", bmc_folder + "bmc.emu", "-s", folder_ / "state"},
            folder_ / "log"};
    }

    // "current minimum maximum average active"
    void set_watts(const std::string& watts) { std::ofstream{folder_ / "watts.txt"} << watts << '\n'; }

    const std::uint16_t port;

private:
    void write_lan_conf() {
        std::ofstream out{folder_ / "lan.conf"};
        out << "name \"bmc\"\nset_working_mc 0x20\n  startlan 1\n    addr 127.0.0.1 " << port
            << "\n    priv_limit admin\n";
        for (const char* who : {"callback", "user", "operator", "admin"}) {
            out << "    allowed_auths_" << who << " none md2 md5 straight\n";
        }
        out << "    guid a123456789abcdefa123456789abcdef\n  endlan\n"
               "  user 1 true  \"\"        \"test\" user     10       none md2 md5 straight\n"
               "  user 2 true  \"ipmiusr\" \"test\" admin    10       none md2 md5 straight\n"
               "loadlib \""
            << PUED_DCMI_MODULE << "\" \"" << folder_ / "watts.txt"
            << "\"\n";
    }

    TemporaryDirectory folder_;
    ChildProcess process_;
};

class RealClock final : public Clock {
public:
    [[nodiscard]] Now now() const override {
        timespec boot{};
        ::clock_gettime(CLOCK_BOOTTIME, &boot);
        return {BootTime{std::chrono::seconds{boot.tv_sec} + std::chrono::nanoseconds{boot.tv_nsec}}, {}, {}};
    }
};

// pued's side: one BMC's source, stepped for as long as a test says.
class Poller {
public:
    explicit Poller(IpmiPoll poll) : source_(make_lan_source(std::move(poll), clock_)) {}
    ~Poller() { close(); }
    Poller(const Poller&) = delete;
    Poller& operator=(const Poller&) = delete;

    // The longest that a step went beyond its end.
    Duration run(Duration duration) {
        Duration late{};
        const BootTime end = now() + duration;
        while (now() < end) {
            const BootTime until = std::min(end, now() + std::chrono::milliseconds{100});
            source_->step(until, sink);
            late = std::max(late, now() - until);
        }
        return late;
    }

    // Until a report for which `wanted` holds; false when there was none in `limit`.
    template <class Wanted>
    bool run_until(Wanted wanted, Duration limit) {
        const BootTime end = now() + limit;
        for (std::size_t seen = sink.reports.size(); now() < end;) {
            source_->step(std::min(end, now() + std::chrono::milliseconds{100}), sink);
            for (; seen < sink.reports.size(); ++seen) {
                if (wanted(sink.reports[seen])) return true;
            }
        }
        return false;
    }

    void close() {
        if (source_) source_->close();
        source_.reset();
    }

    [[nodiscard]] BootTime now() const { return clock_.now().boot; }

    fake::FakeReportSink sink;

private:
    RealClock clock_;
    std::unique_ptr<Source> source_;
};

}  // namespace pued::testing
