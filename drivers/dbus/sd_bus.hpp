// What pued uses of sd-bus, in libsystemd, which is loaded with the first D-Bus sensor of a configuration. Nothing else
// calls it.
#pragma once

#include <systemd/sd-bus.h>

#include "drivers/library/library.hpp"

namespace pued::dbus {

struct SdBus : Library {
    SdBus() : Library(PUED_LIBSYSTEMD, "libsystemd0") {}

    Function<decltype(sd_bus_open_system)> open_system{*this, "sd_bus_open_system"};
    Function<decltype(sd_bus_flush_close_unref)> flush_close_unref{*this, "sd_bus_flush_close_unref"};
    Function<decltype(sd_bus_is_open)> is_open{*this, "sd_bus_is_open"};
    Function<decltype(sd_bus_set_method_call_timeout)> set_method_call_timeout{*this, "sd_bus_set_method_call_timeout"};
    Function<decltype(sd_bus_call)> call{*this, "sd_bus_call"};
    Function<decltype(sd_bus_match_signal)> match_signal{*this, "sd_bus_match_signal"};
    Function<decltype(sd_bus_process)> process{*this, "sd_bus_process"};
    Function<decltype(sd_bus_wait)> wait{*this, "sd_bus_wait"};
    Function<decltype(sd_bus_error_free)> error_free{*this, "sd_bus_error_free"};
    Function<decltype(sd_bus_slot_unref)> slot_unref{*this, "sd_bus_slot_unref"};
    Function<decltype(sd_bus_message_unref)> message_unref{*this, "sd_bus_message_unref"};
    Function<decltype(sd_bus_message_new_method_call)> message_new_method_call{*this, "sd_bus_message_new_method_call"};
    Function<decltype(sd_bus_message_set_auto_start)> message_set_auto_start{*this, "sd_bus_message_set_auto_start"};
    Function<decltype(sd_bus_message_append)> message_append{*this, "sd_bus_message_append"};
    Function<decltype(sd_bus_message_get_sender)> message_get_sender{*this, "sd_bus_message_get_sender"};
    Function<decltype(sd_bus_message_peek_type)> message_peek_type{*this, "sd_bus_message_peek_type"};
    Function<decltype(sd_bus_message_read)> message_read{*this, "sd_bus_message_read"};
    Function<decltype(sd_bus_message_skip)> message_skip{*this, "sd_bus_message_skip"};
    Function<decltype(sd_bus_message_enter_container)> message_enter_container{*this, "sd_bus_message_enter_container"};
    Function<decltype(sd_bus_message_exit_container)> message_exit_container{*this, "sd_bus_message_exit_container"};
};

}  // namespace pued::dbus
