// The only file that knows nlohmann-json; its exceptions end here.
#include "drivers/mqtt/json_value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "agent/model/rfc3339.hpp"

namespace pued {

namespace {

using nlohmann::json;

constexpr double earliest = 946684800, latest = 7258118400;  // 2000-01-01 and 2200-01-01 in Unix seconds

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

std::string name_of(std::string_view pointer) { return pointer.empty() ? "the message" : std::string{pointer}; }

Result<double> find_number(const json& document, const std::string& pointer) {
    const json::json_pointer path{pointer};
    if (!document.contains(path)) return Error{name_of(pointer) + " is not in the message"};
    auto number = number_of(document.at(path), name_of(pointer));
    if (number && !std::isfinite(*number)) return Error{name_of(pointer) + " is not finite"};
    return number;
}

// Unix seconds: from seconds, milli-, micro- or nanoseconds, as the size tells, or from RFC 3339.
std::optional<double> seconds_of(const json& value) {
    double seconds = 0;
    if (const auto number = number_of(value, "")) {
        seconds = *number;
        for (int unit = 0; unit < 3 && seconds >= 1e11; ++unit) seconds /= 1000;
    } else if (value.is_string()) {
        const auto time = parse_rfc3339(value.get_ref<const std::string&>());
        if (time) seconds = static_cast<double>(time->time_since_epoch().count()) / 1000;
    }
    return seconds >= earliest && seconds < latest ? std::optional{seconds} : std::nullopt;
}

Result<double> find_time(const json& member, const json& document, const std::string& pointer) {
    const json::json_pointer path{pointer};
    const json& from = member.contains(path) ? member : document;
    if (!from.contains(path)) return Error{name_of(pointer) + " is not in the message"};
    if (const auto seconds = seconds_of(from.at(path))) return *seconds;
    return Error{name_of(pointer) +
                 " is no time since 2000 (expected Unix time in s, ms, us or ns, or such as \"2026-01-01T00:00:00Z\")"};
}

// A string, a whole number or a boolean, as a text; nothing where there is none of them.
std::optional<std::string> text_at(const json& document, const std::string& pointer) {
    const json::json_pointer path{pointer};
    if (!document.contains(path)) return std::nullopt;
    const json& value = document.at(path);
    if (value.is_string()) return value.get<std::string>();
    if (value.is_number_integer() || value.is_boolean()) return value.dump();
    return std::nullopt;
}

bool fits(const json& member, const MqttValue& config) {
    return std::all_of(config.where.begin(), config.where.end(),
                       [&](const auto& wanted) { return text_at(member, wanted.first) == wanted.second; });
}

// Nothing where the member is about something else.
std::optional<JsonPart> part_of(const json& member, const json& document, const MqttValue& config, std::string place) {
    const bool among_others = config.list || !config.where.empty();
    if (!fits(member, config)) return std::nullopt;
    if (among_others && !member.contains(json::json_pointer{config.pointer})) return std::nullopt;
    if (!config.each.empty()) {
        auto key = text_at(member, config.each);
        if (!key) return std::nullopt;
        place = std::move(*key);
    }
    JsonPart part{std::move(place), find_number(member, config.pointer), {}};
    if (config.time.empty() || !part.value) return part;
    const auto time = find_time(member, document, config.time);
    if (time) {
        part.time = *time;
    } else {
        part.value = Error{time.error()};
    }
    return part;
}

Result<std::vector<JsonPart>> parts_of(const json& document, const MqttValue& config) {
    std::vector<JsonPart> parts;
    const auto add = [&](const json& member, std::string place) {
        if (auto part = part_of(member, document, config, std::move(place))) parts.push_back(std::move(*part));
    };
    if (!config.list) {
        add(document, "");
        return parts;
    }
    const json::json_pointer path{*config.list};
    if (!document.contains(path)) return Error{name_of(*config.list) + " is not in the message"};
    const json& list = document.at(path);
    if (!list.is_array()) return Error{name_of(*config.list) + " is no list"};
    for (std::size_t i = 0; i < list.size(); ++i) add(list[i], std::to_string(i));
    return parts;
}

}  // namespace

Result<std::vector<JsonPart>> json_parts(std::string_view text, const MqttValue& config, JsonLimits limits) {
    if (text.size() > limits.bytes)
        return Error{"message of " + std::to_string(text.size()) + " bytes is too large (at most " +
                     std::to_string(limits.bytes) + ')'};
    if (depth_of(text) > limits.depth)
        return Error{"message is nested too deep (at most " + std::to_string(limits.depth) + " levels)"};
    try {
        const json document = json::parse(text, nullptr, false);
        if (document.is_discarded()) return Error{"message is not JSON"};
        return parts_of(document, config);
    } catch (const std::exception&) {
        return Error{config.pointer + " is no JSON pointer (expected RFC 6901: \"/gpu/0/util\")"};
    }
}

}  // namespace pued
