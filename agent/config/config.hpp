// The configuration as plain structs: what config/pued.toml says after agent/config/load.hpp has read and checked it.
// Absent optional values keep the defaults written here. Units are in the names or the types.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agent/config/places.hpp"
#include "agent/model/accuracy.hpp"
#include "agent/model/register_map.hpp"
#include "agent/model/topology.hpp"
#include "agent/rules/site_facts.hpp"

namespace pued {

using Milliseconds = std::chrono::milliseconds;

enum class Language : std::uint8_t { en, zh };

struct SiteConfig {
    std::string id;                 // topics
    std::string agent = "agent-1";  // topics
    std::string name;
    std::string region;                    // id of a Chinese province or city used by the rules: "beijing", "guangdong"
    bool hub_node = false;                 // in a national hub node (east-west computing)
    bool government = false;               // bought by public procurement
    std::optional<double> standard_racks;  // of 2.5 kW
    std::optional<std::chrono::year_month_day> commissioned;
    BuildKind build = BuildKind::existing;
    std::optional<double> annual_energy_kwh;  // approved or expected; for surcharges
    int utc_offset_minutes = 480;             // China: fixed UTC+8
    Language lang = Language::en;
    std::string accuracy_note;  // free text for reports
};

struct MeteringConfig {
    std::chrono::seconds interval{900};  // of the ledger; divides an hour
    std::chrono::seconds grace{180};     // wait for late readings before an interval closes
    Milliseconds poll{10000};            // default for devices
    double unmeasured_w = 0;             // declared estimate of auxiliaries without a meter, W, in E_DC
    unsigned category = 0;               // 1..3: of the PUE that the permit names; 0: by what is metered
};

struct MqttConfig {
    bool enabled = false;
    std::string host;
    std::uint16_t port = 1883;
    bool tls = false;
    std::string ca_file, cert_file, key_file;
    std::string user, password_file;
    std::string client_id;  // default: pued-SITE-AGENT
    std::string prefix = "pued";
    int version = 5;  // 5, or 3 for 3.1.1
    std::chrono::seconds keep_alive{20};
    bool readings = false;  // publish reading/…
};

struct LineConfig {  // [[line]]: a serial line
    std::string id;
    std::string device;    // "/dev/ttyS1"
    unsigned baud = 9600;  // of DL/T 645 meters 2400 and E, once line_defaults.hpp has seen whose line it is
    char parity = 'N';     // N, E, O
    unsigned stop_bits = 1;
};

struct MeterExchange {  // [[meter.exchange]]: announced by the operator, so that the join is measured
    UtcTime at;
    double old_final_kwh = 0, new_first_kwh = 0;
    std::string old_serial, new_serial, by, seal;
};

struct Certificate {  // certificate = { number = "…", u_percent = 0.1, k = 2, correction_percent = 0.03, date = … }
    std::string number;
    double u_percent = 0;  // expanded
    double k = 2;
    double correction_percent = 0;  // added to what the meter shows
    std::optional<std::chrono::year_month_day> date;
};

struct DeviceBase {
    std::string id;
    Role role = Role::none;
    std::string rack;
    double rated_w = 0;
    Milliseconds poll{0};            // 0: metering.poll
    Milliseconds timeout{0};         // 0: the profile's or protocol's
    std::optional<Classes> classes;  // stated by meter_class and ct_class
    std::optional<Certificate> certificate{};
    std::string serial{};                    // as on the meter; compared with what it says of itself, where it does
    std::vector<MeterExchange> exchanges{};  // by rising time
    std::string parent{};                    // id of the meter upstream, for the balance of parents and children
};

// A Redfish service and an account on it: redfish = "https://HOST[:PORT]" of a [[meter]] or [[server]].
struct RedfishAccess {
    std::string url;  // scheme, host and port, no path
    std::string user, password_file;
    std::string ca_file;      // default: what the system trusts
    std::string fingerprint;  // SHA-256 of the certificate, hex; instead of a CA
    std::string profile;      // id of a file in config/redfish
    // The energy that its profile calls optional is the device's register; else its power is integrated.
    bool energy_register = false;
};

enum class Framing : std::uint8_t { tcp, rtu };  // Modbus TCP, or RTU frames in a TCP stream (serial servers)

// DL/T 645: whoever is on the line; for a meter that is alone on it.
inline constexpr const char* dlt645_any_address = "AAAAAAAAAAAA";

// Modbus TCP carries any byte as unit id. On a serial line 1 to 247, and more where a device goes beyond the standard.
inline constexpr unsigned most_unit_id = 255, standard_unit_id = 247;

struct ModbusDevice : DeviceBase {  // [[meter]]
    std::string profile;            // id of a register map; its protocol is this meter's
    std::string host;               // numeric or name, TCP; else empty
    std::uint16_t port = 502;
    bool port_given = false;
    Framing framing = Framing::tcp;
    std::string line;                           // id of a [[line]], RTU; else empty
    unsigned unit_id = 1;                       // 1..247; see most_unit_id
    std::string address;                        // DL/T 645: the meter's 12 digits, or dlt645_any_address
    double ct_ratio = 1, pt_ratio = 1;          // DL/T 645: of the transformers, which such a meter knows nothing of
    unsigned register_offset = 0;               // added to every address: cascaded PDUs, UPS modules
    std::map<std::string, Milliseconds> rates;  // by quantity ("energy_wh"): own period, a multiple of the poll
    std::optional<RedfishAccess> redfish;       // a rack PDU that speaks Redfish: then neither host nor line
    std::map<std::string, unsigned> counts;     // outlets = 24 -> {"outlet", 24}
    std::optional<WordOrder> word_order;        // overrides the profile's
};

struct Accelerators {   // what a server carries
    std::string model;  // id in config/accelerators
    unsigned count = 0;
};

struct IpmiSensor {  // power = "dcmi" or a sensor by name or number
    bool dcmi = false;
    std::string name;  // SDR id string; empty: by number
    std::optional<unsigned> number;
};

struct DbusSensor {        // of OpenBMC, on this machine
    std::string quantity;  // "power_w"
    std::string path;      // "/xyz/openbmc_project/sensors/power/total_power"
    double scale = 1;
};

// A machine whose values come by any of four ways, or several at once; the first that is given is the server's own
// source, the others are sources called ID-redfish, ID-nvml, ID-dbus.
struct ServerConfig : DeviceBase {  // [[server]]
    std::string host;               // of the BMC, IPMI over LAN; empty: none
    std::uint16_t port = 623;
    std::string user, password_file;
    std::vector<unsigned> cipher_suites{17, 3};
    std::string privilege = "operator";  // user, operator, admin
    std::optional<IpmiSensor> power;
    std::optional<IpmiSensor> activity;  // percent or 0..1; scaled by activity_scale
    double activity_scale = 0.01;
    std::optional<RedfishAccess> redfish;
    bool nvml = false;  // the GPUs of the machine that pued runs on
    std::vector<DbusSensor> dbus;
    std::vector<Accelerators> accelerators;
};

struct MqttValue {         // [[mqtt-value]]: a point from JSON messages on a topic
    std::string id;        // of the value as a source of its own
    std::string device;    // id of the server or meter it belongs to
    std::string quantity;  // "activity", "power_w", "energy_wh", "clock_hz"
    std::string topic;     // exact, no wildcards
    std::string pointer;   // RFC 6901, "/gpu/util"
    double scale = 1;
    std::string unit{};                                        // "J", "mJ": an energy is told so; empty: in Wh
    std::string time{};                                        // pointer to the value's own time; empty: none
    std::optional<std::string> list{};                         // pointer to an array whose members are looked at
    std::vector<std::pair<std::string, std::string>> where{};  // pointers, and what must stand there
    std::string each{};                                        // pointer to what tells the parts apart
    unsigned count = 1;                                        // so many parts make the value
    Milliseconds stale_after{60000};
};

struct AlertConfig {  // [[alert]]: an operator's own threshold on a metric
    std::string id;
    std::string metric;  // "pue-15min", "it-power", …
    std::string scope = "site";
    std::optional<double> above, below;  // one of them
    std::optional<double> clear;         // default: the limit itself
    unsigned for_count = 3;              // consecutive evaluations
    unsigned clear_count = 3;
    std::string severity = "ticket";  // page, ticket, advisory
};

struct RulesConfig {
    std::vector<std::string> only;  // ids; empty: every rule that applies to the site
    std::vector<std::string> skip;
    std::string window = "hour";  // on which rule limits alert: interval, hour, day
    double hysteresis = 0.01;     // PUE points below the limit before an alert clears
    unsigned for_count = 3;
    unsigned clear_count = 3;
};

struct JournalConfig {                   // [journal]
    std::string origin;                  // default: "pued/SITE/AGENT"; the epoch is added
    unsigned segment_kib = 2048;         // 64..65536
    unsigned keep_mib = 0;               // 0: for ever; exported segments beyond it are removed
    unsigned checkpoint_s = 3600;        // 60..86400
    std::vector<std::string> witnesses;  // vkeys: "name+hash+base64"
};

struct WeatherConfig {               // [weather]: what the drift detectors explain the season with
    std::string wet_bulb;            // point "meter-id.quantity" (temperature_c); or
    std::string dry_bulb, humidity;  // points; humidity may be missing
    std::vector<double> monthly_c;   // 12 means of the climate; the fallback, and the forecast's weather
};

struct DriftConfig {  // [drift]
    bool enabled = true;
    std::optional<double> limit;  // default: the strictest limit that binds this site
    double acute = 0.08, acute_clear = 0.04, k = 0.015, h = 0.15, shewhart = 0.04;
    double least_load = 0.4;
    std::vector<std::pair<double, double>> design_curve;  // [[5, 1.18], [20, 1.25], [28, 1.35]]
};

struct Maintenance {  // [[maintenance]]: hours that drift alerts leave out
    UtcTime from, until;
    std::string reason;
};

struct FiveConditions {  // [gb40879]: the five-condition method; T_i from the standard's table for the city
    struct Point {
        double share = 0;  // of the year
        double facility_kw = 0, it_kw = 0;
    };
    std::vector<Point> points;  // five, shares sum to 1
    std::string source;         // where the shares come from
};

struct Config {
    std::string file;    // where it came from
    std::string sha256;  // of the file's bytes, hex
    SiteConfig site;
    MeteringConfig metering;
    MqttConfig mqtt;
    RulesConfig rules;
    std::string state_directory = "/var/lib/pued";
    std::vector<std::string> data_directories;  // searched for devices/, accelerators/, rules/; later ones win
    std::vector<LineConfig> lines;
    std::vector<ModbusDevice> meters;
    std::vector<ServerConfig> servers;
    std::vector<MqttValue> mqtt_values;
    std::vector<AlertConfig> alerts;
    JournalConfig journal;
    WeatherConfig weather;
    DriftConfig drift;
    std::vector<Maintenance> maintenance;
    std::optional<FiveConditions> gb40879;
    std::string text;     // the file itself, for the journal
    ConfigPlaces places;  // for the messages of check.hpp
};

}  // namespace pued
