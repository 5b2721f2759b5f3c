// Completion codes in words; see the header. Pure.
#include "drivers/ipmi/completion.hpp"

#include <cstdio>

namespace pued::ipmi {

namespace {

const char* words(std::uint8_t code) {
    switch (code) {
        case completion::ok: return "done";
        case completion::node_busy: return "the BMC is busy";
        case completion::invalid_command: return "the BMC does not have this command";
        case completion::timeout: return "the BMC gave up waiting for its own sensor";
        case completion::out_of_space: return "the BMC is out of space";
        case completion::reservation_cancelled: return "the SDR reservation was cancelled by another reader";
        case completion::cannot_return_bytes: return "the BMC cannot return so many bytes";
        case completion::not_present: return "the BMC has no such sensor or record";
        case completion::cannot_respond: return "the BMC could not answer";
        case completion::sdr_in_update: return "the sensor list is being updated";
        case completion::firmware_update: return "the BMC is updating its firmware";
        case completion::initializing: return "the BMC is starting";
        case completion::insufficient_privilege: return "the privilege of this user is too low; raise `privilege`";
        case completion::not_in_this_state: return "not possible in the present state";
        default: return "the BMC refused";
    }
}

}  // namespace

std::string completion_text(std::uint8_t code) {
    char text[120];
    std::snprintf(text, sizeof text, "%s (completion code %02Xh)", words(code), code);
    return text;
}

bool is_passing(std::uint8_t code) {
    switch (code) {
        case completion::node_busy:
        case completion::timeout:
        case completion::out_of_space:
        case completion::reservation_cancelled:
        case completion::cannot_respond:
        case completion::sdr_in_update:
        case completion::firmware_update:
        case completion::initializing: return true;
        default: return false;
    }
}

}  // namespace pued::ipmi
