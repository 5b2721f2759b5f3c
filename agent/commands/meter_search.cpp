// Meters in turn. See meter_search.hpp.
#include "agent/commands/meter_search.hpp"

#include <algorithm>

namespace pued {
namespace {

using dlt645::Address;
using dlt645::Meaning;
using dlt645::Request;

constexpr std::uint32_t kEnergy = 0x00010000;  // every meter has it
constexpr unsigned kTries = 2;                 // of a value of a meter that is there
constexpr unsigned kPairs = 100;               // of digits
constexpr std::size_t kMostMeters = 64;        // on a line: more than drive it
constexpr unsigned kMostNarrowed = 3000;       // questions

std::function<bool(const dlt645::Frame&)> answers_to(const Request& request) {
    return [request](const dlt645::Frame& frame) { return dlt645::judge(frame, request).meaning != Meaning::foreign; };
}

std::uint8_t packed(unsigned pair) { return static_cast<std::uint8_t>(pair / 10 << 4U | pair % 10); }

// "4401": the digits that are known, in the order of a name plate.
std::string last_digits(const Address& pattern, std::size_t pairs) {
    return dlt645::address_text(pattern).substr(2 * (pattern.size() - pairs));
}

}  // namespace

dlt645::Heard MeterSearch::ask(const dlt645::Bytes& question, const std::function<bool(const dlt645::Frame&)>& enough) {
    auto heard = link_->ask(question, enough, plan_.timeout);
    ++out_.tally.asked;
    if (!heard.lost.empty()) {
        out_.error = heard.lost;
        lost_ = true;
    } else if (heard.replies.empty()) {
        ++(heard.noise ? out_.tally.garbled : out_.tally.silent);
    }
    return heard;
}

void MeterSearch::add(const Address& address) {
    if (!dlt645::is_number(address) || found_.size() >= kMostMeters) return;
    if (std::ranges::find(found_, address) == found_.end()) found_.push_back(address);
}

// Whoever has answered a question to several.
void MeterSearch::take(const dlt645::Heard& heard) {
    std::vector<Address> speakers;
    for (const auto& frame : heard.replies) {
        const auto address = dlt645::told_address(frame).value_or(frame.address);
        if (std::ranges::find(speakers, address) == speakers.end()) speakers.push_back(address);
        add(address);
    }
    crowd_ = heard.noise || speakers.size() > 1;
}

void MeterSearch::call_everybody() {
    const auto told = ask(dlt645::encode_address_question(), {});
    take(told);
    if (!told.replies.empty() || told.noise || over()) return;
    take(ask(dlt645::encode({.address = dlt645::any_address, .item = kEnergy}), {}));
}

// In one setting.
void MeterSearch::call() {
    if (plan_.addresses.empty()) return call_everybody();
    for (const auto& address : plan_.addresses) {
        const Request request{.address = address, .item = kEnergy};
        const auto answers = answers_to(request);
        if (over()) return;
        if (std::ranges::any_of(ask(dlt645::encode(request), answers).replies, answers)) add(address);
    }
}

// More than one meter has these last `pairs` pairs of digits.
void MeterSearch::narrow(const Address& known, std::size_t pairs) {
    std::vector<Address> crowded;
    all_ = done_ + kPairs;
    for (unsigned pair = 0; pair < kPairs && !over() && narrowed_ < kMostNarrowed; ++pair, ++narrowed_, ++done_) {
        Address pattern = known;
        pattern[pairs] = packed(pair);
        progress("meters whose number ends in " + last_digits(pattern, pairs + 1));
        take(ask(dlt645::encode({.address = pattern, .item = kEnergy}), {}));
        if (crowd_) crowded.push_back(pattern);
    }
    // So many are no meters but a line that is never quiet.
    if (pairs + 1 == known.size() || crowded.size() > kMostMeters / 2) return;
    for (const auto& pattern : crowded) narrow(pattern, pairs + 1);
}

bool MeterSearch::begin(const LineConfig& line, const OpenMeterProbe& open) {
    link_.reset();
    auto opened = open(line);
    if (!opened) {
        out_.error = opened.error();
        return false;
    }
    reached_ = true;
    link_ = std::move(*opened);
    out_.line = line;
    crowd_ = false;
    return true;
}

scan::ItemAnswer MeterSearch::value_of(const Request& request) {
    const auto answers = answers_to(request);
    for (unsigned i = 0; i < kTries && !over(); ++i) {
        const auto heard = ask(dlt645::encode(request), answers);
        const auto reply = std::ranges::find_if(heard.replies, answers);
        if (reply == heard.replies.end()) continue;
        auto judged = dlt645::judge(*reply, request);
        if (judged.meaning == Meaning::refusal) return {scan::Reply::refused, {}};
        return {scan::Reply::words, std::move(judged.data)};
    }
    return {};
}

void MeterSearch::examine() {
    const auto items = scan::items_of(maps_);
    all_ = done_ + items.size() * found_.size();
    for (const auto& address : found_) {
        scan::ItemBook book;
        for (const auto item : items) {
            if (over()) break;
            progress("meter " + dlt645::address_text(address) + ": " + dlt645::item_text(item));
            book[item] = value_of({.address = address, .item = item});
            ++done_;
        }
        out_.units.push_back({0, dlt645::address_text(address), scan::examine_items(maps_, book, decode_), {}, over()});
    }
}

// Until somebody is understood. Those settings in which meters may have spoken at once: noise alone may also be a wrong
// speed, so first all are tried.
std::vector<LineConfig> MeterSearch::call_in_turn(const OpenMeterProbe& open) {
    std::vector<LineConfig> crowded;
    all_ = plan_.settings.size();
    for (const auto& line : plan_.settings) {
        if (over()) break;
        if (!begin(line, open)) continue;  // an adapter need not have every speed
        if (plan_.target.serial) out_.tried.push_back(line);
        progress(plan_.target.serial ? "at " + setting_text(line) : std::string{"whoever hears it"});
        call();
        ++done_;
        if (!found_.empty()) return crowd_ ? std::vector{line} : std::vector<LineConfig>{};
        if (crowd_) crowded.push_back(line);
    }
    return crowded;
}

ScanFindings MeterSearch::run(const OpenMeterProbe& open) {
    for (const auto& line : call_in_turn(open)) {
        if (over() || !begin(line, open)) break;
        narrow(dlt645::any_address, 0);
        if (!found_.empty()) break;
    }
    out_.several = plan_.addresses.empty() && found_.size() > 1;
    for (const auto& address : plan_.addresses) {
        const bool mute = !found_.empty() && std::ranges::find(found_, address) == found_.end();
        if (mute) out_.mute.push_back(dlt645::address_text(address));
    }
    if (!lost_) examine();
    if (reached_ && !lost_) out_.error.clear();
    out_.interrupted = watch_.stopped();
    return std::move(out_);
}

}  // namespace pued
