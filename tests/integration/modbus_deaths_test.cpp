// A hundred Modbus TCP devices of which eighty die, ten in each of eight ways, and are healed. The other twenty must
// not notice. Some twenty seconds.
#include <algorithm>

#include "tests/integration/sick_plant.hpp"

#include "tests/integration/modbus_checks.hpp"

using namespace pued;
using namespace pued::peers;

namespace {

constexpr std::size_t devices = 100, of_each = 10;
constexpr auto period = std::chrono::seconds{1};
const RealClock real_clock;

Illness illness_of(std::size_t i) { return static_cast<Illness>(std::min<std::size_t>(i / of_each, 9) % 9); }
bool living(std::size_t i) { return illness_of(i) == Illness::none; }

std::map<std::size_t, Illness> the_ill() {
    std::map<std::size_t, Illness> out;
    for (std::size_t i = 0; i < devices; ++i) out[i] = illness_of(i);
    return out;
}

}  // namespace

TEST_GROUP(ModbusDeaths) {
    SickPlant plant{devices};
    Punctuality reports{devices, period, real_clock};

    std::unique_ptr<Source> source() {
        std::vector<ModbusPoll> polls;
        for (std::size_t i = 0; i < devices; ++i) polls.push_back(plant_device(plant, i, 1000, 500));
        return make_tcp_source(std::move(polls), real_clock);
    }
    // The living, all polls of `seconds`, each good and in its slot.
    void check_living(unsigned seconds) {
        for (std::size_t i = 0; i < devices; ++i) {
            const auto device = reports.of(i);
            if (!living(i)) continue;
            UNSIGNED_LONGS_EQUAL(0, device.bad);
            UNSIGNED_LONGS_EQUAL(0, device.skipped);
            CHECK_TRUE(device.late.size() + 1 >= seconds);
        }
        const auto late = reports.lateness_ms(living);
        // One that is held up by the ill waits at least half a second, their timeout; a busy machine takes its time,
        // too.
        CHECK_TRUE(late[late.size() * 99 / 100] < 300);
    }
};

TEST(ModbusDeaths, eight_ways_to_die_leave_the_others_alone_and_the_healed_are_back_in_ten_seconds) {
    auto polled = source();
    polled->step(real_clock.now().boot + milliseconds{2000}, reports);
    for (std::size_t i = 0; i < devices; ++i) CHECK_TRUE(!reports.of(i).late.empty());

    plant.infect(the_ill());
    polled->step(real_clock.now().boot + milliseconds{1000}, reports);
    reports.begin();
    polled->step(real_clock.now().boot + milliseconds{8000}, reports);
    check_living(8);
    for (std::size_t i = 0; i < devices; ++i) {
        if (!living(i)) CHECK_TRUE(reports.of(i).late.empty() && reports.of(i).bad >= 7);
    }

    reports.begin();
    const BootTime healed = real_clock.now().boot;
    plant.heal();
    polled->step(healed + milliseconds{10'000}, reports);
    for (std::size_t i = 0; i < devices; ++i) {
        if (reports.of(i).late.empty())
            FAIL((std::string{illness_names[static_cast<std::size_t>(illness_of(i))]} + ": " + reports.of(i).error)
                     .c_str());
    }
    check_living(10);
    polled->close();
}
