// Where in a BMC's sensor list the wanted sensors stood last time: after a restart, or for the second BMC of one model
// and firmware, one record for each sensor is read instead of the whole list, which takes a slow BMC a minute. Only
// hints: every record is read from the BMC itself and must be the one that was asked for, else the list is walked.
//
// Kept as text in the state directory, sdr/FINGERPRINT, a line for each sensor ("0012 =PS1 Input Power", "0021 #33");
// the fingerprint is what Get Device ID and the record count say. One object for all BMCs, called from their threads.
// Of at most 256 models. A disk that refuses costs time at the next start and nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "agent/ports/store.hpp"

namespace pued::ipmi {

using SdrPlaces = std::map<std::string, std::uint16_t>;  // record ids by "=NAME" or "#NUMBER"

class SdrMemory {
public:
    // `writable` is false for who only looks (pued read).
    SdrMemory(std::unique_ptr<Store> store, bool writable) : store_(std::move(store)), writable_(writable) {}

    SdrPlaces recall(const std::string& fingerprint);
    // Adds to what is known; what has not changed is not written.
    void keep(const std::string& fingerprint, const SdrPlaces& places);

private:
    std::mutex mutex_;
    std::unique_ptr<Store> store_;
    bool writable_;
};

// Nothing of a text that is not wholly sound.
SdrPlaces parse_places(std::string_view text);
std::string text_of(const SdrPlaces& places);

}  // namespace pued::ipmi
