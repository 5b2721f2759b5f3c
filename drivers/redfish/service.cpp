// The states of one service; see the header.
#include "drivers/redfish/service.hpp"

#include <algorithm>

#include "drivers/redfish/document.hpp"

namespace pued::redfish {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration kFirstBlock = minutes{1}, kLongestBlock = minutes{60};
constexpr Duration kBasicFor = minutes{10};
constexpr Duration kLookSoon = minutes{1};      // where a page has gone
constexpr unsigned kMostLeft = 2;               // unfinished explorations; then it must do without the page that fails
constexpr int kOldPeriods = 6;                  // after which a metric's timestamp should have moved
constexpr Duration kOldAfter = minutes{2};      // and no sooner
constexpr unsigned kMostTimeouts = 2;           // in a row
constexpr Duration kLongestPause = minutes{5};  // that a service may ask for
constexpr unsigned kReadWhole = 30;             // polls after which an etag is not taken at its word
constexpr std::size_t kMostComplaints = 4;      // in one report
const std::string kSessions = "/redfish/v1/SessionService/Sessions";

std::string status_text(const Reply& reply) {
    if (!reply.error.empty()) return reply.error;
    switch (reply.status) {
        case 401: return "HTTP 401, it wants a login";
        case 403: return "HTTP 403, the account may not read it";
        case 404: return "HTTP 404, it is gone";
        case 503: return "HTTP 503, the service is busy";
        default: return "HTTP " + std::to_string(reply.status);
    }
}

// Not the page is missing, but the service cannot show it now. 501: it never will.
bool is_unwell(long status) { return status == 0 || status == 429 || (status >= 500 && status != 501); }

bool is_busy(long status) { return status == 429 || status == 502 || status == 503 || status == 504; }

}  // namespace

std::optional<Report> Service::take_report() {
    auto out = std::move(report_);
    report_.reset();
    return out;
}

std::optional<Request> Service::farewell() {
    phase_ = Phase::idle;
    if (session_.empty()) return std::nullopt;
    Request out = get(session_);
    out.method = Method::close_session;
    session_.clear();
    token_.clear();
    return out;
}

Request Service::get(const std::string& path) const {
    Request out;
    out.path = path;
    out.token = token_;
    if (!token_.empty()) return out;
    out.user = settings_.user;
    out.password = settings_.password;
    return out;
}

Request Service::login() const {
    Request out;
    out.method = Method::open_session;
    out.path = kSessions;
    out.body = Json{{"UserName", settings_.user}, {"Password", settings_.password}}.dump(
        -1, ' ', false, Json::error_handler_t::replace);
    return out;
}

bool Service::logged_in(BootTime now) const { return settings_.user.empty() || !token_.empty() || now < basic_until_; }

bool Service::wants_exploring(BootTime now) const { return !planned_ || now >= explore_at_; }

void Service::begin(BootTime now) {
    const Duration period = std::max<Duration>(settings_.period, std::chrono::milliseconds{100});
    if (due_ == BootTime::min()) due_ = now;
    due_ += period * ((now - due_) / period + 1);
    page_ = answered_ = 0;
    renewed_ = false;
    first_sent_.reset();
    last_got_ = now;
    phase_ = Phase::login;
}

std::optional<Request> Service::next(BootTime now) {
    if (phase_ == Phase::idle) {
        if (now < due_) return std::nullopt;
        begin(now);
        if (now < blocked_until_) fail(now, blocked_why_);
    }
    if (phase_ == Phase::idle) return std::nullopt;
    if (!logged_in(now)) {
        phase_ = Phase::login;
        return login();
    }
    if (explorer_ || wants_exploring(now)) {
        phase_ = Phase::explore;
        if (!explorer_) explorer_ = std::make_unique<Explorer>(settings_.wanted, keys_);
        const auto wanted = explorer_->next();
        if (wanted) {
            looking_at_ = *wanted;
            return get(*wanted);
        }
        adopt(explorer_->take(), now);
        explorer_.reset();
    }
    if (page_ == 0) first_sent_.reset();
    phase_ = Phase::read;
    if (page_ < pages_.size()) return ask_page();
    finish(now);
    return std::nullopt;
}

std::optional<Request> Service::ask_page() {
    Page& page = pages_[page_];
    Request out = get(page.path);
    const bool trusted = page.known && page.proven && !page.fickle && page.unread < kReadWhole;
    if (trusted) out.etag = page.etag;
    page.whole = out.etag.empty();
    return out;
}

