// The head of a profile, its [[value]] rows, and its [[array]] rows with those of their own.
#include "agent/config/redfish_profile_file.hpp"

#include <algorithm>
#include <filesystem>

#include "agent/config/data_row.hpp"
#include "agent/config/register_units.hpp"

namespace pued {
namespace {

constexpr unsigned kMostElements = 256;   // of one array
constexpr std::size_t kMostNames = 2048;  // of one device
constexpr std::size_t kMostPath = 200;    // letters of a resource, pointer or metric

std::size_t stars(std::string_view text) { return static_cast<std::size_t>(std::count(text.begin(), text.end(), '*')); }

// "Chassis/*/Power": parts that a URI may hold unescaped, none empty or with a dot in front, each with at most one *.
bool is_path(std::string_view text) {
    const auto good = [](char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return letter || std::string_view{"_-.~*:"}.find(c) != std::string_view::npos;
    };
    if (text.size() > kMostPath) return false;
    for (std::size_t at = 0;;) {
        const auto end = std::min(text.find('/', at), text.size());
        const auto part = text.substr(at, end - at);
        if (part.empty() || part.front() == '.' || stars(part) > 1 || !std::all_of(part.begin(), part.end(), good)) {
            return false;
        }
        if (end == text.size()) return true;
        at = end + 1;
    }
}

// The same; {1} behind a * is what that stood for.
bool is_resource(std::string text) {
    const auto star = text.find('*');
    for (auto at = text.find("{1}"); at != std::string::npos && star < at; at = text.find("{1}")) {
        text.replace(at, 3, "1");
    }
    return is_path(text);
}

// RFC 6901.
bool is_pointer(std::string_view text) {
    if (text.empty() || text.size() > kMostPath || text.front() != '/') return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escaped = i + 1 < text.size() && (text[i + 1] == '0' || text[i + 1] == '1');
        if (text[i] == '~' && !escaped) return false;
    }
    return true;
}

// Joules beside the units that register maps know: three thousand six hundred of them are a watt-hour.
std::optional<UnitFactor> factor_of(Quantity quantity, std::string_view unit) {
    const bool energy = quantity == Quantity::energy || quantity == Quantity::energy_export;
    if (energy && unit == "J") return UnitFactor{1, 3600};
    if (energy && unit == "mJ") return UnitFactor{1, 3.6e6};
    if (energy && unit == "kJ") return UnitFactor{10, 36};
    return unit_factor(quantity, unit);
}

class ProfileReader {
public:
    RedfishProfile read(Table root);

private:
    void head(Table& root);
    void source_of(Table& row, RedfishValue& out);
    void unit(Table& row, RedfishValue& out);
    void combine(Table& row, RedfishValue& out, bool in_array);
    RedfishValue value(Table& row, bool in_array);
    RedfishArray array(Table& row);
    void check_size(Table& root);

