// Carries requests between the services and the wire.
#include "drivers/redfish/redfish_source.hpp"

#include <algorithm>
#include <thread>

#include "drivers/redfish/http.hpp"
#include "drivers/redfish/service.hpp"

namespace pued {
namespace redfish {
namespace {

constexpr Duration kTimeout = std::chrono::seconds{10};
constexpr Duration kFarewell = std::chrono::milliseconds{800};  // the daemon leaves soon after

std::string name_of(const std::string& url) { return url.substr(url.find("//") + 2); }

Peer peer_of(const RedfishPoll& poll) {
    const auto& access = poll.access;
    return {access.url, access.ca_file, access.fingerprint, poll.timeout > Duration{} ? poll.timeout : kTimeout};
}

ServiceSettings settings_of(RedfishPoll poll) {
    for (auto& value : poll.profile.values) {  // metered by it: its absence is told
        if (poll.access.energy_register && value.name == "energy_wh") value.optional = false;
    }
    return {
        poll.device,
        name_of(poll.access.url),
        poll.access.user,
        std::move(poll.password),
        poll.period,
        {std::move(poll.profile), std::move(poll.quantities), poll.first_point, std::move(poll.counts), poll.billed}};
}

class RedfishSource final : public Source {
public:
    RedfishSource(std::vector<RedfishPoll> polls, std::unique_ptr<Http> http, const Clock& clock)
        : clock_(clock), http_(std::move(http)) {
        for (auto& poll : polls) {
            http_->add(peer_of(poll));
            services_.push_back({std::make_unique<Service>(settings_of(std::move(poll)))});
        }
    }

    void step(BootTime until, ReportSink& out) override {
        do {
            BootTime next = until;
            for (std::size_t i = 0; i < services_.size(); ++i) {
                if (!services_[i].asking) advance(i, out);
                if (!services_[i].asking) next = std::min(next, services_[i].service->due());
            }
            for (auto& [peer, reply] : http_->wait(next)) {
                services_[peer].asking = false;
                services_[peer].service->answer(reply, now());
                advance(peer, out);
            }
        } while (now() < until);
    }

    void close() override {
        std::size_t open = 0;
        for (std::size_t i = 0; i < services_.size(); ++i) {
            const auto farewell = services_[i].service->farewell();
            if (!farewell) continue;
            http_->send(i, *farewell);
            ++open;
        }
        for (const BootTime end = now() + kFarewell; open > 0 && now() < end;) {
            open -= std::min(open, http_->wait(end).size());
        }
    }

private:
    struct Served {
        std::unique_ptr<Service> service;
        bool asking = false;
    };

    [[nodiscard]] BootTime now() const { return clock_.now().boot; }

    void advance(std::size_t i, ReportSink& out) {
        auto& served = services_[i];
        deliver(served, out);
        if (const auto request = served.service->next(now())) {
            http_->send(i, *request);
            served.asking = true;
        }
        deliver(served, out);
    }

    static void deliver(Served& served, ReportSink& out) {
        if (auto report = served.service->take_report()) out.deliver(std::move(*report));
    }

    const Clock& clock_;
    std::unique_ptr<Http> http_;
    std::vector<Served> services_;
};

}  // namespace
}  // namespace redfish

Result<std::unique_ptr<Source>> make_redfish_source(std::vector<RedfishPoll> polls, const Clock& clock) {
    auto http = redfish::Http::open(clock);
    if (!http) return Error{http.error()};
    return std::unique_ptr<Source>{std::make_unique<redfish::RedfishSource>(std::move(polls), std::move(*http), clock)};
}

}  // namespace pued
