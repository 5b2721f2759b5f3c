// Memory that this process holds and does not need, for small machines. Called by the main thread; any thread may run
// meanwhile.
#pragma once

namespace pued {

// For the whole life of the process, before there are other threads: few heaps, and large blocks apart from them.
void keep_memory_small();

// Free heap goes back to the system, and the pages of program and libraries go out of this process: what is still run
// comes back from the page cache, what only the start needed stays away (a kernel short of memory drops pages that no
// process maps first), and so do a debugger's breakpoints in the text. Cost 0.8 ms
// on x86-64, with the page faults.
void give_back_memory();

}  // namespace pued
