// A value or the reason why there is none: expected failure without exceptions. Pure, std only.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace pued {

// What went wrong, in words that an operator can act on; no trailing full stop, no newline.
struct Error {
    std::string what;
};

template <class T>
class Result {
public:
    Result(T value) : state_(std::move(value)) {}
    Result(Error error) : state_(std::move(error)) {}

    explicit operator bool() const { return state_.index() == 0; }
    T& operator*() { return std::get<0>(state_); }
    const T& operator*() const { return std::get<0>(state_); }
    T* operator->() { return &std::get<0>(state_); }
    const T* operator->() const { return &std::get<0>(state_); }
    [[nodiscard]] const std::string& error() const { return std::get<1>(state_).what; }

private:
    std::variant<T, Error> state_;
};

template <>
class Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)), failed_(true) {}

    explicit operator bool() const { return !failed_; }
    [[nodiscard]] const std::string& error() const { return error_.what; }

private:
    Error error_;
    bool failed_ = false;
};

}  // namespace pued
