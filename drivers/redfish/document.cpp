// Bounded parsing, and looking up without exceptions.
#include "drivers/redfish/document.hpp"

#include <algorithm>
#include <charconv>

namespace pued::redfish {
namespace {

constexpr std::size_t kMaxPath = 500;

// "a~1b" is "a/b".
std::string unescaped(std::string_view part) {
    std::string out;
    for (std::size_t i = 0; i < part.size(); ++i) {
        const bool escape = part[i] == '~' && i + 1 < part.size();
        if (escape) ++i;
        out.push_back(escape ? (part[i] == '1' ? '/' : '~') : part[i]);
    }
    return out;
}

const Json* child(const Json& of, const std::string& name) {
    if (of.is_object()) {
        const auto found = of.find(name);
        return found == of.end() ? nullptr : &*found;
    }
    if (!of.is_array()) return nullptr;
    std::size_t index = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), index);
    const bool number = failed == std::errc{} && end == name.data() + name.size() && index < of.size();
    return number ? &of[index] : nullptr;
}

}  // namespace

Result<Json> parse_document(std::string_view body) {
    if (body.size() > max_body) return Error{"the reply is too long (more than 1 MiB)"};
    bool deep = false;
    const auto in_bounds = [&deep](int depth, Json::parse_event_t, Json&) {
        deep = deep || depth > max_depth;
        return !deep;
    };
    auto out = Json::parse(body, in_bounds, false);
    if (deep) return Error{"the reply is nested too deeply"};
    if (!out.is_object()) return Error{"the reply is no JSON object"};
    return out;
}

const Json* at_pointer(const Json& document, std::string_view pointer) {
    const Json* at = &document;
    while (at != nullptr && pointer.starts_with('/')) {
        pointer.remove_prefix(1);
        const auto end = std::min(pointer.find('/'), pointer.size());
        at = child(*at, unescaped(pointer.substr(0, end)));
        pointer.remove_prefix(end);
    }
    return at;
}

std::string text_at(const Json& document, std::string_view pointer) {
    const Json* at = at_pointer(document, pointer);
    return at != nullptr && at->is_string() ? at->get<std::string>() : std::string{};
}

std::optional<std::string> resource_path(std::string_view reference) {
    const auto good = [](char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return letter || std::string_view{"/_-.~:%()+,=?$&@!'*;"}.find(c) != std::string_view::npos;
    };
    while (reference.ends_with('/')) reference.remove_suffix(1);
    if (reference.size() > kMaxPath || !reference.starts_with("/redfish/v1")) return std::nullopt;
    if (reference.find("..") != std::string_view::npos) return std::nullopt;
    return std::all_of(reference.begin(), reference.end(), good) ? std::optional{std::string{reference}} : std::nullopt;
}

}  // namespace pued::redfish
