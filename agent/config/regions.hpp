// Names of regions in [site] and in rule files: China's provinces, which are known, and cities, of which a rule may
// bring any. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pued {

// Ids of the provinces, municipalities and autonomous regions: "guizhou", "inner-mongolia".
std::vector<std::string> provinces();

// The province, or city of a national hub node, that was meant where one slip leads to it ("bejing"); empty for a name
// that is well spelt or unknown, such as "huizhou".
std::string misspelt_region(std::string_view name);

}  // namespace pued
