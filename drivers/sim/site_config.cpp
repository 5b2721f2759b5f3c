// The configuration file, table by table. See site_config.hpp.
#include "drivers/sim/site_config.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cmath>

#include "drivers/sim/files.hpp"

namespace pued::sim {

namespace {

std::string password_file(const Site& site) { return site.options().run_directory + "/bmc-password"; }

std::string head(const Site& site, const ConfigWishes& wishes) {
    std::string text = fmt::format(
        "# Written by pued-sim for the plant in {}\n"
        "state_directory = \"{}/state\"\n",
        site.options().run_directory, site.options().run_directory);
    if (!wishes.data_directory.empty()) text += fmt::format("data_directories = [\"{}\"]\n", wishes.data_directory);
    return text +
           fmt::format(
               "\n[site]\nid = \"demo\"\nagent = \"edge-1\"\nname = \"The plant of pued-sim\"\nregion = \"beijing\"\n"
               "commissioned = 2024-07-01\nbuild = \"new\"\nstandard_racks = {:.0f}\nannual_energy_kwh = {:.0f}\n"
               "\n[metering]\ninterval_s = {}\ngrace_s = {}\npoll_s = {}\n",
               site.plant().rated_it_w() / 2500.0, 8.76 * site.plant().facility_w(), wishes.interval_s,
               std::max(1.0, std::ceil(2 * wishes.poll_s)), wishes.poll_s);
}

std::string alerts(const ConfigWishes& wishes) {
    std::string text;
    if (!wishes.mqtt.empty()) text = fmt::format("\n[mqtt]\nhost = \"{}\"\n", wishes.mqtt);
    return text + fmt::format(
                      "\n[rules]\nwindow = \"interval\"\nfor_count = 2\nclear_count = 2\n"
                      "\n[[alert]]\nid = \"pue-limit\"\nmetric = \"pue-interval\"\nabove = {}\nclear = {}\nfor_count = "
                      "2\nclear_count = 2\n"
                      "severity = \"page\"\n",
                      wishes.pue_limit, wishes.pue_limit - 0.02);
}

std::string meter(const Place& place) {
    std::string text =
        fmt::format("\n[[meter]]\nid = \"{}\"\nprofile = \"{}\"\nunit_id = {}\nrole = \"{}\"\nrated_kw = {:.1f}\n",
                    place.device->id(), place.device->model().id, place.unit_id, place.role, place.rated_w / 1000.0);
    text += place.line.empty() ? fmt::format("host = \"127.0.0.1:{}\"\n", place.port)
                               : fmt::format("line = \"{}\"\n", place.line);
    if (!place.rack.empty()) text += fmt::format("rack = \"{}\"\n", place.rack);
    const auto outlets = place.device->measured().outlets.size();
    if (outlets > 0) text += fmt::format("outlets = {}\n", outlets);
    return text;
}

std::string server(const Site& site, const ServerPlace& place) {
    const std::string power = site.options().dcmi_module.empty() ? std::string("sensor:") + power_sensor : "dcmi";
    return fmt::format(
        "\n[[server]]\nid = \"{}\"\nrack = \"rack-{}\"\nbmc = \"127.0.0.1:{}\"\nuser = \"{}\"\npassword_file = \"{}\"\n"
        "privilege = \"admin\"\ncipher_suites = [3]\npower = \"{}\"\nactivity = \"sensor:{}\"\nrated_kw = {:.1f}\n"
        "accelerators = [{{ model = \"nvidia-h100-sxm5\", count = 8 }}]\n",
        place.id, place.rack + 1, place.bmc->port(), bmc_user, password_file(site), power, activity_sensor,
        1.05 * server_peak_w / 1000.0);
}

}  // namespace

std::string site_config(const Site& site, const ConfigWishes& wishes) {
    std::string text = head(site, wishes) + alerts(wishes);
    for (const Line& line : site.lines())
        text += fmt::format("\n[[line]]\nid = \"{}\"\ndevice = \"{}\"\nbaud = 115200\nparity = \"N\"\n", line.id,
                            line.path);
    for (const Place& place : site.places()) text += meter(place);
    for (const ServerPlace& place : site.servers())
        if (place.bmc) text += server(site, place);
    return text;
}

Result<void> write_site_config(const Site& site, const ConfigWishes& wishes, const std::string& file) {
    if (auto written = replace_file(password_file(site), std::string(bmc_password) + "\n"); !written) return written;
    chmod(password_file(site).c_str(), S_IRUSR | S_IWUSR);
    return replace_file(file, site_config(site, wishes));
}

}  // namespace pued::sim
