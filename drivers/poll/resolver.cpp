// getaddrinfo on a thread of its own.
#include "drivers/poll/resolver.hpp"

#include <netdb.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace pued {
namespace {

struct Question {
    std::size_t who = 0;
    std::string host;
    std::uint16_t port = 0;
};

Resolution look_up(const Question& question, int flags) {
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
    std::mutex mutex;
    std::condition_variable changed;
    bool ended = false;
    std::deque<Question> questions;
    std::set<std::size_t> unanswered;
    std::vector<Resolution> answers;
    int event = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

    Shared() = default;
    ~Shared() { ::close(event); }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;
};

namespace {

void serve(const std::shared_ptr<Resolver::Shared>& shared) {
    std::unique_lock lock{shared->mutex};
    for (;;) {
        shared->changed.wait(lock, [&] { return shared->ended || !shared->questions.empty(); });
        if (shared->ended) return;
        const Question question = std::move(shared->questions.front());
        shared->questions.pop_front();
        lock.unlock();
        Resolution resolution = look_up(question, AI_ADDRCONFIG);
        lock.lock();
        shared->unanswered.erase(question.who);
        shared->answers.push_back(std::move(resolution));
        eventfd_write(shared->event, 1);
    }
}

}  // namespace

std::vector<SocketAddress> numeric_address(const std::string& host, std::uint16_t port) {
    return look_up({.who = 0, .host = host, .port = port}, AI_NUMERICHOST).addresses;
}

Resolver::Resolver() : shared_(std::make_shared<Shared>()) {}

Resolver::~Resolver() {
    const std::lock_guard lock{shared_->mutex};
    shared_->ended = true;
    shared_->changed.notify_all();
}

void Resolver::ask(std::size_t who, const std::string& host, std::uint16_t port) {
    if (!started_) std::thread{[shared = shared_] { serve(shared); }}.detach();
    started_ = true;
    const std::lock_guard lock{shared_->mutex};
    if (!shared_->unanswered.insert(who).second) return;
    shared_->questions.push_back({.who = who, .host = host, .port = port});
    shared_->changed.notify_all();
}

std::vector<Resolution> Resolver::answers() {
    eventfd_t ignored = 0;
    eventfd_read(shared_->event, &ignored);
    const std::lock_guard lock{shared_->mutex};
    return std::exchange(shared_->answers, {});
}

int Resolver::descriptor() const { return shared_->event; }

}  // namespace pued
