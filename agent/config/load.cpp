// The file as a whole, and the small readers that its parts share.
#include "agent/config/load.hpp"

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "agent/config/load_parts.hpp"
#include "agent/journal/digest.hpp"

namespace pued {
namespace load {

std::optional<Milliseconds> seconds(Table& table, std::string_view key, double min, double max) {
    const auto value = table.number(key, min, max);
    if (!value) return std::nullopt;
    return Milliseconds{std::llround(*value * 1000)};
}

std::optional<double> watts(Table& table, const std::string& key, double max_w) {
    const auto w = table.number(key + "_w", 0, max_w);
    const auto kw = table.number(key + "_kw", 0, max_w / 1000);
    if (w && kw) table.problem(key + "_kw", "both " + key + "_w and " + key + "_kw are given (expected one of them)");
    if (w) return w;
    return kw ? std::optional{*kw * 1000} : std::nullopt;
}

std::string resolved(const std::string& path, const Config& config) {
    const std::filesystem::path given{path};
    if (given.is_absolute()) return path;
    const auto whole = (std::filesystem::path{config.file}.parent_path() / given).lexically_normal();
    return whole.has_filename() ? whole.string() : whole.parent_path().string();  // "/etc/pued" for "."
}

std::optional<std::string> path(Table& table, std::string_view key, const Config& config) {
    const auto text = table.string(key);
    if (!text) return std::nullopt;
    if (!text->empty()) return resolved(*text, config);
    table.problem(key, std::string{key} + " is empty (expected the name of a file or folder)");
    return std::nullopt;
}

std::optional<std::chrono::year_month_day> day(Table& table, std::string_view key) {
    const auto text = table.date(key);
    int year = 0;
    unsigned month = 0, of_month = 0;
    if (!text || std::sscanf(text->c_str(), "%d-%u-%u", &year, &month, &of_month) != 3) return std::nullopt;
    return std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{of_month};
}

double required_number(Table& table, std::string_view key, double min, double max, std::string expected) {
    if (!table.has(key)) table.missing(key, std::move(expected));
    return table.number(key, min, max).value_or(0);
}

std::string required_text(Table& table, std::string_view key, std::string expected) {
    auto text = table.string(key);
    const bool blank = !text || text->find_first_not_of(" \t") == std::string::npos;
    if (!table.has(key)) {
        table.missing(key, std::move(expected));
    } else if (text && blank) {
        table.problem(key, std::string{key} + " is empty (expected " + expected + ')');
    }
    return blank ? std::string{} : *text;
}

void refuse_password(Table& table) {
    table.refuse("password",
                 "a configuration holds no secrets (expected password_file, naming a file of mode 0600 with the "
                 "password in its first line)");
}

std::string entry_id(Table& table, std::string_view name, std::size_t index) {
    table.set_where(std::string{name} + ' ' + std::to_string(index + 1));
    auto id = table.id("id", true);
    if (!id) return {};
    table.set_where(std::string{name} + " \"" + *id + '"');
    return *id;
}

}  // namespace load

namespace {

void top_level(Table& root, Config& config) {
    load::set(config.state_directory, load::path(root, "state_directory", config));
    for (const auto& directory : root.strings("data_directories")) {
        config.data_directories.push_back(load::resolved(directory, config));
    }
}

}  // namespace

std::optional<Config> parse_config(std::string_view text, std::string file, Problems& problems) {
    const auto document = Document::parse(text, file, problems);
    if (!document) return std::nullopt;
    Config config;
    config.file = std::move(file);
    config.sha256 = sha256_hex(text);
    config.text = text;
    Table root = document->root();
    config.places.note("", 0, root, {"data_directories"});
    top_level(root, config);
    for (const auto part : {load::site, load::metering, load::mqtt, load::rules, load::lines, load::meters,
                            load::servers, load::mqtt_values, load::alerts, load::journal, load::weather, load::drift,
                            load::maintenance, load::gb40879}) {
        part(root, config);
    }
    root.finish();
    return config;
}

std::optional<Config> load_config(const std::string& path, Problems& problems) {
    const auto text = Document::text_of(path, problems);
    return text ? parse_config(*text, path, problems) : std::nullopt;
}

}  // namespace pued
