// config/examples/gpu-by-mqtt.toml, fed with what Telegraf makes of each vendor's exporter (shapes: the exporters' own
// metric lists; Telegraf's "prometheus" input with metric_version 2 puts each metric into a member of its own): the
// values arrive as activity, clock, power and energy of the servers.
#include <map>
#include <string>

#include "agent/config/load.hpp"
#include "agent/config/points.hpp"
#include "agent/metering/ledger.hpp"
#include "drivers/mqtt/message_value.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;

namespace {

constexpr std::int64_t present = 1'790'000'000;
constexpr int cards = 8;

// A batch of the members for each card; in them @ stands for its number, and $ for the time.
std::string batch(const std::string& members, std::int64_t time) {
    std::string out =
        R"({"metrics":[{"fields":{"usage_idle":97.1},"name":"cpu","tags":{"cpu":"cpu-total"},"timestamp":1})";
    for (int card = 0; card < cards; ++card) {
        out += ',';
        for (const char c : members) {
            if (c == '@' || c == '$') {
                out += std::to_string(c == '@' ? card : time);
            } else if (c != '\n') {
                out += c;
            }
        }
    }
    return out + "]}";
}

const std::map<std::string, std::string> telegraf{
    {"telegraf/gpu-1",
     R"({"fields":{"DCGM_FI_PROF_PIPE_TENSOR_ACTIVE":0.4@},"name":"prometheus","tags":{"DCGM_FI_DRIVER_VERSION":
"550.127.05","Hostname":"gpu-1","UUID":"GPU-5f2b9e1@","device":"nvidia@","gpu":"@","host":"gpu-1","modelName":"NVIDIA H20",
"url":"http://localhost:9400/metrics"},"timestamp":$},
{"fields":{"DCGM_FI_DEV_SM_CLOCK":1830},"name":"prometheus","tags":{"UUID":"GPU-5f2b9e1@","gpu":"@"},"timestamp":$},
{"fields":{"DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION":918273645@},"name":"prometheus","tags":{"UUID":"GPU-5f2b9e1@"},"timestamp":$})"},
    {"telegraf/gpu-2", R"({"fields":{"clocks_current_sm":1410,"fan_speed":0,"memory_used":61234,"power_draw":310.@,
"utilization_gpu":99},"name":"nvidia_smi","tags":{"compute_mode":"Default","host":"gpu-2","index":"@","name":
"NVIDIA A100-SXM4-80GB","pstate":"P0","uuid":"GPU-0c4e7d2@"},"timestamp":$})"},
    {"telegraf/npu-1",
     R"({"fields":{"npu_chip_info_utilization":6@},"name":"prometheus","tags":{"container_name":"","id":"@",
"model_name":"910B3","namespace":"","pcie_bus_info":"0000:C1:00.@","pod_name":"","vdie_id":"6F1C0@-2A03"},"timestamp":$},
{"fields":{"npu_chip_info_aicore_current_freq":1800},"name":"prometheus","tags":{"id":"@","vdie_id":"6F1C0@-2A03"},"timestamp":$},
{"fields":{"npu_chip_info_power":287.4},"name":"prometheus","tags":{"id":"@","vdie_id":"6F1C0@-2A03"},"timestamp":$})"},
    {"telegraf/mlu-1",
     R"({"fields":{"mlu_tensor_util":3@},"name":"prometheus","tags":{"driver":"v5.10.29","mcu":"v1.1.4","mlu":"@",
"model":"MLU370-X8","node":"mlu-1","sn":"4b2109@","type":"mlu370","uuid":"MLU-10101012-2109-0000-@"},"timestamp":$},
{"fields":{"mlu_power_usage":141},"name":"prometheus","tags":{"mlu":"@","uuid":"MLU-10101012-2109-0000-@"},"timestamp":$})"},
    {"telegraf/dcu-1",
     R"({"fields":{"dcu_power_usage":200.@},"name":"prometheus","tags":{"device_id":"T8R13800130616@","minor_number":"@",
"name":"Z100","node":"dcu-1","pcieBus_number":"0000:f6:00.@"},"timestamp":$},
{"fields":{"dcu_utilizationrate":100},"name":"prometheus","tags":{"device_id":"T8R13800130616@"},"timestamp":$})"},
    {"telegraf/amd-1",
     R"({"fields":{"gpu_energy_consumed":14@000000000000000},"name":"prometheus","tags":{"card_model":"0x74a1","gpu_id":
"@","hostname":"amd-1","serial_number":"69240000100@"},"timestamp":$},
{"fields":{"gpu_prof_tensor_active_percent":2@.5},"name":"prometheus","tags":{"gpu_id":"@","serial_number":"69240000100@"},"timestamp":$})"},
};

