// Recorded readings of a year that never was, for pued replay: two incomers, UPSs, PDUs, cooling and a weather sensor,
// 40 points, at any step; written as READINGS.csv to stdout. The plant is a formula of hour, season and seed; registers
// count whole Wh. Also writes the configuration that belongs to it: year --config.
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

namespace {

struct Meter {
    std::string id, role;
    double share;  // of the power of its kind
};

// 19 meters with register and power, and the weather twice: 40 points.
std::vector<Meter> meters() {
    std::vector<Meter> out{{"feed-a", "feed", .5}, {"feed-b", "feed", .5}};
    for (int i = 1; i <= 2; ++i) out.push_back({"ups-in-" + std::to_string(i), "ups-input", .5});
    for (int i = 1; i <= 4; ++i) out.push_back({"ups-out-" + std::to_string(i), "ups-output", .25});
    for (int i = 1; i <= 8; ++i) out.push_back({"pdu-" + std::to_string(i), "pdu", .125});
    for (int i = 1; i <= 3; ++i) out.push_back({"cooling-" + std::to_string(i), "cooling", 1. / 3});
    return out;
}

double power_w(const std::string& role, double it_w, double cooling_w) {
    const double ups_out = it_w * 1.01, ups_in = ups_out * 1.04;
    if (role == "pdu") return it_w;
    if (role == "ups-output") return ups_out;
    if (role == "ups-input") return ups_in;
    if (role == "cooling") return cooling_w;
    return ups_in + cooling_w + 12e3;
}

void print_config() {
    std::puts(
        "[site]\nid = \"bench\"\nregion = \"shanghai\"\nbuild = \"new\"\nstandard_racks = 3200\n"
        "commissioned = 2024-01-01\n[metering]\npoll_s = 60\n[drift]\nlimit = 1.30\n[weather]\n"
        "dry_bulb = \"feed-a.temperature_c\"\nhumidity = \"feed-a.humidity_percent\"\n"
        "[mqtt]\nenabled = true\nhost = \"broker.example\"");
    int n = 0;
    for (const auto& meter : meters()) {
        std::printf(
            "[[meter]]\nid = \"%s\"\nprofile = \"eastron-sdm630\"\nhost = \"127.0.0.1:%d\"\nrole = \"%s\"\n"
            "rated_kw = %d\nmeter_class = \"0.5S\"\nct_class = \"0.5S\"\n",
            meter.id.c_str(), 20000 + n++, meter.role.c_str(), static_cast<int>(4000 * meter.share));
    }
    for (const auto* sensor : {"roof\" quantity = \"temperature_c", "roof-rh\" quantity = \"humidity_percent"}) {
        std::string text = sensor;
        text.replace(text.find("\" "), 2, "\"\n");
        std::printf("[[mqtt-value]]\nid = \"%s\"\ndevice = \"feed-a\"\ntopic = \"roof\"\nstale_after_s = 180\n",
                    text.c_str());
    }
}

// 2026-01-01T00:00:00+08:00 and so many minutes.
std::string time_text(std::int64_t minutes) {
    using namespace std::chrono;
    const year_month_day date{sys_days{year{2026} / 1 / 1} + days{minutes / 1440}};
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:00+08:00", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(minutes / 60 % 24), static_cast<int>(minutes % 60));
    return text;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::string{argv[1]} == "--config") {
        print_config();
        return 0;
    }
    const int step = argc > 1 ? std::atoi(argv[1]) : 15;  // minutes
    const int days = argc > 2 ? std::atoi(argv[2]) : 366;
    const unsigned seed = argc > 3 ? static_cast<unsigned>(std::atoi(argv[3])) : 1;
    const auto all = meters();
    std::vector<double> wh(all.size());
    std::mt19937 random{seed};
    std::normal_distribution<double> noise{0, 1};
    double load = 0, air = 0;
    std::puts("time,point,value,quality");
    for (std::int64_t minute = 0; minute <= std::int64_t{days} * 1440; minute += step) {
        const double day = static_cast<double>(minute) / 1440, hour = static_cast<double>(minute % 1440) / 60;
        load += -load * step / 600 + noise(random) * 0.01 * std::sqrt(step / 15.);
        air += -air * step / 2000 + noise(random) * 0.4 * std::sqrt(step / 15.);
        const double dry =
            16 - 13 * std::cos(2 * M_PI * (day - 20) / 365) - 4 * std::cos(2 * M_PI * (hour - 3) / 24) + air;
        const double it_w = 1.8e6 * (1 + 0.05 * std::sin(2 * M_PI * (hour - 9) / 24) + load);
        const double cooling_w = it_w * (0.10 + 0.006 * std::max(0., dry - 6) + 0.004 * std::max(0., dry - 20));
        const auto time = time_text(minute);
        for (std::size_t i = 0; i < all.size(); ++i) {
            const double w = power_w(all[i].role, it_w, cooling_w) * all[i].share;
            wh[i] += w * step / 60;
            std::printf("%s,%s.energy_wh,%.0f,good\n%s,%s.power_w,%.0f,good\n", time.c_str(), all[i].id.c_str(),
                        std::floor(1e9 + wh[i]), time.c_str(), all[i].id.c_str(), w);
        }
        std::printf("%s,feed-a.temperature_c,%.1f,good\n%s,feed-a.humidity_percent,%.0f,good\n", time.c_str(), dry,
                    time.c_str(), 60 + 20 * std::sin(day));
    }
}
