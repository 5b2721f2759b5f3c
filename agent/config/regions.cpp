// The lists. Of the cities only those that may be mistaken, or be a mistake.
#include "agent/config/regions.hpp"

#include <algorithm>
#include <array>

#include "agent/config/problems.hpp"

namespace pued {
namespace {

constexpr std::array kHubCities{"qingyang", "shaoguan", "shenzhen", "ulanqab", "zhangjiakou", "zhongwei"};

// Prefecture-level cities whose names are one letter away from a province's.
constexpr std::array kOthers{"hebi", "hefei", "huainan", "huizhou", "suizhou", "zhenjiang"};

}  // namespace

std::vector<std::string> provinces() {
    return {"anhui",   "beijing", "chongqing",    "fujian",  "gansu",    "guangdong", "guangxi",        "guizhou",
            "hainan",  "hebei",   "heilongjiang", "henan",   "hubei",    "hunan",     "inner-mongolia", "jiangsu",
            "jiangxi", "jilin",   "liaoning",     "ningxia", "qinghai",  "shaanxi",   "shandong",       "shanghai",
            "shanxi",  "sichuan", "tianjin",      "tibet",   "xinjiang", "yunnan",    "zhejiang"};
}

std::string misspelt_region(std::string_view name) {
    auto known = provinces();
    known.insert(known.end(), kHubCities.begin(), kHubCities.end());
    const bool right = std::find(known.begin(), known.end(), name) != known.end();
    if (right || std::find(kOthers.begin(), kOthers.end(), name) != kOthers.end()) return {};
    return one_slip_from(name, known);
}

}  // namespace pued
