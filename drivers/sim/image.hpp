// The registers of one simulated device as its Modbus client sees them: blocks of words at wire addresses, filled
// number by number. Written without a look at pued's decoder, so that one checks the other. Pure, one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace pued::sim {

struct Block {
    std::uint16_t start = 0;
    std::uint16_t count = 0;
};

class Image {
public:
    // `blocks`: what can be read at all; words never put read as 0, as in real devices.
    explicit Image(const std::vector<Block>& blocks);

    void u16(unsigned address, double value);
    void i16(unsigned address, double value);
    void u32(unsigned address, double value);
    void i32(unsigned address, double value);
    void i32_low_first(unsigned address, double value);
    void u64(unsigned address, double value);
    void i64(unsigned address, double value) { u64(address, value); }  // ours are never negative
    void f32(unsigned address, double value);
    void f64(unsigned address, double value);
    void text(unsigned address, std::string_view text, unsigned words);

    // Nothing where a word of the range does not exist.
    [[nodiscard]] std::optional<std::vector<std::uint16_t>> read(unsigned address, unsigned count) const;
    // True where the range starts and ends where a value does.
    [[nodiscard]] bool on_value_boundaries(unsigned address, unsigned count) const;

private:
    struct Range {
        unsigned start = 0;
        std::vector<std::uint16_t> words;
    };
    void put(unsigned address, std::uint64_t bits, unsigned words);
    std::uint16_t* word(unsigned address);

    std::vector<Range> ranges_;
    std::vector<Block> values_;  // what was put, for devices that insist on whole values
};

}  // namespace pued::sim
