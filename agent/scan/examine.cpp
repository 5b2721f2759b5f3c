// The examination of one unit. See examine.hpp.
#include "agent/scan/examine.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace pued::scan {
namespace {

constexpr std::size_t kInFull = 6;       // candidates whose every register is read
constexpr double kIdentified = 8;        // weight from which an identification saves the screening of all maps
constexpr double kConvincing = 6;        // score from which the doctor is not called …
constexpr double kConvincingValues = 2;  // … when the numbers make sense, too; or beyond this score anyway
constexpr double kOverwhelming = 25;
constexpr std::size_t kEnoughValues = 4;  // to call two units one by their values alone

constexpr std::array<Variant, 1> kAsMapped{};
constexpr std::array<Variant, 5> kDoctors{
    {{{}, 0, true}, {{}, 1, false}, {{}, -1, false}, {{}, 1, true}, {{}, -1, true}}};

bool is_recognised(const Candidate& candidate) {
    return candidate.identification.recognised == Recognised::yes && candidate.identification.weight >= kIdentified;
}

// Floats shifted by one register look much like floats in another word order, but for their last digits: so a winner in
// a word order that is not its own never convinces.
bool convincing(const std::vector<Candidate>& ranking) {
    if (ranking.empty() || ranking.front().score < kConvincing || !ranking.front().variant.as_mapped()) return false;
    const auto& first = ranking.front();
    return is_recognised(first) || first.score >= kOverwhelming || first.plausibility >= kConvincingValues;
}

bool is_energy(const std::string& name) { return name.find("energy") != std::string::npos; }

bool near(double a, double b, double share) { return std::abs(a - b) <= share * std::max(std::abs(a), std::abs(b)); }

// How two sets of readings of the same map compare.
struct Likeness {
    std::size_t shared = 0, energies = 0;
    bool alike = true, exact = true;
};

Likeness compare(const Values& a, const Values& b) {
    Likeness out;
    for (const auto& [name, value] : a) {
        const auto other = b.find(name);
        if (other == b.end() || value == 0) continue;
        ++out.shared;
        out.energies += is_energy(name) ? 1 : 0;
        out.alike = out.alike && near(value, other->second, is_energy(name) ? 1e-5 : 0.2);
        out.exact = out.exact && near(value, other->second, 0.01);
    }
    return out;
}

}  // namespace

Examiner::Examiner(const std::map<std::string, RegisterMap>& maps, Decode decode, DecodeSerial serial)
    : decode_(std::move(decode)), serial_(std::move(serial)) {
    for (const auto& [id, map] : maps) {
        if (map.protocol == MapProtocol::modbus) maps_.push_back(&map);
    }
}

std::vector<Candidate> Examiner::recognised(WordBook& book) const {
    std::vector<Candidate> out;
    for (const auto* map : maps_) {
        book.ask(identify_reads(*map, {}));
        auto candidate = weigh(*map, {}, book, decode_);
        if (is_recognised(candidate)) out.push_back(std::move(candidate));
    }
    return out;
}

std::vector<Candidate> Examiner::screened(WordBook& book, std::span<const Variant> variants) const {
    for (const auto& variant : variants) {
        for (const auto* map : maps_) book.ask(anchor_reads(*map, variant));
    }
    std::vector<Candidate> out;
    for (const auto& variant : variants) {
        for (const auto* map : maps_) {
            auto candidate = weigh_orders(*map, variant, book, decode_);
            if (candidate.answered > 0 || is_recognised(candidate)) out.push_back(std::move(candidate));
        }
    }
    return out;
}

std::vector<Candidate> Examiner::reweighed(const std::vector<Candidate>& candidates, const WordBook& book) const {
    std::vector<Candidate> out;
    for (const auto& candidate : candidates) {
        out.push_back(weigh_orders(*candidate.map, candidate.variant, book, decode_));
    }
    return ranked(std::move(out));
}

std::vector<Candidate> Examiner::in_full(std::vector<Candidate> candidates, WordBook& book) const {
    candidates = ranked(std::move(candidates));
    if (candidates.size() > kInFull) candidates.resize(kInFull);
    for (const auto& candidate : candidates) {
        book.ask(identify_reads(*candidate.map, candidate.variant));
        book.ask(reads_of(*candidate.map, candidate.variant));
    }
    return reweighed(candidates, book);
}

