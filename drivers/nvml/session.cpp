// Opening, listing, asking; see session.hpp.
#include "drivers/nvml/session.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace pued::nvml {

namespace {

constexpr Duration look_again = std::chrono::minutes{5};  // for a GPU that is missing
constexpr unsigned gpus_at_most = 1024;
constexpr double highest_w = 1e5, highest_mhz = 1e5;

void add(std::string& text, const std::string& more) { text += (text.empty() ? "" : ", ") + more; }

}  // namespace

Outcome Session::poll() {
    const BootTime asked = clock_.now().boot;
    if (incomplete_ && library_ && asked - opened_ >= look_again) close();
    Outcome out;
    if (const auto opened = open(); !opened) {
        out.error = opened.error();
    } else {
        incomplete_ = false;
        for (auto& gpu : gpus_) out.gpus.push_back(read(gpu));
        out.found = found_;
        out.told_apart = told_apart();
    }
    const BootTime told = clock_.now().boot;
    out.at = asked + (told - asked) / 2;
    out.round_trip = told - asked;
    if (std::exchange(stale_, false)) close();
    return out;
}

void Session::close() {
    gpus_.clear();  // frees buffers of the library
    if (library_) library_->api().shutdown();
    library_.reset();
}

Result<void> Session::open() {
    if (library_) return {};
    auto library = Library::open(name_);
    if (!library) return Error{library.error()};
    const Api& api = library->api();
    if (const Return code = api.init(); code != success) return Error{name_ + ": " + api.text_of(code)};
    unsigned count = 0;
    if (const Return code = api.device_count(&count); code != success) {
        api.shutdown();
        return Error{name_ + ": " + api.text_of(code)};
    }
    library_ = std::move(*library);
    opened_ = clock_.now().boot;
    list_gpus(std::min(count, gpus_at_most));
    return {};
}

// By the order of the PCI bus where all are there, else by what was seen when they were.
bool Session::told_apart() const {
    if (wanted_ == 0 || found_ == wanted_) return true;
    return uuids_.size() >= wanted_ && std::find(uuids_.begin(), uuids_.end(), "") == uuids_.end();
}

// Every GPU into its slot: that in which it was seen first, so that one which is missing moves no other. One that is
// missing from the beginning would move those behind it: then none has a slot.
void Session::list_gpus(unsigned count) {
    const Api& api = library_->api();
    found_ = count;
    const std::size_t slots = wanted_ > 0 ? wanted_ : count;
    uuids_.resize(std::max(slots, uuids_.size()));
    gpus_.resize(slots);
    if (!told_apart()) return;
    for (auto& gpu : gpus_) gpu.why = "not there";
    for (unsigned i = 0; i < count; ++i) {
        Device device = nullptr;
        const Return code = api.device_by_index(i, &device);
        std::array<char, 96> uuid{};
        if (code == success && api.uuid != nullptr) api.uuid(device, uuid.data(), unsigned{uuid.size()});
        uuid.back() = '\0';
        const std::size_t slot = uuid.front() != '\0' ? slot_of(uuid.data(), i) : i;
        if (slot >= gpus_.size() || gpus_[slot].device != nullptr) continue;  // more than the configuration knows of
        gpus_[slot].device = device;
        gpus_[slot].why = code == success ? "" : api.text_of(code);
        if (code == success) gpus_[slot].gpm = std::make_unique<Gpm>(api);
    }
}

std::size_t Session::slot_of(const std::string& uuid, std::size_t index) {
    auto known = std::find(uuids_.begin(), uuids_.end(), uuid);
    if (known == uuids_.end() && index < uuids_.size() && uuids_[index].empty())
        known = uuids_.begin() + static_cast<std::ptrdiff_t>(index);
    if (known == uuids_.end()) known = std::find(uuids_.begin(), uuids_.end(), "");
    if (known == uuids_.end()) known = uuids_.insert(uuids_.end(), uuid);
    *known = uuid;
    return static_cast<std::size_t>(known - uuids_.begin());
}

// Notes what the code means for the session; false, with the reason, where it is no success.
bool Session::good(Return code, const char* what, std::string& error) {
    if (code == success) return true;
    stale_ = stale_ || code == error_uninitialized || code == error_driver_not_loaded ||
             code == error_lib_rm_version_mismatch;
    incomplete_ = incomplete_ || code == error_gpu_is_lost;
    add(error, what + (": " + library_->api().text_of(code)));
    return false;
}

// The average over a second where the driver has it: an instantaneous sample may see a quarter of the time.
std::optional<double> Session::power_w(Device device, std::string& error) {
    const Api& api = library_->api();
    unsigned mw = 0;
    FieldValue average;
    average.field = field_power_average;
    const bool has_average = api.field_values != nullptr && api.field_values(device, 1, &average) == success &&
                             average.result == success && average.type == value_type_unsigned;
    if (has_average) {
        std::memcpy(&mw, average.value.data(), sizeof mw);
    } else if (api.power_mw == nullptr) {
        add(error, "power: this driver does not tell");
        return std::nullopt;
    } else if (!good(api.power_mw(device, &mw), "power", error)) {
        return std::nullopt;
    }
    if (mw / 1e3 <= highest_w) return mw / 1e3;
    add(error, "power = " + std::to_string(mw) + " mW cannot be");
    return std::nullopt;
}

GpuReading Session::read(Gpu& gpu) {
    GpuReading out;
    if (gpu.device == nullptr) {
        incomplete_ = true;
        out.error = gpu.why;
        return out;
    }
    const Api& api = library_->api();
    unsigned long long mj = 0;
    if (api.total_energy_mj == nullptr) {
        add(out.error, "energy: this driver does not count it");
    } else if (const Return code = api.total_energy_mj(gpu.device, &mj); good(code, "energy", out.error)) {
        out.energy_mj = mj;
    } else if (code == error_gpu_is_lost) {
        return out;
    }
    out.power_w = power_w(gpu.device, out.error);
    unsigned mhz = 0;
    if (api.clock_mhz != nullptr && good(api.clock_mhz(gpu.device, clock_sm, &mhz), "clock", out.error) &&
        mhz <= highest_mhz)
        out.clock_hz = mhz * 1e6;
    if (auto activity = gpu.gpm->activity(gpu.device)) {
        out.activity = *activity;
    } else {
        add(out.error, "activity: " + activity.error());
    }
    return out;
}

}  // namespace pued::nvml