// The report is of the time when power and energy were asked for, however long the rest takes.
bool Service::dates_report() const { return phase_ == Phase::read ? !metered_ || pages_[page_].metered : page_ == 0; }

void Service::answer(const Reply& reply, BootTime now) {
    if (phase_ == Phase::idle) return;  // of a session that was closed
    if (dates_report()) {
        if (!first_sent_) first_sent_ = reply.sent;
        last_got_ = reply.got;
    }
    timeouts_ = reply.status == 0 ? timeouts_ + 1 : 0;
    if (reply.status == 0 && phase_ == Phase::read && timeouts_ >= kMostTimeouts) return fail(now, reply.error);
    if (phase_ == Phase::login) return answer_login(reply, now);
    if (refused(reply, now)) return;
    if (phase_ == Phase::explore) return answer_exploring(reply, now);
    answer_page(reply, now);
}

void Service::answer_login(const Reply& reply, BootTime now) {
    if (reply.status == 0) return fail(now, reply.error);
    const bool created = reply.status >= 200 && reply.status < 300;
    if (created && !reply.token.empty()) {
        token_ = reply.token;
        auto location = std::string_view{reply.location};
        const auto path = location.find("/redfish/");  // some give the whole URL
        session_ = path == std::string_view::npos ? "" : resource_path(location.substr(path)).value_or("");
        blocked_for_ = {};
        return;
    }
    if (reply.status == 400 || reply.status == 403) {
        return block(now, "the login is refused (HTTP " + std::to_string(reply.status) + ")");
    }
    // No sessions, none left, or a 401 that may mean either this or a wrong password: each request shows the account.
    basic_until_ = now + kBasicFor;
}

// A 401: the session has ended, or the account is not good. Says whether the reply is done with.
bool Service::refused(const Reply& reply, BootTime now) {
    if (reply.status != 401 || settings_.user.empty()) return false;
    const bool basic = token_.empty();
    token_.clear();
    session_.clear();
    if (basic || renewed_) {
        block(now, "the account is refused (HTTP 401)");
    } else {
        renewed_ = true;  // the same page again, in a new session
    }
    return true;
}

void Service::block(BootTime now, std::string why) {
    blocked_for_ = blocked_for_ == Duration{} ? kFirstBlock : std::min(2 * blocked_for_, kLongestBlock);
    blocked_until_ = now + blocked_for_;
    basic_until_ = BootTime::min();
    blocked_why_ = std::move(why);
    fail(now, blocked_why_);
}

void Service::answer_exploring(const Reply& reply, BootTime now) {
    if (is_busy(reply.status)) due_ = std::max(due_, now + std::min<Duration>(reply.retry_after, kLongestPause));
    if (is_unwell(reply.status)) {
        const bool patient = planned_ || is_busy(reply.status) || left_ < kMostLeft || timeouts_ >= kMostTimeouts;
        if (patient) return leave_exploring(now, looking_at_ + ": " + status_text(reply));
        doubtful_ = true;
    }
    std::optional<Json> document;
    if (reply.status == 200 && reply.error.empty()) {
        if (auto parsed = parse_document(reply.body)) document = std::move(*parsed);
    }
    explorer_->answer(looking_at_, std::move(document));
    if (explorer_->too_much())
        leave_exploring(now, "the service has more resources than can be looked through (expected another profile)");
}

// What was found before is read on; a plan made of what happened to answer would leave out the rest for long.
void Service::leave_exploring(BootTime now, const std::string& why) {
    explorer_.reset();
    doubtful_ = false;
    ++left_;
    if (!planned_) return fail(now, why);
    explore_at_ = now + look_again;
}

void Service::answer_page(const Reply& reply, BootTime now) {
    Page& page = pages_[page_++];
    if (reply.status == 304 && page.known) {
        ++page.unread;
        ++answered_;
        return;
    }
    if (reply.status == 200 && reply.error.empty()) return read_page(page, reply);
    spoil(page, status_text(reply));
    if (reply.status == 404 || reply.status == 410) explore_at_ = std::min(explore_at_, now + kLookSoon);
    if (is_busy(reply.status) && reply.retry_after > seconds{0}) {
        due_ = std::max(due_, now + std::min<Duration>(reply.retry_after, kLongestPause));
        for (; page_ < pages_.size(); ++page_) spoil(pages_[page_], status_text(reply));
    }
}

