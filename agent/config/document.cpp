// Strict reading of TOML on toml++: the only file that knows it.
#include "agent/config/document.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iomanip>
#include <set>
#include <sstream>

#include "agent/model/quantity.hpp"

namespace pued {

struct Document::Impl {
    toml::table table;
    std::string file;
    Problems* problems = nullptr;
};

struct Table::Impl {
    const toml::table* table = nullptr;  // kept alive by `document`
    std::shared_ptr<const void> document;
    std::string file;
    Problems* problems = nullptr;
    std::string where;
    std::set<std::string, std::less<>> known;

    [[nodiscard]] Place at(const toml::source_region& source) const {
        return {file, static_cast<unsigned>(source.begin.line), static_cast<unsigned>(source.begin.column)};
    }
    const toml::node* find(std::string_view key) {
        known.emplace(key);
        return table == nullptr ? nullptr : table->get(key);
    }
    void report(const toml::node& node, std::string what) const {
        problems->add(at(node.source()), where, std::move(what));
    }
    // Reports `key = … is not a WANTED`.
    void wrong_type(const toml::node& node, std::string_view key, std::string_view wanted) const;
    std::optional<std::int64_t> checked_integer(const toml::node& node, std::string_view key, std::int64_t min,
                                                std::int64_t max) const;
    Table child(const toml::table* child) const;
};

namespace {

std::string shown(const toml::node& node) {
    std::ostringstream out;
    node.visit([&out](const auto& value) {
        using Node = std::remove_cvref_t<decltype(value)>;
        if constexpr (toml::is_table<Node>) {
            out << "a table";
        } else if constexpr (toml::is_array<Node>) {
            out << "a list";
        } else if constexpr (toml::is_string<Node>) {
            out << '"' << *value << '"';
        } else if constexpr (toml::is_boolean<Node>) {
            out << (*value ? "true" : "false");
        } else {
            out << std::setprecision(15) << *value;
        }
    });
    return out.str();
}

std::string plain(double value) {
    std::ostringstream out;
    out << std::setprecision(15) << value;
    return out.str();
}

// Bytes of one line. toml++ nests dotted keys, and unwinds them, by recursion: an endless a.a.a… would take the stack.
constexpr std::size_t kMaxLine = 4000;

// Cuts the first line off `text` and returns it.
std::string_view next_line(std::string_view& text) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

std::string_view line_of(std::string_view text, std::size_t number) {
    while (number-- > 1 && !text.empty()) next_line(text);
    return next_line(text);
}

// Its number, or 0 where all are of a sane length.
unsigned overlong_line(std::string_view text) {
    for (unsigned number = 1; !text.empty(); ++number) {
        if (next_line(text).size() > kMaxLine) return number;
    }
    return 0;
}

// toml++ quotes what it stumbled over ("…; saw 'hunter2'"): not from a line that holds a secret.
std::string without_secrets(std::string description, std::string_view line) {
    return line.find("pass") == std::string_view::npos ? description
                                                       : description.substr(0, description.find(", saw "));
}

// "Inner Mongolia" -> "inner-mongolia", where that makes an id.
std::string as_id(std::string text) {
    for (auto& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == ' ' || c == '_') c = '-';
    }
    return is_id(text) ? ", did you mean \"" + text + "\"?" : std::string{};
}

std::string joined(const std::vector<std::string_view>& choices) {
    std::string text;
    for (const auto choice : choices) text += (text.empty() ? "\"" : ", \"") + std::string{choice} + '"';
    return text;
}

}  // namespace

Table Table::Impl::child(const toml::table* inner) const {
    auto impl = std::make_shared<Impl>();
    impl->table = inner;
    impl->document = document;
    impl->file = file;
    impl->problems = problems;
    impl->where = where;
    return Table{std::move(impl)};
}

void Table::Impl::wrong_type(const toml::node& node, std::string_view key, std::string_view wanted) const {
    report(node,
           std::string{key} + " = " + shown(node) + " is of the wrong type (expected " + std::string{wanted} + ")");
}

std::optional<std::int64_t> Table::Impl::checked_integer(const toml::node& node, std::string_view key, std::int64_t min,
                                                         std::int64_t max) const {
    const auto* value = node.as_integer();
    if (value == nullptr) {
        wrong_type(node, key, "an integer");
        return std::nullopt;
    }
    if (value->get() < min || value->get() > max) {
        report(node, std::string{key} + " = " + shown(node) + " is out of range (expected " + std::to_string(min) +
                         ".." + std::to_string(max) + ")");
        return std::nullopt;
    }
    return value->get();
}

