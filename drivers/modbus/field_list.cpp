// Expansion of a register map for one kind of device.
#include "drivers/modbus/field_list.hpp"

#include <algorithm>
#include <utility>

#include "agent/config/rates.hpp"

namespace pued {
namespace {

// An energy register is never "read once": its count would be shown as just measured.
bool read_once(const Field& field) { return field.rate == ReadRate::once && field.q_uwh == 0; }

Field without_told_scale(Field field) {
    field.scale_register.clear();
    field.factors.clear();
    field.min.reset();
    field.max.reset();
    return field;
}

PolledField polled(Field field, const std::optional<WordOrder>& order) {
    if (order) field.order = *order;
    PolledField out{.field = std::move(field)};
    out.once = read_once(out.field);
    if (out.field.q_uwh > 0) out.register_ = std::make_unique<Field>(without_told_scale(out.field));
    return out;
}

unsigned rate_index(std::vector<Duration>& rates, Duration rate) {
    constexpr std::size_t most_rates = 32;
    const auto known = std::ranges::find(rates, rate);
    if (known != rates.end()) return static_cast<unsigned>(known - rates.begin());
    if (rates.size() == most_rates) return 0;
    rates.push_back(rate);
    return static_cast<unsigned>(rates.size() - 1);
}

bool needs(const Field& field, const std::string& helper) {
    return field.scale_register == helper || std::ranges::find(field.factors, helper) != field.factors.end();
}

// Each published field at its own rate, each helper as often as the quickest field that needs it.
void set_rates(FieldList& list, const std::map<std::string, Milliseconds>& rates) {
    for (std::size_t i = 0; i < list.published; ++i) {
        list.fields[i].rate = rate_index(list.rates, rate_of(rates, list.fields[i].field.name));
    }
    for (std::size_t i = list.published; i < list.fields.size(); ++i) {
        auto& helper = list.fields[i];
        std::optional<Duration> quickest;
        for (std::size_t user = 0; user < list.published; ++user) {
            if (!needs(list.fields[user].field, helper.field.name)) continue;
            const Duration rate = list.rates[list.fields[user].rate];
            quickest = std::min(quickest.value_or(rate), rate);
        }
        helper.rate = rate_index(list.rates, quickest.value_or(Duration{}));
    }
}

std::vector<std::uint32_t> parts_of(const FieldSum& sum, const std::vector<PolledField>& fields) {
    std::vector<std::uint32_t> out;
    for (std::uint32_t i = 0; i < fields.size(); ++i) {
        if (std::ranges::find(sum.parts, fields[i].field.name) != sum.parts.end()) out.push_back(i);
    }
    return out;
}

FieldList laid_out(const ModbusPoll& device) {
    FieldList list{.map = device.map, .fields = {}};
    auto published = expand(*device.map, device.config.counts);
    list.fields.reserve(published.size() + device.map->helpers.size());
    for (auto& field : published) {
        list.fields.push_back(polled(std::move(field), device.config.word_order));
    }
    list.published = list.fields.size();
    for (const auto& sum : device.map->sums) list.sums.push_back(parts_of(sum, list.fields));
    for (const auto& field : device.map->helpers) list.fields.push_back(polled(field, device.config.word_order));
    set_rates(list, device.config.rates);
    // A poll must ask for something, or it says nothing about the device.
    if (std::ranges::all_of(list.fields, &PolledField::once)) {
        for (auto& field : list.fields) field.once = false;
    }
    return list;
}

}  // namespace

std::shared_ptr<const FieldList> FieldLists::of(const ModbusPoll& device) {
    auto& list = lists_[{device.map.get(), device.config.counts, device.config.rates, device.config.word_order}];
    if (!list) list = std::make_shared<const FieldList>(laid_out(device));
    return list;
}

}  // namespace pued
