// Checkpoints against the records: who signed them, and whether the trees are those of the records.
#include "agent/journal/verify.hpp"

#include <algorithm>
#include <tuple>

#include "agent/journal/walk.hpp"

namespace pued {

namespace {

struct Claim {
    Bilingual where;
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
            note({std::to_string(too_old_) +
                      " checkpoints are older than what is here: only their signatures were checked",
                  std::to_string(too_old_) + " 个检查点早于现有记录：仅核对了其签名"});
        result_.epochs = static_cast<std::uint32_t>(walk_.epochs.size());
        return std::move(result_);
    }

private:
    void find(Bilingual where, Bilingual what) { result_.findings.push_back({std::move(where), std::move(what)}); }
    void note(Bilingual text) { result_.notes.push_back(std::move(text)); }

    void find_key() {
        if (settings_.key) {
            trusted_.push_back(*settings_.key);
            return;
        }
        const auto pem = load(layout::public_key);
        if (!pem) {
            return find(file(layout::public_key),
                        {"is not here: nothing says whose journal this is", "缺失：无从得知该日志属于谁"});
        }
        const auto key = public_key_from_pem(*pem);
        if (!key) return find(file(layout::public_key), key.failure().both());
        trusted_.push_back(*key);
        note({"the key is the journal's own public.pem: nobody vouches for it (give the one you know with --key)",
              "所用公钥是日志自带的 public.pem，其归属未经第三方证实（请用 --key 指定您所知的公钥）"});
    }

    static Bilingual file(std::string_view name) { return Bilingual::same(std::string{name}); }
    static Bilingual byte_of_checkpoints(std::size_t at) {
        return file(layout::checkpoints) + Bilingual{", byte " + std::to_string(at), "，字节 " + std::to_string(at)};
    }

    std::optional<std::string> load(std::string_view name) {
        auto loaded = store_.load(name);
        if (loaded) return std::move(*loaded);
        find(file(name), unreadable(loaded.error()));
        return std::nullopt;
    }

    void load_claims() {
        if (const auto newest = load(layout::checkpoint)) add(file(layout::checkpoint), *newest, false);
        if (const auto all = load(layout::checkpoints)) add_all(*all);
        if (settings_.published) add({"the checkpoint that was kept", "另行保存的检查点"}, *settings_.published, true);
    }

