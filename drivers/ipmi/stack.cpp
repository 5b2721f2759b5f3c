// madvise below the caller's frame; see the header. The place of a thread's stack is asked once a thread.
#include "drivers/ipmi/stack.hpp"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace pued::ipmi {

namespace {

// Of the pages below the frame, these stay: what the pause itself calls would bring them back at once.
constexpr std::uintptr_t pages_kept = 2;

std::uintptr_t lowest_of_this_thread() {
    pthread_attr_t attributes;
    if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
    void* lowest = nullptr;
    std::size_t size = 0;
    const bool known = pthread_attr_getstack(&attributes, &lowest, &size) == 0;
    pthread_attr_destroy(&attributes);
    return known ? reinterpret_cast<std::uintptr_t>(lowest) : 0;
}

}  // namespace

void give_back_stack() {
    thread_local const std::uintptr_t lowest = lowest_of_this_thread();
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    const std::uintptr_t end = (frame / page - pages_kept) * page;
    if (lowest != 0 && lowest < end) ::madvise(reinterpret_cast<void*>(lowest), end - lowest, MADV_DONTNEED);
}

}  // namespace pued::ipmi
