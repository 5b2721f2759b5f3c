// Names, notes in a row, and the small maps in key 12 that the journal writes itself.
#include "agent/journal/layout.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

namespace pued::layout {

namespace {

using Json = nlohmann::json;
constexpr std::string_view epoch_mark = "/epoch-";
constexpr std::string_view signature_mark = "\xe2\x80\x94 ";  // an em dash and a space

Bytes to_bytes(const Json& document) {
    const auto octets = Json::to_cbor(document);
    return {octets.begin(), octets.end()};
}

// Of anything else than a map: an empty one.
Json from_bytes(std::string_view aux) {
    auto document = Json::from_cbor(aux, true, false);
    return document.is_object() ? document : Json::object();
}

std::optional<std::string> text_of(const Json& document, const char* key) {
    const auto found = document.find(key);
    if (found == document.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

std::optional<std::uint64_t> number_of(const Json& document, const char* key) {
    const auto found = document.find(key);
    if (found == document.end() || !found->is_number_unsigned()) return std::nullopt;
    return found->get<std::uint64_t>();
}

}  // namespace

std::string origin(std::string_view base, std::uint32_t epoch) {
    return std::string{base} + std::string{epoch_mark} + std::to_string(epoch);
}

std::optional<Origin> parse_origin(std::string_view origin) {
    const auto at = origin.rfind(epoch_mark);
    if (at == origin.npos) return std::nullopt;
    const auto digits = origin.substr(at + epoch_mark.size());
    Origin out{origin.substr(0, at), 0};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.epoch);
    if (error != std::errc{} || end != digits.data() + digits.size() || out.epoch == 0) return std::nullopt;
    return out;
}

std::vector<std::string_view> split_notes(std::string_view file, std::size_t& end) {
    std::vector<std::string_view> notes;
    end = 0;
    for (;;) {
        auto at = file.find("\n\n", end);
        if (at == file.npos) return notes;
        at += 2;
        const auto text_end = at;
        while (file.substr(at).starts_with(signature_mark)) {
            const auto line_end = file.find('\n', at);
            if (line_end == file.npos) return notes;
            at = line_end + 1;
        }
        if (at == text_end) return notes;
        notes.push_back(file.substr(end, at - end));
        end = at;
    }
}

Bytes encode_join(const Join& join) {
    return to_bytes({{"origin", join.origin},
                     {"size", join.size},
                     {"root", join.root},
                     {"note", join.note},
                     {"recovered", join.recovered},
                     {"why", join.why}});
}

std::optional<Join> decode_join(std::string_view aux) {
    const auto map = from_bytes(aux);
    const auto size = number_of(map, "size");
    const auto recovered = number_of(map, "recovered");
    if (!size || !recovered) return std::nullopt;
    return Join{text_of(map, "origin").value_or(""), *size,      text_of(map, "root").value_or(""),
                text_of(map, "note").value_or(""),   *recovered, text_of(map, "why").value_or("")};
}

Bytes encode_key(const KeyStatement& statement) {
    Json map{{"vkey", statement.vkey}, {"successor_of", nullptr}};
    if (statement.successor_of) map["successor_of"] = *statement.successor_of;
    return to_bytes(map);
}

std::optional<KeyStatement> decode_key(std::string_view aux) {
    const auto map = from_bytes(aux);
    const auto vkey = text_of(map, "vkey");
    if (!vkey) return std::nullopt;
    return KeyStatement{*vkey, text_of(map, "successor_of")};
}

std::optional<std::string> decode_note(std::string_view aux) { return text_of(from_bytes(aux), "note"); }

}  // namespace pued::layout
