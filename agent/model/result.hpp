// A value or the reason why there is none: expected failure without exceptions. Pure.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "agent/model/bilingual.hpp"

namespace pued {

// What went wrong, in words that an operator can act on; no trailing full stop, no newline.
struct Error {
    std::string what;
};

// One that `pued verify` tells an auditor. A type of its own: an Error is in every Result, and is kept small.
struct BilingualError {
    std::string what, zh;

    [[nodiscard]] Bilingual both() const { return {what, zh}; }
};

template <class T, class E = Error>
class Result {
public:
    Result(T value) : state_(std::move(value)) {}
    Result(E error) : state_(std::move(error)) {}

    explicit operator bool() const { return state_.index() == 0; }
    T& operator*() { return std::get<0>(state_); }
    const T& operator*() const { return std::get<0>(state_); }
    T* operator->() { return &std::get<0>(state_); }
    const T* operator->() const { return &std::get<0>(state_); }
    [[nodiscard]] const std::string& error() const { return std::get<1>(state_).what; }
    [[nodiscard]] const E& failure() const { return std::get<1>(state_); }

private:
    std::variant<T, E> state_;
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