void Service::spoil(const Page& page, const std::string& why) {
    for (const auto slot : page.slots) slots_[slot] = {Quality::invalid, 0, why};
    pages_[static_cast<std::size_t>(&page - pages_.data())].known = false;
}

// An etag may cover a page's form and not its readings: it is believed once it has changed together with one. One that
// stays while values change is no etag: the page is read whole from then on.
void Service::read_page(Page& page, const Reply& reply) {
    const auto document = parse_document(reply.body);
    if (!document) return spoil(page, document.error());
    std::vector<const Target*> targets;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < plan_.bindings.size(); ++i) {
        for (std::size_t t = 0; t < slots_of_[i].size(); ++t) {
            if (plan_.bindings[i].targets[t].page != page.path) continue;
            targets.push_back(&plan_.bindings[i].targets[t]);
            places.push_back(slots_of_[i][t]);
        }
    }
    auto fresh = read_slots(*document, targets);
    bool changed = false;
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        changed = changed || fresh[i].value != slots_[places[i]].value;
        Slot& slot = slots_[places[i]];
        fresh[i].stamped = fresh[i].stamp == slot.stamp && page.known ? slot.stamped : reply.got;
        slot = std::move(fresh[i]);
    }
    page.proven = page.proven || (page.known && changed && !reply.etag.empty() && reply.etag != page.etag);
    page.fickle =
        page.fickle || (page.known && page.whole && changed && !reply.etag.empty() && reply.etag == page.etag);
    page.etag = reply.etag;
    page.known = true;
    page.unread = 0;
    ++answered_;
}

void Service::add_sample(Report& report, std::size_t index, std::vector<std::string>& complaints) {
    const auto& binding = plan_.bindings[index];
    if (binding.optional && binding.value == nullptr) return;
    std::vector<const Slot*> slots;
    for (const auto slot : slots_of_[index]) slots.push_back(&slots_[slot]);
    std::string why;
    report.samples.push_back(sample_of(binding, slots, registers_[index], why));
    if (!why.empty()) complaints.push_back(binding.name + ": " + why);
}

// A report whose entries are no longer renewed shows them as of then, for ever.
void Service::age_slots(BootTime now) {
    const Duration limit = std::max<Duration>(kOldPeriods * settings_.period, kOldAfter);
    for (auto& slot : slots_) {
        if (slot.quality != Quality::good || slot.stamp.empty() || now - slot.stamped < limit) continue;
        slot.quality = Quality::stale;
        slot.why = "has not been renewed by the service since " + slot.stamp;
    }
}

void Service::finish(BootTime now) {
    age_slots(now);
    if (answered_ == 0) {
        std::string why = "the service has nothing of this profile";
        if (!pages_.empty() && !pages_.front().slots.empty()) {
            why = pages_.front().path + ": " + slots_[pages_.front().slots.front()].why;
        } else if (!plan_.bindings.empty() && !plan_.bindings.front().why.empty()) {
            why = plan_.bindings.front().name + ": " + plan_.bindings.front().why;
        }
        return fail(now, why);
    }
    Report report;
    report.state = DeviceState::good;
    std::vector<std::string> complaints;
    for (std::size_t i = 0; i < plan_.bindings.size(); ++i) add_sample(report, i, complaints);
    for (std::size_t i = 0; i < std::min(complaints.size(), kMostComplaints); ++i) {
        report.error += (i == 0 ? settings_.name + ": " : "; ") + complaints[i];
    }
    if (complaints.size() > kMostComplaints) {
        report.error += "; and " + std::to_string(complaints.size() - kMostComplaints) + " more";
    }
    end_poll(std::move(report));
}

void Service::fail(BootTime now, const std::string& why) {
    static_cast<void>(now);
    explorer_.reset();
    Report report;
    report.error = settings_.name + ": " + why;
    end_poll(std::move(report));
}

void Service::end_poll(Report report) {
    const BootTime sent = first_sent_.value_or(last_got_);
    report.device = settings_.device;
    report.at = sent + (last_got_ - sent) / 2;
    report.round_trip = last_got_ - sent;
    report_ = std::move(report);
    phase_ = Phase::idle;
}

}  // namespace pued::redfish
