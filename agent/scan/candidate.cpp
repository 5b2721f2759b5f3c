// Weighing maps against words. See candidate.hpp.
#include "agent/scan/candidate.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace pued::scan {
namespace {

// A right map's register is answered with 97 %: models of a family differ.
constexpr double kRightAnswers = 0.97;
constexpr double kMostAnswer = 2, kLeastRefusal = -0.3, kMostRefusal = -3;
constexpr double kNoNumber = -1.5;  // NaN, letters where digits should be, outside the map's own limits
constexpr double kMarked = -0.3;    // the device may say "no value" there
constexpr double kDeviation =
    -4;  // of a word order, an offset or a function that is not the map's: such devices are rare
constexpr double kOrderLead = 4;  // another order must be that much better before it is believed
constexpr std::size_t kFewestAnchors = 2;
constexpr double kCommunity = -0.5;
constexpr double kTie = 1;  // closer together than this: a tie
constexpr double kFits = 6, kSure = 15, kIdentified = 8;
constexpr double kNonsense = -3;  // of values: a dense block of registers answers to any map that reads in it

double price(const Variant& variant) {
    double out = 0;
    if (variant.order) out += kDeviation;
    if (variant.offset != 0) out += kDeviation;
    if (variant.other_function) out += kDeviation;
    return out;
}

// Presence: what an answer and a refusal weigh on this device.
struct Weights {
    double answer = 0, refusal = 0;
    explicit Weights(double share)
        : answer(std::clamp(std::log(kRightAnswers / share), 0.0, kMostAnswer)),
          refusal(std::clamp(std::log((1 - kRightAnswers) / (1 - share)), kMostRefusal, kLeastRefusal)) {}
};

Field in_order(Field field, const Variant& variant) {
    if (variant.order) field.order = *variant.order;
    return field;
}

class Weighing {
public:
    Weighing(const RegisterMap& map, const Variant& variant, const WordBook& book, const Decode& decode)
        : variant_(variant), book_(book), decode_(decode), weights_(book.answered_share()) {
        out_.map = &map;
        out_.variant = variant;
    }

    Candidate run() {
        out_.identification = identify(*out_.map, variant_, book_);
        for (const auto& helper : out_.map->helpers) {
            if (const auto value = take(helper)) out_.helpers[helper.name] = *value;
        }
        for (const auto& field : fields_of(*out_.map)) {
            if (const auto value = take(field)) out_.values[field.name] = *value;
        }
        for (auto* judge : {judge_values, judge_relations}) {
            for (auto& finding : judge(out_.values)) add(std::move(finding));
        }
        out_.score = presence_ + out_.plausibility + out_.identification.weight + price(variant_) +
                     (out_.map->status == "community" ? kCommunity : 0);
        return std::move(out_);
    }

private:
    void add(Finding finding) {
        out_.plausibility += finding.weight;
        if (!finding.text.empty()) out_.findings.push_back(std::move(finding));
    }

    // Counts the register as there or not, and decodes it.
    std::optional<double> take(const Field& field) {
        const auto read = read_of(field, variant_);
        const auto* answer = read ? book_.known(*read) : nullptr;
        if (answer == nullptr) return {};
        ++out_.asked;
        if (answer->reply != Reply::words) {
            presence_ += weights_.refusal;
            return {};
        }
        ++out_.answered;
        presence_ += weights_.answer;
        auto value = decode_(in_order(field, variant_), answer->words, out_.helpers);
        if (!value) out_.plausibility += field.invalid.empty() ? kNoNumber : kMarked;
        return value;
    }

    const Variant& variant_;
    const WordBook& book_;
    const Decode& decode_;
    Weights weights_;
    double presence_ = 0;
    Candidate out_;
};

bool wide(const Field& field) { return words_of(field.type) > 1; }

bool has_wide_fields(const RegisterMap& map) {
    return std::ranges::any_of(map.fields, wide) ||
           std::ranges::any_of(map.arrays, [](const auto& array) { return std::ranges::any_of(array.fields, wide); });
}

}  // namespace

std::vector<Read> reads_of(const RegisterMap& map, const Variant& variant) {
    std::vector<Read> out;
    const auto add = [&](const Field& field) {
        if (const auto read = read_of(field, variant)) out.push_back(*read);
    };
    std::ranges::for_each(map.helpers, add);
    std::ranges::for_each(fields_of(map), add);
    return out;
}

std::vector<Read> anchor_reads(const RegisterMap& map, const Variant& variant) {
    auto out = identify_reads(map, variant);
    const std::size_t probes = out.size();
    const auto fields = fields_of(map);
    const auto add = [&](const Field& field) {
        const auto read = read_of(field, variant);
        if (read && std::ranges::find(out, *read) == out.end()) out.push_back(*read);
    };
    for (const std::string_view kind : {"voltage", "power_w", "frequency"}) {
        const auto named = [kind](const Field& field) { return field.name.find(kind) != std::string::npos; };
        const auto found = std::ranges::find_if(fields, named);
        if (found != fields.end()) add(*found);
    }
    for (const auto& field : fields) {  // sensors and coolers have none of these
        if (out.size() < probes + kFewestAnchors) add(field);
    }
    return out;
}

Candidate weigh(const RegisterMap& map, const Variant& variant, const WordBook& book, const Decode& decode) {
    return Weighing{map, variant, book, decode}.run();
}

Candidate weigh_orders(const RegisterMap& map, Variant variant, const WordBook& book, const Decode& decode) {
    variant.order.reset();
    auto best = weigh(map, variant, book, decode);
    if (!has_wide_fields(map)) return best;
    const auto own = map.fields.empty() ? map.arrays.front().fields.front().order : map.fields.front().order;
    double to_beat = best.score + kOrderLead;
    for (const auto order : {WordOrder::abcd, WordOrder::cdab, WordOrder::badc, WordOrder::dcba}) {
        if (order == own) continue;
        variant.order = order;
        auto other = weigh(map, variant, book, decode);
        if (other.score <= to_beat) continue;
        to_beat = other.score;
        best = std::move(other);
    }
    return best;
}

std::vector<Candidate> ranked(std::vector<Candidate> candidates) {
    std::ranges::stable_sort(candidates, [](const auto& a, const auto& b) { return a.score > b.score; });
    std::set<const RegisterMap*> seen;
    std::erase_if(candidates, [&](const auto& candidate) { return !seen.insert(candidate.map).second; });
    return candidates;
}

std::vector<const Candidate*> leaders(const std::vector<Candidate>& ranking) {
    std::vector<const Candidate*> out;
    for (const auto& candidate : ranking) {
        if (candidate.score > ranking.front().score - kTie) out.push_back(&candidate);
    }
    return out;
}

Sureness sureness(const std::vector<Candidate>& ranking) {
    if (ranking.empty() || ranking.front().answered == 0) return Sureness::nothing;
    const auto& first = ranking.front();
    const bool identified =
        first.identification.recognised == Recognised::yes && first.identification.weight >= kIdentified;
    if (first.score < kFits || (!identified && first.plausibility < kNonsense)) return Sureness::doubtful;
    if (leaders(ranking).size() > 1) return Sureness::tied;
    return identified && first.score >= kSure ? Sureness::certain : Sureness::likely;
}

std::string_view name_of(Sureness sureness) {
    switch (sureness) {
        case Sureness::nothing: return "no map fits";
        case Sureness::doubtful: return "doubtful";
        case Sureness::tied: return "a tie";
        case Sureness::likely: return "likely";
        case Sureness::certain: return "certain";
    }
    return "";
}

}  // namespace pued::scan
