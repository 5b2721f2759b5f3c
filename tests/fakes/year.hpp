// A plausible year of a hall near Beijing as records of a journal: two feeds, two UPSs, cooling, racks; seasons, days,
// noise; and what a year brings: a meter that fell silent and was estimated, a register that fell back, late
// amendments, alerts, a clock step, records lost to a full disk. The same seed gives the same year. Energies in mWh.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "agent/journal/record.hpp"
#include "agent/metering/flags.hpp"

namespace pued::fake {

inline constexpr std::int64_t year_2026_s = 1767196800;  // 2026-01-01 00:00 at UTC+8
inline constexpr std::int64_t interval_s = 900;

inline Bytes cbor(const nlohmann::json& document) {
    const auto bytes = nlohmann::json::to_cbor(document);
    return Bytes(bytes.begin(), bytes.end());
}

class Year {
public:
    struct Settings {
        unsigned racks = 8;
        unsigned days = 365;
        double warmer_c = 0;       // than usual
        bool with_weather = true;  // and with cooling, UPS inputs: a site that meters its parts
    };
    using Take = std::function<void(Record)>;

    explicit Year(Settings settings) : settings_(settings) {
        add("feed-a", "feed", "", "0.2S / CT 0.2S", 0.0031, 0x100);
        add("feed-b", "feed", "", "0.2S / CT 0.2S", 0.0031, 0x100);
        add("ups-1-out", "ups-output", "", "0.5S / CT 0.5S", 0.0061, 0x111);
        add("ups-2-out", "ups-output", "", "0.5S / CT 0.5S", 0.0061, 0x111);
        if (settings_.with_weather) {
            add("ups-1-in", "ups-input", "", "UPS 2 %", 0.0115, 0);
            add("ups-2-in", "ups-input", "", "UPS 2 %", 0.0115, 0);
            add("chillers", "cooling", "", "1 / CT 0.5", 0.009, 0x132);
            add("pumps", "cooling", "", "1 / CT 0.5", 0.009, 0x132);
            add("lighting", "lighting", "", "", -1, 0);
        }
        for (unsigned rack = 0; rack < settings_.racks; ++rack) {
            const auto name = (rack < 9 ? "r0" : "r") + std::to_string(rack + 1);
            add("pdu-" + name, "pdu", name, "PDU 1 %", 0.0058, 1);
        }
        energy_.assign(points_.size(), 0);
        for (std::size_t i = 0; i < energy_.size(); ++i) energy_[i] = std::int64_t(1 + i) * 40'000'000'000'000;
    }

    void tell(const Take& take) {
        take_ = take;
        say(RecordType::boot, year_2026_s - 60, {{"version", "0.1.0"}, {"boot_id", "5f1c0e52-0001"}});
        say_config();
        for (std::size_t i = 0; i < points_.size(); ++i) say_epoch(i, "first", year_2026_s - 50);
        const auto intervals = std::int64_t{settings_.days} * 96;
        for (std::int64_t n = 0; n < intervals; ++n) {
            events_before(n);
            say_interval(n);
        }
    }

    static constexpr std::int64_t silent_from = 120 * 96, silent_for = 150;  // ups-2-out, estimated by balance
    static constexpr std::int64_t late_from = 60 * 96, late_for = 20;        // feed-b, amended an hour later

private:
    using Json = nlohmann::json;

    void add(const std::string& id, const char* role, const std::string& rack, const char* accuracy, double u,
             unsigned type) {
        points_.push_back({{"id", id},
                           {"role", role},
                           {"rack", rack},
                           {"profile", "siemens-pac"},
                           {"rated_w", 2e6},
                           {"accuracy", accuracy},
                           {"u_rel", u < 0 ? Json(nullptr) : Json(u)},
                           {"type", type},
                           {"correction", 0},
                           {"parent", nullptr},
                           {"certificate", id == "feed-a" ? "JL-2025-0417 <B>" : ""}});
    }

    [[nodiscard]] std::size_t index(const std::string& id) const {
        std::size_t i = 0;
        while (i < points_.size() && points_[i]["id"] != id) ++i;
        return i;
    }

    void say(RecordType type, std::int64_t start_s, const Json& aux) const {
        Record out;
        out.type = type;
        out.start_s = start_s;
        out.aux = cbor(aux);
        take_(std::move(out));
    }

    void say_config() const {
        say(RecordType::config, year_2026_s - 55,
            {{"text", ""},
             {"sha256", ""},
             {"version", "0.1.0"},
             {"site", Json::object()},
             {"metering", {{"interval_s", 900}, {"category", 1}, {"unmeasured_w", 1500}}},
             {"points", points_}});
    }

    static constexpr std::int64_t q_mwh = 100'000;  // a count is 0.1 kWh

