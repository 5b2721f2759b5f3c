// A register map laid out for one device: arrays become single fields, element by element. Pure.
#include "agent/model/register_map.hpp"

#include <algorithm>
#include <utility>

namespace pued {
namespace {

unsigned stride_of(const FieldArray& array, const Field& field) {
    const auto own = array.own_stride.find(field.name);
    return own == array.own_stride.end() ? array.stride : own->second;
}

// The field of element `index` (1-based): named "outlet-3.power_w", its register that many strides on.
Field element_field(const FieldArray& array, const Field& field, unsigned index) {
    Field out = field;
    out.name = array.element + '-' + std::to_string(index) + '.' + field.name;
    out.address = static_cast<std::uint16_t>(field.address + (index - 1) * stride_of(array, field));
    return out;
}

unsigned count_of(const FieldArray& array, const std::map<std::string, unsigned>& counts) {
    const auto given = counts.find(array.element);
    return given == counts.end() ? array.count : std::min(given->second, array.count);
}

}  // namespace

std::vector<Field> expand(const RegisterMap& map, const std::map<std::string, unsigned>& counts) {
    std::vector<Field> out = map.fields;
    for (const auto& array : map.arrays) {
        const unsigned count = count_of(array, counts);
        for (unsigned index = 1; index <= count; ++index) {
            for (const auto& field : array.fields) out.push_back(element_field(array, field, index));
        }
    }
    return out;
}

std::vector<std::string> published_names(const RegisterMap& map, const std::map<std::string, unsigned>& counts) {
    std::vector<std::string> out;
    for (auto& field : expand(map, counts)) out.push_back(std::move(field.name));
    for (const auto& sum : map.sums) out.push_back(sum.name);
    return out;
}

RegisterMap shifted(RegisterMap map, unsigned offset) {
    const auto move = [offset](auto& at) { at.address = static_cast<std::uint16_t>(at.address + offset); };
    std::for_each(map.fields.begin(), map.fields.end(), move);
    std::for_each(map.helpers.begin(), map.helpers.end(), move);
    for (auto& array : map.arrays) std::for_each(array.fields.begin(), array.fields.end(), move);
    if (map.identity) move(*map.identity);
    return map;
}

unsigned last_register(const RegisterMap& map, const std::map<std::string, unsigned>& counts) {
    unsigned last = map.identity ? map.identity->address + map.identity->words - 1 : 0;
    const auto reach = [&last](const Field& field) { last = std::max(last, field.address + words_of(field.type) - 1); };
    const auto fields = expand(map, counts);
    std::for_each(fields.begin(), fields.end(), reach);
    std::for_each(map.helpers.begin(), map.helpers.end(), reach);
    return last;
}

}  // namespace pued
