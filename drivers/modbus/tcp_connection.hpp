// One host:port and the units behind it: connects, sends one request at a time, reads replies only when whole, and
// gives up at deadlines. Never blocks; moved along by the TCP source's epoll loop on that source's thread.
//
// Why no late reply can pass for the next one: every request has a transaction id of its own, and after a timeout or
// any reply that does not fit the connection is closed. A connection that the device closed between polls (many do)
// is opened again within the poll, once for each request, before that counts as a failure.
//
// With RTU frames (a serial server) there is no transaction id, and a new connection may still bring what the line said
// late. So a unit that failed is left alone for another timeout, what comes unasked is dropped, replies of other units
// are passed over, and the unit's next request is a probe whose reply has another length (doubts.hpp), also where the
// connection was lost under a request.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/ports/clock.hpp"
#include "agent/ports/source.hpp"
#include "drivers/modbus/doubts.hpp"
#include "drivers/modbus/rota.hpp"
#include "drivers/poll/resolver.hpp"

namespace pued {

class TcpConnection {
public:
    // Its first polls are due at `first`. `epoll` gets the socket with `id` as its data; `resolver` is asked as `id`.
    // Both must outlive this.
    TcpConnection(std::size_t id, const std::vector<ModbusPoll>& units, FieldLists& lists,
                  std::optional<BootTime> first, int epoll, Resolver& resolver, const Clock& clock);
    TcpConnection(const TcpConnection&) = delete;
    TcpConnection& operator=(const TcpConnection&) = delete;
    ~TcpConnection() { close_socket(); }

    // What is due at `now`: deadlines first, then polls.
    void run(BootTime now, ReportSink& out);
    // The socket has something to say.
    void ready(BootTime now, ReportSink& out);
    void resolved(Resolution resolution, BootTime now, ReportSink& out);
    // This endpoint cannot be had, ever.
    void refuse(std::string why) { refused_ = std::move(why); }
    [[nodiscard]] BootTime wake() const;  // when run() has something to do
    void close_socket();

private:
    enum class Phase : std::uint8_t { closed, resolving, connecting, open, pausing, waiting };

    void expire(BootTime now, ReportSink& out);
    bool arrived_late(BootTime now, ReportSink& out);
    void connect(BootTime now, ReportSink& out);
    void open_socket(BootTime now, ReportSink& out);
    void connect_failed(const std::string& why, BootTime now, ReportSink& out);
    void finish_connecting(BootTime now, ReportSink& out);
    void proceed(ReportSink& out);
    void send_request(BootTime now, ReportSink& out);
    [[nodiscard]] ReadRequest next_request();
    void send_bytes(BootTime now, ReportSink& out);
    void receive(BootTime now, ReportSink& out);
    [[nodiscard]] Frame judge();
    void take(const Frame& frame, ReportSink& out);
    void take_probe(const Frame& frame, ReportSink& out);
    void doubt();
    void lost(const std::string& why, BootTime now, ReportSink& out);
    void fail_unit(const std::string& why, BootTime now, ReportSink& out);
    void fail_link(const std::string& why, BootTime now, ReportSink& out);
    bool watch(int operation, std::uint32_t events);

    std::size_t id_;
    std::string host_;
    std::uint16_t port_;
    bool rtu_;
    int epoll_;
    Resolver& resolver_;
    const Clock& clock_;
    Rota rota_;
    Unit* current_ = nullptr;  // being polled

    bool numeric_ = false;
    std::vector<SocketAddress> addresses_;
    std::size_t address_ = 0, tries_ = 0;
    Backoff rest_;  // after failed connections
    std::string link_error_, refused_;

    Phase phase_ = Phase::closed;
    int fd_ = -1;
    bool fresh_ = true;     // no reply yet on this connection
    bool retried_ = false;  // this request has already cost a new connection
    BootTime deadline_, quiet_until_, sent_;
    std::uint16_t transaction_ = 0;            // of the request in flight; counts them with RTU frames
    Doubts doubts_;                            // with RTU frames
    std::optional<std::uint16_t> late_words_;  // the request in flight is a probe, for so many late registers
    ReadRequest request_;
    std::array<std::uint8_t, longest_tcp_frame + 1> received_{};
    std::size_t received_size_ = 0;
};

}  // namespace pued
