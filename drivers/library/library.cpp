// dlopen and dlsym; see the header.
#include "drivers/library/library.hpp"

#include <dlfcn.h>

namespace pued {

Library::Library(const std::string& name, const std::string& package) : name_(name), package_(package) {
    handle_ = ::dlopen(name.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (handle_ != nullptr) return;
    const char* why = ::dlerror();
    error_ = std::string{why != nullptr ? why : name} + " (expected " + name + " on this machine" + source();
}

// Other systems have other names for the package; the library's own is the same everywhere.
std::string Library::source() const { return "; on Debian 12: package " + package_ + ')'; }

void* Library::symbol(const char* name) {
    if (handle_ == nullptr) return nullptr;
    void* found = ::dlsym(handle_, name);
    if (found == nullptr) error_ = name_ + " has no " + name + " (expected a newer " + name_ + source();
    return found;
}

}  // namespace pued
