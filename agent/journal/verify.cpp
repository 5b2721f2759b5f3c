// Checkpoints against the records: who signed them, and whether the trees are those of the records.
#include "agent/journal/verify.hpp"

#include <algorithm>
#include <tuple>

#include "agent/journal/walk.hpp"

namespace pued {

namespace {

struct Claim {
    std::string where;
    SignedNote note;
    Checkpoint checkpoint;
    std::uint32_t epoch = 0;
    bool kept = false;  // by somebody else: no declared loss explains it away
};

class Verifier {
public:
    Verifier(const Store& store, const VerifySettings& settings)
        : store_(store), settings_(settings), walk_(store, result_) {}

    VerifyResult run() {
        find_key();
        // First the checkpoints: a daemon that is writing meanwhile makes records first.
        load_claims();
        walk_.all();
        for (const auto& note : walk_.notes) add(note.where, note.note, false);
        find_predecessors();
        std::stable_sort(claims_.begin(), claims_.end(), [](const Claim& a, const Claim& b) {
            return std::tie(a.epoch, a.checkpoint.size) < std::tie(b.epoch, b.checkpoint.size);
        });
        for (const auto& claim : claims_) check(claim);
        tell_unsigned();
        check_witnesses();
        check_newest();
        if (too_old_ > 0)
            note(std::to_string(too_old_) +
                 " checkpoints are older than what is here: only their signatures were checked");
        result_.epochs = static_cast<std::uint32_t>(walk_.epochs.size());
        return std::move(result_);
    }

private:
    void find(std::string where, std::string what) { result_.findings.push_back({std::move(where), std::move(what)}); }
    void note(std::string text) { result_.notes.push_back(std::move(text)); }

    void find_key() {
        if (settings_.key) {
            trusted_.push_back(*settings_.key);
            return;
        }
        const auto pem = load(layout::public_key);
        if (!pem) return find(std::string{layout::public_key}, "is not here: nothing says whose journal this is");
        const auto key = public_key_from_pem(*pem);
        if (!key) return find(std::string{layout::public_key}, key.error());
        trusted_.push_back(*key);
        note("the key is the journal's own public.pem: nobody vouches for it (give the one you know with --key)");
    }

    std::optional<std::string> load(std::string_view name) {
        auto file = store_.load(name);
        if (file) return std::move(*file);
        find(std::string{name}, file.error());
        return std::nullopt;
    }

    void load_claims() {
        if (const auto newest = load(layout::checkpoint)) add(std::string{layout::checkpoint}, *newest, false);
        if (const auto file = load(layout::checkpoints)) add_all(*file);
        if (settings_.published) add("the checkpoint that was kept", *settings_.published, true);
    }

    void add_all(const std::string& file) {
        std::size_t end = 0;
        for (const auto one : layout::split_notes(file, end)) {
            const auto at = static_cast<std::size_t>(one.data() - file.data());
            add(std::string{layout::checkpoints} + ", byte " + std::to_string(at), std::string{one}, false);
        }
        if (end == file.size()) return;
        const auto where = std::string{layout::checkpoints} + ", byte " + std::to_string(end);
        if (!may_be_torn(std::string_view{file}.substr(end))) return find(where, "bytes that are no signed note");
        note(where + ": the last note is torn");
    }

    // The beginning of a note: three lines, an empty one, and a signature whose '=' ends it.
    static bool may_be_torn(std::string_view rest) {
        std::size_t text = 0;
        for (int line = 0; line < 3; ++line) {
            text = rest.find('\n', text);
            if (text++ == rest.npos) return true;
        }
        if (text == rest.size()) return true;
        const auto padding = rest.find('=', text);
        return rest[text] == '\n' && (padding == rest.npos || padding + 1 == rest.size());
    }

    void add(std::string where, const std::string& text, bool kept) {
        auto signed_note = parse_note(text);
        if (!signed_note) return find(std::move(where), signed_note.error());
        auto checkpoint = parse_checkpoint(signed_note->text);
        if (!checkpoint) return find(std::move(where), checkpoint.error());
        const auto origin = layout::parse_origin(checkpoint->origin);
        if (!origin) return find(std::move(where), "\"" + checkpoint->origin + "\" is no log of pued");
        claims_.push_back({std::move(where), std::move(*signed_note), std::move(*checkpoint), origin->epoch, kept});
    }

    // A key that is trusted vouches for the one that it names as its predecessor.
    void find_predecessors() {
        for (auto epoch = walk_.epochs.rbegin(); epoch < walk_.epochs.rend(); ++epoch) {
            if (!epoch->key || !epoch->key->successor_of) continue;
            const auto key = NoteKey::parse(epoch->key->vkey);
            const auto old = NoteKey::parse(*epoch->key->successor_of);
            if (!key || !old || !is_trusted(key->key) || is_trusted(old->key)) continue;
            trusted_.push_back(old->key);
            note("epoch " + std::to_string(epoch->epoch) +
                 " has a new key, which names the one before: " + old->vkey());
        }
    }

    [[nodiscard]] bool is_trusted(const PublicKey& key) const {
        return std::find(trusted_.begin(), trusted_.end(), key) != trusted_.end();
    }

