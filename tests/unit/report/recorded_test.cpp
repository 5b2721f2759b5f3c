// Devices and energies out of records: what the daemon wrote comes back, what nobody wrote is not there.
#include <nlohmann/json.hpp>

#include "agent/metering/uncertainty.hpp"
#include "agent/report/recorded.hpp"

#include "CppUTest/TestHarness.h"

using namespace pued;

TEST_GROUP(Recorded){};

TEST(Recorded, every_instrument_comes_back_from_its_number) {
    for (unsigned meter = 0; meter < meter_class_names.size(); ++meter) {
        for (unsigned ct = 0; ct < ct_class_names.size(); ++ct) {
            const Instrument instrument = Classes{static_cast<MeterClass>(meter), static_cast<CtClass>(ct)};
            LONGS_EQUAL(instrument_type(instrument), instrument_type(*instrument_of(instrument_type(instrument))));
        }
    }
    for (const auto kind :
         {WithoutPapers::ups_display, WithoutPapers::pdu, WithoutPapers::bmc, WithoutPapers::estimate})
        CHECK(std::get<WithoutPapers>(*instrument_of(instrument_type(Instrument{kind}))) == kind);
    for (const unsigned none : {4U, 0xffU, 0x105U, 0x150U, 0x1000U, 0xffffffffU})
        CHECK_FALSE(instrument_of(none).has_value());
}

TEST(Recorded, a_point_that_says_little_is_a_device_of_no_role) {
    const auto device =
        recorded_device({{"id", "x"}, {"role", "never-heard-of"}, {"u_rel", nullptr}, {"type", nullptr}});
    STRCMP_EQUAL("x", device.id.c_str());
    CHECK(device.role == Role::none);
    CHECK_FALSE(device.u_rel.has_value());
    CHECK_FALSE(device.instrument.has_value());
    DOUBLES_EQUAL(0, device.correction, 0);
}

TEST(Recorded, an_estimate_stands_only_where_nothing_was_measured_and_its_row_can_be_read) {
    Record record;
    record.points = {{0, {}, {}, 100, flag::measured}, {1, {}, {}, 0, flag::missing}, {2, {}, {}, 0, flag::missing}};
    auto energies = recorded_energies(record);
    add_estimates(energies, nlohmann::json::parse(R"({"e": [[0,5,0], [1,7,3], [2,9,4], [2,"x",0], [2], 7]})"));
    CHECK(energies[0].energy == Energy{100});
    CHECK_FALSE(energies[0].estimate.has_value());
    CHECK(energies[1].estimate == (Estimate{Energy{7}, EstimateMethod::profile}));
    CHECK_FALSE(energies[2].estimate.has_value());
}