    [[nodiscard]] std::uint64_t counts(std::size_t i) const { return static_cast<std::uint64_t>(energy_[i] / q_mwh); }
    [[nodiscard]] Json reading(std::uint64_t count) const {
        return {{"counts", count}, {"q_uwh", q_mwh * 1000}, {"modulus", 0}, {"ulp_wh", 0}};
    }

    void say_epoch(std::size_t i, const char* reason, std::int64_t at_s) const {
        say(RecordType::meter_epoch, at_s,
            {{"device", points_[i]["id"]},
             {"point", i},
             {"epoch", 0},
             {"reason", reason},
             {"last", nullptr},
             {"first", reading(counts(i))},
             {"offset_mwh", 0}});
    }

    // 0 to 1, the same for the same numbers.
    static double noise(std::uint64_t n) {
        n = (n ^ (n >> 30U)) * 0xbf58476d1ce4e5b9ULL + 0x9e3779b97f4a7c15ULL;
        n = (n ^ (n >> 27U)) * 0x94d049bb133111ebULL;
        return static_cast<double>((n ^ (n >> 31U)) >> 11U) / 9007199254740992.0;
    }
    static double smooth(double at, std::uint64_t salt) {
        const auto whole = static_cast<std::uint64_t>(at);
        const double part = at - static_cast<double>(whole);
        return noise(whole * 977 + salt) * (1 - part) + noise((whole + 1) * 977 + salt) * part - 0.5;
    }

    struct Hour {
        double it_kw, wet_c, losses_kw, cooling_kw, lighting_kw;
    };
    [[nodiscard]] Hour plant(std::int64_t n) const {
        constexpr double turn = 2 * 3.14159265358979;
        const double day = static_cast<double>(n) / 96, hour = std::fmod(day, 1.0) * 24;
        Hour h{};
        h.wet_c = 9 + settings_.warmer_c - 14.5 * std::cos(turn * (day - 18) / 365) -
                  2.5 * std::cos(turn * (hour - 3) / 24) + 9 * smooth(day / 3, 5);
        h.it_kw = 1650 + day * 0.9 + 120 * std::sin(turn * (hour - 9) / 24) + 260 * smooth(day / 2, 11) +
                  60 * noise(static_cast<std::uint64_t>(n));
        const double warm = std::max(0.0, h.wet_c - 6), hot = std::max(0.0, h.wet_c - 20);
        const bool fault = day > 196 && day < 205;
        h.losses_kw = 30 + 0.035 * h.it_kw;
        h.cooling_kw = 60 + h.it_kw * (0.115 + 0.0098 * warm + 0.004 * hot + (fault ? 0.06 : 0));
        h.lighting_kw = hour > 8 && hour < 19 ? 14 : 6;
        return h;
    }

    [[nodiscard]] double kw_of(std::size_t i, const Hour& h) const {
        const std::string id = points_[i]["id"];
        const double all = h.it_kw + h.losses_kw + h.cooling_kw + h.lighting_kw + 9;
        if (id == "feed-a") return 0.54 * all;
        if (id == "feed-b") return 0.46 * all;
        if (id == "ups-1-out") return 0.6 * h.it_kw;
        if (id == "ups-2-out") return 0.4 * h.it_kw;
        if (id == "ups-1-in") return 0.6 * (h.it_kw + h.losses_kw);
        if (id == "ups-2-in") return 0.4 * (h.it_kw + h.losses_kw);
        if (id == "chillers") return 0.8 * h.cooling_kw;
        if (id == "pumps") return 0.2 * h.cooling_kw;
        if (id == "lighting") return h.lighting_kw;
        return 0.985 * h.it_kw / settings_.racks;
    }

