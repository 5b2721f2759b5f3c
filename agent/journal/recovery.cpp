// How a journal is opened (metering.md 6.4): only the last segment is read; what it holds is compared with the
// checkpoint of this journal and with the one that was published. Nothing is written here but a new key, so that a disk
// that takes no writes keeps nobody from reading and from metering on.
#include <algorithm>

#include "agent/journal/journal.hpp"
#include "agent/journal/layout.hpp"
#include "agent/journal/segment.hpp"

namespace pued {

namespace {

struct Claim {  // a checkpoint that this journal must be able to meet
    std::string note;
    Checkpoint checkpoint;
    std::string base;
    std::uint32_t epoch = 0;
};

std::optional<Claim> claim_of(const std::string& note) {
    const auto signed_note = parse_note(note);
    if (!signed_note) return std::nullopt;
    const auto checkpoint = parse_checkpoint(signed_note->text);
    if (!checkpoint) return std::nullopt;
    const auto origin = layout::parse_origin(checkpoint->origin);
    if (!origin) return std::nullopt;
    return Claim{note, *checkpoint, std::string{origin->base}, origin->epoch};
}

bool is_signed(const Claim& claim, const PublicKey& key) {
    const auto note = parse_note(claim.note);
    return note && signed_by(*note, {claim.checkpoint.origin, 1, key});
}

}  // namespace

class JournalOpener {
public:
    JournalOpener(Store& store, JournalSettings settings, Recovery& found)
        : journal_(store, std::move(settings)), store_(store), found_(found) {}

    Result<Journal> open(const std::optional<std::string>& published) {
        if (auto done = load_key(); !done) return Error{done.error()};
        if (auto done = load_claims(published); !done) return Error{done.error()};
        if (auto done = find_last(); !done) return Error{done.error()};
        auto why = loss();
        if (!why) return Error{why.error()};
        found_.evidence_loss = *why;
        if (auto done = fold(); !done) return Error{done.error()};
        if (!why->empty()) {
            join(*why);
        } else if (own_ && own_->base != journal_.settings_.origin) {
            join("the log has another name now");
        } else if (last_) {
            go_on();
        } else {
            begin(1, {});
        }
        return std::move(journal_);
    }

private:
    Result<void> load_key() {
        const auto pem = store_.load(layout::key);
        if (!pem) return Error{pem.error()};
        const auto file = store_.load(layout::public_key);
        if (!file) return Error{file.error()};
        if (*file) old_key_ = read_public(**file);
        if (*pem) {
            auto signer = Signer::from_pem(**pem);
            if (signer) {
                journal_.signer_ = std::move(*signer);
                journal_.keys_saved_ = old_key_ == journal_.signer_->public_key();
                old_key_.reset();
                return {};
            }
            (void)store_.save(std::string{layout::key} + ".bad", **pem);  // for whoever can still read it
        }
        auto made = Signer::generate();
        if (!made) return Error{made.error()};
        journal_.signer_ = std::move(*made);
        new_key_ = true;
        return {};
    }

    static std::optional<PublicKey> read_public(const std::string& pem) {
        const auto key = public_key_from_pem(pem);
        return key ? std::optional{*key} : std::nullopt;
    }

    [[nodiscard]] bool is_ours(const Claim& claim) const {
        return is_signed(claim, journal_.signer_->public_key()) || (old_key_ && is_signed(claim, *old_key_));
    }

    Result<void> load_claims(const std::optional<std::string>& published) {
        const auto file = store_.load(layout::checkpoint);
        if (!file) return Error{file.error()};
        if (*file) {
            own_ = claim_of(**file);
            if (own_ && !is_ours(*own_)) own_.reset();
            own_is_bad_ = !own_;
        }
        if (own_) sizes_.insert(own_->checkpoint.size);
        if (!published) return {};
        published_ = claim_of(*published);
        if (published_ && published_->base != journal_.settings_.origin) published_.reset();
        if (published_) published_is_ours_ = is_ours(*published_);
        if (published_) sizes_.insert(published_->checkpoint.size);
        return {};
    }

