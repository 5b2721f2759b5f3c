// A TOML file read strictly: every problem is collected with line and column, unknown keys are problems with a "did
// you mean", and nothing throws. The loaders of this folder use Table; only document_impl.hpp knows toml++.
//
//   Problems problems;
//   if (auto doc = Document::parse(text, "config/pued.toml", problems)) {
//       Table site = doc->root().table("site");
//       auto id = site.required_string("id");
//       site.finish();                      // reports keys nobody asked for
//   }
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/config/problems.hpp"
#include "agent/model/time.hpp"

namespace pued {

class Document;

// One table of the document. Getters note the key as known; a wrong type or range is reported and read as absent.
class Table {
public:
    [[nodiscard]] bool present() const;                        // false: every getter answers "absent", silently
    [[nodiscard]] Place place() const;                         // of the table's header
    [[nodiscard]] Place place_of(std::string_view key) const;  // of the value; of the table where there is none
    void set_where(std::string where);                         // `meter "a1"`; used in messages from here on
    [[nodiscard]] const std::string& where() const;

    std::optional<std::string> string(std::string_view key);
    std::optional<std::string> required_string(std::string_view key);
    std::optional<std::string> id(std::string_view key, bool required);  // is_id(), else a problem
    std::optional<std::string> choice(std::string_view key, const std::vector<std::string_view>& choices);
    std::optional<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max);
    std::optional<std::uint64_t> bits(std::string_view key);  // any integer, as its 64-bit pattern
    std::optional<double> number(std::string_view key, double min, double max);
    std::optional<bool> boolean(std::string_view key);
    std::optional<std::string> date(std::string_view key);   // a TOML local date, as "2025-06-01"
    std::optional<UtcTime> time(std::string_view key);       // a TOML date-time with its offset
    std::vector<std::string> strings(std::string_view key);  // a string counts as a list of one
    std::vector<std::int64_t> integers(std::string_view key, std::int64_t min, std::int64_t max);  // or one integer
    std::vector<double> numbers(std::string_view key, double min, double max);
    // A list of [x, y]; x and y have ranges of their own.
    std::vector<std::pair<double, double>> pairs(std::string_view key, std::pair<double, double> x_range,
                                                 std::pair<double, double> y_range);
    Table table(std::string_view key);                // not present() where absent
    std::vector<Table> tables(std::string_view key);  // array of tables
    std::vector<std::string> keys() const;            // in file order; all of them
    bool has(std::string_view key) const;             // does not note it as known

    void problem(std::string_view key, std::string what);      // at that key's value
    void missing(std::string_view key, std::string expected);  // `KEY is missing (expected …)`
    void refuse(std::string_view key, std::string why);        // a problem where KEY is there; never shows its value
    void finish();                                             // unknown keys become problems

    struct Impl;
    explicit Table(std::shared_ptr<Impl> impl);

private:
    std::shared_ptr<Impl> impl_;
};

class Document {
public:
    static constexpr std::size_t max_bytes = 1U << 20U;  // of a file; a configuration of 1000 meters has a quarter

    // Nothing when the text is no TOML (the problem is in `problems`).
    static std::optional<Document> parse(std::string_view text, std::string file, Problems& problems);
    static std::optional<Document> read(const std::string& path, Problems& problems);  // the same, from a file
    // The bytes of a file, at most one more than max_bytes of them; nothing, and a problem, where it cannot be read.
    static std::optional<std::string> text_of(const std::string& path, Problems& problems);

    [[nodiscard]] Table root() const;
    [[nodiscard]] const std::string& file() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace pued