    void check(const Claim& claim) {
        ++result_.checkpoints;
        const auto is_signed = [&](const PublicKey& key) {
            return signed_by(claim.note, {claim.checkpoint.origin, 1, key});
        };
        if (std::none_of(trusted_.begin(), trusted_.end(), is_signed)) {
            unsigned_.push_back(claim.where);
            return;
        }
        const auto epoch = std::find_if(walk_.epochs.begin(), walk_.epochs.end(),
                                        [&](const WalkedEpoch& one) { return one.epoch == claim.epoch; });
        if (epoch == walk_.epochs.end()) return check_absent(claim, nullptr);
        if (claim.checkpoint.size > epoch->size()) return check_absent(claim, &*epoch);
        if (claim.checkpoint.size < epoch->first) {
            ++too_old_;
            return;
        }
        if (root_at(*epoch, claim.checkpoint.size) != claim.checkpoint.root)
            return find(claim.where, covers(claim) + "and the records that are here are others (altered, or a fork)");
        result_.newest = claim.checkpoint;
        newest_epoch_ = claim.epoch;
    }

    // All of them: then it is the key that is another one, and that is said once.
    void tell_unsigned() {
        const bool all = unsigned_.size() > 1 && unsigned_.size() == claims_.size();
        if (all)
            return find(std::string{layout::checkpoint},
                        "the signature is not of the key, nor is that of any other of the " +
                            std::to_string(claims_.size()) +
                            " checkpoints: a journal of somebody else, or the wrong key");
        for (const auto& where : unsigned_) find(where, "the signature is not of the key");
    }

    static std::string covers(const Claim& claim) {
        return "it covers " + std::to_string(claim.checkpoint.size) + " records of epoch " +
               std::to_string(claim.epoch) + ", ";
    }

    // What it covers is not here. The journal may have said so itself.
    void check_absent(const Claim& claim, const WalkedEpoch* epoch) {
        const auto declared = [&](const WalkedEpoch& one) {
            return one.join && one.join->origin == claim.checkpoint.origin && one.join->size >= claim.checkpoint.size;
        };
        const bool is_declared = std::any_of(walk_.epochs.begin(), walk_.epochs.end(), declared);
        const bool is_older = !walk_.epochs.empty() && claim.epoch < walk_.epochs.front().epoch;
        if (is_declared && !claim.kept)
            return note(claim.where + ": " + covers(claim) + "which the journal says it has lost");
        if (is_older) {
            ++too_old_;
            return;
        }
        auto what = covers(claim) + (epoch ? std::to_string(epoch->size()) + " are here" : "none are here");
        if (epoch && !epoch->torn.empty()) what += "; what follows at " + epoch->torn + " is no record";
        find(claim.where,
             what + (is_declared ? " (the journal says that it has lost them)" : " (cut off, or an older copy)"));
    }

    // Checkpoints come in rising order: each tree grows from the one before.
    Digest root_at(const WalkedEpoch& epoch, std::uint64_t size) {
        if (grown_epoch_ != epoch.epoch) grown_ = epoch.before;
        grown_epoch_ = epoch.epoch;
        while (grown_.size() < size) grown_.append(epoch.leaves[static_cast<std::size_t>(grown_.size() - epoch.first)]);
        return grown_.root();
    }

    void check_witnesses() {
        for (const auto& witness : settings_.witnesses) {
            const Claim* newest = nullptr;
            for (const auto& claim : claims_) {
                if (cosigned_at(claim.note, witness)) newest = &claim;
            }
            if (!newest) {
                find("witness " + witness.name, "no checkpoint that is here was cosigned by it");
                continue;
            }
            note("witness " + witness.name + " saw " + std::to_string(newest->checkpoint.size) + " records of epoch " +
                 std::to_string(newest->epoch) + " at " + rfc3339(*cosigned_at(newest->note, witness)));
        }
    }

    // A segment begins after the checkpoint of all before it; so the newest one is never older than the last segment.
    void check_newest() {
        if (walk_.epochs.empty() || !result_.findings.empty()) return;
        const auto& last = walk_.epochs.back();
        const bool has = result_.newest && newest_epoch_ == last.epoch;
        const auto covered = has ? result_.newest->size : 0;
        if (covered < last.last_segment)
            return find(
                std::string{layout::checkpoint},
                "no checkpoint covers the records before the last segment, though each segment begins with one");
        if (covered < last.size())
            note(std::to_string(last.size() - covered) +
                 " records are newer than the newest checkpoint: chained, not yet signed");
    }

    const Store& store_;
    const VerifySettings& settings_;
    VerifyResult result_;
    Walk walk_;
    std::vector<PublicKey> trusted_;
    std::vector<Claim> claims_;
    std::vector<std::string> unsigned_;  // where they stand
    Frontier grown_;
    std::uint32_t grown_epoch_ = 0;
    std::uint32_t newest_epoch_ = 0;
    std::uint64_t too_old_ = 0;
};

}  // namespace

VerifyResult verify_journal(const Store& store, const VerifySettings& settings) {
    return Verifier{store, settings}.run();
}

}  // namespace pued
