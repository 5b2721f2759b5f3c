// What is read of devices of one model, laid out once and shared by all devices of the same map, counts and word order:
// a thousand meters of a model hold one list. Built when a source is made; immutable from then on.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

#include "drivers/modbus/modbus_source.hpp"

namespace pued {

struct PolledField {
    Field field;
    bool once = false;                   // read after each forget() only
    unsigned rate = 0;                   // index into FieldList::rates
    std::unique_ptr<Field> register_{};  // of energy: the field without what the device tells about its scale
};

struct FieldList {
    std::shared_ptr<const RegisterMap> map;
    std::vector<PolledField> fields;
    // Periods, each once and at most 32; the first is that of every poll, 0.
    std::vector<Duration> rates{Duration{}};
    std::size_t published = 0;                       // those below this index are published, the others are helpers
    std::vector<std::vector<std::uint32_t>> sums{};  // the map's, by the indices of their parts; published, too
};

class FieldLists {
public:
    std::shared_ptr<const FieldList> of(const ModbusPoll& device);

private:
    using Key = std::tuple<const RegisterMap*, std::map<std::string, unsigned>, std::map<std::string, Milliseconds>,
                           std::optional<WordOrder>>;
    std::map<Key, std::shared_ptr<const FieldList>> lists_;
};

}  // namespace pued
