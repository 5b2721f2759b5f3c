// Serves simulated devices: any number of Modbus TCP endpoints on free loopback ports (one device each, or several
// behind a gateway by unit id) and serial lines as pseudo-terminals. libmodbus makes the replies. One thread calls
// everything; a device that answers late or never holds up nobody else.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/model/result.hpp"
#include "drivers/sim/request.hpp"

struct _modbus;  // libmodbus

namespace pued::sim {

class ModbusServer {
public:
    using Units = std::map<unsigned, Device*>;  // devices outlive the server

    ModbusServer();
    ~ModbusServer();
    ModbusServer(const ModbusServer&) = delete;
    ModbusServer& operator=(const ModbusServer&) = delete;

    // A TCP endpoint; the port that it got.
    Result<std::uint16_t> listen(Units units);
    // A serial line; `link` becomes a symbolic link to its terminal.
    Result<void> open_line(const std::string& link, Units units);

    // Sleeps until a client wants something, at most that long.
    void wait(int timeout_ms);
    // Answers everything that is there, and the late answers that are due.
    void serve(double now_s);

    struct Counts {
        std::uint64_t requests = 0;
        std::uint64_t exceptions = 0;
        std::uint64_t refused_functions = 0;  // anything that is not reading registers: pued never asks for it
    };
    [[nodiscard]] const Counts& counts() const { return counts_; }

private:
    using Id = std::uint64_t;  // of a listener or peer; never used twice
    struct Listener {
        int fd = -1;
        Units units;
    };
    struct Peer {
        int fd = -1;
        int terminal_fd = -1;  // serial: the client's side, held open so that it never hangs up
        Medium medium = Medium::tcp;
        Units units;
        std::vector<std::uint8_t> in;
        double last_byte_s = 0;
    };
    struct Late {
        Id peer = 0;
        std::vector<std::uint8_t> frame;
        Request request;
    };

    bool watch(int fd, Id id);
    void accept_all(const Listener& listener);
    void receive(Id id, double now_s);
    bool take_requests(Id id, Peer& peer, double now_s);
    void handle(Id id, Peer& peer, const Request& request, std::vector<std::uint8_t> frame, double now_s);
    void reply(Peer& peer, const Request& request, const std::vector<std::uint8_t>& frame, double now_s);
    void refuse(Peer& peer, const std::vector<std::uint8_t>& frame, int code);
    void send_late(double now_s);
    void close_peer(Id id);
    _modbus* context(const Peer& peer);

    int epoll_ = -1;
    Id next_id_ = 1;
    std::map<Id, Listener> listeners_;
    std::map<Id, Peer> peers_;
    std::multimap<double, Late> late_;  // by due time
    std::vector<std::string> links_;
    _modbus* tcp_ = nullptr;
    _modbus* rtu_ = nullptr;
    Counts counts_;
};

}  // namespace pued::sim
