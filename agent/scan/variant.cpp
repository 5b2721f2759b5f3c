// Moving reads, and saying so. See variant.hpp.
#include "agent/scan/variant.hpp"

namespace pued::scan {
namespace {

std::uint8_t usual_function(const RegisterMap& map) {
    if (!map.fields.empty()) return map.fields.front().function;
    return map.arrays.empty() || map.arrays.front().fields.empty() ? std::uint8_t{3}
                                                                   : map.arrays.front().fields.front().function;
}

}  // namespace

std::string_view order_name(WordOrder order) {
    switch (order) {
        case WordOrder::abcd: return "abcd";
        case WordOrder::cdab: return "cdab";
        case WordOrder::badc: return "badc";
        case WordOrder::dcba: return "dcba";
    }
    return "";
}

std::optional<Read> moved(std::uint8_t function, std::uint16_t address, unsigned words, const Variant& variant) {
    const long first = static_cast<long>(address) + variant.offset;
    if (first < 0 || first + static_cast<long>(words) > 65536) return {};
    const auto other = static_cast<std::uint8_t>(7 - function);
    return Read{.function = variant.other_function ? other : function,
                .address = static_cast<std::uint16_t>(first),
                .words = static_cast<std::uint16_t>(words)};
}

std::optional<Read> read_of(const Field& field, const Variant& variant) {
    return moved(field.function, field.address, words_of(field.type), variant);
}

std::string in_words(const Variant& variant, const RegisterMap& map) {
    std::string out;
    const auto add = [&out](const std::string& text) { out += (out.empty() ? "" : ", ") + text; };
    if (variant.order) add("word_order = \"" + std::string{order_name(*variant.order)} + '"');
    if (variant.offset == 1) add("all addresses one higher than in the map");
    if (variant.offset == -1) add("all addresses one lower than in the map");
    if (variant.other_function) {
        const unsigned own = usual_function(map);
        add("function " + std::to_string(7 - own) + " instead of " + std::to_string(own));
    }
    return out;
}

std::vector<Field> fields_of(const RegisterMap& map) {
    std::map<std::string, unsigned> ones;
    for (const auto& array : map.arrays) ones[array.element] = 1;
    return expand(map, ones);
}

}  // namespace pued::scan