    RedfishProfile profile_;
};

void ProfileReader::head(Table& root) {
    data_row::schema(root);
    profile_.id = root.id("id", true).value_or("");
    if (!root.has("kind")) root.missing("kind", "\"server\" or \"pdu\"");
    profile_.kind = root.choice("kind", {"server", "pdu"}).value_or("");
    data_row::text(root, "title", "what these services are, in a few words");
    data_row::sources(root);
    profile_.sources = root.strings("sources");
    root.strings("notes");  // for people
}

// resource, and where in it.
void ProfileReader::source_of(Table& row, RedfishValue& out) {
    out.resource = data_row::text(row, "resource", "a path below /redfish/v1 such as \"Chassis/*/Power\"");
    if (!out.resource.empty() && !is_resource(out.resource)) {
        row.problem("resource", "resource = \"" + out.resource +
                                    "\" is no path below /redfish/v1 (expected parts between slashes, each with at "
                                    "most one *, such as \"Chassis/*/Power\")");
    }
    out.except = row.strings("except");
    out.pointer = row.string("pointer").value_or("");
    out.metric = row.string("metric").value_or("");
    if (row.has("pointer") == row.has("metric")) {
        row.problem("resource",
                    "expected one of pointer (such as \"/PowerWatts/Reading\") and metric (the MetricProperty in a "
                    "MetricReport)");
    } else if (row.has("pointer") && !is_pointer(out.pointer)) {
        row.problem("pointer",
                    "pointer = \"" + out.pointer + "\" is no JSON pointer (expected such as \"/PowerWatts/Reading\")");
    } else if (row.has("metric") && (out.metric.empty() || out.metric.size() > kMostPath || stars(out.metric) > 1)) {
        row.problem("metric",
                    "metric = \"" + out.metric + "\" is no MetricProperty (expected a URI, perhaps with one *)");
    }
}

void ProfileReader::unit(Table& row, RedfishValue& out) {
    const auto quantity = parse_quantity(out.name);
    const auto text = row.string("unit");
    if (!quantity || (row.has("unit") && !text)) return;
    if (const auto factor = factor_of(quantity->quantity, text.value_or(""))) {
        out.multiply = factor->multiply;
        out.divide = factor->divide;
    } else if (text) {
        row.problem("unit", "unit = \"" + *text + "\" does not measure " + out.name + " (expected one of " +
                                units_allowed(quantity->quantity) + ')');
    } else {
        row.missing("unit", "one of " + units_allowed(quantity->quantity));
    }
}

void ProfileReader::combine(Table& row, RedfishValue& out, bool in_array) {
    if (in_array) {
        row.refuse("combine", "elements are not combined (expected no combine in an array)");
        if (stars(out.metric.empty() ? out.resource : out.metric) == 0) {
            row.problem("resource", "nothing tells one element from another (expected a * in resource or metric)");
        }
        return;
    }
    const auto text = row.choice("combine", {"sum", "mean"});
    if (text) out.combine = *text == "sum" ? RedfishCombine::sum : RedfishCombine::mean;
    out.of = row.id("of", false).value_or("");
    if (row.has("of") && !text) row.problem("of", "of is given without combine (expected \"sum\" or \"mean\", too)");
}

RedfishValue ProfileReader::value(Table& row, bool in_array) {
    RedfishValue out;
    out.name = data_row::text(row, "name", "a quantity such as \"power_w\"");
    const auto quantity = parse_quantity(out.name);
    const bool bare = quantity && quantity->element.empty();
    if (!out.name.empty() && !(bare || (quantity && !in_array))) {
        row.problem("name", "name = \"" + out.name + "\" is no quantity (expected such as \"power_w\"" +
                                (in_array ? ")" : ", \"board-1.power_w\")"));
    }
    row.set_where("value \"" + out.name + '"');
    source_of(row, out);
    unit(row, out);
    combine(row, out, in_array);
    out.optional = row.boolean("optional").value_or(false);
    out.synthesized = row.boolean("synthesized").value_or(false);
    if (!row.has("confidence")) row.missing("confidence", "\"found\", \"recalled\" or \"derived\"");
    row.choice("confidence", {"found", "recalled", "derived"});
    row.string("source");  // for people
    row.finish();
    return out;
}

RedfishArray ProfileReader::array(Table& row) {
    RedfishArray out;
    out.element = row.id("element", true).value_or("");
    row.set_where("array \"" + out.element + '"');
    if (!row.has("count")) row.missing("count", "1.." + std::to_string(kMostElements));
    out.count = static_cast<unsigned>(row.integer("count", 1, kMostElements).value_or(1));
    for (auto& entry : row.tables("value")) out.values.push_back(value(entry, true));
    if (out.values.empty()) row.missing("value", "[[array.value]] with a quantity");
    row.finish();
    return out;
}

void ProfileReader::check_size(Table& root) {
    if (profile_.values.empty() && profile_.arrays.empty()) root.missing("value", "[[value]] or [[array]]");
    const auto names = names_of(profile_, {}).size();
    if (names <= kMostNames) return;
    root.problem("array", "the arrays and values make " + std::to_string(names) + " points (expected at most " +
                              std::to_string(kMostNames) + ')');
}

RedfishProfile ProfileReader::read(Table root) {
    head(root);
    for (auto& row : root.tables("value")) profile_.values.push_back(value(row, false));
    for (auto& row : root.tables("array")) profile_.arrays.push_back(array(row));
    check_size(root);
    root.finish();
    return std::move(profile_);
}

// With a list of problems of its own, so that this profile's soundness does not hang on another file's.
std::optional<RedfishProfile> read_checked(const std::optional<Document>& document, Problems& mine,
                                           Problems& problems) {
    std::optional<RedfishProfile> out;
    if (document) out = ProfileReader{}.read(document->root());
    for (const auto& problem : mine.sorted()) problems.add(problem.place, problem.where, problem.what);
    return mine.none() ? out : std::nullopt;
}

}  // namespace

std::optional<RedfishProfile> parse_redfish_profile(std::string_view text, std::string file, Problems& problems) {
    Problems mine;
    return read_checked(Document::parse(text, std::move(file), mine), mine, problems);
}

RedfishProfiles load_redfish_profiles(const std::vector<std::string>& files, Problems& problems) {
    RedfishProfiles out;
    std::map<std::string, std::filesystem::path> origin;
    for (const auto& file : files) {
        Problems mine;
        auto profile = read_checked(Document::read(file, mine), mine, problems);
        if (!profile) continue;
        const auto [earlier, fresh] = origin.try_emplace(profile->id, file);
        if (!fresh && earlier->second.parent_path() == std::filesystem::path{file}.parent_path()) {
            problems.add({file, 0, 0}, {},
                         "id = \"" + profile->id + "\" is already that of " + earlier->second.string() +
                             " (expected one profile of that id in a folder)");
            continue;
        }
        earlier->second = file;
        const auto id = profile->id;
        out[id] = std::move(*profile);
    }
    return out;
}

}  // namespace pued
