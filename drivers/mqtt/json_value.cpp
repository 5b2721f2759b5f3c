// The only file that knows nlohmann-json; its exceptions end here.
#include "drivers/mqtt/json_value.hpp"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

namespace pued {

namespace {

using nlohmann::json;

// Before parsing, so that no nesting reaches the parser's own stack. Brackets within strings do not count.
std::size_t depth_of(std::string_view text) {
    std::size_t depth = 0;
    std::size_t deepest = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            deepest = std::max(deepest, ++depth);
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return deepest;
}

Result<double> number_in(std::string_view text, const std::string& where) {
    double value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || failure != std::errc{} || end != text.data() + text.size())
        return Error{where + " is a string that is no number"};
    return value;
}

Result<double> number_of(const json& value, const std::string& where) {
    if (value.is_number()) return value.get<double>();
    if (value.is_string()) return number_in(value.get_ref<const std::string&>(), where);
    return Error{where + " is no number but " +
                 (value.is_null()      ? "null"
                  : value.is_boolean() ? "a boolean"
                                       : value.type_name())};
}

Result<double> find_number(const json& document, std::string_view pointer, const std::string& where) {
    const json::json_pointer path{std::string{pointer}};
    if (!document.contains(path)) return Error{where + " is not in the message"};
    auto number = number_of(document.at(path), where);
    if (number && !std::isfinite(*number)) return Error{where + " is not finite"};
    return number;
}

}  // namespace

Result<double> json_number(std::string_view text, std::string_view pointer, JsonLimits limits) {
    if (text.size() > limits.bytes)
        return Error{"message of " + std::to_string(text.size()) + " bytes is too large (at most " +
                     std::to_string(limits.bytes) + ')'};
    if (depth_of(text) > limits.depth)
        return Error{"message is nested too deep (at most " + std::to_string(limits.depth) + " levels)"};
    try {
        const json document = json::parse(text, nullptr, false);
        if (document.is_discarded()) return Error{"message is not JSON"};
        return find_number(document, pointer, pointer.empty() ? "the message" : std::string{pointer});
    } catch (const std::exception&) {
        return Error{std::string{pointer} + " is no JSON pointer (expected RFC 6901: \"/gpu/0/util\")"};
    }
}

}  // namespace pued
