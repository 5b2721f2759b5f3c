// A shared library of the system that is loaded when a configuration first needs it, so that a box without BMCs or
// Redfish services does not carry libfreeipmi, or libcurl and its forty companions, in memory. What a driver uses of it
// is a class that derives from Library and has a Function for each function; it stays loaded until the process ends.
// Made once, by whoever needs it first; read by any thread afterwards.
#pragma once

#include <string>

namespace pued {

class Library {
public:
    // Why it cannot be used, and what is expected; empty: all of it is there.
    [[nodiscard]] const std::string& error() const { return error_; }

protected:
    // `name` is the SONAME that we were built for, `package` that of Debian 12.
    Library(const std::string& name, const std::string& package);
    ~Library() = default;
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    template <class F>
    friend class Function;
    void* symbol(const char* name);

private:
    [[nodiscard]] std::string source() const;

    void* handle_ = nullptr;
    std::string name_, package_, error_;
};

// Called like the function itself; null where error() says something.
template <class F>
class Function {
public:
    Function(Library& library, const char* name) : function_(reinterpret_cast<F*>(library.symbol(name))) {}
    operator F*() const { return function_; }

private:
    F* function_;
};

}  // namespace pued
