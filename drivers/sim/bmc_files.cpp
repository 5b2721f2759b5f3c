// The texts of one BMC: lan.conf, the emulator's commands, and the sensor records for sdrcomp. See bmc_files.hpp.
#include "drivers/sim/bmc_files.hpp"

namespace pued::sim {

namespace {

constexpr const char* sensor_template = R"(sdr type 1
	sensor_owner_id 0x20
	sensor_owner_lun 0
	channel_number 0
	sensor_number @NUMBER@
	entity_id system_board
	entity_instance @NUMBER@
	sensor_type Other_Units_Based_Sensor
	init_scanning true
	init_sensor_type true
	default_sensor_scan_on true
	event_reading_type_code 1
	analog_data_format unsigned
	rate_unit none
	modifier_unit none
	percentage @PERCENT@
	base_unit @UNIT@
	modifier_unit_code unspecified
	linearization linear
	m @M@
	tolerance 0
	b 0
	accuracy 1
	accuracy_exp 0
	sensor_direction input
	r_exp @R@
	b_exp 0
	sensor_maximum 255
	sensor_minimum 0
	id_string "@NAME@"
endsdr
)";

std::string fill(std::string text, const std::string& mark, const std::string& value) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
        text.replace(at, mark.size(), value);
    return text;
}

struct Sensor {
    const char* number;
    const char* percent;
    const char* unit;
    const char* m;
    const char* r;
    const char* name;
};

std::string record(const Sensor& sensor) {
    std::string text = fill(sensor_template, "@NUMBER@", sensor.number);
    text = fill(text, "@PERCENT@", sensor.percent);
    text = fill(text, "@UNIT@", sensor.unit);
    text = fill(text, "@M@", sensor.m);
    text = fill(text, "@R@", sensor.r);
    return fill(text, "@NAME@", sensor.name);
}

}  // namespace

std::string lan_conf(const BmcSetup& setup, std::uint16_t port) {
    std::string text = "name \"" + setup.id + "\"\nset_working_mc 0x20\n  startlan 1\n    addr 127.0.0.1 " +
                       std::to_string(port) + "\n    priv_limit admin\n";
    for (const char* level : {"callback", "user", "operator", "admin"})
        text += std::string("    allowed_auths_") + level + " none md2 md5 straight\n";
    text += "    guid a123456789abcdefa123456789abcdef\n  endlan\n";
    text += "  user 1 true \"\" \"\" user 10 none md2 md5 straight\n";
    text += std::string("  user 2 true \"") + bmc_user + "\" \"" + bmc_password + "\" admin 10 none md2 md5 straight\n";
    if (!setup.dcmi_module.empty()) text += "loadlib \"" + setup.dcmi_module + "\" \"" + setup.directory + "/watts\"\n";
    return text;
}

std::string emulator_commands(const BmcSetup& setup) {
    const auto polled = [&](const char* number, const char* file) {
        return std::string("sensor_add 0x20 0 ") + number + " 0x0b 0x01 poll 500 file \"" + setup.directory + "/" +
               file + "\"\n";
    };
    return "mc_setbmc 0x20\nmc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr\n"
           "sel_enable 0x20 1000 0x0a\n" +
           polled("1", "power.raw") + polled("2", "activity.raw") + "mc_enable 0x20\n";
}

std::string sensor_records() {
    return record({"1", "false", "Watts", "48", "0", power_sensor}) +
           record({"2", "true", "unspecified", "4", "-1", activity_sensor});
}

}  // namespace pued::sim
