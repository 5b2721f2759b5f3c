// One request to a service and its reply, as the session (service.hpp) and the wire (http.hpp) pass them. Plain values.
//
// Nothing here changes a device: GET reads, and the only other two requests that exist are those of our own session,
// a POST that opens it and a DELETE that closes it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "agent/model/time.hpp"

namespace pued::redfish {

enum class Method : std::uint8_t { get, open_session, close_session };

struct Request {
    Method method = Method::get;
    std::string path;  // "/redfish/v1/Chassis"
    std::string etag;  // answer only when it is another; empty: answer
    std::string body;
    std::string token;           // of our session; or …
    std::string user, password;  // … by basic authentication; both empty: neither
};

struct Reply {
    long status = 0;    // of HTTP; 0: there was no reply, and `error` says why
    std::string error;  // with a status: what was wrong with the body
    std::string body, etag, token, location;
    std::chrono::seconds retry_after{0};
    BootTime sent{}, got{};
};

}  // namespace pued::redfish
