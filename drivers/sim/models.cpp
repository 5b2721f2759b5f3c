// Each model's registers, from its public documents; addresses are those on the wire. See models.hpp.
#include "drivers/sim/models.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace pued::sim {

namespace {

constexpr std::array<unsigned, 3> phases{0, 1, 2};

double line_v(const Measured& m) { return m.phase_v * std::numbers::sqrt3; }
double reactive_var(const Measured& m) { return m.apparent_va() * std::sqrt(1.0 - m.power_factor * m.power_factor); }
double wrapped(double energy_wh, double modulus_wh) { return std::fmod(energy_wh, modulus_wh); }

// FC 4, float32 in W and kWh; starts and counts even.
Image encode_sdm630(const Measured& m) {
    Image image({{0, 88}, {200, 28}, {342, 40}});
    for (unsigned i : phases) {
        image.f32(0 + 2 * i, m.phase_v);
        image.f32(6 + 2 * i, m.phase_a(i));
        image.f32(12 + 2 * i, m.phase_power_w(i));
        image.f32(18 + 2 * i, m.phase_power_w(i) / m.power_factor);
        image.f32(30 + 2 * i, m.power_factor);
        image.f32(200 + 2 * i, line_v(m));
        image.f32(346 + 2 * i, m.energy_wh / 3e3);
    }
    image.f32(42, m.phase_v);
    image.f32(48, m.phase_a(0) + m.phase_a(1) + m.phase_a(2));
    image.f32(52, m.power_w);
    image.f32(56, m.apparent_va());
    image.f32(60, reactive_var(m));
    image.f32(62, m.power_factor);
    image.f32(70, m.frequency_hz);
    image.f32(72, m.energy_wh / 1e3);
    image.f32(342, m.energy_wh / 1e3);
    return image;
}

// FC 3, power float32 in kW, energy int64 in Wh; the vendor's lists are one-based, these are wire addresses.
Image encode_iem3xxx(const Measured& m) {
    Image image({{2999, 112}, {3203, 24}, {3517, 12}, {45099, 4}});
    for (unsigned i : phases) {
        image.f32(2999 + 2 * i, m.phase_a(i));
        image.f32(3019 + 2 * i, line_v(m));
        image.f32(3027 + 2 * i, m.phase_v);
        image.f32(3053 + 2 * i, m.phase_power_w(i) / 1e3);
        image.i64(3517 + 4 * i, m.energy_wh / 3);
    }
    image.f32(3009, m.phase_a(0));
    image.f32(3035, m.phase_v);
    image.f32(3059, m.power_w / 1e3);
    image.f32(3067, reactive_var(m) / 1e3);
    image.f32(3075, m.apparent_va() / 1e3);
    image.f32(3083, m.power_factor);  // below 1 in the first quadrant: lagging import reads as it is
    image.f32(3109, m.frequency_hz);
    image.i64(3203, m.energy_wh);
    image.f32(45099, m.energy_wh / 1e3);
    return image;
}

// FC 3, float32 in W and Wh in one contiguous block.
Image encode_janitza(const Measured& m) {
    Image image({{19000, 122}});
    for (unsigned i : phases) {
        image.f32(19000 + 2 * i, m.phase_v);
        image.f32(19006 + 2 * i, line_v(m));
        image.f32(19012 + 2 * i, m.phase_a(i));
        image.f32(19020 + 2 * i, m.phase_power_w(i));
        image.f32(19028 + 2 * i, m.phase_power_w(i) / m.power_factor);
        image.f32(19044 + 2 * i, m.power_factor);
        image.f32(19062 + 2 * i, m.energy_wh / 3);
    }
    image.f32(19026, m.power_w);
    image.f32(19034, m.apparent_va());
    image.f32(19042, reactive_var(m));
    image.f32(19050, m.frequency_hz);
    image.f32(19060, m.energy_wh);
    image.f32(19068, m.energy_wh);
    return image;
}

// FC 3 and 4, float32 in W, float64 in Wh; a request covers whole values or is refused.
Image encode_pac(const Measured& m) {
    Image image({{1, 70}, {231, 2}, {801, 16}});
    for (unsigned address = 1; address < 71; address += 2) image.f32(address, 0);  // the values not named below
    for (unsigned i : phases) {
        image.f32(1 + 2 * i, m.phase_v);
        image.f32(7 + 2 * i, line_v(m));
        image.f32(13 + 2 * i, m.phase_a(i));
        image.f32(19 + 2 * i, m.phase_power_w(i) / m.power_factor);
        image.f32(25 + 2 * i, m.phase_power_w(i));
        image.f32(37 + 2 * i, m.power_factor);
    }
    image.f32(55, m.frequency_hz);
    image.f32(61, m.phase_a(0));
    image.f32(63, m.apparent_va());
    image.f32(65, m.power_w);
    image.f32(67, reactive_var(m));
    image.f32(69, m.power_factor);
    image.f32(231, m.energy_wh / 1e3);
    image.f64(801, wrapped(m.energy_wh, 1e12));
    for (unsigned address : {805U, 809U, 813U}) image.f64(address, 0);
    return image;
}

// FC 3, integers, 0.01 W and 0.01 kWh; "B23 " at 0x8960.
Image encode_abb(const Measured& m) {
    Image image({{0x5000, 12}, {0x5460, 24}, {0x5B00, 62}, {0x8900, 2}, {0x8908, 8}, {0x8960, 2}});
    for (unsigned i : phases) {
        image.u32(0x5B00 + 2 * i, m.phase_v * 10);
        image.u32(0x5B06 + 2 * i, line_v(m) * 10);
        image.u32(0x5B0C + 2 * i, m.phase_a(i) * 100);
        image.i32(0x5B16 + 2 * i, m.phase_power_w(i) * 100);
        image.i32(0x5B26 + 2 * i, m.phase_power_w(i) / m.power_factor * 100);
        image.i16(0x5B3B + i, m.power_factor * 1e3);
        image.u64(0x5460 + 4 * i, m.energy_wh / 30);
    }
    image.i32(0x5B14, m.power_w * 100);
    image.i32(0x5B1C, reactive_var(m) * 100);
    image.i32(0x5B24, m.apparent_va() * 100);
    image.u16(0x5B2C, m.frequency_hz * 100);
    image.i16(0x5B3A, m.power_factor * 1e3);
    image.u64(0x5000, m.energy_wh / 10);
    image.u64(0x5008, m.energy_wh / 10);
    image.u32(0x8900, m.serial);
    image.text(0x8908, "B1.18.0", 8);
    image.text(0x8960, "B23 ", 2);
    return image;
}

// FC 3 and 4, int32 with the low word first. 0x000B holds a voltage's second word and, read alone, the model code.
Image encode_em3xx(const Measured& m) {
    Image image({{0, 80}, {0x5000, 7}});
    for (unsigned i : phases) {
        image.i32_low_first(0 + 2 * i, m.phase_v * 10);
        image.i32_low_first(6 + 2 * i, line_v(m) * 10);
        image.i32_low_first(12 + 2 * i, m.phase_a(i) * 1e3);
        image.i32_low_first(18 + 2 * i, m.phase_power_w(i) * 10);
        image.i32_low_first(24 + 2 * i, m.phase_power_w(i) / m.power_factor * 10);
        image.i16(46 + i, m.power_factor * 1e3);
        image.i32_low_first(64 + 2 * i, std::floor(m.energy_wh / 300));
    }
    image.i32_low_first(40, m.power_w * 10);
    image.i32_low_first(42, m.apparent_va() * 10);
    image.i32_low_first(44, reactive_var(m) * 10);
    image.i16(49, m.power_factor * 1e3);
    image.i16(51, m.frequency_hz * 10);
    image.i32_low_first(52, std::floor(m.energy_wh / 100));
    image.text(0x5000, "KR" + std::to_string(m.serial), 7);
    return image;
}

// FC 3 and 4, integers in W and Wh; the energy wraps at 2^32 Wh.
Image encode_cvm(const Measured& m) {
    Image image({{0, 82}, {1450, 8}});
    for (unsigned i : phases) {
        image.u32(0 + 10 * i, m.phase_v * 10);
        image.u32(2 + 10 * i, m.phase_a(i) * 1e3);
        image.i32(4 + 10 * i, m.phase_power_w(i));
        image.i32(8 + 10 * i, m.power_factor * 100);
        image.u32(42 + 2 * i, line_v(m) * 10);
        image.u32(74 + 2 * i, m.phase_power_w(i) / m.power_factor);
    }
    image.i32(30, m.power_w);
    image.i32(32, reactive_var(m));
    image.i32(36, m.power_factor * 100);
    image.i32(38, m.power_factor * 100);
    image.u32(40, m.frequency_hz * 10);
    image.u32(60, wrapped(m.energy_wh, 0x1p32));
    image.u32(66, m.apparent_va());
    image.i32(80, 310);
    image.text(1450, std::to_string(m.serial), 8);
    return image;
}

// FC 3, float32 of unscaled integers: 230.1 V reads 2301.0. Ratios 1 at 6 and 7.
Image encode_dtsu666(const Measured& m) {
    Image image({{0, 8}, {0x101E, 12}, {0x2000, 70}});
    image.u16(6, 1);
    image.u16(7, 10);
    for (unsigned i : phases) {
        image.f32(0x2000 + 2 * i, line_v(m) * 10);
        image.f32(0x2006 + 2 * i, m.phase_v * 10);
        image.f32(0x200C + 2 * i, m.phase_a(i) * 1e3);
        image.f32(0x2014 + 2 * i, m.phase_power_w(i) * 10);
        image.f32(0x202C + 2 * i, m.power_factor * 1e3);
        image.f32(0x1020 + 2 * i, m.energy_wh / 3e3);
    }
    image.f32(0x2012, m.power_w * 10);
    image.f32(0x201A, reactive_var(m) * 10);
    image.f32(0x202A, m.power_factor * 1e3);
    image.f32(0x2044, m.frequency_hz * 100);
    image.f32(0x101E, m.energy_wh / 1e3);
    return image;
}

void encode_clever_outlets(Image& image, const Measured& m) {
    const auto count = std::min<unsigned>(static_cast<unsigned>(m.outlets.size()), 48);
    image.u16(13, count);
    for (unsigned i = 0; i < count; ++i) {
        const Outlet& outlet = m.outlets[i];
        const double current_a = outlet.power_w / m.power_factor / m.phase_v;
        image.u16(201 + 5 * i, current_a * 100);
        image.u16(202 + 5 * i, std::round(outlet.power_w));
        image.u16(203 + 5 * i, outlet.power_w / m.power_factor);
        image.u16(204 + 5 * i, m.power_factor * 100);
        image.u16(205 + 5 * i, 1);
        image.u16(501 + i, current_a * 100);
        image.u16(551 + i, std::round(outlet.power_w));
        image.u16(601 + i, outlet.power_w / m.power_factor);
        image.u16(651 + i, m.power_factor * 100);
        image.u32(701 + 2 * i, outlet.energy_wh / 100);
    }
}

// Six loops, each behind a breaker, with every sixth outlet.
void encode_clever_loops(Image& image, const Measured& m) {
    constexpr unsigned loops = 6;
    image.u16(12, loops);
    for (unsigned i = 0; i < loops; ++i) {
        Outlet sum;
        for (std::size_t j = i; j < m.outlets.size(); j += loops) {
            sum.power_w += m.outlets[j].power_w;
            sum.energy_wh += m.outlets[j].energy_wh;
        }
        image.u16(131 + 10 * i, m.phase_v * 10);
        image.u16(132 + 10 * i, sum.power_w / m.power_factor / m.phase_v * 100);
        image.u16(133 + 10 * i, std::round(sum.power_w));
        image.u16(134 + 10 * i, sum.power_w / m.power_factor);
        image.u16(135 + 10 * i, m.power_factor * 100);
        image.u32(136 + 10 * i, sum.energy_wh / 100);
        image.u16(138 + 10 * i, 1);
    }
}

// FC 3, 16-bit power, 0.1 kWh; the firmware renews its registers only every 5 s.
Image encode_clever(const Measured& m) {
    Image image({{0, 1960}});
    image.u16(0, 1);
    image.u16(11, 3);
    image.u16(15, m.frequency_hz);
    image.u16(19, std::round(m.power_w));
    image.u16(20, m.apparent_va());
    image.u16(21, m.power_factor * 100);
    image.u32(22, wrapped(m.energy_wh / 100, 0x1p32));
    for (unsigned i : phases) {
        image.u16(101 + 10 * i, m.phase_v * 10);
        image.u16(102 + 10 * i, m.phase_a(i) * 100);
        image.u16(103 + 10 * i, std::round(m.phase_power_w(i)));
        image.u16(104 + 10 * i, m.phase_power_w(i) / m.power_factor);
        image.u16(105 + 10 * i, m.power_factor * 100);
        image.u32(106 + 10 * i, m.energy_wh / 300);
        image.u16(109 + 10 * i, line_v(m) * 10);
    }
    encode_clever_outlets(image, m);
    encode_clever_loops(image, m);
    for (unsigned sensor = 0; sensor < 4; ++sensor) {
        image.i16(1951 + 2 * sensor, 250 + 4.0 * sensor);
        image.u16(1952 + 2 * sensor, 41);
    }
    return image;
}

// FC 3, float32; objects of 256 registers: inlet 1 at 0x3000, outlet n at 0x8000 + 256 (n - 1). No energy registers.
Image encode_raritan(const Measured& m) {
    std::vector<Block> blocks{{0, 5}, {0x3008, 30}};
    for (unsigned i = 0; i < m.outlets.size(); ++i)
        blocks.push_back({static_cast<std::uint16_t>(0x8008 + 256 * i), 28});
    Image image(blocks);
    const auto object = [&](unsigned base, double power_w) {
        image.f32(base + 0x08, m.phase_v);
        image.f32(base + 0x0A, power_w / m.power_factor / m.phase_v);
        image.f32(base + 0x12, power_w);
        image.f32(base + 0x14, power_w / m.power_factor);
        image.f32(base + 0x16, m.power_factor);
        image.f32(base + 0x22, m.frequency_hz);
    };
    image.u16(0, 1);
    image.u16(1, 1);
    image.u16(3, static_cast<double>(m.outlets.size()));
    object(0x3000, m.power_w);
    for (unsigned i = 0; i < m.outlets.size(); ++i) object(0x8000 + 256 * i, m.outlets[i].power_w);
    return image;
}

}  // namespace

