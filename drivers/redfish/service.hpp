// What is asked of one Redfish service next, and what its replies mean: log in, look through it (each hour), read its
// pages each period, only what has changed; one report a poll. A pure state machine, on the source's thread: whoever
// owns it carries the requests and gives it the time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/model/reading.hpp"
#include "drivers/redfish/exchange.hpp"
#include "drivers/redfish/plan.hpp"
#include "drivers/redfish/values.hpp"

namespace pued::redfish {

struct ServiceSettings {
    DeviceIndex device = 0;
    std::string name;            // in messages: "10.0.0.9"
    std::string user, password;  // empty: without a login
    Duration period{};
    Wanted wanted;
};

class Service {
public:
    explicit Service(ServiceSettings settings) : settings_(std::move(settings)) {}

    // The next request; nothing: none before due(). Not while one is open.
    std::optional<Request> next(BootTime now);
    void answer(const Reply& reply, BootTime now);
    [[nodiscard]] BootTime due() const { return due_; }
    // Of the poll that has ended since it was asked last.
    std::optional<Report> take_report();
    // The request that closes our session, if one is open.
    std::optional<Request> farewell();

private:
    static constexpr Duration look_again = std::chrono::minutes{5};  // where something was missing

    enum class Phase : std::uint8_t { idle, login, explore, read };
    struct Page {
        std::string path, etag;
        std::vector<std::size_t> slots;  // in slots_
        bool known = false;              // its slots are from a reply
        bool metered = false;            // it tells the device's power or energy
        bool proven = false;             // its etag has been seen to change together with a value
        bool fickle = false;             // it has changed under one etag: always read whole
        unsigned unread = 0;             // polls since it was read whole
        bool whole = false;              // it has just been asked for whole
    };

    void begin(BootTime now);
    [[nodiscard]] bool logged_in(BootTime now) const;
    [[nodiscard]] bool wants_exploring(BootTime now) const;
    Request get(const std::string& path) const;
    Request login() const;
    std::optional<Request> ask_page();
    void adopt(Plan plan, BootTime now);
    void answer_login(const Reply& reply, BootTime now);
    void answer_exploring(const Reply& reply, BootTime now);
    void leave_exploring(BootTime now, const std::string& why);
    bool keep_ways(Plan& plan) const;
    void keep_registers(const Plan& plan);
    void answer_page(const Reply& reply, BootTime now);
    void read_page(Page& page, const Reply& reply);
    [[nodiscard]] bool dates_report() const;
    void age_slots(BootTime now);
    void spoil(const Page& page, const std::string& why);
    bool refused(const Reply& reply, BootTime now);
    void block(BootTime now, std::string why);
    void fail(BootTime now, const std::string& why);
    void finish(BootTime now);
    void add_sample(Report& report, std::size_t binding, std::vector<std::string>& complaints);
    void end_poll(Report report);

    ServiceSettings settings_;
    Phase phase_ = Phase::idle;
    BootTime due_ = BootTime::min();
    std::optional<Report> report_;

    std::string token_, session_;  // our session's
    BootTime basic_until_ = BootTime::min();
    BootTime blocked_until_ = BootTime::min();  // the account was refused: not tried again before, lest it be locked
    Duration blocked_for_{};
    std::string blocked_why_;
    bool renewed_ = false;  // the login, in this poll

    std::unique_ptr<Explorer> explorer_;
    std::string looking_at_;
    ElementKeys keys_;
    BootTime explore_at_ = BootTime::min();  // next time that it is worth while
    unsigned left_ = 0;                      // how often in a row it has been left unfinished
    bool doubtful_ = false;                  // a page that failed was taken for one that is not there
    unsigned timeouts_ = 0;                  // in a row

    Plan plan_;
    bool planned_ = false;
    bool metered_ = false;  // any page is
    std::vector<Page> pages_;
    std::vector<Slot> slots_;
    std::vector<std::vector<std::size_t>> slots_of_;  // by binding
    std::vector<Register> registers_;                 // by binding
    std::size_t page_ = 0;
    std::size_t answered_ = 0;  // pages, in this poll
    std::optional<BootTime> first_sent_;
    BootTime last_got_{};
};

}  // namespace pued::redfish
