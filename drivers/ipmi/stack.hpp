// The part of a BMC thread's stack that only FreeIPMI's packet functions reach: they put buffers of 64 KiB on it, one
// in the other, of which some pages stay dirty for ever. Called by the thread itself.
#pragma once

namespace pued::ipmi {

// Pages below the caller's frame go back to the system; they come back, empty, when a call needs them. Some
// microseconds: for a pause between polls, not between two commands, and never on the main thread, whose stack may
// grow.
void give_back_stack();

}  // namespace pued::ipmi
