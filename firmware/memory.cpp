// mallopt, malloc_trim and madvise; see the header. Of program and libraries only what is mapped from their files
// without ever being written goes: their relocated data are copies of our own, and must stay.
#include "firmware/memory.hpp"

#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pued {
namespace {

const ElfW(Dyn) * dynamic_of(const dl_phdr_info& object) {
    for (int i = 0; i < object.dlpi_phnum; ++i) {
        const auto& segment = object.dlpi_phdr[i];
        if (segment.p_type == PT_DYNAMIC) return reinterpret_cast<const ElfW(Dyn)*>(object.dlpi_addr + segment.p_vaddr);
    }
    return nullptr;
}

// A library that is not position-independent was written into when it was loaded.
bool written_when_loaded(const dl_phdr_info& object) {
    const auto* entry = dynamic_of(object);
    if (entry == nullptr) return true;  // not loaded from a file as others are: not ours to judge
    for (; entry->d_tag != DT_NULL; ++entry) {
        if (entry->d_tag == DT_TEXTREL) return true;
        if (entry->d_tag == DT_FLAGS && (entry->d_un.d_val & DF_TEXTREL) != 0) return true;
    }
    return false;
}

struct Range {
    std::uintptr_t begin = 0, end = 0;
};
using Ranges = std::vector<Range>;

// Whole pages of the segment, so that a neighbour never loses one.
void let_go(const Range& range) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = (range.begin + page - 1) / page * page, end = range.end / page * page;
    if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

int add_unwritten(dl_phdr_info* object, std::size_t /*size*/, void* ranges) {
    if (::getauxval(AT_SYSINFO_EHDR) == object->dlpi_addr || written_when_loaded(*object)) return 0;  // the vDSO
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const auto& segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
        const auto begin = static_cast<std::uintptr_t>(object->dlpi_addr + segment.p_vaddr);
        static_cast<Ranges*>(ranges)->push_back({begin, begin + segment.p_memsz});
    }
    return 0;
}

// Called once; while it runs, no library is unmapped. First all ranges: where they are stands in the pages themselves.
int let_go_of_all(dl_phdr_info* /*object*/, std::size_t /*size*/, void* /*user*/) {
    Ranges ranges;
    ::dl_iterate_phdr(add_unwritten, &ranges);
    for (const auto& range : ranges) let_go(range);
    return 1;
}

}  // namespace

void keep_memory_small() {
    ::mallopt(M_ARENA_MAX, 2);  // a heap for each of many threads that mostly wait is memory for nothing
    // Pages of a block of its own exist when they are written, and go when it is freed. By itself malloc would put all
    // that is smaller than the largest file that was read into the heap.
    constexpr int large = 64 << 10;
    ::mallopt(M_MMAP_THRESHOLD, large);
}

void give_back_memory() {
    ::malloc_trim(0);
    ::dl_iterate_phdr(let_go_of_all, nullptr);
}

}  // namespace pued
