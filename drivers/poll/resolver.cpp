// getaddrinfo on threads of its own.
#include "drivers/poll/resolver.hpp"

#include <netdb.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <system_error>
#include <thread>
#include <utility>

namespace pued {
namespace {

constexpr unsigned most_threads = 16, most_on_doubtful = 8;

struct Question {
    std::size_t who = 0;
    std::string host;
    std::uint16_t port = 0;
    bool doubtful = false;
};

Resolution look_up_now(const Question& question, int flags) {
    Resolution out{.who = question.who, .addresses = {}, .error = {}};
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    addrinfo* list = nullptr;
    const int failed = getaddrinfo(question.host.c_str(), std::to_string(question.port).c_str(), &hints, &list);
    if (failed != 0) {
        out.error = "cannot resolve \"" + question.host + "\": " + gai_strerror(failed);
        return out;
    }
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        SocketAddress address;
        address.length = entry->ai_addrlen;
        std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
        out.addresses.push_back(address);
    }
    freeaddrinfo(list);
    return out;
}

}  // namespace

struct Resolver::Shared {
    explicit Shared(LookUp function) : look_up(std::move(function)) {}
    ~Shared() { ::close(event); }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    // The next one that may be looked up now; `on_doubtful` goes up if it is one of those.
    std::optional<Question> take();

    const LookUp look_up;
    const int event = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    std::mutex mutex;
    bool ended = false;
    std::deque<Question> trusted, doubtful;  // waiting
    std::set<std::string> doubtful_names;
    std::set<std::size_t> unanswered;
    std::vector<Resolution> answers;
    unsigned threads = 0, on_doubtful = 0;  // at work
};

std::optional<Question> Resolver::Shared::take() {
    const bool may_doubt = !doubtful.empty() && on_doubtful < most_on_doubtful;
    if (ended || (trusted.empty() && !may_doubt)) return {};
    auto& from = trusted.empty() ? doubtful : trusted;
    Question question = std::move(from.front());
    question.doubtful = &from == &doubtful;
    from.pop_front();
    on_doubtful += question.doubtful ? 1 : 0;
    return question;
}

namespace {

void serve(const std::shared_ptr<Resolver::Shared>& shared) {
    std::unique_lock lock{shared->mutex};
    while (const auto question = shared->take()) {
        lock.unlock();
        Resolution resolution = shared->look_up(question->who, question->host, question->port);
        lock.lock();
        shared->on_doubtful -= question->doubtful ? 1 : 0;
        if (resolution.addresses.empty()) {
            shared->doubtful_names.insert(question->host);
        } else {
            shared->doubtful_names.erase(question->host);
        }
        shared->unanswered.erase(question->who);
        shared->answers.push_back(std::move(resolution));
        eventfd_write(shared->event, 1);
    }
    --shared->threads;
}

}  // namespace

std::vector<SocketAddress> numeric_address(const std::string& host, std::uint16_t port) {
    return look_up_now({.who = 0, .host = host, .port = port}, AI_NUMERICHOST).addresses;
}

Resolver::Resolver(LookUp look_up, Start start) : start_(std::move(start)) {
    if (!start_) start_ = [](std::function<void()> work) { std::thread{std::move(work)}.detach(); };
    if (!look_up) {
        look_up = [](std::size_t who, const std::string& host, std::uint16_t port) {
            return look_up_now({.who = who, .host = host, .port = port}, AI_ADDRCONFIG);
        };
    }
    shared_ = std::make_shared<Shared>(std::move(look_up));
}

Resolver::~Resolver() {
    const std::lock_guard lock{shared_->mutex};
    shared_->ended = true;
}

void Resolver::ask(std::size_t who, const std::string& host, std::uint16_t port) {
    const std::lock_guard lock{shared_->mutex};
    const bool doubtful = shared_->doubtful_names.contains(host);
    if (shared_->unanswered.insert(who).second) {
        (doubtful ? shared_->doubtful : shared_->trusted).push_back({.who = who, .host = host, .port = port});
    } else if (shared_->trusted.empty() && shared_->doubtful.empty()) {
        return;
    }
    if (shared_->threads >= most_threads || (doubtful && shared_->on_doubtful >= most_on_doubtful)) return;
    ++shared_->threads;
    try {
        start_([shared = shared_] { serve(shared); });
    } catch (const std::system_error&) {
        --shared_->threads;
    }
}

std::vector<Resolution> Resolver::answers() {
    eventfd_t ignored = 0;
    eventfd_read(shared_->event, &ignored);
    const std::lock_guard lock{shared_->mutex};
    return std::exchange(shared_->answers, {});
}

int Resolver::descriptor() const { return shared_->event; }

}  // namespace pued
