// Reads the configuration, then the data it names, then checks all of it across.
#include "agent/config/installation.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

#include "agent/config/accelerator_file.hpp"
#include "agent/config/check.hpp"
#include "agent/config/check_files.hpp"
#include "agent/config/data.hpp"
#include "agent/config/line_defaults.hpp"
#include "agent/config/load.hpp"
#include "agent/config/points.hpp"
#include "agent/config/redfish_profile_file.hpp"
#include "agent/config/register_map_file.hpp"
#include "agent/config/rule_file.hpp"

namespace pued {
namespace {

constexpr std::string_view kSuffix = ".toml";

// The data files of all directories.
struct Files {
    std::vector<std::string> directories, maps, redfish, rules, accelerators;

    explicit Files(const Config& config)
        : directories(data_directories(config)),
          maps(find_files(directories, "devices", kSuffix)),
          redfish(find_files(directories, "redfish", kSuffix)),
          rules(find_files(directories, "rules", kSuffix)),
          accelerators(find_files(directories, "accelerators", kSuffix)) {}
};

// What a map or profile that has problems is called: by its file, and by itself where that can be read.
std::set<std::string> names_of(const std::string& file) {
    std::set<std::string> out{std::filesystem::path{file}.stem().string()};
    Problems told;
    const auto document = Document::read(file, told);
    if (const auto id = document ? document->root().id("id", false) : std::nullopt) out.insert(*id);
    return out;
}

// What a file that has problems would have brought is not known: its own problems are told, and nothing that follows.
KnownIds known_ids(const Installation& installation, const Files& files, const Problems& problems) {
    const auto bad = [&problems](const std::string& file) { return problems.any_in(file); };
    KnownIds out;
    out.searched = files.directories;
    out.redfish = installation.redfish;
    for (const auto& list : {files.maps, files.redfish}) {
        for (const auto& file : list) {
            if (bad(file)) out.unread_maps.merge(names_of(file));
        }
    }
    if (std::none_of(files.accelerators.begin(), files.accelerators.end(), bad)) {
        auto& accelerators = out.accelerators.emplace();
        for (const auto& [id, accelerator] : installation.accelerators) accelerators.insert(id);
    }
    if (std::any_of(files.rules.begin(), files.rules.end(), bad)) return out;
    auto& rules = out.rules.emplace();
    for (const auto& rule : installation.rules) {
        rules.insert(rule.id);
        out.regions.insert(rule.scope.regions.begin(), rule.scope.regions.end());
    }
    return out;
}

// A hundred device models and chips were read for the sake of their mistakes; those that this site has stay in memory.
void keep_what_is_used(Installation& installation) {
    std::set<std::string> profiles, chips;
    for (const auto& meter : installation.config.meters) profiles.insert(meter.profile);
    for (const auto& server : installation.config.servers) {
        for (const auto& [model, count] : server.accelerators) chips.insert(model);
    }
    std::erase_if(installation.maps, [&](const auto& map) { return !profiles.contains(map.first); });
    std::erase_if(installation.accelerators, [&](const auto& chip) { return !chips.contains(chip.first); });
}

}  // namespace

std::optional<Installation> load_installation(const std::string& config_file, Problems& problems) {
    auto config = load_config(config_file, problems);
    if (!config) return std::nullopt;
    Installation out;
    out.config = std::move(*config);
    const Files files{out.config};
    out.maps = load_register_maps(files.maps, problems);
    settle_lines(out.config, out.maps);
    out.redfish = load_redfish_profiles(files.redfish, problems);
    out.rules = load_rules(files.rules, problems);
    for (auto& chip : load_accelerators(files.accelerators, problems)) {
        out.accelerators.emplace(chip.id, std::move(chip));
    }
    check_files(out.config, problems);
    check(out.config, out.maps, known_ids(out, files, problems), problems);
    out.points = build_points(out.config, out.maps, out.redfish);
    keep_what_is_used(out);
    return out;
}

}  // namespace pued
