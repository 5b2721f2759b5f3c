// Capture images (tests/captures) as devices to be scanned: the registers that the capture holds, everything else is
// refused as an illegal address. Also what a device does that keeps to its map in all but one thing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/config/register_map_file.hpp"
#include "agent/scan/word_book.hpp"
#include "drivers/modbus/decode.hpp"

namespace pued::testing {

using Image = std::map<std::pair<unsigned, unsigned>, std::uint16_t>;  // (function, address)

inline std::vector<std::string> toml_files(const std::string& folder) {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        if (entry.path().extension() == ".toml") out.push_back(entry.path().string());
    }
    std::sort(out.begin(), out.end());
    return out;
}

inline Image read_image(const std::string& file) {
    Problems problems;
    const auto document = Document::read(file, problems);
    Image out;
    auto root = document->root();
    for (auto& words : root.tables("words")) {
        const auto function = static_cast<unsigned>(words.integer("function", 3, 4).value());
        auto address = static_cast<unsigned>(words.integer("address", 0, 65535).value());
        for (const auto word : words.integers("words", 0, 65535)) {
            out[{function, address++}] = static_cast<std::uint16_t>(word);
        }
    }
    return out;
}

// By the map's id, which is the capture's name.
inline std::map<std::string, Image> all_images() {
    std::map<std::string, Image> out;
    for (const auto& file : toml_files(PUED_SOURCE_DIR "/tests/captures")) {
        out[std::filesystem::path{file}.stem().string()] = read_image(file);
    }
    return out;
}

inline std::map<std::string, RegisterMap> all_maps() {
    Problems problems;
    return load_register_maps(toml_files(PUED_SOURCE_DIR "/config/devices"), problems);
}

inline scan::Answer answer_from(const Image& image, const scan::Read& read) {
    scan::Answer out{.reply = scan::Reply::words, .exception = 0, .words = {}};
    for (unsigned i = 0; i < read.words; ++i) {
        const auto found = image.find({read.function, read.address + i});
        if (found == image.end()) return {.reply = scan::Reply::refused, .exception = 2, .words = {}};
        out.words.push_back(found->second);
    }
    return out;
}

inline Image shifted(const Image& image, int by) {
    Image out;
    for (const auto& [place, word] : image) {
        out[{place.first, static_cast<unsigned>(static_cast<int>(place.second) + by)}] = word;
    }
    return out;
}

inline Image other_function(const Image& image) {
    Image out;
    for (const auto& [place, word] : image) out[{7 - place.first, place.second}] = word;
    return out;
}

// The words of every field of more than one word in the opposite order.
inline Image words_swapped(Image image, const RegisterMap& map) {
    for (const auto& field : expand(map, {})) {
        const unsigned words = words_of(field.type);
        for (unsigned i = 0; i < words / 2; ++i) {
            std::swap(image.at({field.function, field.address + i}),
                      image.at({field.function, field.address + words - 1 - i}));
        }
    }
    return image;
}

inline std::optional<double> decoded(const Field& field, std::span<const std::uint16_t> words,
                                     const std::map<std::string, double>& helpers) {
    const auto out = decode(field, words, helpers);
    return out.quality == Quality::good ? std::optional{out.value} : std::nullopt;
}

}  // namespace pued::testing