Table::Table(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

bool Table::present() const { return impl_->table != nullptr; }

Place Table::place() const { return present() ? impl_->at(impl_->table->source()) : Place{impl_->file, 0, 0}; }

Place Table::place_of(std::string_view key) const {
    const auto* node = present() ? impl_->table->get(key) : nullptr;
    return node == nullptr ? place() : impl_->at(node->source());
}

void Table::set_where(std::string where) { impl_->where = std::move(where); }

const std::string& Table::where() const { return impl_->where; }

std::optional<std::string> Table::string(std::string_view key) {
    const auto* node = impl_->find(key);
    if (node == nullptr) return std::nullopt;
    if (const auto* value = node->as_string()) return value->get();
    impl_->wrong_type(*node, key, "a string");
    return std::nullopt;
}

std::optional<std::string> Table::required_string(std::string_view key) {
    if (present() && impl_->find(key) == nullptr) missing(key, "a string");
    return string(key);
}

std::optional<std::string> Table::id(std::string_view key, bool required) {
    auto text = required ? required_string(key) : string(key);
    if (!text || is_id(*text)) return text;
    problem(key, std::string{key} + " = \"" + *text + "\" is no id" + as_id(*text) +
                     " (expected 1 to 48 of a-z, 0-9 and -, not beginning with -)");
    return std::nullopt;
}

std::optional<std::string> Table::choice(std::string_view key, const std::vector<std::string_view>& choices) {
    const auto text = string(key);
    if (!text || std::find(choices.begin(), choices.end(), *text) != choices.end()) return text;
    problem(key, std::string{key} + " = \"" + *text + "\" is unknown" +
                     suggestion(*text, {choices.begin(), choices.end()}) + " (expected one of " + joined(choices) +
                     ")");
    return std::nullopt;
}

std::optional<std::int64_t> Table::integer(std::string_view key, std::int64_t min, std::int64_t max) {
    const auto* node = impl_->find(key);
    return node == nullptr ? std::nullopt : impl_->checked_integer(*node, key, min, max);
}

std::optional<std::uint64_t> Table::bits(std::string_view key) {
    const auto value = integer(key, INT64_MIN, INT64_MAX);
    return value ? std::optional{static_cast<std::uint64_t>(*value)} : std::nullopt;
}

std::optional<double> Table::number(std::string_view key, double min, double max) {
    const auto* node = impl_->find(key);
    if (node == nullptr) return std::nullopt;
    if (!node->is_number()) {
        impl_->wrong_type(*node, key, "a number");
        return std::nullopt;
    }
    const double value = *node->value<double>();
    if (std::isfinite(value) && value >= min && value <= max) return value;
    impl_->report(*node, std::string{key} + " = " + shown(*node) + " is out of range (expected " + plain(min) + ".." +
                             plain(max) + ")");
    return std::nullopt;
}

std::optional<bool> Table::boolean(std::string_view key) {
    const auto* node = impl_->find(key);
    if (node == nullptr) return std::nullopt;
    if (const auto* value = node->as_boolean()) return value->get();
    impl_->wrong_type(*node, key, "true or false");
    return std::nullopt;
}

std::optional<std::string> Table::date(std::string_view key) {
    const auto* node = impl_->find(key);
    if (node == nullptr) return std::nullopt;
    if (const auto* value = node->as_date()) {
        std::ostringstream out;
        out << value->get();
        return out.str();
    }
    impl_->wrong_type(*node, key, "a date without quotes, such as 2025-06-01");
    return std::nullopt;
}

std::vector<std::string> Table::strings(std::string_view key) {
    const auto* node = impl_->find(key);
    if (node == nullptr) return {};
    if (const auto* one = node->as_string()) return {one->get()};
    std::vector<std::string> out;
    const auto* list = node->as_array();
    if (list == nullptr) {
        impl_->wrong_type(*node, key, "a list of strings");
        return out;
    }
    for (const auto& item : *list) {
        if (const auto* text = item.as_string()) {
            out.push_back(text->get());
        } else {
            impl_->wrong_type(item, key, "a list of strings");
        }
    }
    return out;
}

std::vector<std::int64_t> Table::integers(std::string_view key, std::int64_t min, std::int64_t max) {
    const auto* node = impl_->find(key);
    if (node == nullptr) return {};
    std::vector<std::int64_t> out;
    const auto* list = node->as_array();
    if (list == nullptr) {
        impl_->wrong_type(*node, key, "a list of integers");
        return out;
    }
    for (const auto& item : *list) {
        if (const auto value = impl_->checked_integer(item, key, min, max)) out.push_back(*value);
    }
    return out;
}

Table Table::table(std::string_view key) {
    const auto* node = impl_->find(key);
    if (node != nullptr && !node->is_table()) impl_->wrong_type(*node, key, "a table");
    return impl_->child(node == nullptr ? nullptr : node->as_table());
}

std::vector<Table> Table::tables(std::string_view key) {
    const auto* node = impl_->find(key);
    if (node == nullptr) return {};
    std::vector<Table> out;
    const auto* list = node->as_array();
    if (list == nullptr) {
        impl_->wrong_type(*node, key, "[[" + std::string{key} + "]] tables");
        return out;
    }
    for (const auto& item : *list) {
        if (const auto* table = item.as_table()) {
            out.push_back(impl_->child(table));
        } else {
            impl_->wrong_type(item, key, "a table");
        }
    }
    return out;
}

std::vector<std::string> Table::keys() const {
    if (!present()) return {};
    std::vector<std::pair<toml::source_position, std::string>> found;
    for (const auto& [key, node] : *impl_->table) found.emplace_back(key.source().begin, std::string{key.str()});
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> out;
    for (auto& [place, key] : found) out.push_back(std::move(key));
    return out;
}

bool Table::has(std::string_view key) const { return present() && impl_->table->contains(key); }

void Table::problem(std::string_view key, std::string what) {
    impl_->problems->add(place_of(key), impl_->where, std::move(what));
}

void Table::missing(std::string_view key, std::string expected) {
    impl_->problems->add(place(), impl_->where, std::string{key} + " is missing (expected " + expected + ")");
}

void Table::refuse(std::string_view key, std::string why) {
    impl_->known.emplace(key);
    if (has(key)) problem(key, std::string{key} + " is not allowed here: " + std::move(why));
}

void Table::finish() {
    if (!present()) return;
    for (const auto& [key, node] : *impl_->table) {
        if (impl_->known.contains(key.str())) continue;
        impl_->problems->add(impl_->at(key.source()), impl_->where,
                             "unknown key \"" + std::string{key.str()} + '"' +
                                 suggestion(key.str(), {impl_->known.begin(), impl_->known.end()}));
    }
}

std::optional<Document> Document::parse(std::string_view text, std::string file, Problems& problems) {
    if (text.size() > max_bytes) {
        problems.add({file, 0, 0}, {}, "is too long (expected at most " + std::to_string(max_bytes) + " bytes)");
        return std::nullopt;
    }
    if (const auto line = overlong_line(text)) {
        problems.add({file, line, 1}, {},
                     "this line is too long (expected at most " + std::to_string(kMaxLine) + " bytes)");
        return std::nullopt;
    }
    Document out;
    out.impl_ = std::make_shared<Impl>();
    try {
        out.impl_->table = toml::parse(text, file);
    } catch (const toml::parse_error& error) {
        const auto& at = error.source().begin;
        problems.add({file, static_cast<unsigned>(at.line), static_cast<unsigned>(at.column)}, {},
                     "this is not TOML: " + without_secrets(std::string{error.description()}, line_of(text, at.line)));
        return std::nullopt;
    }
    out.impl_->file = std::move(file);
    out.impl_->problems = &problems;
    return out;
}

std::optional<std::string> Document::text_of(const std::string& path, Problems& problems) {
    std::ifstream in{path, std::ios::binary};
    std::string text(max_bytes + 1, '\0');  // one more than parse() takes: it will say so
    if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!in.eof() && in.gcount() == 0) {
        problems.add({path, 0, 0}, {}, "cannot be read (expected a readable TOML file)");
        return std::nullopt;
    }
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

std::optional<Document> Document::read(const std::string& path, Problems& problems) {
    const auto text = text_of(path, problems);
    return text ? parse(*text, path, problems) : std::nullopt;
}

Table Document::root() const {
    auto impl = std::make_shared<Table::Impl>();
    impl->table = &impl_->table;
    impl->document = impl_;
    impl->file = impl_->file;
    impl->problems = impl_->problems;
    return Table{std::move(impl)};
}

const std::string& Document::file() const { return impl_->file; }

}  // namespace pued
