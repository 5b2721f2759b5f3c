// How plain state becomes JSON and returns from it: helpers for optional, time and duration, to be used by snapshot.cpp
// only. Reading throws nlohmann's exceptions where the text is not of the shape expected.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "agent/model/time.hpp"

namespace nlohmann {

template <class T>
struct adl_serializer<std::optional<T>> {
    static void to_json(json& out, const std::optional<T>& value) { out = value ? json(*value) : json(nullptr); }
    static void from_json(const json& in, std::optional<T>& value) {
        value = in.is_null() ? std::nullopt : std::optional<T>{in.get<T>()};
    }
};

template <class Clock, class Span>
struct adl_serializer<std::chrono::time_point<Clock, Span>> {
    using Point = std::chrono::time_point<Clock, Span>;
    static void to_json(json& out, const Point& value) { out = value.time_since_epoch().count(); }
    static void from_json(const json& in, Point& value) { value = Point{Span{in.get<typename Span::rep>()}}; }
};

template <class Rep, class Period>
struct adl_serializer<std::chrono::duration<Rep, Period>> {
    using Span = std::chrono::duration<Rep, Period>;
    static void to_json(json& out, const Span& value) { out = value.count(); }
    static void from_json(const json& in, Span& value) { value = Span{in.get<Rep>()}; }
};

}  // namespace nlohmann