double Measured::phase_power_w(unsigned phase) const {
    constexpr std::array<double, 3> share{0.338, 0.331, 0.331};
    return power_w * share.at(phase);
}

double Measured::phase_a(unsigned phase) const { return phase_power_w(phase) / power_factor / phase_v; }

std::span<const Model> all_models() {
    static constexpr std::array models{
        Model{.id = "eastron-sdm630",
              .holding = false,
              .input = true,
              .max_words = 60,
              .align = 2,
              .first_wh = 4.1e5,
              .encode = encode_sdm630},
        Model{.id = "schneider-iem3xxx", .first_wh = 3.1e9, .encode = encode_iem3xxx},
        Model{.id = "janitza-19000", .refresh_s = 0.2, .first_wh = 2.2e6, .encode = encode_janitza},
        Model{.id = "siemens-pac",
              .input = true,
              .exact = true,
              .wraps_at_wh = 1e12,
              .first_wh = 5.7e9,
              .encode = encode_pac},
        Model{.id = "abb-b-series", .first_wh = 6.3e8, .encode = encode_abb},
        Model{.id = "carlo-gavazzi-em3xx",
              .input = true,
              .max_words = 50,
              .identity_address = 0x0B,
              .identity_word = 341,
              .first_wh = 2.4e8,
              .encode = encode_em3xx},
        Model{.id = "circutor-cvm-e3-mini",
              .input = true,
              .max_words = 40,
              .wraps_at_wh = 0x1p32,
              .first_wh = 3.3e7,
              .encode = encode_cvm},
        Model{.id = "chint-dtsu666", .first_wh = 3.7e5, .encode = encode_dtsu666},
        Model{.id = "clever-mpdu",
              .refresh_s = 5,
              .wraps_at_wh = 100 * 0x1p32,
              .first_wh = 8.8e7,
              .encode = encode_clever},
        Model{.id = "raritan-px3", .encode = encode_raritan},
    };
    return models;
}

const Model* find_model(std::string_view id) {
    const auto models = all_models();
    const auto found = std::find_if(models.begin(), models.end(), [id](const Model& m) { return m.id == id; });
    return found == models.end() ? nullptr : &*found;
}

}  // namespace pued::sim
