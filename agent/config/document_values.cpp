// The getters of Table: each value of its type and range, or a problem that says what was expected.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "agent/config/document_impl.hpp"
#include "agent/model/quantity.hpp"

namespace pued {
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

// What there are quotes too many or too few around.
std::string quotes(const toml::node& node, std::string_view wanted) {
    const bool bare = wanted == "a number" || wanted == "an integer" || wanted == "true or false";
    if (node.is_string()) return bare ? " without quotes" : "";
    if (wanted != "a string" || node.is_table() || node.is_array()) return {};
    return " in quotes: \"" + shown(node) + '"';
}

UtcTime utc_of(const toml::date_time& value) {
    using namespace std::chrono;
    const year_month_day day{year{value.date.year}, month{value.date.month}, std::chrono::day{value.date.day}};
    const auto of_day = hours{value.time.hour} + minutes{value.time.minute - value.offset->minutes} +
                        seconds{value.time.second} + milliseconds{value.time.nanosecond / 1'000'000};
    return UtcTime{sys_days{day}.time_since_epoch() + of_day};
}

std::string plain(double value) {
    std::ostringstream out;
    out << std::setprecision(15) << value;
    return out.str();
}

// "Inner Mongolia" -> "inner-mongolia", where that makes an id.
std::string as_id(std::string text) {
    for (auto& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        if (c == ' ' || c == '_') c = '-';
    }
    return is_id(text) ? ", did you mean \"" + text + "\"?" : std::string{};
}

// "1..247", or the only number there is.
std::string range(const std::string& min, const std::string& max) { return min == max ? min : min + ".." + max; }

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
    report(node, std::string{key} + " = " + shown(node) + " is of the wrong type (expected " + std::string{wanted} +
                     quotes(node, wanted) + ")");
}

std::optional<std::int64_t> Table::Impl::checked_integer(const toml::node& node, std::string_view key, std::int64_t min,
                                                         std::int64_t max) const {
    const auto* value = node.as_integer();
    if (value == nullptr) {
        wrong_type(node, key, "an integer");
        return std::nullopt;
    }
    if (value->get() < min || value->get() > max) {
        report(node, std::string{key} + " = " + shown(node) + " is out of range (expected " +
                         range(std::to_string(min), std::to_string(max)) + ")");
        return std::nullopt;
    }
    return value->get();
}

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

std::optional<double> Table::Impl::checked_number(const toml::node& node, std::string_view key, double min,
                                                  double max) const {
    if (!node.is_number()) {
        wrong_type(node, key, "a number");
        return std::nullopt;
    }
    const double value = *node.value<double>();
    if (std::isfinite(value) && value >= min && value <= max) return value;
    report(node, std::string{key} + " = " + shown(node) + " is out of range (expected " + plain(min) + ".." +
                     plain(max) + ")");
    return std::nullopt;
}

std::optional<double> Table::number(std::string_view key, double min, double max) {
    const auto* node = impl_->find(key);
    return node == nullptr ? std::nullopt : impl_->checked_number(*node, key, min, max);
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

std::optional<UtcTime> Table::time(std::string_view key) {
    const auto* node = impl_->find(key);
    if (node == nullptr) return std::nullopt;
    const auto* value = node->as_date_time();
    if (value != nullptr && value->get().offset) return utc_of(value->get());
    impl_->wrong_type(*node, key, "a time with its zone and without quotes, such as 2026-03-14T09:30:00+08:00");
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
    if (node->is_integer()) {
        if (const auto one = impl_->checked_integer(*node, key, min, max)) out.push_back(*one);
        return out;
    }
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

std::vector<double> Table::numbers(std::string_view key, double min, double max) {
    const auto* node = impl_->find(key);
    if (node == nullptr) return {};
    std::vector<double> out;
    const auto* list = node->as_array();
    if (list == nullptr) {
        impl_->wrong_type(*node, key, "a list of numbers");
        return out;
    }
    for (const auto& item : *list) {
        if (const auto value = impl_->checked_number(item, key, min, max)) out.push_back(*value);
    }
    return out;
}

std::vector<std::pair<double, double>> Table::pairs(std::string_view key, std::pair<double, double> x_range,
                                                    std::pair<double, double> y_range) {
    const auto* node = impl_->find(key);
    if (node == nullptr) return {};
    std::vector<std::pair<double, double>> out;
    const auto* list = node->as_array();
    if (list == nullptr) {
        impl_->wrong_type(*node, key, "a list of pairs of numbers");
        return out;
    }
    for (const auto& item : *list) {
        const auto* pair = item.as_array();
        if (pair == nullptr || pair->size() != 2) {
            impl_->wrong_type(item, key, "a list of pairs of numbers");
            continue;
        }
        const auto x = impl_->checked_number((*pair)[0], key, x_range.first, x_range.second);
        const auto y = impl_->checked_number((*pair)[1], key, y_range.first, y_range.second);
        if (x && y) out.emplace_back(*x, *y);
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

}  // namespace pued
