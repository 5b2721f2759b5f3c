// dlopen and dlsym; see the header.
#include "drivers/library/library.hpp"

#include <dlfcn.h>

namespace pued {

Library::Library(const std::string& name, const std::string& package) : name_(name), package_(package) {
    handle_ = ::dlopen(name.c_str(), RTLD_LAZY | RTLD_LOCAL);
    if (handle_ != nullptr) return;
    const char* why = ::dlerror();
    error_ = std::string{why != nullptr ? why : name} + " (expected the package " + package + " on this machine)";
}

void* Library::symbol(const char* name) {
    if (handle_ == nullptr) return nullptr;
    void* found = ::dlsym(handle_, name);
    if (found == nullptr) error_ = name_ + " has no " + name + " (expected a newer package " + package_ + ')';
    return found;
}

}  // namespace pued