    void say_interval(std::int64_t n) {
        const auto start_s = year_2026_s + n * interval_s;
        const Hour h = plant(n);
        Record out;
        out.start_s = start_s;
        out.duration_s = interval_s;
        Json aux = Json::object();
        const bool silent = n >= silent_from && n < silent_from + silent_for;
        const bool late = n >= late_from && n < late_from + late_for;
        for (std::size_t i = 0; i < points_.size(); ++i) {
            const auto mwh = std::llround(kw_of(i, h) * 250'000.0);
            RecordPoint point{static_cast<std::uint32_t>(i), counts(i), std::nullopt, mwh,
                              flag::measured | flag::interpolated};
            energy_[i] += mwh;
            point.reg_end = counts(i);
            if (silent && i == 3) {
                point = {3, std::nullopt, std::nullopt, 0, flag::gap | flag::missing | flag::estimated};
                aux["e"] = Json::array({Json::array({3, mwh, 0})});
            }
            out.points.push_back(point);
        }
        if (late) amend_later(out);
        extras(aux, n, h);
        if (!aux.empty()) out.aux = cbor(aux);
        take_(std::move(out));
        for (auto& amendment : amended_) {
            if (amendment.start_s == start_s - 4 * interval_s) take_(amendment);
        }
    }

    // As it closes feed-b is missing; an hour later its register tells.
    void amend_later(Record& out) {
        Record amendment = out;
        amendment.type = RecordType::amend;
        amendment.aux = cbor({{"reason", "late readings"}});
        amendment.points[1].flags |= flag::allocated;
        amended_.push_back(std::move(amendment));
        out.points[1].flags = flag::missing;
        out.points[1].energy_mwh = 0;
        out.points[1].reg_end = out.points[1].reg_start;
    }

    void extras(Json& aux, std::int64_t n, const Hour& h) const {
        if (settings_.with_weather) aux["t"] = h.wet_c;
        if (n % 4 == 0) {
            Json sums = Json::object();
            for (unsigned rack = 0; rack < std::min(settings_.racks, 6U); ++rack) {
                const double used = 0.3 + 0.05 * rack + 0.2 * smooth(static_cast<double>(n) / 400, rack);
                const double wh = 20'000 * (0.4 + used), tflop = used * 16 * 989.4 * 900;
                const auto mwh = static_cast<std::int64_t>(wh * 1000);
                sums["rack-r0" + std::to_string(rack + 1)] = {tflop, mwh, tflop, mwh, used * 900, 900, 900};
            }
            aux["c"] = sums;
        }
        if (n % 96 != 95) return;
        const double day = static_cast<double>(n / 96);
        const double headroom = 900'000 - day * 1400 - (day > 196 ? std::min(day - 196, 9.0) * 26'000 : 0);
        aux["d"] = {
            {"residual", 0.01 * smooth(day / 4, 3) + (day > 196 && day < 205 ? 0.06 : 0)},
            {"headroom_kwh", headroom},
            {"forecast", day < 28 ? Json(nullptr) : Json(1.312 + 0.01 * smooth(day / 30, 8) + (day > 196 ? 0.004 : 0))},
            {"forecast_p", day < 28 ? Json(nullptr) : Json(0.04)}};
    }

    void say_alert(const char* rule, const char* scope, const char* to, std::int64_t at_s, const Json& message,
                   double value, double limit) const {
        const Json payload{{"severity", "ticket"}, {"value", value}, {"limit", limit}, {"message", message}};
        say(RecordType::alert, at_s,
            {{"rule", rule},
             {"scope", scope},
             {"from", "inactive"},
             {"to", to},
             {"entry", {{"payload", payload.dump()}}}});
    }

    void events_before(std::int64_t n) {
        const auto at_s = year_2026_s + n * interval_s;
        const Json drift{{"en", "The plant got worse: cooling, 0.060 PUE above what weather and load explain"},
                         {"zh", "设备状况变差：制冷，高于天气与负载所能解释的 0.060"}};
        const Json meter{{"en", "ups-2-out <b>silent</b>: check the gateway & its cable"},
                         {"zh", "ups-2-out 无应答 <b>：请检查网关及线缆"}};
        if (n == 198 * 96) say_alert("drift-change", "site", "firing", at_s, drift, 1.4, 1);
        if (n == 207 * 96) say_alert("drift-change", "site", "resolved", at_s, drift, 0.2, 1);
        if (n == silent_from + 8) say_alert("integrity-silent", "ups-2-out", "firing", at_s, meter, 1, 1);
        if (n == silent_from + silent_for) say_alert("integrity-silent", "ups-2-out", "resolved", at_s, meter, 0, 1);
        if (n == 90 * 96) {
            say(RecordType::time_step, at_s,
                {{"old_offset_ms", 0}, {"new_offset_ms", 42500}, {"step_ms", 42500}, {"quality", "synced"}});
        }
        if (n == 150 * 96) {
            say(RecordType::loss, at_s,
                {{"records", 3}, {"from", at_s - 60}, {"to", at_s}, {"why", "no space left on device"}});
        }
        if (n == 240 * 96 + 5) reset_register(points_.size() - 1, at_s);
    }

    void reset_register(std::size_t i, std::int64_t at_s) {
        const auto last = counts(i);
        energy_[i] = 0;
        say(RecordType::meter_epoch, at_s,
            {{"device", points_[i]["id"]},
             {"point", i},
             {"epoch", 1},
             {"reason", "reset"},
             {"last", reading(last)},
             {"first", reading(0)},
             {"offset_mwh", 0}});
    }

    Settings settings_;
    Take take_;
    std::vector<Json> points_;
    std::vector<std::int64_t> energy_;
    std::vector<Record> amended_;
};

}  // namespace pued::fake