    void add_all(const std::string& notes) {
        std::size_t end = 0;
        for (const auto one : layout::split_notes(notes, end)) {
            add(byte_of_checkpoints(static_cast<std::size_t>(one.data() - notes.data())), std::string{one}, false);
        }
        if (end == notes.size()) return;
        const auto where = byte_of_checkpoints(end);
        if (!may_be_torn(std::string_view{notes}.substr(end)))
            return find(where, {"bytes that are no signed note", "此处的字节不是签名注记"});
        note(where + Bilingual{": the last note is torn", "：最后一条注记残缺"});
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

    void add(Bilingual where, const std::string& text, bool kept) {
        auto signed_note = parse_note(text);
        if (!signed_note) return find(std::move(where), signed_note.failure().both());
        auto checkpoint = parse_checkpoint(signed_note->text);
        if (!checkpoint) return find(std::move(where), checkpoint.failure().both());
        const auto origin = layout::parse_origin(checkpoint->origin);
        if (!origin) {
            return find(std::move(where), {"\"" + checkpoint->origin + "\" is no log of pued",
                                           "“" + checkpoint->origin + "”不是 pued 的日志"});
        }
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
            const auto number = std::to_string(epoch->epoch);
            note({"epoch " + number + " has a new key, which names the one before: " + old->vkey(),
                  "纪元 " + number + " 启用了新密钥，并指明前一密钥：" + old->vkey()});
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
            return find(claim.where,
                        covers(claim) + Bilingual{"and the records that are here are others (altered, or a fork)",
                                                  "但现有记录与其不符（被改动或分叉）"});
        result_.newest = claim.checkpoint;
        newest_epoch_ = claim.epoch;
    }

    // All of them: then it is the key that is another one, and that is said once.
    void tell_unsigned() {
        const bool all = unsigned_.size() > 1 && unsigned_.size() == claims_.size();
        const auto count = std::to_string(claims_.size());
        if (all)
            return find(file(layout::checkpoint),
                        {"the signature is not of the key, nor is that of any other of the " + count +
                             " checkpoints: a journal of somebody else, or the wrong key",
                         "签名与密钥不符，全部 " + count + " 个检查点均是如此：日志属于他人，或密钥有误"});
        for (const auto& where : unsigned_) find(where, {"the signature is not of the key", "签名与密钥不符"});
    }

    static Bilingual covers(const Claim& claim) {
        const auto size = std::to_string(claim.checkpoint.size), epoch = std::to_string(claim.epoch);
        return {"it covers " + size + " records of epoch " + epoch + ", ",
                "覆盖纪元 " + epoch + " 的 " + size + " 条记录，"};
    }

    // What it covers is not here. The journal may have said so itself.
    void check_absent(const Claim& claim, const WalkedEpoch* epoch) {
        const auto declared = [&](const WalkedEpoch& one) {
            return one.join && one.join->origin == claim.checkpoint.origin && one.join->size >= claim.checkpoint.size;
        };
        const bool is_declared = std::any_of(walk_.epochs.begin(), walk_.epochs.end(), declared);
        const bool is_older = !walk_.epochs.empty() && claim.epoch < walk_.epochs.front().epoch;
        if (is_declared && !claim.kept)
            return note(claim.where + Bilingual{": ", "："} + covers(claim) +
                        Bilingual{"which the journal says it has lost", "日志声明这些记录已遗失"});
        if (is_older) {
            ++too_old_;
            return;
        }
        find(claim.where,
             covers(claim) + left_of(epoch) +
                 (is_declared ? Bilingual{" (the journal says that it has lost them)", "（日志声明其已遗失）"}
                              : Bilingual{" (cut off, or an older copy)", "（被截断，或是较早的副本）"}));
    }

    static Bilingual left_of(const WalkedEpoch* epoch) {
        if (epoch == nullptr) return {"none are here", "现已全部不在"};
        const auto count = std::to_string(epoch->size());
        Bilingual out{count + " are here", "现有 " + count + " 条"};
        if (!epoch->torn) return out;
        return out + Bilingual{"; what follows at " + epoch->torn->en + " is no record",
                               "；" + epoch->torn->zh + " 起不是记录"};
    }

    // Checkpoints come in rising order: each tree grows from the one before.
    Digest root_at(const WalkedEpoch& epoch, std::uint64_t size) {
        if (grown_epoch_ != epoch.epoch) grown_ = epoch.before;
        grown_epoch_ = epoch.epoch;
        while (grown_.size() < size) grown_.append(epoch.leaves[static_cast<std::size_t>(grown_.size() - epoch.first)]);
        return grown_.root();
    }

    static Bilingual seen_text(const std::string& witness, const Claim& claim, const std::string& time) {
        const auto size = std::to_string(claim.checkpoint.size), epoch = std::to_string(claim.epoch);
        return {"witness " + witness + " saw " + size + " records of epoch " + epoch + " at " + time,
                "见证方 " + witness + " 于 " + time + " 见证了纪元 " + epoch + " 的 " + size + " 条记录"};
    }

    void check_witnesses() {
        for (const auto& witness : settings_.witnesses) {
            const Claim* newest = nullptr;
            for (const auto& claim : claims_) {
                if (cosigned_at(claim.note, witness)) newest = &claim;
            }
            if (!newest) {
                find({"witness " + witness.name, "见证方 " + witness.name},
                     {"no checkpoint that is here was cosigned by it", "现有检查点均未经其联署"});
                continue;
            }
            note(seen_text(witness.name, *newest, rfc3339(*cosigned_at(newest->note, witness))));
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
                file(layout::checkpoint),
                {"no checkpoint covers the records before the last segment, though each segment begins with one",
                 "没有检查点覆盖最后一个日志段之前的记录，而每个日志段开始时都应有检查点"});
        if (covered == last.size()) return;
        const auto count = std::to_string(last.size() - covered);
        note({count + " records are newer than the newest checkpoint: chained, not yet signed",
              count + " 条记录晚于最新检查点：已入链，尚未签名"});
    }

    const Store& store_;
    const VerifySettings& settings_;
    VerifyResult result_;
    Walk walk_;
    std::vector<PublicKey> trusted_;
    std::vector<Claim> claims_;
    std::vector<Bilingual> unsigned_;  // where they stand
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