    // The last segment that holds a record. One that was begun and holds none was never acknowledged.
    Result<void> find_last() {
        auto segments = list_segments(store_);
        if (!segments) return Error{segments.error()};
        segments_ = std::move(*segments);
        while (!segments_.empty()) {
            auto scan = scan_segment(store_, segments_.back(), sizes_);
            if (!scan) return Error{scan.error()};
            const bool is_begun = scan->records.empty() && scan->damage.empty();
            if (!is_begun) newest_epoch_ = std::max(newest_epoch_, scan->name.epoch);
            if (damage_.empty()) damage_ = scan->damage;
            if (!scan->records.empty()) {
                last_ = std::move(*scan);
                return {};
            }
            if (is_begun) journal_.stale_.push_back(scan->name.name);
            segments_.pop_back();
        }
        return {};
    }

    // Why the log cannot go on in this epoch; empty: it can.
    Result<std::string> loss() {
        if (!damage_.empty()) return damage_;
        if (new_key_ && (last_ || own_ || own_is_bad_)) return std::string{"journal/key.pem is gone or cannot be read"};
        if (own_is_bad_) return std::string{"journal/checkpoint is damaged, or was signed by somebody else"};
        if (own_) {
            auto why = against(*own_, "the journal's own checkpoint");
            if (!why || !why->empty()) return why;
        } else if (last_ && last_->name.first > 0) {
            return std::string{"journal/checkpoint is gone"};
        }
        if (!published_) return std::string{};
        if (published_is_ours_) return against(*published_, "the published checkpoint");
        if (last_) return std::string{};  // of another key while ours is here: nobody we know
        return "nothing is left of the journal whose checkpoint of " + std::to_string(published_->checkpoint.size) +
               " records was published";
    }

    Result<std::string> against(const Claim& claim, const std::string& whose) {
        const auto size = claim.checkpoint.size;
        const auto have = last_ ? last_->name.epoch : 0;
        if (claim.epoch < have) return behind(claim, whose);
        const auto n = claim.epoch == have ? last_->tree.size() : 0;
        const auto covers =
            whose + " covers " + std::to_string(size) + " records of epoch " + std::to_string(claim.epoch) + ", ";
        if (n < size) return covers + std::to_string(n) + " are here";
        const auto root = root_at(size);
        if (!root) return Error{root.error()};
        if (*root == claim.checkpoint.root) return std::string{};
        // Older than what was kept here; and the own one, which covers more, is met.
        if (!*root && own_ && &claim != &*own_ && own_->checkpoint.size > size) return std::string{};
        return covers + (*root ? "and the records that are here are others" : "and its tree can no longer be computed");
    }

    // The first checkpoint of an epoch comes after its first records. A published one may be of long ago.
    [[nodiscard]] std::string behind(const Claim& claim, const std::string& whose) const {
        if (!own_ || &claim != &*own_ || last_->name.first == 0) return {};
        return whose + " is of epoch " + std::to_string(claim.epoch) + ", the records are of epoch " +
               std::to_string(last_->name.epoch);
    }

    // Of the last segment's epoch. An older size lies in an older segment: then that one is read, too.
    Result<std::optional<Digest>> root_at(std::uint64_t size) {
        if (size >= last_->name.first) return find(last_->roots, size);
        const auto holds = [&](const SegmentName& segment) {
            return segment.epoch == last_->name.epoch && segment.first <= size;
        };
        const auto segment = std::find_if(segments_.rbegin(), segments_.rend(), holds);
        if (segment == segments_.rend()) return std::optional<Digest>{};
        const auto scan = scan_segment(store_, *segment, sizes_);
        if (!scan) return Error{scan.error()};
        return find(scan->roots, size);
    }

    static std::optional<Digest> find(const std::map<std::uint64_t, Digest>& roots, std::uint64_t size) {
        const auto found = roots.find(size);
        return found == roots.end() ? std::nullopt : std::optional{found->second};
    }

