// RMCP+ with libfreeipmi; see the header.
//
// Opening tries the cipher suites in the configured order, beginning with the one that worked last, and goes on to the
// next only when the BMC refused the suite itself (RMCP+ status 04h or 11h), or answered with a stump that FreeIPMI
// cannot read (ipmi_sim refuses a suite with two bytes). A wrong user or password ends the attempt at once: a second
// try would count against the account. (FreeIPMI judges the password itself, from the BMC's RAKP 2, so a stump is never
// about one.) Where the privilege cannot be had, the same suite is tried
// once more asking for the privilege in the open request ("opensesspriv": ipmi_sim and some Sun and Supermicro boards
// need it); nobody's password has been judged by then. What a BMC says beforehand about which kinds of user it has is
// passed over ("authcap"): many say it wrongly, and the handshake itself decides.
#include "drivers/ipmi/lan_transport.hpp"

#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "drivers/ipmi/call_deadline.hpp"
#include "drivers/ipmi/freeipmi.hpp"
#include "drivers/ipmi/host_resolver.hpp"

namespace pued::ipmi {

namespace {

constexpr unsigned usual_workarounds = IPMI_WORKAROUND_FLAGS_OUTOFBAND_2_0_AUTHENTICATION_CAPABILITIES;
constexpr unsigned ask_for_privilege = IPMI_WORKAROUND_FLAGS_OUTOFBAND_2_0_OPEN_SESSION_PRIVILEGE;
constexpr std::size_t longest_user = 16;
constexpr std::size_t longest_password = 20;

const FreeIpmi& freeipmi() {
    static const FreeIpmi library;
    return library;
}

struct ContextEnd {
    void operator()(ipmi_ctx_t context) const { freeipmi().ctx_destroy(context); }
};
using Context = std::unique_ptr<std::remove_pointer_t<ipmi_ctx_t>, ContextEnd>;

// Every session of FreeIPMI's keeps room for a payload of 64 KiB and clears it with each packet. No payload is longer
// than the packet, of which FreeIPMI reads 4,096 bytes: room for that is enough.
void shorten(fiid_field_t* payload) {
    constexpr unsigned longest_bits = 4096 * 8;
    for (auto* field = payload; field->max_field_len > 0; ++field) {
        field->max_field_len = std::min(field->max_field_len, longest_bits);
    }
}

// Why no BMC can be asked; empty: all is well. Must be called before threads use the library.
const std::string& library_trouble() {
    static const std::string trouble = [] {
        if (!freeipmi().error().empty()) return freeipmi().error();
        shorten(freeipmi().payload);
        return std::string{freeipmi().rmcpplus_init() == 0 ? "" : "libgcrypt does not start"};
    }();
    return trouble;
}

std::uint8_t privilege_level(const std::string& name) {
    if (name == "user") return IPMI_PRIVILEGE_LEVEL_USER;
    return name == "admin" ? IPMI_PRIVILEGE_LEVEL_ADMIN : IPMI_PRIVILEGE_LEVEL_OPERATOR;
}

std::string list_of(const std::vector<unsigned>& suites) {
    std::string out;
    for (const unsigned suite : suites) out += (out.empty() ? "" : ", ") + std::to_string(suite);
    return out;
}

bool suite_refused(int error) {
    return error == IPMI_ERR_CIPHER_SUITE_ID_UNAVAILABLE || error == IPMI_ERR_BAD_RMCPPLUS_STATUS_CODE ||
           error == IPMI_ERR_IPMI_ERROR;
}

LinkFailure failure_of(int error, const LanAddress& address) {
    switch (error) {
        case IPMI_ERR_USERNAME_INVALID:
        case IPMI_ERR_PASSWORD_INVALID: return {Trouble::credentials, "wrong user or password"};
        case IPMI_ERR_K_G_INVALID: return {Trouble::credentials, "the BMC wants a BMC key (K_g), which pued has not"};
        case IPMI_ERR_BMC_BUSY: return {Trouble::busy, "the BMC has no free session"};
        case IPMI_ERR_PRIVILEGE_LEVEL_CANNOT_BE_OBTAINED:
        case IPMI_ERR_PRIVILEGE_LEVEL_INSUFFICIENT:
            return {Trouble::refused, "the user may not have the privilege \"" + address.privilege + "\""};
        case IPMI_ERR_CIPHER_SUITE_ID_UNAVAILABLE:
        case IPMI_ERR_BAD_RMCPPLUS_STATUS_CODE:
            return {Trouble::refused, "the BMC refuses the cipher suites " + list_of(address.cipher_suites)};
        case IPMI_ERR_IPMI_ERROR:
            return {Trouble::refused,
                    "the BMC refuses a session (cipher suites " + list_of(address.cipher_suites) + ")"};
        case IPMI_ERR_IPMI_2_0_UNAVAILABLE:
        case IPMI_ERR_AUTHENTICATION_TYPE_UNAVAILABLE: return {Trouble::refused, "the BMC does not offer IPMI 2.0"};
        case IPMI_ERR_HOSTNAME_INVALID: return {Trouble::address, "the address is not valid"};
        case IPMI_ERR_CONNECTION_TIMEOUT:
        case IPMI_ERR_PASSWORD_VERIFICATION_TIMEOUT:
        case IPMI_ERR_SESSION_TIMEOUT: return {Trouble::silent, "no answer"};
        default: return {Trouble::silent, std::string{"no session: "} + freeipmi().ctx_strerror(error)};
    }
}

class LanLink final : public Link {
public:
    explicit LanLink(LanAddress address) : address_(std::move(address)) { library_trouble(); }
    ~LanLink() override { close(); }
    LanLink(const LanLink&) = delete;
    LanLink& operator=(const LanLink&) = delete;

