// Notes and checkpoints to text and back. Reading is strict: what is taken is exactly what whole() and text() write.
#include "agent/journal/note.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace pued {

namespace {

constexpr std::string_view dash = "\u2014 ";
constexpr std::uint8_t log_type = 1, witness_type = 4;
constexpr std::size_t id_octets = 4, time_octets = 8;
constexpr std::uint64_t latest = 253402300799;  // the year 9999 ends

std::string base64(std::string_view bytes) {
    std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // OpenSSL adds a zero
    const auto size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

// OpenSSL passes over blanks and stray bits; writing it again shows whether there were any.
std::optional<Bytes> from_base64(std::string_view text) {
    if (text.empty() || text.size() > std::numeric_limits<std::int32_t>::max()) return {};
    Bytes out(3 * (text.size() / 4 + 1), '\0');
    const auto size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    const auto padding = static_cast<std::size_t>(std::count(text.begin(), text.end(), '='));
    if (size < 0 || padding > 2 || static_cast<std::size_t>(size) < padding) return {};
    out.resize(static_cast<std::size_t>(size) - padding);
    return base64(out) == text ? std::optional{out} : std::nullopt;
}

std::string_view view(const Digest& digest) {  // a public key is of the same shape
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

template <class Array>
bool fill(Array& out, std::string_view bytes) {
    if (bytes.size() != out.size()) return false;
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return true;
}

Bytes big_endian(std::uint32_t value) {
    Bytes out;
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
    return out;
}

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
    return value;
}

// What comes before `end`, which is taken off together with it; nothing where there is no `end`.
std::optional<std::string_view> take(std::string_view& text, char end) {
    const auto at = text.find(end);
    if (at == std::string_view::npos) return {};
    const auto part = text.substr(0, at);
    text.remove_prefix(at + 1);
    return part;
}

bool is_name(std::string_view name) {
    return !name.empty() && std::none_of(name.begin(), name.end(), [](char c) {
        return c == '+' || static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
    });
}

std::optional<NoteSignature> parse_signature(std::string_view line) {
    if (!line.starts_with(dash)) return {};
    line.remove_prefix(dash.size());
    const auto name = take(line, ' ');
    const auto bytes = from_base64(line);
    if (!name || !is_name(*name) || !bytes || bytes->size() <= id_octets) return {};
    const auto id = static_cast<std::uint32_t>(big_endian(std::string_view{*bytes}.substr(0, id_octets)));
    return NoteSignature{.name = std::string{*name}, .key_id = id, .signature = bytes->substr(id_octets)};
}

bool is_by(const NoteSignature& signature, const NoteKey& key) {
    return signature.name == key.name && signature.key_id == key.id();
}

bool is_right(const PublicKey& key, std::string_view message, std::string_view bytes) {
    Signature signature{};
    return fill(signature, bytes) && verify_signature(key, message, signature);
}

std::optional<UtcTime> cosignature_time(const SignedNote& note, const NoteKey& witness, std::string_view bytes) {
    if (bytes.size() <= time_octets) return {};
    const auto seconds = big_endian(bytes.substr(0, time_octets));
    const auto message = "cosignature/v1\ntime " + std::to_string(seconds) + '\n' + note.text;
    if (seconds > latest || !is_right(witness.key, message, bytes.substr(time_octets))) return {};
    return UtcTime{std::chrono::seconds{static_cast<std::int64_t>(seconds)}};
}

}  // namespace

std::string Checkpoint::text() const { return origin + '\n' + std::to_string(size) + '\n' + base64(view(root)) + '\n'; }

std::uint32_t NoteKey::id() const {
    const auto hash = sha256(name + '\n' + static_cast<char>(type), view(key));
    return static_cast<std::uint32_t>(big_endian(view(hash).substr(0, id_octets)));
}

std::string NoteKey::vkey() const {
    const auto id_bytes = big_endian(id());
    const auto digits = hex({reinterpret_cast<const std::uint8_t*>(id_bytes.data()), id_bytes.size()});
    return name + '+' + digits + '+' + base64(static_cast<char>(type) + Bytes{view(key)});
}

Result<NoteKey, BilingualError> NoteKey::parse(std::string_view vkey) {
    const BilingualError error{
        "\"" + std::string{vkey} + "\" is no key of a log or witness (expected NAME+ID+BASE64, Ed25519)",
        "“" + std::string{vkey} + "”不是日志或见证方的密钥（应为 NAME+ID+BASE64，Ed25519）"};
    auto rest = vkey;
    const auto name = take(rest, '+');
    const auto digits = take(rest, '+');
    const auto bytes = from_base64(rest);
    NoteKey key;
    if (!name || !is_name(*name) || !digits || !bytes || !fill(key.key, std::string_view{*bytes}.substr(1)))
        return error;
    key.name = *name;
    key.type = static_cast<std::uint8_t>(bytes->front());
    if (key.type != log_type && key.type != witness_type) return error;
    if (key.vkey() != vkey)
        return BilingualError{error.what + ": its id does not fit name and key", error.zh + "：其 ID 与名称和密钥不符"};
    return key;
}

std::string SignedNote::whole() const {
    auto out = text + '\n';
    for (const auto& signature : signatures) {
        out.append(dash).append(signature.name).append(" ");
        out += base64(big_endian(signature.key_id) + signature.signature) + '\n';
    }
    return out;
}

Result<SignedNote, BilingualError> parse_note(std::string_view note) {
    const auto blank = note.rfind("\n\n");
    if (blank == std::string_view::npos)
        return BilingualError{"no signed note: no blank line before its signatures", "不是签名注记：签名之前没有空行"};
    SignedNote out{.text = std::string{note.substr(0, blank + 1)}, .signatures = {}};
    auto rest = note.substr(blank + 2);
    while (const auto line = take(rest, '\n')) {
        auto signature = parse_signature(*line);
        if (!signature)
            return BilingualError{"no signed note: \"" + std::string{*line} + "\" is no signature line",
                                  "不是签名注记：“" + std::string{*line} + "”不是签名行"};
        out.signatures.push_back(std::move(*signature));
    }
    if (!rest.empty() || out.signatures.empty())
        return BilingualError{"no signed note: it ends within its signatures", "不是签名注记：在签名部分中断"};
    return out;
}

Result<Checkpoint, BilingualError> parse_checkpoint(std::string_view text) {
    const BilingualError error{"no checkpoint: expected the three lines ORIGIN, SIZE and ROOT in base64",
                               "不是检查点：应为 ORIGIN、SIZE 和 base64 编码的 ROOT 三行"};
    auto rest = text;
    const auto origin = take(rest, '\n'), size = take(rest, '\n'), root = take(rest, '\n');
    if (!root || !is_name(*origin)) return error;
    Checkpoint out{.origin = std::string{*origin}};
    const auto bytes = from_base64(*root);
    const auto read = std::from_chars(size->data(), size->data() + size->size(), out.size);
    if (read.ec != std::errc{} || !bytes || !fill(out.root, *bytes) || out.text() != text) return error;
    return out;
}

Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const Signer& signer) {
    if (!is_name(checkpoint.origin)) {
        return Error{"\"" + checkpoint.origin +
                     "\" cannot be a log's origin: no blanks, no + and at least one character"};
    }
    SignedNote note{.text = checkpoint.text(), .signatures = {}};
    const auto signature = signer.sign(note.text);
    if (!signature) return Error{signature.error()};
    const NoteKey key{.name = checkpoint.origin, .type = log_type, .key = signer.public_key()};
    note.signatures.push_back({key.name, key.id(), Bytes{signature->begin(), signature->end()}});
    return note.whole();
}

bool signed_by(const SignedNote& note, const NoteKey& log) {
    return log.type == log_type && std::any_of(note.signatures.begin(), note.signatures.end(), [&](const auto& one) {
               return is_by(one, log) && is_right(log.key, note.text, one.signature);
           });
}

std::optional<UtcTime> cosigned_at(const SignedNote& note, const NoteKey& witness) {
    if (witness.type != witness_type) return {};
    for (const auto& one : note.signatures) {
        if (!is_by(one, witness)) continue;
        if (const auto time = cosignature_time(note, witness, one.signature)) return time;
    }
    return {};
}

}  // namespace pued
