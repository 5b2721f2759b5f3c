// Calls, replies and signals by sd-bus; see bus.hpp.
#include "drivers/dbus/bus.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <thread>

#include "drivers/dbus/sd_bus.hpp"

namespace pued::dbus {

namespace {

constexpr const char* mapper = "xyz.openbmc_project.ObjectMapper";
constexpr const char* mapper_path = "/xyz/openbmc_project/object_mapper";
constexpr const char* properties = "org.freedesktop.DBus.Properties";
constexpr const char* sensor_value = "xyz.openbmc_project.Sensor.Value";
constexpr const char* availability = "xyz.openbmc_project.State.Decorator.Availability";
constexpr const char* operational = "xyz.openbmc_project.State.Decorator.OperationalStatus";
constexpr Duration daemon_timeout = std::chrono::seconds{2};  // of D-Bus itself, which is asked to pass signals on
constexpr int signals_at_once = 1000;

const SdBus& library() {
    static const SdBus loaded;
    return loaded;
}

struct Release {
    void operator()(sd_bus_message* message) const { library().message_unref(message); }
    void operator()(sd_bus_slot* slot) const { library().slot_unref(slot); }
    void operator()(sd_bus* bus) const { library().flush_close_unref(bus); }
};
using Message = std::unique_ptr<sd_bus_message, Release>;

std::uint64_t microseconds(Duration d) {
    return static_cast<std::uint64_t>(
        std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(d).count(), 0));
}

// What a variant holds goes to its property; what is of no interest, or of another type, is passed over.
int read_property(sd_bus_message* m, const std::string& name, Properties& out) {
    const char* type = nullptr;
    int got = library().message_peek_type(m, nullptr, &type);
    if (got < 0) return got;
    const std::string held = type != nullptr ? type : "";
    if (name == "Value" && held == "d") {
        double value = 0;
        got = library().message_read(m, "v", "d", &value);
        if (got >= 0) out.value = value;
    } else if (name == "Unit" && held == "s") {
        const char* unit = nullptr;
        got = library().message_read(m, "v", "s", &unit);
        if (got >= 0) out.unit = std::string{unit}.substr(std::string_view{unit}.rfind('.') + 1);
    } else if ((name == "Available" || name == "Functional") && held == "b") {
        int yes = 0;
        got = library().message_read(m, "v", "b", &yes);
        if (got >= 0) (name == "Available" ? out.available : out.functional) = yes != 0;
    } else {
        got = library().message_skip(m, "v");
    }
    return got;
}

// a{sv}
int read_properties(sd_bus_message* m, Properties& out) {
    int got = library().message_enter_container(m, 'a', "{sv}");
    while (got >= 0 && (got = library().message_enter_container(m, 'e', "sv")) > 0) {
        const char* name = nullptr;
        got = library().message_read(m, "s", &name);
        if (got >= 0) got = read_property(m, name, out);
        if (got >= 0) got = library().message_exit_container(m);
    }
    return got < 0 ? got : library().message_exit_container(m);
}

// a{sas}: services with their interfaces; that which has sensors.
int read_owner(sd_bus_message* m, Owner& out) {
    int got = library().message_enter_container(m, 'a', "{sas}");
    while (got >= 0 && (got = library().message_enter_container(m, 'e', "sas")) > 0) {
        Owner owner;
        const char* text = nullptr;
        got = library().message_read(m, "s", &text);
        if (got < 0) break;
        owner.service = text;
        got = library().message_enter_container(m, 'a', "s");
        while (got >= 0 && (got = library().message_read(m, "s", &text)) > 0) owner.interfaces.emplace_back(text);
        if (got >= 0) got = library().message_exit_container(m);
        if (got >= 0) got = library().message_exit_container(m);
        const auto& all = owner.interfaces;
        if (std::find(all.begin(), all.end(), sensor_value) != all.end()) out = owner;
    }
    return got;
}

class SystemBus final : public Bus {
public:
    explicit SystemBus(sd_bus* bus) : bus_(bus) {}

    Result<Owner> owner_of(const std::string& path, Duration patience) override;
    Result<Answer> read(const Owner& owner, const std::string& path, Duration patience) override;
    [[nodiscard]] bool timed_out() const override { return timed_out_; }
    [[nodiscard]] bool broken() const override { return broken_ || library().is_open(bus_.get()) <= 0; }
    Result<void> watch(std::size_t who, const std::string& path, const Changed& changed) override;
    void wait(Duration patience) override;

private:
    struct Watch {
        std::size_t who = 0;
        Changed changed;
        std::unique_ptr<sd_bus_slot, Release> slot;
    };

    Result<Message> call(const std::string& service, const char* path, const char* interface, const char* method,
                         const std::vector<const char*>& arguments, bool as_list, Duration patience);
    Result<void> read_one(const Owner& owner, const std::string& path, const char* interface, Answer& out,
                          Duration patience);
    static int on_signal(sd_bus_message* m, void* watch, sd_bus_error* error);

