// Head, transport, helpers, fields, arrays, then what only shows across them: overlaps and helpers that nobody uses.
#include "agent/config/register_map_file.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>

#include "agent/config/config.hpp"
#include "agent/config/elements.hpp"
#include "agent/config/register_field.hpp"
#include "agent/config/register_identity.hpp"
#include "agent/config/register_spans.hpp"
#include "agent/config/register_sums.hpp"
#include "agent/model/quantity.hpp"

namespace pued {
namespace {

constexpr unsigned kMostElements = 256;    // of one array
constexpr std::size_t kMostPoints = 2048;  // of one device

class MapReader {
public:
    explicit MapReader(Problems& problems) : problems_(problems) {}
    RegisterMap read(Table root);

private:
    void read_head(Table& root);
    void read_transport(Table table);
    void read_identity_table(Table table);
    void read_probes(Table& root);
    void read_helpers(Table table);
    void read_fields(Table table);
    void read_arrays(Table table);
    void read_array(Table table, const std::string& element);
    void read_array_field(Table table, const std::string& name, FieldArray& array);
    void claim(Table& table, const Field& field, unsigned count, unsigned stride);
    void claim_item(Table& table, const Field& field);
    void refuse_modbus(Table& root);
    void check_size(Table& root);
    void check_helpers_used(Table table);

