// libcurl's multi interface; see the header. One easy handle for each peer keeps its connection and TLS session.
#include "drivers/redfish/http.hpp"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>
#include <utility>

#include "drivers/redfish/curl.hpp"
#include "drivers/redfish/document.hpp"

namespace pued::redfish {
namespace {

constexpr std::size_t kMostHeaders = 1U << 16U;  // bytes of one reply
constexpr std::size_t kMostHeader = 1000;        // letters of one that is kept
constexpr long kConnectMs = 5000;
constexpr unsigned least_version = 0x075700;  // 7.87: the options that are set below

const Curl& curl() {
    static const Curl library;
    return library;
}

struct Line {  // to one peer
    Peer peer;
    CURL* easy = nullptr;
    curl_slist* headers = nullptr;
    std::string url, body, login;  // libcurl keeps no copies of some
    Reply reply;
    std::size_t header_bytes = 0;
    bool busy = false, too_long = false;
    std::string shown;  // fingerprint that was shown in place of the pinned one
    std::array<char, CURL_ERROR_SIZE> error{};
};

std::string lower(std::string_view text) {
    std::string out{text};
    for (auto& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* user) {
    auto& line = *static_cast<Line*>(user);
    line.too_long = line.reply.body.size() + size * count > max_body;
    if (line.too_long) return 0;
    line.reply.body.append(data, size * count);
    return size * count;
}

void note_header(Reply& reply, std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || text.size() > kMostHeader) return;
    const auto name = lower(text.substr(0, colon));
    text.remove_prefix(colon + 1);
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == '\r' || text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    if (name == "etag") reply.etag = text;
    if (name == "x-auth-token") reply.token = text;
    if (name == "location") reply.location = text;
    if (name == "retry-after") {
        reply.retry_after = std::chrono::seconds{std::clamp(std::atol(std::string{text}.c_str()), 0L, 3600L)};
    }
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* user) {
    auto& line = *static_cast<Line*>(user);
    line.header_bytes += size * count;
    if (line.header_bytes > kMostHeaders) return 0;
    note_header(line.reply, {data, size * count});
    return size * count;
}

std::string fingerprint_of(const X509* certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned length = 0;
    if (certificate == nullptr || X509_digest(certificate, EVP_sha256(), digest.data(), &length) != 1) return {};
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (unsigned i = 0; i < length; ++i) {
        out.push_back(digits[digest[i] >> 4U]);
        out.push_back(digits[digest[i] & 15U]);
    }
    return out;
}

// In place of OpenSSL's verification of a chain: exactly this certificate.
int verify_pinned(X509_STORE_CTX* context, void* user) {
    auto& line = *static_cast<Line*>(user);
    line.shown = fingerprint_of(X509_STORE_CTX_get0_cert(context));
    const bool same = line.shown == line.peer.fingerprint;
    X509_STORE_CTX_set_error(context, same ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
    return same ? 1 : 0;
}

CURLcode pin(CURL*, void* context, void* user) {
    SSL_CTX_set_cert_verify_callback(static_cast<SSL_CTX*>(context), verify_pinned, user);
    return CURLE_OK;
}

template <class T>
void option(const Line& line, CURLoption which, T value) {
    // What this libcurl cannot do must not be left out in silence: it would be a check or a limit.
    if (curl().easy_setopt(line.easy, which, value) != CURLE_OK) std::abort();
}

void set_trust(Line& line) {
    const auto& peer = line.peer;
    option(line, CURLOPT_SSL_VERIFYPEER, 1L);
    option(line, CURLOPT_SSL_VERIFYHOST, peer.fingerprint.empty() ? 2L : 0L);  // a pinned one may bear any name
    option(line, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!peer.ca_file.empty()) {
        option(line, CURLOPT_CAINFO, peer.ca_file.c_str());
        option(line, CURLOPT_CAPATH, nullptr);
    }
    if (peer.fingerprint.empty()) return;
    // Nobody's certificates are needed then; those of the system cost each connection most of a megabyte.
    option(line, CURLOPT_CAINFO, nullptr);
    option(line, CURLOPT_CAPATH, nullptr);
    option(line, CURLOPT_SSL_CTX_FUNCTION, pin);
    option(line, CURLOPT_SSL_CTX_DATA, static_cast<void*>(&line));
}

void set_up(Line& line) {
    option(line, CURLOPT_PRIVATE, static_cast<void*>(&line));
    option(line, CURLOPT_ERRORBUFFER, line.error.data());
    option(line, CURLOPT_NOSIGNAL, 1L);
    option(line, CURLOPT_QUICK_EXIT, 1L);  // a name server that is silent must not hold us up when time is over
    option(line, CURLOPT_PROXY, "");
    option(line, CURLOPT_PROTOCOLS_STR, line.peer.url.starts_with("https://") ? "https" : "http");
    option(line, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(line.peer.timeout).count();
    option(line, CURLOPT_TIMEOUT_MS, static_cast<long>(limit));
    option(line, CURLOPT_CONNECTTIMEOUT_MS, std::min(static_cast<long>(limit), kConnectMs));
    option(line, CURLOPT_WRITEFUNCTION, take_body);
    option(line, CURLOPT_WRITEDATA, static_cast<void*>(&line));
    option(line, CURLOPT_HEADERFUNCTION, take_header);
    option(line, CURLOPT_HEADERDATA, static_cast<void*>(&line));
    set_trust(line);
}

void add_header(Line& line, const std::string& text) {
    auto* longer = curl().slist_append(line.headers, text.c_str());
    if (longer == nullptr) throw std::bad_alloc{};
    line.headers = longer;
}

void set_headers(Line& line, const Request& request) {
    curl().slist_free_all(line.headers);
    line.headers = nullptr;
    add_header(line, "Accept: application/json");
    add_header(line, "OData-Version: 4.0");
    if (!request.token.empty()) add_header(line, "X-Auth-Token: " + request.token);
    if (!request.etag.empty()) add_header(line, "If-None-Match: " + request.etag);
    if (request.method == Method::open_session) add_header(line, "Content-Type: application/json");
    option(line, CURLOPT_HTTPHEADER, line.headers);
}

void set_method(Line& line, const Request& request) {
    option(line, CURLOPT_HTTPGET, 1L);
    option(line, CURLOPT_CUSTOMREQUEST, request.method == Method::close_session ? "DELETE" : nullptr);
    if (request.method != Method::open_session) return;
    line.body = request.body;
    option(line, CURLOPT_POST, 1L);
    option(line, CURLOPT_POSTFIELDSIZE, static_cast<long>(line.body.size()));
    option(line, CURLOPT_POSTFIELDS, line.body.c_str());
}

void set_login(Line& line, const Request& request) {
    const bool basic = !request.user.empty();
    line.login = basic ? request.user + ':' + request.password : "";
    option(line, CURLOPT_HTTPAUTH, basic ? CURLAUTH_BASIC : static_cast<unsigned long>(CURLAUTH_NONE));
    option(line, CURLOPT_USERPWD, basic ? line.login.c_str() : nullptr);
}

std::string grouped(const std::string& hex) {
    std::string out;
    for (std::size_t i = 0; i < hex.size(); i += 2) out += (i == 0 ? "" : ":") + hex.substr(i, 2);
    return out;
}

// Why there is no reply, for people.
std::string reason(const Line& line, CURLcode result) {
    if (!line.shown.empty() && line.shown != line.peer.fingerprint) {
        return "the certificate is not the pinned one: its fingerprint is " + grouped(line.shown);
    }
    std::string out = line.error[0] != '\0' ? line.error.data() : curl().easy_strerror(result);
    if (result == CURLE_PEER_FAILED_VERIFICATION) out += " (expected a certificate by ca_file, or its fingerprint)";
    return out;
}

// Why nothing can be asked; empty: all is well.
const std::string& library_trouble() {
    static const std::string trouble = [] {
        if (!curl().error().empty()) return curl().error();
        const auto* found = curl().version_info(CURLVERSION_NOW);
        if (found->version_num < least_version)
            return "libcurl " + std::string{found->version} + " is too old (expected 7.87 or later)";
        const CURLcode started = curl().global_init(CURL_GLOBAL_DEFAULT);
        return started == CURLE_OK ? std::string{} : std::string{"libcurl: "} + curl().easy_strerror(started);
    }();
    return trouble;
}

}  // namespace

struct Http::Impl {
    const Clock& clock;
    CURLM* multi = nullptr;
    std::vector<std::unique_ptr<Line>> lines;
    std::vector<Answer> unsent;  // requests that could not even be begun, as replies that say so

    explicit Impl(const Clock& c) : clock(c) {
        multi = curl().multi_init();
        if (multi == nullptr) throw std::bad_alloc{};
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        for (auto& line : lines) {
            give_up(*line);
            curl().easy_cleanup(line->easy);
            curl().slist_free_all(line->headers);
        }
        curl().multi_cleanup(multi);
    }

    void give_up(Line& line) {
        if (line.busy) curl().multi_remove_handle(multi, line.easy);
        line.busy = false;
    }

    void collect(std::vector<Answer>& out) {
        int left = 0;
        while (const CURLMsg* message = curl().multi_info_read(multi, &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            const CURLcode result = message->data.result;
            Line* line = nullptr;
            curl().easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &line);
            give_up(*line);
            const auto which =
                std::find_if(lines.begin(), lines.end(), [line](const auto& l) { return l.get() == line; });
            out.push_back({static_cast<std::size_t>(which - lines.begin()), finished(*line, result)});
        }
    }

    Reply finished(Line& line, CURLcode result) const {
        Reply out = std::move(line.reply);
        line.reply = {};
        out.got = clock.now().boot;
        if (result == CURLE_OK || line.too_long) curl().easy_getinfo(line.easy, CURLINFO_RESPONSE_CODE, &out.status);
        if (result != CURLE_OK) out.error = line.too_long ? "the reply is longer than 1 MiB" : reason(line, result);
        return out;
    }
};

Result<std::unique_ptr<Http>> Http::open(const Clock& clock) {
    if (!library_trouble().empty()) return Error{library_trouble()};
    return std::unique_ptr<Http>{new Http{clock}};
}

Http::Http(const Clock& clock) : impl_(std::make_unique<Impl>(clock)) {}

Http::~Http() = default;

std::size_t Http::add(Peer peer) {
    auto line = std::make_unique<Line>();
    line->peer = std::move(peer);
    line->easy = curl().easy_init();
    if (line->easy == nullptr) throw std::bad_alloc{};
    set_up(*line);
    impl_->lines.push_back(std::move(line));
    curl().multi_setopt(impl_->multi, CURLMOPT_MAXCONNECTS, static_cast<long>(impl_->lines.size()) + 1);
    return impl_->lines.size() - 1;
}

void Http::send(std::size_t peer, const Request& request) {
    Line& line = *impl_->lines.at(peer);
    impl_->give_up(line);
    line.reply = {};
    line.header_bytes = 0;
    line.too_long = false;
    line.shown.clear();
    line.error[0] = '\0';
    line.url = line.peer.url + request.path;
    option(line, CURLOPT_URL, line.url.c_str());
    set_method(line, request);
    set_headers(line, request);
    set_login(line, request);
    line.reply.sent = impl_->clock.now().boot;
    const CURLMcode result = curl().multi_add_handle(impl_->multi, line.easy);
    line.busy = result == CURLM_OK;
    if (line.busy) return;
    Reply failed;
    failed.error = curl().multi_strerror(result);
    failed.sent = failed.got = line.reply.sent;
    impl_->unsent.push_back({peer, std::move(failed)});
}

std::vector<Http::Answer> Http::wait(BootTime until) {
    auto out = std::exchange(impl_->unsent, {});
    for (;;) {
        int running = 0;
        curl().multi_perform(impl_->multi, &running);
        impl_->collect(out);
        const auto now = impl_->clock.now().boot;
        if (!out.empty() || now >= until) return out;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now).count();
        curl().multi_poll(impl_->multi, nullptr, 0, static_cast<int>(std::min<long long>(left, 1000)), nullptr);
    }
}

}  // namespace pued::redfish
