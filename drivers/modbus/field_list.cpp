// Expansion of a register map for one kind of device.
#include "drivers/modbus/field_list.hpp"

#include <algorithm>
#include <utility>

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
    if (out.field.q_uwh > 0) out.register_ = without_told_scale(out.field);
    return out;
}

FieldList laid_out(const ModbusPoll& device) {
    FieldList list{.map = device.map, .fields = {}, .published = 0};
    for (auto& field : expand(*device.map, device.config.counts)) {
        list.fields.push_back(polled(std::move(field), device.config.word_order));
    }
    list.published = list.fields.size();
    for (const auto& field : device.map->helpers) list.fields.push_back(polled(field, device.config.word_order));
    // A poll must ask for something, or it says nothing about the device.
    if (std::ranges::all_of(list.fields, &PolledField::once)) {
        for (auto& field : list.fields) field.once = false;
    }
    return list;
}

}  // namespace

std::shared_ptr<const FieldList> FieldLists::of(const ModbusPoll& device) {
    auto& list = lists_[{device.map.get(), device.config.counts, device.config.word_order}];
    if (!list) list = std::make_shared<const FieldList>(laid_out(device));
    return list;
}

}  // namespace pued
