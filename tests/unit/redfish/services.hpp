// For the tests of this folder: profiles, and a service that answers out of a table of pages, with sessions and etags.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "drivers/redfish/service.hpp"

namespace pued::testing {

inline RedfishValue value(std::string name, std::string resource, std::string pointer, double multiply = 1,
                          double divide = 1) {
    RedfishValue out;
    out.name = std::move(name);
    out.resource = std::move(resource);
    out.pointer = std::move(pointer);
    out.multiply = multiply;
    out.divide = divide;
    return out;
}

inline std::string members(std::initializer_list<const char*> paths) {
    std::string out = R"({"Members": [)";
    for (const auto* path : paths)
        out += std::string{out.back() == '[' ? "" : ", "} + R"({"@odata.id": ")" + path + "\"}";
    return out + "]}";
}

// A server with one chassis that tells power and energy.
inline std::map<std::string, std::string> server_pages() {
    return {{"/redfish/v1/Chassis", members({"/redfish/v1/Chassis/1"})},
            {"/redfish/v1/Chassis/1/Env", R"({"PowerWatts": {"Reading": 412.5}, "EnergykWh": {"Reading": 1234.5}})"}};
}

inline redfish::ServiceSettings server_settings() {
    redfish::ServiceSettings out;
    out.device = 3;
    out.name = "h";
    out.period = std::chrono::seconds{10};
    out.wanted.profile.values = {value("power_w", "Chassis/*/Env", "/PowerWatts/Reading"),
                                 value("energy_wh", "Chassis/*/Env", "/EnergykWh/Reading", 1000)};
    out.wanted.names = {"power_w", "energy_wh"};
    out.wanted.first_point = 7;
    return out;
}

class FakeService {
public:
    std::map<std::string, std::string> pages;
    std::map<std::string, long> status;  // instead of a page; 0: no answer
    std::map<std::string, std::string> etags;
    bool sessions = true, wants_login = false;
    bool silent = false;
    std::string token = "t1", password = "secret";
    std::chrono::seconds retry_after{0};
    std::vector<std::string> asked;  // "GET /redfish/v1/…"

    redfish::Reply reply(const redfish::Request& request) {
        redfish::Reply out;
        asked.push_back(name_of(request.method) + request.path);
        if (silent) return with_error("no answer");
        if (request.method == redfish::Method::open_session) return login(request);
        const bool known = request.token == token || (request.token.empty() && request.password == password);
        if (wants_login && !known) return with_status(401);
        if (status.contains(request.path) && status.at(request.path) == 0) return with_error("timed out");
        if (status.contains(request.path)) return with_status(status.at(request.path));
        const auto page = pages.find(request.path);
        if (page == pages.end()) return with_status(404);
        out.etag = etags[request.path];
        out.status = !out.etag.empty() && request.etag == out.etag ? 304 : 200;
        if (out.status == 200) out.body = page->second;
        return out;
    }

    // All requests of a poll, and its report.
    std::optional<Report> poll(redfish::Service& service, BootTime now) {
        while (auto request = service.next(now)) {
            auto answer = reply(*request);
            answer.sent = now;
            answer.got = now + std::chrono::milliseconds{10};
            service.answer(answer, now);
        }
        return service.take_report();
    }

    [[nodiscard]] std::string asked_since() {
        std::string out;
        for (const auto& line : asked) out += line + '\n';
        asked.clear();
        return out;
    }

private:
    static std::string name_of(redfish::Method method) {
        if (method == redfish::Method::get) return "GET ";
        return method == redfish::Method::open_session ? "POST " : "DELETE ";
    }
    [[nodiscard]] redfish::Reply with_status(long code) const {
        redfish::Reply out;
        out.status = code;
        out.retry_after = retry_after;
        return out;
    }
    static redfish::Reply with_error(const char* why) {
        redfish::Reply out;
        out.error = why;
        return out;
    }
    [[nodiscard]] redfish::Reply login(const redfish::Request& request) const {
        if (!sessions) return with_status(404);
        if (request.body.find(password) == std::string::npos) return with_status(401);
        redfish::Reply out;
        out.status = 201;
        out.token = token;
        out.location = "https://h/redfish/v1/SessionService/Sessions/9";
        return out;
    }
};

}  // namespace pued::testing
