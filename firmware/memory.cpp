// malloc_trim and madvise; see the header. Of program and libraries only what is mapped from their files without ever
// being written goes: their relocated data are copies of our own, and must stay.
#include "firmware/memory.hpp"

#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

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

// Whole pages of the segment, so that a neighbour never loses one.
void let_go(std::uintptr_t begin, std::uintptr_t end) {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    begin = (begin + page - 1) / page * page;
    end = end / page * page;
    if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

int let_go_of(dl_phdr_info* object, std::size_t /*size*/, void* /*user*/) {
    if (::getauxval(AT_SYSINFO_EHDR) == object->dlpi_addr || written_when_loaded(*object)) return 0;  // the vDSO
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const auto& segment = object->dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
        const auto begin = static_cast<std::uintptr_t>(object->dlpi_addr + segment.p_vaddr);
        let_go(begin, begin + segment.p_memsz);
    }
    return 0;
}

}  // namespace

void give_back_memory() {
    ::malloc_trim(0);
    ::dl_iterate_phdr(let_go_of, nullptr);
}

}  // namespace pued
