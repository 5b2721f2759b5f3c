// The wire to all services, by libcurl: any number of requests at once, one for each peer, on the thread that calls.
// Certificates are always verified, against a CA or a pinned certificate. Bounded: a reply's size and time, and the
// time of a name look-up (libcurl's own thread does it). No redirect is followed and no proxy used.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/model/result.hpp"
#include "agent/ports/clock.hpp"
#include "drivers/redfish/exchange.hpp"

namespace pued::redfish {

struct Peer {
    std::string url;                   // "https://10.0.0.9:8443"
    std::string ca_file, fingerprint;  // both empty: what the system trusts
    Duration timeout{};                // of a request
};

class Http {
public:
    // Fails where libcurl is missing.
    static Result<std::unique_ptr<Http>> open(const Clock& clock);
    ~Http();
    Http(const Http&) = delete;
    Http& operator=(const Http&) = delete;

    std::size_t add(Peer peer);
    // Gives up what this peer has not answered yet.
    void send(std::size_t peer, const Request& request);
    struct Answer {
        std::size_t peer = 0;
        Reply reply;
    };
    // Waits for replies, at most until then.
    std::vector<Answer> wait(BootTime until);

private:
    explicit Http(const Clock& clock);

    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace pued::redfish
