// What a metering point's papers say besides its class: serial number, calibration certificate, what stands upstream,
// and the exchanges of the meter: inside [[meter]] and [[server]].
#include <algorithm>

#include "agent/config/load_parts.hpp"

namespace pued::load {
namespace {

constexpr double kMaxRegisterKwh = 1e12;
constexpr std::size_t kMaxSerial = 64;

std::string serial(Table& table, std::string_view key) {
    const auto text = table.string(key);
    if (!text) return {};
    const auto bad = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (!text->empty() && text->size() <= kMaxSerial && std::none_of(text->begin(), text->end(), bad)) return *text;
    table.problem(key, std::string{key} + " = \"" + *text + "\" is no serial number (expected 1 to " +
                           std::to_string(kMaxSerial) + " letters, as printed on the meter)");
    return {};
}

std::optional<Certificate> certificate(Table& device) {
    Table table = device.table("certificate");
    if (!table.present()) return std::nullopt;
    table.set_where(device.where() + " certificate");
    Certificate out;
    out.number = required_text(table, "number", "the number of the calibration certificate");
    out.u_percent =
        required_number(table, "u_percent", 0.001, 20, "the expanded uncertainty that it states, such as 0.1");
    set(out.k, table.number("k", 1, 4));
    set(out.correction_percent, table.number("correction_percent", -20, 20));
    out.date = day(table, "date");
    table.finish();
    return out;
}

MeterExchange exchange(Table& table) {
    MeterExchange out;
    if (!table.has("at")) table.missing("at", "when the new meter was connected, such as 2026-03-14T09:30:00+08:00");
    if (const auto at = table.time("at")) out.at = *at;
    out.old_final_kwh =
        required_number(table, "old_final_kwh", 0, kMaxRegisterKwh, "the last reading of the old meter, in kWh");
    out.new_first_kwh =
        required_number(table, "new_first_kwh", 0, kMaxRegisterKwh, "the first reading of the new meter, in kWh");
    out.old_serial = serial(table, "old_serial");
    out.new_serial = serial(table, "new_serial");
    out.by = required_text(table, "by", "who exchanged the meter, for the record");
    set(out.seal, table.string("seal"));
    table.finish();
    return out;
}

void exchanges(Table& device, DeviceBase& out) {
    for (auto& table : device.tables("exchange")) {
        table.set_where(device.where() + " exchange " + std::to_string(out.exchanges.size() + 1));
        auto next = exchange(table);
        const bool known = next.at != UtcTime{};
        if (known && !out.exchanges.empty() && next.at <= out.exchanges.back().at) {
            table.problem("at", "at = " + rfc3339(next.at) + " is not after the exchange before it (expected the " +
                                    "exchanges of a meter in the order of their times)");
        }
        out.exchanges.push_back(std::move(next));
    }
}

// The meter that hangs there now is the one that the last exchange brought.
void check_serial(Table& device, const DeviceBase& out) {
    if (out.serial.empty() || out.exchanges.empty()) return;
    const auto& newest = out.exchanges.back().new_serial;
    if (newest.empty() || newest == out.serial) return;
    device.problem("serial", "serial = \"" + out.serial +
                                 "\" is not that of the meter that the last exchange brought (" + "expected \"" +
                                 newest + "\", its new_serial)");
}

}  // namespace

void papers(Table& table, DeviceBase& device) {
    device.serial = serial(table, "serial");
    device.certificate = certificate(table);
    set(device.parent, table.id("parent", false));
    exchanges(table, device);
    check_serial(table, device);
}

}  // namespace pued::load
