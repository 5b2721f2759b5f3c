// Bytes made small and whole again, by zlib: snapshots are a third of the journal's overhead otherwise. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pued {

std::string deflated(std::string_view bytes);
// Nothing where they are no such bytes, or more than `most` of them.
std::optional<std::string> inflated(std::string_view bytes, std::size_t most);

}  // namespace pued
