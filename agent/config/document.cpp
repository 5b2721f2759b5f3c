// Strict reading of TOML: the file as a whole, and what a table says of itself. The values are in document_values.cpp.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "agent/config/document_impl.hpp"

namespace pued {

namespace {

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

// What looks like a mark of TOML and is none: a Chinese keyboard's, a word processor's.
constexpr std::array<std::string_view, 16> kForeignMarks{"“",  "”",  "‘",  "’",  "＂", "＇", "＝", "，",
                                                         "：", "［", "］", "｛", "｝", "【", "】", "\u3000"};

// What to do about a line that is not TOML.
std::string toml_wants(std::string_view line) {
    const auto comment = line.substr(0, line.find('#'));
    const auto holds = [comment](std::string_view mark) { return comment.find(mark) != std::string_view::npos; };
    const auto mark = std::find_if(kForeignMarks.begin(), kForeignMarks.end(), holds);
    if (mark != kForeignMarks.end()) {
        return " (this line has " + (*mark == "\u3000" ? "a full-width space" : std::string{*mark}) +
               "; expected the plain \" = , [ ] { } of an English keyboard)";
    }
    return " (expected KEY = VALUE, text in \"quotes\", { … } on one line; each key and [table] once, [[table]] for "
           "several)";
}

constexpr std::size_t kMostKeys = 20;  // longer lists of keys help nobody

// The key that was meant, or all that there are.
std::string way_out(std::string_view key, const Table::Impl& table) {
    const auto& known = table.known;
    auto near = suggestion(key, {known.begin(), known.end()});
    if (!near.empty() || known.size() > kMostKeys) return near;
    std::string all;
    for (const auto& one : known) {
        if (!table.refused.contains(one)) all += (all.empty() ? "" : ", ") + one;
    }
    return all.empty() ? std::string{} : " (expected one of " + all + ")";
}

}  // namespace

Table::Table(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

bool Table::present() const { return impl_->table != nullptr; }

Place Table::place() const { return present() ? impl_->at(impl_->table->source()) : Place{impl_->file, 0, 0}; }

Place Table::place_of(std::string_view key) const {
    const auto* node = present() ? impl_->table->get(key) : nullptr;
    return node == nullptr ? place() : impl_->at(node->source());
}

void Table::set_where(std::string where) { impl_->where = std::move(where); }

const std::string& Table::where() const { return impl_->where; }

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
    impl_->refused.emplace(key);
    if (has(key)) problem(key, std::string{key} + " is not allowed here: " + std::move(why));
}

void Table::finish() {
    if (!present()) return;
    for (const auto& [key, node] : *impl_->table) {
        if (impl_->known.contains(key.str())) continue;
        impl_->problems->add(impl_->at(key.source()), impl_->where,
                             "unknown key \"" + std::string{key.str()} + '"' + way_out(key.str(), *impl_));
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
                     "this is not TOML: " + without_secrets(std::string{error.description()}, line_of(text, at.line)) +
                         toml_wants(line_of(text, at.line)));
        return std::nullopt;
    }
    out.impl_->file = std::move(file);
    out.impl_->problems = &problems;
    return out;
}

std::optional<std::string> Document::text_of(const std::string& path, Problems& problems) {
    errno = 0;
    std::ifstream in{path, std::ios::binary};
    std::string text(max_bytes + 1, '\0');  // one more than parse() takes: it will say so
    if (in) in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!in.eof() && in.gcount() == 0) {
        problems.add({path, 0, 0}, {},
                     std::string{"cannot be read: "} + std::strerror(errno) + " (expected a readable TOML file)");
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
