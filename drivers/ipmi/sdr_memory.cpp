// Reading and writing the hints; see the header.
#include "drivers/ipmi/sdr_memory.hpp"

#include <algorithm>
#include <charconv>

namespace pued::ipmi {

namespace {

constexpr std::size_t max_places = 64;   // of one model
constexpr std::size_t max_models = 256;  // a BMC that tells another firmware every day fills no disk
constexpr std::size_t id_digits = 4;

std::string name_of(const std::string& fingerprint) { return "sdr/" + fingerprint; }

bool is_label(std::string_view label) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < ' '; };
    return label.size() > 1 && (label.front() == '=' || label.front() == '#') && std::ranges::none_of(label, control);
}

bool parse_line(std::string_view line, SdrPlaces& out) {
    std::uint16_t id = 0;
    const auto digits = line.substr(0, id_digits);
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), id, 16);
    if (failed != std::errc{} || end != digits.data() + id_digits || line.size() < id_digits + 2) return false;
    if (line[id_digits] != ' ' || !is_label(line.substr(id_digits + 1))) return false;
    out.emplace(line.substr(id_digits + 1), id);
    return out.size() <= max_places;
}

}  // namespace

SdrPlaces parse_places(std::string_view text) {
    SdrPlaces out;
    while (!text.empty()) {
        const auto end = text.find('\n');
        if (end == text.npos || !parse_line(text.substr(0, end), out)) return {};
        text.remove_prefix(end + 1);
    }
    return out;
}

std::string text_of(const SdrPlaces& places) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out;
    for (const auto& [label, id] : places) {
        for (const unsigned shift : {12U, 8U, 4U, 0U}) out += hex[(id >> shift) & 0xFU];
        out += ' ' + label + '\n';
    }
    return out;
}

SdrPlaces SdrMemory::recall(const std::string& fingerprint) {
    const std::lock_guard lock{mutex_};
    const auto text = store_->load(name_of(fingerprint));
    return text && *text ? parse_places(**text) : SdrPlaces{};
}

void SdrMemory::keep(const std::string& fingerprint, const SdrPlaces& places) {
    if (!writable_) return;
    const auto known = recall(fingerprint);
    SdrPlaces all = known;
    for (const auto& [label, id] : places) {
        if (is_label(label)) all[label] = id;
    }
    if (all == known || all.size() > max_places) return;
    const std::lock_guard lock{mutex_};
    const auto models = store_->list("sdr");
    if (known.empty() && (!models || models->size() >= max_models)) return;
    (void)store_->save(name_of(fingerprint), text_of(all));
}

}  // namespace pued::ipmi
