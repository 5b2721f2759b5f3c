// The rules and accelerators that the repository ships, loaded anew by each test (CppUTest counts what a cache keeps
// as leaked).
#pragma once

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/config/accelerator_file.hpp"
#include "agent/config/rule_file.hpp"

namespace pued::shipped {

inline std::vector<std::string> toml_files(const std::string& folder) {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator{PUED_SOURCE_DIR "/config/" + folder}) {
        if (entry.path().extension() == ".toml") out.push_back(entry.path().string());
    }
    std::sort(out.begin(), out.end());
    return out;
}

inline std::string texts(const Problems& problems) {
    std::string out;
    for (const auto& problem : problems.sorted()) out += problem.text() + '\n';
    return out;
}

template <class Row>
const Row& find(const std::vector<Row>& rows, const std::string& id) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.id == id; });
    if (found == rows.end()) throw std::out_of_range{"no row " + id};
    return *found;
}

struct Rules {
    Problems problems;
    std::vector<Rule> all = load_rules(toml_files("rules"), problems);
    const Rule& operator[](const std::string& id) const { return find(all, id); }
};

struct Accelerators {
    Problems problems;
    std::vector<Accelerator> all = load_accelerators(toml_files("accelerators"), problems);
    const Accelerator& operator[](const std::string& id) const { return find(all, id); }
};

}  // namespace pued::shipped
