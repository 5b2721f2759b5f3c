// "68 61 01" as bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "drivers/dlt645/frame.hpp"

namespace pued::dlt645 {

inline Bytes bytes_of_hex(const std::string& text) {
    Bytes out;
    for (std::size_t at = 0; at + 1 < text.size(); at += 3) {
        out.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(at, 2), nullptr, 16)));
    }
    return out;
}

}  // namespace pued::dlt645