    std::optional<LinkFailure> open() override;
    [[nodiscard]] bool is_open() const override { return context_ != nullptr; }
    void close() override;
    Result<Reply> send(std::uint8_t lun, Command command, Bytes data) override;

private:
    int open_suite(const std::string& peer, unsigned suite);
    int open_once(const std::string& peer, unsigned suite, unsigned workarounds);
    [[nodiscard]] std::vector<unsigned> suites_in_order() const;
    [[nodiscard]] std::optional<LinkFailure> impossible() const;

    LanAddress address_;
    HostResolver resolver_;
    Context context_;
    unsigned last_good_suite_ = 0;
    unsigned workarounds_ = usual_workarounds;
};

// FreeIPMI waits with select(), which a descriptor of 1024 and more would make write beyond its set.
bool descriptors_left() {
    const int probe = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (probe >= 0) ::close(probe);
    return probe >= 0 && probe < FD_SETSIZE - 64;
}

std::optional<LinkFailure> LanLink::impossible() const {
    if (!library_trouble().empty()) return LinkFailure{Trouble::refused, library_trouble()};
    if (!descriptors_left()) return LinkFailure{Trouble::refused, "too many files and sockets are open"};
    if (address_.user.size() > longest_user) {
        return LinkFailure{Trouble::credentials, "the user is longer than the 16 bytes of IPMI"};
    }
    if (address_.password.size() > longest_password) {
        return LinkFailure{Trouble::credentials, "the password is longer than the 20 bytes of IPMI"};
    }
    return std::nullopt;
}

std::vector<unsigned> LanLink::suites_in_order() const {
    auto suites = address_.cipher_suites;
    const auto good = std::find(suites.begin(), suites.end(), last_good_suite_);
    if (good != suites.end()) std::rotate(suites.begin(), good, good + 1);
    return suites;
}

std::optional<LinkFailure> LanLink::open() {
    close();
    if (auto problem = impossible()) return problem;
    const auto numeric = resolver_.numeric(address_.host, address_.limit);
    if (!numeric) return LinkFailure{Trouble::address, numeric.error()};
    const std::string peer = host_and_port(*numeric, address_.port);
    int error = IPMI_ERR_CIPHER_SUITE_ID_UNAVAILABLE;
    for (const unsigned suite : suites_in_order()) {
        error = open_suite(peer, suite);
        if (!suite_refused(error)) break;
    }
    if (error == IPMI_ERR_SUCCESS) return std::nullopt;
    return failure_of(error, address_);
}

int LanLink::open_suite(const std::string& peer, unsigned suite) {
    int error = open_once(peer, suite, workarounds_);
    if (error == IPMI_ERR_PRIVILEGE_LEVEL_CANNOT_BE_OBTAINED && workarounds_ == usual_workarounds) {
        error = open_once(peer, suite, usual_workarounds | ask_for_privilege);
        if (error == IPMI_ERR_SUCCESS) workarounds_ |= ask_for_privilege;
    }
    if (error == IPMI_ERR_SUCCESS) last_good_suite_ = suite;
    return error;
}

// FreeIPMI's number of what went wrong; IPMI_ERR_SUCCESS: context_ holds a session.
int LanLink::open_once(const std::string& peer, unsigned suite, unsigned workarounds) {
    Context context{freeipmi().ctx_create()};
    if (!context) return IPMI_ERR_OUT_OF_MEMORY;
    // FreeIPMI counts its time-out from the last packet received, however long ago we asked: it must exceed our pauses.
    const auto limit = static_cast<unsigned>(address_.limit.count());
    const auto silence = static_cast<unsigned>(std::chrono::milliseconds{longest_silence}.count());
    const CallDeadline deadline{address_.limit};
    const int done = freeipmi().ctx_open_outofband_2_0(
        context.get(), peer.c_str(), address_.user.c_str(), address_.password.c_str(), nullptr, 0,
        privilege_level(address_.privilege), static_cast<std::uint8_t>(suite), silence + 2 * limit,
        std::max(limit / 5, 1U), workarounds, IPMI_FLAGS_DEFAULT);
    if (done < 0) return deadline.over() ? IPMI_ERR_CONNECTION_TIMEOUT : freeipmi().ctx_errnum(context.get());
    context_ = std::move(context);
    return IPMI_ERR_SUCCESS;
}

Result<Reply> LanLink::send(std::uint8_t lun, Command command, Bytes data) {
    if (!context_) return Error{"no session"};
    std::array<std::uint8_t, 16> request{code(command)};
    if (data.size() >= request.size()) return Error{"request too long"};
    std::copy(data.begin(), data.end(), request.begin() + 1);
    std::array<std::uint8_t, 512> reply{};
    int size = 0;
    {
        const CallDeadline deadline{address_.limit};
        size = freeipmi().cmd_raw(context_.get(), lun, net_fn(command), request.data(),
                                  static_cast<unsigned>(data.size() + 1), reply.data(), reply.size());
    }
    if (size < 2 || reply[0] != code(command)) {
        close();
        return Error{"the BMC stopped answering"};
    }
    return Reply{reply[1], {reply.begin() + 2, reply.begin() + size}};
}

void LanLink::close() {
    if (!context_) return;
    {
        const CallDeadline deadline{address_.limit / 3};
        freeipmi().ctx_close(context_.get());
    }
    context_.reset();
}

}  // namespace

std::unique_ptr<Link> make_lan_link(LanAddress address) { return std::make_unique<LanLink>(std::move(address)); }

}  // namespace pued::ipmi
