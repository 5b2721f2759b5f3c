// OpenBMC's D-Bus for dbus_test.cpp: a dbus-daemon of the test's own, never the machine's, with a mapper and a sensor
// service by dbus/fake_openbmc.py. Children of the test, ended by their own pids.
#pragma once

#include <stdlib.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "tests/integration/child_process.hpp"
#include "tests/integration/mqtt_broker.hpp"

namespace pued::testing {

class OpenBmc {
public:
    explicit OpenBmc(const std::string& sensors) {
        std::ofstream{folder_ / "bus.conf"} << "<busconfig><type>custom</type><listen>" << address()
                                            << "</listen><policy context=\"default\"><allow user=\"*\"/>"
                                               "<allow send_destination=\"*\" eavesdrop=\"true\"/>"
                                               "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>";
        ::setenv("DBUS_SYSTEM_BUS_ADDRESS", address().c_str(), 1);
        set(sensors);
        start_bus();
    }

    // The sensors, as fake_openbmc.py wants them; at once, so that nobody reads half of it.
    void set(const std::string& sensors) const {
        std::ofstream{folder_ / "new"} << sensors;
        std::rename((folder_ / "new").c_str(), (folder_ / "sensors").c_str());
    }

    void start_bus() {
        bus_ = ChildProcess{{"dbus-daemon", "--nofork", "--config-file", folder_ / "bus.conf"}, folder_ / "log"};
        eventually([this] { return std::filesystem::exists(folder_ / "socket"); });
        mapper_ = fake("mapper");
        start_sensors();
    }
    void stop_bus() {
        sensors_.end(SIGKILL);
        mapper_.end(SIGKILL);
        bus_.end(SIGKILL);
        std::filesystem::remove(folder_ / "socket");
    }
    void start_sensors() { sensors_ = fake("sensors"); }
    void kill_sensors() { sensors_.end(SIGKILL); }
    void signal_sensors(int signal) const { ::kill(sensors_.pid(), signal); }
    void signal_mapper(int signal) const { ::kill(mapper_.pid(), signal); }
    [[nodiscard]] std::string address() const { return "unix:path=" + (folder_ / "socket"); }
    [[nodiscard]] std::string log() const { return file_text(folder_ / "log") + file_text(folder_ / "sensors.log"); }

    // Somebody else on the bus says of every sensor that it reads 1; true when that is done.
    [[nodiscard]] bool stranger_signals() const { return fake("stranger").wait() == 0; }

private:
    [[nodiscard]] ChildProcess fake(const std::string& what) const {
        const std::string script = std::string{PUED_SOURCE_DIR} + "/tests/integration/dbus/fake_openbmc.py";
        const std::string log = folder_ / (what + ".log");
        std::filesystem::remove(log);
        ChildProcess process{{"/usr/bin/python3", script, what, folder_ / "sensors"}, log};
        eventually([&] { return file_text(log).find("ready") != std::string::npos; });
        return process;
    }

    TemporaryDirectory folder_;
    ChildProcess bus_, mapper_, sensors_;
};

}  // namespace pued::testing