    // The newest snapshot and all records after it. Only a new epoch may not yet have its own.
    Result<void> fold() {
        if (!last_) return {};
        found_.epoch = last_->name.epoch;
        take(*last_);
        for (auto segment = segments_.rbegin() + 1; !found_.snapshot && segment < segments_.rend(); ++segment) {
            const auto scan = scan_segment(store_, *segment, sizes_);
            if (!scan) return Error{scan.error()};
            take(*scan);
        }
        return {};
    }

    void take(const SegmentScan& scan) {
        const auto* snapshot = scan.snapshot();
        const auto from = snapshot ? scan.records.begin() + (snapshot - scan.records.data()) + 1 : scan.records.begin();
        found_.tail.insert(found_.tail.begin(), from, scan.records.end());
        if (snapshot) found_.snapshot = *snapshot;
    }

    void go_on() {
        const auto& last = *last_;
        found_.torn_bytes = last.bytes - last.good_bytes;
        journal_.epoch_ = last.name.epoch;
        journal_.frontier_ = last.tree;
        journal_.previous_ = last.last;
        journal_.has_snapshot_ = last.snapshot() != nullptr;
        journal_.parts_.push_back({last.name.name, last.good_bytes, {}, 0, found_.torn_bytes > 0, last.head_bytes, {}});
        if (!own_ || own_->epoch != last.name.epoch) return;
        journal_.signed_size_ = own_->checkpoint.size;
        journal_.last_note_ = own_->note;
    }

    // A new epoch whose leaf 0 says which checkpoint could not be met, chained to what is left. The old segments stay
    // as they are, bad bytes and all: they are evidence.
    void join(const std::string& why) {
        const auto& claim = unmet();
        layout::Join said;
        if (claim) {
            said.origin = claim->checkpoint.origin;
            said.size = claim->checkpoint.size;
            said.root = hex(claim->checkpoint.root);
            said.note = claim->note;
        } else if (last_) {
            said.origin = layout::origin(journal_.settings_.origin, last_->name.epoch);
        }
        said.why = why;
        said.recovered = last_ ? last_->tree.size() : 0;
        journal_.stale_.clear();
        if (last_) journal_.seal_ = {last_->name.name, last_->bytes};
        if (last_) journal_.previous_ = last_->last;
        auto epoch = newest_epoch_;
        if (own_) epoch = std::max(epoch, own_->epoch);
        if (published_) epoch = std::max(epoch, published_->epoch);
        begin(epoch + 1, layout::encode_join(said));
    }

    // The larger one: what it covers is gone, or other.
    [[nodiscard]] const std::optional<Claim>& unmet() const {
        if (!own_ || !published_) return own_ ? own_ : published_;
        const auto rank = [](const Claim& claim) { return std::pair{claim.epoch, claim.checkpoint.size}; };
        return rank(*published_) > rank(*own_) ? published_ : own_;
    }

    void begin(std::uint32_t epoch, Bytes log_epoch) {
        journal_.epoch_ = epoch;
        layout::KeyStatement key;
        key.vkey = NoteKey{journal_.origin(), 1, journal_.signer_->public_key()}.vkey();
        if (new_key_ && old_key_) key.successor_of = NoteKey{journal_.origin(), 1, *old_key_}.vkey();
        journal_.opening_ = Journal::Opening{std::move(log_epoch), layout::encode_key(key)};
        journal_.parts_.push_back({segment_name(epoch, 0), 0, {}, 0, false, 0, {}});
        (void)journal_.save_keys();  // where that fails, the first commit tries again, before anything is signed
    }

    Journal journal_;
    Store& store_;
    Recovery& found_;
    std::optional<PublicKey> old_key_;  // whose private part is gone
    bool new_key_ = false;
    std::optional<Claim> own_, published_;
    bool own_is_bad_ = false;
    bool published_is_ours_ = false;
    std::set<std::uint64_t> sizes_;
    std::vector<SegmentName> segments_;
    std::uint32_t newest_epoch_ = 0;
    std::optional<SegmentScan> last_;
    std::string damage_;
};

Result<Journal> Journal::open(Store& store, JournalSettings settings, const std::optional<std::string>& published,
                              Recovery& found) {
    found = {};
    return JournalOpener{store, std::move(settings), found}.open(published);
}

}  // namespace pued