    Problems& problems_;
    RegisterMap map_;
    FieldRules rules_;
    std::vector<SpanClaim> claims_;
    bool dropped_ = false;  // a field has a problem: which helpers it would use is not known
};

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
}

unsigned small(Table& table, std::string_view key, unsigned min, unsigned max, unsigned fallback) {
    return static_cast<unsigned>(table.integer(key, min, max).value_or(fallback));
}

std::string required_choice(Table& table, std::string_view key, std::initializer_list<std::string_view> choices) {
    if (!table.has(key)) table.missing(key, "one of " + joined({choices.begin(), choices.end()}));
    return table.choice(key, choices).value_or("");
}

RegisterMap MapReader::read(Table root) {
    read_head(root);
    read_transport(root.table("transport"));
    read_identity_table(root.table("identity"));
    read_probes(root);
    read_helpers(root.table("registers"));
    read_fields(root.table("fields"));
    read_arrays(root.table("arrays"));
    check_size(root);
    check_helpers_used(root.table("registers"));
    root.finish();
    report_overlaps(std::move(claims_), problems_);
    return std::move(map_);
}

void MapReader::read_head(Table& root) {
    if (!root.has("schema")) root.missing("schema", "schema = 1");
    root.integer("schema", 1, 1);
    map_.id = root.id("id", true).value_or("");
    map_.vendor = root.required_string("vendor").value_or("");
    map_.models = root.strings("models");
    if (map_.models.empty()) root.missing("models", "at least one");
    map_.kind = rules_.kind = required_choice(root, "kind", {"meter", "pdu", "ups", "psu", "cooling", "generator"});
    map_.status = required_choice(root, "status", {"documented", "community"});
    rules_.documented = map_.status == "documented";
    if (root.choice("protocol", {"modbus", "dlt645"}) == "dlt645") {
        map_.protocol = rules_.protocol = MapProtocol::dlt645;
        refuse_modbus(root);
    }
    map_.sources = root.strings("sources");
    const auto blank = [](const std::string& text) { return text.find_first_not_of(' ') == std::string::npos; };
    if (std::all_of(map_.sources.begin(), map_.sources.end(), blank)) {
        root.missing("sources", "the document, driver or firmware that states these registers");
    }
    root.strings("notes");  // for people
}

// What a data identifier has no need of.
void MapReader::refuse_modbus(Table& root) {
    for (const auto* key : {"identity", "identify", "registers", "arrays"}) {
        root.refuse(key, "it is for Modbus (expected [transport] and [fields] only)");
    }
    auto transport = root.table("transport");
    transport.set_where("transport");
    for (const auto* key :
         {"function", "word_order", "max_words", "max_gap", "align", "exact", "refresh_ms", "last_unit_id"}) {
        transport.refuse(key, "it is for Modbus (expected pause_ms, timeout_ms, baud, parity)");
    }
    map_.default_baud = 2400;
    map_.default_parity = 'E';
}

void MapReader::read_transport(Table table) {
    table.set_where("transport");
    rules_.function = static_cast<std::uint8_t>(small(table, "function", 3, 4, 3));
    rules_.order = read_word_order(table, "word_order", WordOrder::abcd);
    rules_.max_words = small(table, "max_words", 1, 125, 125);
    map_.spans.max_words = rules_.max_words;
    map_.spans.max_gap = small(table, "max_gap", 0, 124, 0);
    map_.spans.align = small(table, "align", 1, 2, 1);
    map_.spans.exact = table.boolean("exact").value_or(false);
    map_.pause_ms = small(table, "pause_ms", 0, 5000, map_.pause_ms);
    map_.timeout_ms = small(table, "timeout_ms", 10, 10000, map_.timeout_ms);
    map_.refresh_ms = small(table, "refresh_ms", 0, 600000, map_.refresh_ms);
    map_.default_baud = small(table, "baud", 300, 1000000, map_.default_baud);
    if (const auto parity = table.choice("parity", {"N", "E", "O"})) map_.default_parity = parity->front();
    map_.last_unit_id = small(table, "last_unit_id", standard_unit_id, most_unit_id, map_.last_unit_id);
    table.finish();
}

// Every byte of a data identifier's data belongs to one field.
void MapReader::claim_item(Table& table, const Field& field) {
    const auto meets = [&field](const Field& other) {
        return other.item == field.item && other.address < field.address + bytes_of(field.type) &&
               field.address < other.address + bytes_of(other.type);
    };
    const auto other = std::find_if(map_.fields.begin(), map_.fields.end(), meets);
    if (other == map_.fields.end()) return;
    table.problem("item", "these bytes are already those of " + other->name +
                              " (expected every byte of an item in one field only; at = N says where a value begins)");
}

void MapReader::claim(Table& table, const Field& field, unsigned count, unsigned stride) {
    if (map_.protocol == MapProtocol::dlt645) return claim_item(table, field);
    const auto more = claims_of(table, field, count, stride);
    claims_.insert(claims_.end(), more.begin(), more.end());
}

void MapReader::read_identity_table(Table table) {
    table.set_where("identity");
    map_.identity = read_identity(table, rules_);
    table.finish();
    if (!map_.identity) return;
    const unsigned first = map_.identity->address, last = first + map_.identity->words - 1;
    if (last > 65535) {
        table.problem("address", "address " + std::to_string(last) + " is out of range (expected at most 65535)");
    } else {
        claims_.push_back({map_.identity->function, first, last, "identity", 0, table.place_of("address")});
    }
}

void MapReader::read_probes(Table& root) {
    std::size_t number = 0;
    for (auto& table : root.tables("identify")) {
        table.set_where("identify " + std::to_string(++number));
        if (auto probe = read_probe(table, rules_)) map_.identify.push_back(std::move(*probe));
    }
}

void MapReader::read_helpers(Table table) {
    table.set_where("registers");
    rules_.helpers = table.keys();
    for (const auto& name : table.keys()) {
        auto entry = table.table(name);
        if (!check_helper_name(table, name) || !entry.present()) continue;
        entry.set_where("registers." + name);
        if (auto field = read_helper_field(entry, name, rules_)) {
            claim(entry, *field, 0, 0);
            map_.helpers.push_back(std::move(*field));
        }
        entry.finish();
    }
}

void MapReader::read_fields(Table table) {
    table.set_where("fields");
    std::vector<std::string> sums;
    for (const auto& name : table.keys()) {
        auto entry = table.table(name);
        if (!check_quantity_name(table, name) || !entry.present()) {
            dropped_ = true;
            continue;
        }
        if (entry.has("sum")) {
            sums.push_back(name);
            continue;
        }
        entry.set_where("fields." + name);
        if (auto field = read_quantity_field(entry, name, rules_)) {
            claim(entry, *field, 0, 0);
            map_.fields.push_back(std::move(*field));
        } else {
            dropped_ = true;
        }
        entry.finish();
    }
    for (const auto& name : sums) {
        auto entry = table.table(name);
        entry.set_where("fields." + name);
        map_.sums.push_back(read_sum(entry, name, map_, !dropped_));
        entry.finish();
    }
}

void MapReader::read_arrays(Table table) {
    table.set_where("arrays");
    for (const auto& element : table.keys()) {
        auto array = table.table(element);
        if (!is_id(element)) {
            table.problem(element,
                          '"' + element + "\" cannot name an element (expected a-z, 0-9 and -, as in \"outlet\")");
        } else if (array.present()) {
            read_array(std::move(array), element);
        }
    }
}

void MapReader::read_array(Table table, const std::string& element) {
    table.set_where("arrays." + element);
    FieldArray array;
    array.element = element;
    if (table.present() && !table.has("count")) table.missing("count", "1.." + std::to_string(kMostElements));
    array.count = small(table, "count", 1, kMostElements, 1);
    if (array.count > 1 && !table.has("stride")) table.missing("stride", "the registers from one element to the next");
    array.stride = small(table, "stride", 1, 65535, 0);
    if (array.count > 1 && element_key(element).empty()) {
        table.problem("count", "a configuration cannot say how many of \"" + element + "\" there are" +
                                   suggestion(element, element_names()) + " (expected one of " +
                                   joined(element_names()) + ')');
    }
    auto fields = table.table("fields");
    if (fields.keys().empty()) table.missing("fields", "[arrays." + element + ".fields] with at least one quantity");
    fields.set_where(table.where() + ".fields");
    for (const auto& name : fields.keys()) {
        auto entry = fields.table(name);
        if (check_quantity_name(fields, name) && entry.present()) {
            read_array_field(entry, name, array);
        } else {
            dropped_ = true;
        }
    }
    table.finish();
    map_.arrays.push_back(std::move(array));
}

void MapReader::read_array_field(Table table, const std::string& name, FieldArray& array) {
    table.set_where("arrays." + array.element + ".fields." + name);
    const unsigned own = small(table, "stride", 1, 65535, 0);
    const unsigned stride = own == 0 ? array.stride : own;
    auto field = read_quantity_field(table, name, rules_);
    table.finish();
    if (!field || (stride == 0 && array.count > 1)) {
        dropped_ = true;
        return;
    }
    if (array.count > 1 && words_of(field->type) > stride) {
        table.problem("type", "a field of " + std::to_string(words_of(field->type)) +
                                  " words is longer than stride = " + std::to_string(stride) +
                                  " (expected a stride that reaches the next element)");
        return;
    }
    claim(table, *field, array.count, stride);
    if (own != 0) array.own_stride[name] = own;
    array.fields.push_back(std::move(*field));
}

void MapReader::check_size(Table& root) {
    std::size_t points = map_.fields.size() + map_.sums.size();
    for (const auto& array : map_.arrays) points += array.count * array.fields.size();
    if (points > kMostPoints) {
        root.problem("arrays", "the arrays and fields make " + std::to_string(points) + " points (expected at most " +
                                   std::to_string(kMostPoints) + ')');
    }
    if (!root.has("fields") && !root.has("arrays")) root.missing("fields", "[fields] or [arrays.…] with a quantity");
}

void MapReader::check_helpers_used(Table table) {
    if (dropped_) return;
    std::vector<std::string> used;
    const auto note = [&used](const Field& field) {
        used.push_back(field.scale_register);
        used.insert(used.end(), field.factors.begin(), field.factors.end());
    };
    std::for_each(map_.fields.begin(), map_.fields.end(), note);
    for (const auto& array : map_.arrays) std::for_each(array.fields.begin(), array.fields.end(), note);
    table.set_where("registers");
    for (const auto& helper : map_.helpers) {
        const auto& name = helper.name;
        if (std::find(used.begin(), used.end(), name) != used.end()) continue;
        table.problem(name,
                      '"' + name + "\" is used by no field (expected it in factors or scale_register, or left out)");
    }
}

// Reads with a list of problems of its own, so that this map's soundness does not hang on another file's.
std::optional<RegisterMap> checked(Problems& problems, const std::function<std::optional<Document>(Problems&)>& open) {
    Problems mine;
    std::optional<RegisterMap> map;
    if (const auto document = open(mine)) map = MapReader{mine}.read(document->root());
    for (const auto& problem : mine.sorted()) problems.add(problem.place, problem.where, problem.what);
    return mine.none() ? map : std::nullopt;
}

Place place_of_id(const std::string& file) {
    Problems told;
    const auto document = Document::read(file, told);
    return document ? document->root().place_of("id") : Place{file, 0, 0};
}

}  // namespace

std::optional<RegisterMap> parse_register_map(std::string_view text, std::string file, Problems& problems) {
    return checked(problems, [&](Problems& mine) { return Document::parse(text, std::move(file), mine); });
}

std::optional<RegisterMap> load_register_map(const std::string& path, Problems& problems) {
    return checked(problems, [&](Problems& mine) { return Document::read(path, mine); });
}

std::map<std::string, RegisterMap> load_register_maps(const std::vector<std::string>& files, Problems& problems) {
    std::map<std::string, RegisterMap> out;
    std::map<std::string, std::string> origin;
    for (const auto& file : files) {
        auto map = load_register_map(file, problems);
        if (!map) continue;
        const std::string id = map->id;
        const auto earlier = origin.find(id);
        using std::filesystem::path;
        if (earlier != origin.end() && path{earlier->second}.parent_path() == path{file}.parent_path()) {
            problems.add(place_of_id(file), {},
                         "id = \"" + id + "\" is already that of " + earlier->second +
                             " (expected one map of that id in a folder)");
            continue;
        }
        origin[id] = file;
        out[id] = std::move(*map);
    }
    return out;
}

}  // namespace pued