// The daemon's way of such a message, without its threads: values, reports, the ledger of the servers.
struct Daemon {
    Daemon() {
        for (const auto& value : config.mqtt_values) {
            const Device& own = device(value.id);
            values.emplace_back(MqttPoint{value, index(own), own.points.front()});
        }
    }

    [[nodiscard]] const Device& device(const std::string& id) const {
        for (const auto& one : points.devices) {
            if (one.id == id) return one;
        }
        FAIL(("no device " + id).c_str());
        return points.devices.front();
    }
    [[nodiscard]] DeviceIndex index(const Device& one) const {
        return static_cast<DeviceIndex>(&one - points.devices.data());
    }

    // What all servers publish `seconds` after the present.
    void hear(std::int64_t seconds, const std::map<std::string, std::string>& messages) {
        const Now now{BootTime{std::chrono::hours{9} + std::chrono::seconds{seconds}},
                      UtcTime{std::chrono::seconds{present + seconds}}, ClockQuality::synced};
        for (auto& value : values) {
            auto report = value.take(batch(messages.at(value.config().topic), present + seconds), false, now);
            CHECK_TEXT(report.has_value(), value.config().id.c_str());
            CHECK_TEXT(report->samples.front().quality == Quality::good, report->error.c_str());
            latest[report->samples.front().point] = report->samples.front().value;
            report->device = index(device(value.config().device));  // as Engine::accept does
            ledger.accept(*report);
        }
    }

    [[nodiscard]] double activity(const std::string& server) const {
        return latest.at(device(server).activity.value());
    }
    [[nodiscard]] double clock(const std::string& server) const { return latest.at(device(server).clock.value()); }
    [[nodiscard]] double power(const std::string& server) const { return latest.at(device(server).power.value()); }
    [[nodiscard]] double energy_wh(const std::string& server) const {
        return watt_hours(ledger.account(index(device(server)))->line().back().energy);
    }

    Problems problems;
    Config config = load_config(PUED_SOURCE_DIR "/config/examples/gpu-by-mqtt.toml", problems).value();
    PointTable points = build_points(config, {});
    Ledger ledger{points, {}};
    std::vector<MessageValue> values;
    std::map<PointIndex, double> latest;
};

}  // namespace

TEST_GROUP(MqttVendors){};

TEST(MqttVendors, each_exporter_arrives_as_what_its_server_did) {
    Daemon daemon;
    daemon.hear(0, telegraf);
    DOUBLES_EQUAL(0.435, daemon.activity("gpu-1"), 1e-9);  // the mean of 0.40 to 0.47
    DOUBLES_EQUAL(1.83e9, daemon.clock("gpu-1"), 1);
    DOUBLES_EQUAL(2482.8, daemon.power("gpu-2"), 1e-9);
    DOUBLES_EQUAL(0.635, daemon.activity("npu-1"), 1e-9);
    DOUBLES_EQUAL(1.8e9, daemon.clock("npu-1"), 1);
    DOUBLES_EQUAL(0.335, daemon.activity("mlu-1"), 1e-9);
    DOUBLES_EQUAL(1602.8, daemon.power("dcu-1"), 1e-9);
    DOUBLES_EQUAL(0.24, daemon.activity("amd-1"), 1e-9);
    CHECK_FALSE(daemon.device("gpu-2").activity.has_value());  // residency is none
    CHECK_FALSE(daemon.device("dcu-1").activity.has_value());
}

TEST(MqttVendors, energy_comes_from_the_counter_or_from_power) {
    Daemon daemon;
    daemon.hear(0, telegraf);
    auto later = telegraf;
    // 20 kJ for each of the eight, in microjoules.
    auto& amd = later.at("telegraf/amd-1");
    amd.replace(amd.find("000000000000000"), 15, "000020000000000");
    daemon.hear(30, later);
    DOUBLES_EQUAL(8 * 20e3 / 3600, daemon.energy_wh("amd-1"), 1e-3);
    DOUBLES_EQUAL(2482.8 * 30 / 3600, daemon.energy_wh("gpu-2"), 1e-2);
    DOUBLES_EQUAL(1602.8 * 30 / 3600, daemon.energy_wh("dcu-1"), 1e-2);
}
