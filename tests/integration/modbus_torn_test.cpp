// A libmodbus server that tears its energy counter whenever a word of it has run over, read through the real TCP
// source: no torn value comes through, and no poll loses its slot. Loopback only, a free port, about five seconds.
#include <algorithm>
#include <set>

#include "tests/integration/modbus_tcp_peers.hpp"

#include "tests/integration/modbus_checks.hpp"

using namespace pued;
using namespace pued::peers;

namespace {

const RealClock real_clock;

// A counter that runs over its low word about every fourth poll of 100 ms. The first reading after that is torn: by
// turns the old high word with the new low one, and the new high one with the old low one.
class TornMeter {
public:
    TornMeter()
        : context_(modbus_new_tcp("127.0.0.1", 502)),
          mapping_(modbus_mapping_new(0, 0, 4, 0)),
          listener_(listen_on_loopback(port)),
          thread_([this] { serve(); }) {}
    ~TornMeter() {
        stop_ = true;
        thread_.join();
        if (peer_ >= 0) ::close(peer_);
        ::close(listener_);
        modbus_mapping_free(mapping_);
        modbus_free(context_);
    }
    TornMeter(const TornMeter&) = delete;
    TornMeter& operator=(const TornMeter&) = delete;

    std::uint16_t port = 0;
    // Of the thread; read when it has been stopped or the source is at rest.
    std::set<std::uint32_t> whole, torn;
    unsigned requests = 0;

private:
    static constexpr std::int64_t counts_per_ms = 170;

    void serve() {
        while (!stop_) {
            std::array<pollfd, 2> fds{{{listener_, POLLIN, 0}, {peer_, POLLIN, 0}}};
            ::poll(fds.data(), peer_ < 0 ? 1 : 2, 20);
            if (peer_ >= 0 && fds[1].revents != 0) answer();
            if (peer_ < 0 && fds[0].revents != 0) peer_ = ::accept(listener_, nullptr, nullptr);
        }
    }
    void answer() {
        std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> request{};
        modbus_set_socket(context_, peer_);
        const int size = modbus_receive(context_, request.data());
        if (size > 0) {
            show();
            modbus_reply(context_, request.data(), size, mapping_);
        } else if (size < 0) {
            ::close(peer_);
            peer_ = -1;
        }
    }
    void show() {
        const auto run = std::chrono::duration_cast<milliseconds>(real_clock.now().boot - start_).count();
        const auto now = static_cast<std::uint32_t>(0x1FFF0 + run * counts_per_ms);
        std::uint32_t shown = now;
        if (requests > 0 && now >> 16U != last_ >> 16U) {
            shown = torn.size() % 2 == 0 ? (last_ & 0xFFFF0000U) | (now & 0xFFFFU)
                                         : (now & 0xFFFF0000U) | (last_ & 0xFFFFU);
            torn.insert(shown);
        } else {
            whole.insert(now);
        }
        mapping_->tab_registers[0] = static_cast<std::uint16_t>(shown >> 16U);
        mapping_->tab_registers[1] = static_cast<std::uint16_t>(shown);
        mapping_->tab_registers[2] = static_cast<std::uint16_t>(++requests);
        last_ = now;
    }

    modbus_t* context_;
    modbus_mapping_t* mapping_;
    int listener_, peer_ = -1;
    BootTime start_ = real_clock.now().boot;
    std::uint32_t last_ = 0;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

ModbusPoll torn_device(std::uint16_t port) {
    ModbusPoll device = tcp_device(0, port, 100, 1000);
    Field energy = register_field("energy_wh", 0);
    energy.type = RegisterType::u32;
    energy.q_uwh = 1'000'000;
    fake::own_map(device).fields = {energy, register_field("power_w", 2)};
    return device;
}

}  // namespace

TEST_GROUP(ModbusTorn){};

TEST(ModbusTorn, a_counter_torn_every_few_polls_is_read_whole_in_every_slot) {
    Reports reports;
    TornMeter meter;
    Runner runner{make_tcp_source({torn_device(meter.port)}, real_clock), reports, real_clock};
    CHECK_TRUE(eventually(milliseconds{15'000}, [&] { return reports.of(0).size() >= 45; }));
    runner.stop();
    const auto all = reports.of(0);
    CHECK_TRUE(meter.torn.size() >= 8);
    CHECK_TRUE(meter.requests >= all.size() + 2 * meter.torn.size() - 2);  // two more for each
    check_every_slot(all, milliseconds{100});
    std::uint64_t last = 0;
    for (const auto& report : all) {
        STRCMP_EQUAL("", report.error.c_str());
        CHECK_TRUE(report.samples[0].quality == Quality::good && report.samples[1].quality == Quality::good);
        const auto counts = report.samples[0].count->counts;
        CHECK_TRUE(meter.whole.contains(static_cast<std::uint32_t>(counts)));
        CHECK_TRUE(counts > last && (last == 0 || counts - last < 65'536));
        last = counts;
    }
}
