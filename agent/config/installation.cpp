// Reads the configuration, then the data it names, then checks all of it across.
#include "agent/config/installation.hpp"

#include "agent/config/accelerator_file.hpp"
#include "agent/config/check.hpp"
#include "agent/config/check_files.hpp"
#include "agent/config/data.hpp"
#include "agent/config/load.hpp"
#include "agent/config/points.hpp"
#include "agent/config/register_map_file.hpp"
#include "agent/config/rule_file.hpp"

namespace pued {
namespace {

constexpr std::string_view kSuffix = ".toml";

KnownIds known_ids(const Installation& installation, std::vector<std::string> searched) {
    KnownIds out;
    out.searched = std::move(searched);
    auto& accelerators = out.accelerators.emplace();
    for (const auto& [id, accelerator] : installation.accelerators) accelerators.insert(id);
    auto& rules = out.rules.emplace();
    for (const auto& rule : installation.rules) {
        rules.insert(rule.id);
        out.regions.insert(rule.scope.regions.begin(), rule.scope.regions.end());
    }
    return out;
}

}  // namespace

std::optional<Installation> load_installation(const std::string& config_file, Problems& problems) {
    auto config = load_config(config_file, problems);
    if (!config) return std::nullopt;
    Installation out;
    out.config = std::move(*config);
    const auto directories = data_directories(out.config);
    out.maps = load_register_maps(find_files(directories, "devices", kSuffix), problems);
    out.rules = load_rules(find_files(directories, "rules", kSuffix), problems);
    for (auto& chip : load_accelerators(find_files(directories, "accelerators", kSuffix), problems)) {
        out.accelerators.emplace(chip.id, std::move(chip));
    }
    check_files(out.config, problems);
    check(out.config, out.maps, known_ids(out, directories), problems);
    out.points = build_points(out.config, out.maps);
    return out;
}

}  // namespace pued