Examination Examiner::examine(WordBook& book) const {
    Examination out;
    auto ranking = in_full(recognised(book), book);
    if (!convincing(ranking)) ranking = in_full(screened(book, kAsMapped), book);
    if (!convincing(ranking)) {
        auto healed = in_full(screened(book, kDoctors), book);
        ranking.insert(ranking.end(), healed.begin(), healed.end());
        ranking = reweighed(ranking, book);
    }
    const double best = ranking.empty() ? 0 : ranking.front().score;
    std::erase_if(ranking, [best](const auto& candidate) {
        return candidate.answered == 0 || (candidate.score < 0 && candidate.score < best);
    });
    if (ranking.size() > kInFull) ranking.resize(kInFull);
    out.ranking = std::move(ranking);
    if (!out.ranking.empty()) {
        const auto& first = out.ranking.front();
        for (const auto& array : first.map->arrays) {
            if (array.count > 1) out.counts.push_back(count_elements(array, first.variant, book));
        }
        out.serial = serial_of(first, book);
    }
    out.any_words = book.any_words();
    out.usual_exception = book.usual_exception();
    out.requests = book.requests();
    return out;
}

// By halves: elements are numbered from 1 without gaps.
Count Examiner::count_elements(const FieldArray& array, const Variant& variant, WordBook& book) const {
    const auto& field = array.fields.front();
    const auto own = array.own_stride.find(field.name);
    const unsigned stride = own == array.own_stride.end() ? array.stride : own->second;
    const auto exists = [&](unsigned index) {
        const auto address = static_cast<std::uint16_t>(field.address + (index - 1) * stride);
        const auto read = moved(field.function, address, words_of(field.type), variant);
        if (!read) return false;
        book.ask(*read);
        return book.words(*read) != nullptr;
    };
    if (exists(array.count)) return {array.element, array.count, true};
    unsigned there = 0, beyond = array.count;
    while (beyond - there > 1) {
        const unsigned middle = (there + beyond) / 2;
        (exists(middle) ? there : beyond) = middle;
    }
    return {array.element, there, false};
}

std::string Examiner::serial_of(const Candidate& candidate, WordBook& book) const {
    if (!candidate.map->identity) return {};
    const auto& field = *candidate.map->identity;
    const auto read = moved(field.function, field.address, field.words, candidate.variant);
    if (!read) return {};
    book.ask(*read);
    const auto* words = book.words(*read);
    return words == nullptr ? std::string{} : serial_(field, *words);
}

Finding Examiner::growth(const Candidate& candidate, WordBook& book, double seconds) const {
    const auto before = candidate.values.find("energy_wh");
    if (before == candidate.values.end()) return {};
    auto field = *std::ranges::find(candidate.map->fields, "energy_wh", &Field::name);
    if (candidate.variant.order) field.order = *candidate.variant.order;
    const auto answer = book.again(*read_of(field, candidate.variant));
    const auto now = decode_(field, answer.words, candidate.helpers);
    return now ? judge_growth(before->second, *now, seconds) : Finding{};
}

void Examiner::look_again(Examination& examination, WordBook& book, double seconds) const {
    const std::size_t leading = leaders(examination.ranking).size();
    for (std::size_t i = 0; i < leading; ++i) {
        auto& candidate = examination.ranking[i];
        auto finding = growth(candidate, book, seconds);
        candidate.score += finding.weight;
        if (!finding.text.empty()) candidate.findings.push_back(std::move(finding));
    }
    examination.ranking = ranked(std::move(examination.ranking));
}

// One register first: most units are told apart by it.
bool Examiner::same_device(const Examination& other, WordBook& book) const {
    if (other.ranking.empty()) return false;
    const auto& first = other.ranking.front();
    if (!other.serial.empty()) return serial_of(first, book) == other.serial;
    const auto reads = reads_of(*first.map, first.variant);
    book.ask(reads.front());
    if (book.words(reads.front()) == nullptr) return false;
    book.ask(reads);
    const auto likeness = compare(first.values, weigh_orders(*first.map, first.variant, book, decode_).values);
    if (likeness.energies > 0) return likeness.alike;
    return likeness.exact && likeness.shared >= kEnoughValues;
}

}  // namespace pued::scan
