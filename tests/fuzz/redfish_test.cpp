// Replies made by chance, into values: whole documents with bytes changed, cut or doubled, and statuses at random. What
// comes out must be a report each poll, with finite values only, and nothing may be asked outside the service.
// Fixed seed, a fixed number of rounds.
#include <cmath>
#include <random>

#include "tests/unit/redfish/services.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::redfish;
using namespace pued::testing;

namespace {

std::minstd_rand chance{20261122};

unsigned below(unsigned n) { return std::uniform_int_distribution<unsigned>{0, n - 1}(chance); }

std::string damaged(std::string text) {
    static const std::string letters = "{}[]\",:0123456789.-eE+/*nulrtafse \\\x80\xff";
    for (unsigned n = below(6); n > 0 && !text.empty(); --n) {
        const auto at = below(static_cast<unsigned>(text.size()));
        switch (below(4)) {
            case 0: text[at] = letters[below(static_cast<unsigned>(letters.size()))]; break;
            case 1: text.erase(at, 1 + below(8)); break;
            case 2: text.insert(at, text.substr(below(static_cast<unsigned>(text.size())), below(30))); break;
            default: text.insert(at, 1 + below(40), letters[below(static_cast<unsigned>(letters.size()))]); break;
        }
    }
    return text;
}

ServiceSettings settings() {
    auto out = server_settings();
    auto metric = value("power_w", "TelemetryService/MetricReports/M", "");
    metric.metric = "/redfish/v1/Chassis/GPU_*/Sensors/GPU_{1}_Power_0";
    out.wanted.profile.arrays = {{"gpu", 8, {metric}}};
    for (const char* name : {"gpu-1.power_w", "gpu-2.power_w"}) out.wanted.names.emplace_back(name);
    out.wanted.billed = true;
    return out;
}

std::map<std::string, std::string> sound_pages() {
    auto out = server_pages();
    out["/redfish/v1/Chassis/1/Env"] =
        R"({"PowerWatts": {"Reading": 412.5, "DataSourceUri": "/redfish/v1/Chassis/1/S"}, "EnergykWh": {"Reading": 1234.5}})";
    out["/redfish/v1/TelemetryService/MetricReports/M"] =
        R"({"MetricValues": [{"MetricProperty": "/redfish/v1/Chassis/GPU_0/Sensors/GPU_0_Power_0", "MetricValue": "4.5e2"},
            {"MetricProperty": "/redfish/v1/Chassis/GPU_1/Sensors/GPU_1_Power_0", "MetricValue": "nan"}]})";
    return out;
}

void check(const Report& report) {
    for (const auto& sample : report.samples) {
        CHECK(std::isfinite(sample.value));
        CHECK(sample.point >= 7 && sample.point < 11);
        if (sample.count) CHECK(sample.count->counts <= (std::uint64_t{1} << 54U) && sample.count->q_uwh == 1);
    }
}

}  // namespace

TEST_GROUP(FuzzRedfish){};

TEST(FuzzRedfish, damaged_replies_do_no_harm) {
    unsigned good = 0;
    for (int round = 0; round < 3000; ++round) {
        Service service{settings()};
        FakeService peer;
        BootTime now{std::chrono::seconds{1}};
        for (int poll = 0; poll < 3; ++poll) {
            peer.pages = sound_pages();
            for (auto& [path, page] : peer.pages) page = below(2) == 0 ? damaged(page) : page;
            peer.status.clear();
            static constexpr long statuses[] = {200, 204, 301, 400, 401, 403, 404, 429, 500, 503, 999};
            if (below(4) == 0) peer.status["/redfish/v1/Chassis/1/Env"] = statuses[below(std::size(statuses))];
            const auto report = peer.poll(service, now);
            CHECK(report.has_value());
            check(*report);
            good += report->state == DeviceState::good ? 1 : 0;
            now += std::chrono::minutes{6};
        }
        for (const auto& asked : peer.asked) CHECK(asked.starts_with("GET /redfish/v1"));
    }
    CHECK(good > 1000);  // or nothing was tested
}

TEST(FuzzRedfish, a_number_as_text_is_read_or_refused) {
    for (int round = 0; round < 20000; ++round) {
        const auto text = damaged("1234.5");
        const auto page =
            parse_document("{\"v\": " + Json(text).dump(-1, ' ', false, Json::error_handler_t::replace) + "}");
        CHECK(static_cast<bool>(page));
        const Target target{"p", "/v", ""};
        const auto slot = read_slots(*page, {&target}).at(0);
        CHECK(std::isfinite(slot.value));
        CHECK((slot.quality == Quality::good) == slot.why.empty());
    }
}