    std::unique_ptr<sd_bus, Release> bus_;
    std::deque<Watch> watches_;  // whose addresses sd-bus knows; they go before the bus
    bool timed_out_ = false, broken_ = false;
};

// `arguments` are one string each; as_list: the first alone, the others as a list behind it.
Result<Message> SystemBus::call(const std::string& service, const char* path, const char* interface, const char* method,
                                const std::vector<const char*>& arguments, bool as_list, Duration patience) {
    timed_out_ = false;
    sd_bus_message* made = nullptr;
    int got = library().message_new_method_call(bus_.get(), &made, service.c_str(), path, interface, method);
    const Message request{made};
    if (got >= 0) got = library().message_set_auto_start(request.get(), 0);
    for (std::size_t i = 0; got >= 0 && i < arguments.size(); ++i) {
        got = as_list && i > 0 ? library().message_append(request.get(), "as", 1, arguments[i])
                               : library().message_append(request.get(), "s", arguments[i]);
    }
    if (got < 0) return Error{"cannot ask for " + std::string{path} + ": " + std::strerror(-got)};
    sd_bus_error error = SD_BUS_ERROR_NULL;
    sd_bus_message* reply = nullptr;
    got = library().call(bus_.get(), request.get(), microseconds(patience), &error, &reply);
    if (got >= 0) return Message{reply};
    timed_out_ = got == -ETIMEDOUT;
    broken_ = broken_ || got == -ENOTCONN || got == -ECONNRESET;
    std::string why = timed_out_ ? "no answer" : error.message != nullptr ? error.message : std::strerror(-got);
    library().error_free(&error);
    return Error{service + ": " + why};
}

Result<Owner> SystemBus::owner_of(const std::string& path, Duration patience) {
    const auto reply = call(mapper, mapper_path, mapper, "GetObject", {path.c_str(), sensor_value}, true, patience);
    if (!reply) return Error{reply.error()};
    Owner owner;
    if (read_owner(reply->get(), owner) < 0 || owner.service.empty())
        return Error{std::string{mapper} + " knows of no service with " + path};
    return owner;
}

Result<void> SystemBus::read_one(const Owner& owner, const std::string& path, const char* interface, Answer& out,
                                 Duration patience) {
    const auto reply = call(owner.service, path.c_str(), properties, "GetAll", {interface}, false, patience);
    if (!reply) return Error{reply.error()};
    if (const char* sender = library().message_get_sender(reply->get()); sender != nullptr) out.sender = sender;
    if (read_properties(reply->get(), out.properties) >= 0) return {};
    return Error{owner.service + ": its answer for " + path + " is not as D-Bus wants it"};
}

Result<Answer> SystemBus::read(const Owner& owner, const std::string& path, Duration patience) {
    Answer out;
    for (const char* interface : {sensor_value, availability, operational}) {
        const auto& has = owner.interfaces;
        if (std::find(has.begin(), has.end(), interface) == has.end()) continue;
        if (auto got = read_one(owner, path, interface, out, patience); !got) return Error{got.error()};
    }
    return out;
}

Result<void> SystemBus::watch(std::size_t who, const std::string& path, const Changed& changed) {
    Watch& watch = watches_.emplace_back();
    watch.who = who;
    watch.changed = changed;
    sd_bus_slot* slot = nullptr;
    const int got = library().match_signal(bus_.get(), &slot, nullptr, path.c_str(), properties, "PropertiesChanged",
                                           &SystemBus::on_signal, &watch);
    watch.slot.reset(slot);
    if (got >= 0) return {};
    return Error{"cannot watch " + path + ": " + std::strerror(-got)};
}

int SystemBus::on_signal(sd_bus_message* m, void* watch, sd_bus_error* /*error*/) {
    const auto& told = *static_cast<const Watch*>(watch);
    const char* interface = nullptr;
    Properties changed;
    if (library().message_read(m, "s", &interface) < 0 || read_properties(m, changed) < 0) return 0;
    const char* sender = library().message_get_sender(m);
    told.changed(told.who, sender != nullptr ? sender : "", changed);
    return 0;
}

void SystemBus::wait(Duration patience) {
    int got = library().process(bus_.get(), nullptr);
    if (got == 0 && library().wait(bus_.get(), microseconds(patience)) > 0)
        got = library().process(bus_.get(), nullptr);
    for (int i = 0; got > 0 && i < signals_at_once; ++i) got = library().process(bus_.get(), nullptr);
    broken_ = broken_ || got < 0;
}

}  // namespace

Result<std::unique_ptr<Bus>> Bus::open() {
    if (!library().error().empty()) return Error{library().error()};
    sd_bus* bus = nullptr;
    int got = library().open_system(&bus);
    if (got >= 0) got = library().set_method_call_timeout(bus, microseconds(daemon_timeout));
    if (got >= 0) return std::unique_ptr<Bus>{std::make_unique<SystemBus>(bus)};
    return Error{std::string{"the system's D-Bus: "} + std::strerror(-got) + " (expected an OpenBMC machine)"};
}

}  // namespace pued::dbus
