// The grammar of faults: words, units, verbs with their arguments. See faults.hpp.
#include "drivers/sim/faults.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "agent/model/quantity.hpp"

namespace pued::sim {

namespace {

struct Unit {
    std::string_view suffix;
    double factor;
};
constexpr std::array<Unit, 4> times{{{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}}};
constexpr std::array<Unit, 3> energies{{{"kWh", 1e3}, {"MWh", 1e6}, {"Wh", 1}}};

// What may follow a verb.
enum class Argument : std::uint8_t { none, time, code, energy };
struct Grammar {
    std::string_view word;
    Verb verb;
    Argument argument;
    double otherwise;  // where the argument is left out
};
constexpr std::array<Grammar, 8> verbs{{{"stuck", Verb::stuck, Argument::none, 0},
                                        {"ok", Verb::ok, Argument::none, 0},
                                        {"stops", Verb::stops, Argument::none, 0},
                                        {"silent", Verb::silent, Argument::none, 0},
                                        {"late", Verb::late, Argument::time, 0.8},
                                        {"exception", Verb::exception, Argument::code, 4},
                                        {"rolls-over", Verb::rolls_over, Argument::time, 10},
                                        {"replaced", Verb::replaced, Argument::energy, 12'500}}};
constexpr std::string_view verb_list = "stuck, ok, stops, silent, late, exception, rolls-over or replaced";

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    line = line.substr(0, line.find('#'));
    while (true) {
        const auto start = line.find_first_not_of(" \t\r");
        if (start == std::string_view::npos) return words;
        const auto end = std::min(line.find_first_of(" \t\r", start), line.size());
        words.push_back(line.substr(start, end - start));
        line.remove_prefix(end);
    }
}

// A number with one of the suffixes, at most `most` in the base unit.
template <std::size_t n>
std::optional<double> parse_amount(std::string_view text, const std::array<Unit, n>& units, double most) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || !(number >= 0)) return std::nullopt;
    const std::string_view suffix(end, static_cast<std::size_t>(text.data() + text.size() - end));
    for (const Unit& unit : units)
        if (unit.suffix == suffix && number * unit.factor <= most) return number * unit.factor;
    return std::nullopt;
}

std::optional<double> parse_code(std::string_view text) {
    unsigned code = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
    if (error != std::errc{} || end != text.data() + text.size() || code < 1 || code > 11) return std::nullopt;
    return code;
}

Error wrong(std::string_view word, const std::string& expected) {
    return {"\"" + std::string(word) + "\" is wrong (expected " + expected + ")"};
}

Result<double> parse_argument(Argument kind, std::string_view text) {
    constexpr double day_s = 86'400;
    std::optional<double> value;
    std::string expected;
    switch (kind) {
        case Argument::time:
            value = parse_amount(text, times, day_s), expected = "a time such as 800ms, 20s, 3m";
            break;
        case Argument::code: value = parse_code(text), expected = "a Modbus exception code, 1..11"; break;
        case Argument::energy:
            value = parse_amount(text, energies, 1e12), expected = "an energy such as 12.5kWh";
            break;
        case Argument::none: expected = "nothing more"; break;
    }
    if (!value) return wrong(text, expected);
    return *value;
}

Result<Command> command_of(const std::vector<std::string_view>& words) {
    if (words.size() < 2) return Error{"a command is missing words (expected TARGET VERB, as in \"chiller-1 stuck\")"};
    if (!is_id(words[0])) return wrong(words[0], "the id of a device");
    const auto grammar = std::find_if(verbs.begin(), verbs.end(), [&](const Grammar& g) { return g.word == words[1]; });
    if (grammar == verbs.end()) return wrong(words[1], std::string(verb_list));
    Command command{std::string(words[0]), grammar->verb, grammar->otherwise};
    if (words.size() > 3) return wrong(words[3], "nothing more");
    if (words.size() == 3) {
        const auto value = parse_argument(grammar->argument, words[2]);
        if (!value) return Error{value.error()};
        command.value = *value;
    }
    return command;
}

Result<TimedCommand> timed_command(const std::vector<std::string_view>& words) {
    if (words[0] != "at" || words.size() < 2) return wrong(words[0], "at TIME TARGET VERB");
    const auto at = parse_argument(Argument::time, words[1]);
    if (!at) return Error{at.error()};
    const auto command = command_of({words.begin() + 2, words.end()});
    if (!command) return Error{command.error()};
    return TimedCommand{*at, *command, 0};
}

}  // namespace

Result<Command> parse_command(std::string_view text) { return command_of(words_of(text)); }

Result<std::vector<TimedCommand>> parse_script(std::string_view text, const std::string& file) {
    constexpr std::size_t most_commands = 10'000;
    std::vector<TimedCommand> script;
    for (unsigned line = 1; !text.empty(); ++line) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto words = words_of(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (words.empty()) continue;
        auto command = timed_command(words);
        if (!command) return Error{file + ":" + std::to_string(line) + ": " + command.error()};
        command->line = line;
        script.push_back(*command);
        if (script.size() > most_commands) return Error{file + ": more than 10000 commands"};
    }
    std::stable_sort(script.begin(), script.end(), [](const auto& a, const auto& b) { return a.at_s < b.at_s; });
    return script;
}

}  // namespace pued::sim
