// Splitting a host from its port; more than one colon without brackets is an IPv6 address without a port.
#include "agent/config/host_port.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace pued {
namespace {

constexpr std::size_t kMaxHost = 253;

// Digits and dots are an address or a slip: "10.0.0.311", "10.0.0".
bool is_broken_address(const std::string& text) {
    in_addr address{};
    return text.find_first_not_of("0123456789.") == std::string::npos &&
           inet_pton(AF_INET, text.c_str(), &address) != 1;
}

bool is_host(std::string_view text) {
    const auto good = [](char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return letter || (c >= '0' && c <= '9') || std::string_view{".-_:%"}.find(c) != std::string_view::npos;
    };
    return !text.empty() && text.size() <= kMaxHost && text.front() != '-' &&
           std::all_of(text.begin(), text.end(), good) && !is_broken_address(std::string{text});
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (failed != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
    return port;
}

// The host, and what stands behind it: "" or ":PORT".
std::optional<std::pair<std::string_view, std::string_view>> split(std::string_view text) {
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        return std::pair{text.substr(1, close - 1), text.substr(close + 1)};
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos) {
        return std::pair{text, std::string_view{}};
    }
    return std::pair{text.substr(0, colon), text.substr(colon)};
}

}  // namespace

std::optional<HostPort> parse_host_port(std::string_view text, std::uint16_t default_port) {
    const auto parts = split(text);
    if (!parts || !is_host(parts->first)) return std::nullopt;
    if (parts->second.empty()) return HostPort{std::string{parts->first}, default_port};
    if (!parts->second.starts_with(':')) return std::nullopt;
    const auto port = parse_port(parts->second.substr(1));
    if (!port) return std::nullopt;
    return HostPort{std::string{parts->first}, *port};
}

}  // namespace pued
