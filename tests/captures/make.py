#!/usr/bin/env python3
"""Writes the golden captures *.toml of this folder: what a device of each model would answer, and what that means.

Run it without arguments to write the files; `--check` only says whether they are up to date. It is the second opinion
on config/devices: addresses, types, word order, scales and units stand here once more, in a notation of their own,
written from the vendors' documents; the words are made with `struct` and the expected values with exact fractions.
Nothing here reads config/devices, and none of pued's code is used. Where the two disagree, one of them is wrong.

A line of a table is `name address type scale unit [what other registers multiply it with …]`. Values are drawn from a range that is
plausible for the quantity, with a fixed seed, until no 16-bit word of the capture repeats; integers of 32 and 64 bits
are drawn so large that their upper words are not zero. So a wrong address, word order or width cannot pass.
"""
import math
import random
import struct
import sys
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).resolve().parent

# type: (struct format, words, signed integer, float)
TYPES = {
    "u16": (">H", 1, False, False),
    "i16": (">h", 1, True, False),
    "u32": (">I", 2, False, False),
    "i32": (">i", 2, True, False),
    "u64": (">Q", 4, False, False),
    "i64": (">q", 4, True, False),
    "f32": (">f", 2, True, True),
    "f64": (">d", 4, True, True),
}
UNITS = {"-": 1, "%": Fraction(1, 100), "W": 1, "kW": 1000, "VA": 1, "kVA": 1000, "V": 1, "A": 1, "Hz": 1, "Wh": 1,
         "kWh": 1000, "degC": 1, "%RH": 1}
# Plausible physical values by the beginning of the name after any "outlet-7."; the first that fits counts.
RANGES = [
    ("power_factor", 0.5, 0.999), ("energy", 2e5, 9e8), ("apparent", 500, 9000), ("power", 400, 8000),
    ("voltage_l12", 380, 420), ("voltage_l23", 380, 420), ("voltage_l31", 380, 420), ("voltage", 215, 245),
    ("current", 1, 60), ("frequency", 49.5, 50.5), ("temperature", 18, 45), ("humidity", 30, 70),
]
FIXED = ("frequency", "power_factor")  # never drawn outside their range


def to_words(kind, raw, order):
    data = struct.pack(TYPES[kind][0], raw)
    words = [int.from_bytes(data[i:i + 2], "big") for i in range(0, len(data), 2)]
    return words if order == "abcd" else words[::-1]


def next_float_step(kind, raw):
    """Distance from |raw| to the next number that the register can show."""
    pack, unpack = (">f", ">I") if kind == "f32" else (">d", ">Q")
    bits = struct.unpack(unpack, struct.pack(pack, abs(raw)))[0]
    return Fraction(struct.unpack(pack, struct.pack(unpack, bits + 1))[0]) - Fraction(abs(raw))


class Capture:
    """One device: words by (function, address), what they mean, and what must read as no value."""

    def __init__(self, name, function, order):
        self.name, self.function, self.order = name, function, order
        self.random = random.Random("pued capture of " + name)
        self.memory, self.expected, self.counts, self.steps, self.markers = {}, {}, {}, {}, []
        self.used = set()

    def store(self, address, words):
        for i, word in enumerate(words):
            if address + i in self.memory:
                raise SystemExit(f"{self.name}: address {address + i} is written twice")
            self.memory[address + i] = word
        self.used.update(words)

    def helper(self, address, kind, raw):
        self.store(address, to_words(kind, raw, self.order))

    def draw(self, quantity, kind, one, widen):
        """A raw number whose value, times `one`, is plausible; the further `widen`, the less so."""
        low, high = next((low, high) for begin, low, high in RANGES if quantity.startswith(begin))
        if quantity.startswith(FIXED):
            widen = 0
        _, words, signed, floating = TYPES[kind]
        negative = signed and quantity.startswith(("power_l2", "power_factor_l2", "power_factor_l3"))
        if floating:
            value = math.exp(self.random.uniform(math.log(low) - widen, math.log(high) + widen))
            raw = struct.unpack(TYPES[kind][0], struct.pack(TYPES[kind][0], value / float(one)))[0]
        elif words == 1 or quantity.startswith(FIXED):
            first, last = max(1, math.ceil(low / one)), math.floor(high / one)
            last = min(max(first, last) + 300 * widen, 0x7FFF if signed else 0xFFFE)
            raw = self.random.randint(min(first, last), last)
        else:
            raw = self.random.randrange(1 << (16 * words - 15), 1 << (16 * words - 13))
        return -raw if negative else raw

    def unused(self, quantity, kind, one):
        """Draws until every word is new. Some types cannot: then at least the lowest word is."""
        raw = None
        for attempt in range(4000):
            raw = self.draw(quantity, kind, one, attempt // 500)
            words = to_words(kind, raw, "abcd")
            wanted = words if attempt < 3500 else words[-1:]
            if not self.used & set(wanted) and len(set(wanted)) == len(wanted):
                break
        return raw

    def field(self, name, address, kind, scale, unit, factor=Fraction(1)):
        """One value: its words, what it is, and for energy the exact count. `factor` is what other registers say."""
        one = Fraction(scale) * UNITS[unit] * factor
        quantity = name.split(".")[-1]
        raw = self.unused(quantity, kind, one)
        self.store(address, to_words(kind, raw, self.order))
        self.expected[name] = float(Fraction(raw) * one)
        if not quantity.startswith("energy"):
            return
        if TYPES[kind][3]:
            self.steps[name] = float(next_float_step(kind, raw) * one)
        else:
            self.counts[name] = (raw, one * 1000000)

    def table(self, text, **factors):
        """`factors`: by name of the field or by unit, what the device's own ratios multiply it with."""
        for line in text.strip().splitlines():
            name, address, kind, scale, unit, *rest = line.split()
            product = Fraction(1)
            for key in rest:
                product *= factors[key]
            self.field(name, int(address, 0), kind, scale, unit, product)

    def array(self, element, count, text):
        """Lines as in table(), with the stride behind the unit."""
        for index in range(1, count + 1):
            for line in text.strip().splitlines():
                name, address, kind, scale, unit, stride = line.split()
                at = int(address, 0) + (index - 1) * int(stride)
                self.field(f"{element}-{index}.{name}", at, kind, scale, unit)

    def marker(self, why, address, words, *names):
        """With these words at `address`, `names` have no value and everything else keeps its own."""
        self.markers.append((why, address, words, names))

    def runs(self):
        """The memory as contiguous runs of words."""
        runs = []
        for address in sorted(self.memory):
            if not runs or runs[-1][0] + len(runs[-1][1]) != address:
                runs.append((address, []))
            runs[-1][1].append(self.memory[address])
        return runs

    def text(self):
        out = [f"# What a {self.name} answers, and what it means. Written by make.py; do not edit.", ""]
        for address, words in self.runs():
            out += ["[[words]]", f"function = {self.function}", f"address = {address}", "words = " + listed(words), ""]
        out += ["[expected]"] + [f'"{name}" = {value!r}' for name, value in self.expected.items()]
        if self.counts:
            out += ["", "[counts]              # of integer energy registers; one count in microwatt-hours"]
            out += [f'"{name}" = {{ counts = {raw}, q_uwh = {whole(q)} }}' for name, (raw, q) in self.counts.items()]
        if self.steps:
            out += ["", "[steps]               # of float energy registers: the smallest change they can show, Wh"]
            out += [f'"{name}" = {step!r}' for name, step in self.steps.items()]
        for why, address, words, names in self.markers:
            out += ["", "[[marker]]", f'why = "{why}"', f"function = {self.function}", f"address = {address}",
                    "words = " + listed(words), "invalid = [" + ", ".join(f'"{name}"' for name in names) + "]"]
        return "\n".join(out) + "\n"


def whole(q):
    if q.denominator != 1:
        raise SystemExit(f"{q} microwatt-hours are no whole number")
    return q.numerator


def listed(words):
    lines, row = [], 12
    for i in range(0, len(words), row):
        lines.append(", ".join(f"0x{word:04X}" for word in words[i:i + row]))
    return "[" + lines[0] + "]" if len(lines) == 1 else "[\n  " + ",\n  ".join(lines) + ",\n]"


def eastron():
    c = Capture("eastron-sdm630", 4, "abcd")
    c.table("""
        voltage_l1_v      0x00 f32 1 V
        voltage_l2_v      0x02 f32 1 V
        voltage_l3_v      0x04 f32 1 V
        current_l1_a      0x06 f32 1 A
        current_l2_a      0x08 f32 1 A
        current_l3_a      0x0A f32 1 A
        power_l1_w        0x0C f32 1 W
        power_l2_w        0x0E f32 1 W
        power_l3_w        0x10 f32 1 W
        power_factor_l1   0x1E f32 1 -
        power_factor_l2   0x20 f32 1 -
        power_factor_l3   0x22 f32 1 -
        power_w           0x34 f32 1 W
        apparent_power_va 0x38 f32 1 VA
        power_factor      0x3E f32 1 -
        frequency_hz      0x46 f32 1 Hz
        energy_wh         0x48 f32 1 kWh
        energy_export_wh  0x4A f32 1 kWh
        voltage_l12_v     0xC8 f32 1 V
        voltage_l23_v     0xCA f32 1 V
        voltage_l31_v     0xCC f32 1 V
        current_n_a       0xE0 f32 1 A
    """)
    return c


def schneider(name):
    c = Capture(name, 3, "abcd")
    c.table("""
        current_l1_a      0xBB7 f32 1 A
        current_l2_a      0xBB9 f32 1 A
        current_l3_a      0xBBB f32 1 A
        voltage_l12_v     0xBCB f32 1 V
        voltage_l23_v     0xBCD f32 1 V
        voltage_l31_v     0xBCF f32 1 V
        voltage_l1_v      0xBD3 f32 1 V
        voltage_l2_v      0xBD5 f32 1 V
        voltage_l3_v      0xBD7 f32 1 V
        power_l1_w        0xBED f32 1 kW
        power_l2_w        0xBEF f32 1 kW
        power_l3_w        0xBF1 f32 1 kW
        power_w           0xBF3 f32 1 kW
        apparent_power_va 0xC03 f32 1 kVA
        frequency_hz      0xC25 f32 1 Hz
        energy_wh         0xC83 i64 1 Wh
        energy_export_wh  0xC87 i64 1 Wh
    """)
    c.marker("float not available: NaN", 0xBF3, [0xFFC0, 0x0000], "power_w")
    c.marker("energy not available", 0xC83, [0x8000, 0, 0, 0], "energy_wh")
    return c


def abb():
    c = Capture("abb-b-series", 3, "abcd")
    c.table("""
        energy_wh         20480 u64 0.01 kWh
        energy_export_wh  20484 u64 0.01 kWh
        voltage_l1_v      23296 u32 0.1 V
        voltage_l2_v      23298 u32 0.1 V
        voltage_l3_v      23300 u32 0.1 V
        voltage_l12_v     23302 u32 0.1 V
        voltage_l23_v     23304 u32 0.1 V
        voltage_l31_v     23306 u32 0.1 V
        current_l1_a      23308 u32 0.01 A
        current_l2_a      23310 u32 0.01 A
        current_l3_a      23312 u32 0.01 A
        current_n_a       23314 u32 0.01 A
        power_w           23316 i32 0.01 W
        power_l1_w        23318 i32 0.01 W
        power_l2_w        23320 i32 0.01 W
        power_l3_w        23322 i32 0.01 W
        apparent_power_va 23332 i32 0.01 VA
        frequency_hz      23340 u16 0.01 Hz
        power_factor      23354 i16 0.001 -
        power_factor_l1   23355 i16 0.001 -
        power_factor_l2   23356 i16 0.001 -
        power_factor_l3   23357 i16 0.001 -
    """)
    c.marker("unsigned, all ones", 23298, [0xFFFF, 0xFFFF], "voltage_l2_v")
    c.marker("unsigned, all ones", 23314, [0xFFFF, 0xFFFF], "current_n_a")
    c.marker("signed, the largest number", 23316, [0x7FFF, 0xFFFF], "power_w")
    c.marker("signed, the largest number", 23332, [0x7FFF, 0xFFFF], "apparent_power_va")
    c.marker("64 bits, all ones", 20480, [0xFFFF] * 4, "energy_wh")
    c.marker("16 bits, all ones", 23340, [0xFFFF], "frequency_hz")
    c.marker("16 bits signed", 23356, [0x7FFF], "power_factor_l2")
    return c


def carlo_gavazzi():
    c = Capture("carlo-gavazzi-em3xx", 4, "cdab")
    c.table("""
        voltage_l1_v      0  i32 0.1 V
        voltage_l2_v      2  i32 0.1 V
        voltage_l3_v      4  i32 0.1 V
        voltage_l12_v     6  i32 0.1 V
        voltage_l23_v     8  i32 0.1 V
        voltage_l31_v     10 i32 0.1 V
        current_l1_a      12 i32 0.001 A
        current_l2_a      14 i32 0.001 A
        current_l3_a      16 i32 0.001 A
        power_l1_w        18 i32 0.1 W
        power_l2_w        20 i32 0.1 W
        power_l3_w        22 i32 0.1 W
        power_w           40 i32 0.1 W
        apparent_power_va 42 i32 0.1 VA
        power_factor_l1   46 i16 0.001 -
        power_factor_l2   47 i16 0.001 -
        power_factor_l3   48 i16 0.001 -
        power_factor      49 i16 0.001 -
        frequency_hz      51 i16 0.1 Hz
        energy_wh         52 i32 0.1 kWh
        energy_export_wh  78 i32 0.1 kWh
    """)
    c.marker("overflow, low word first on the wire", 40, [0xFFFF, 0x7FFF], "power_w")
    c.marker("overflow of a counter", 52, [0xFFFF, 0x7FFF], "energy_wh")
    c.marker("overflow of 16 bits", 49, [0x7FFF], "power_factor")
    return c


def siemens():
    c = Capture("siemens-pac", 3, "abcd")
    c.table("""
        voltage_l1_v      1   f32 1 V
        voltage_l2_v      3   f32 1 V
        voltage_l3_v      5   f32 1 V
        current_l1_a      13  f32 1 A
        current_l2_a      15  f32 1 A
        current_l3_a      17  f32 1 A
        power_l1_w        25  f32 1 W
        power_l2_w        27  f32 1 W
        power_l3_w        29  f32 1 W
        power_factor_l1   37  f32 1 -
        power_factor_l2   39  f32 1 -
        power_factor_l3   41  f32 1 -
        frequency_hz      55  f32 1 Hz
        apparent_power_va 63  f32 1 VA
        power_w           65  f32 1 W
        power_factor      69  f32 1 -
        energy_wh         801 f64 1 Wh
        energy_export_wh  809 f64 1 Wh
    """)
    c.marker("NaN", 65, [0x7FC0, 0x0000], "power_w")
    c.marker("NaN of 64 bits", 801, [0x7FF8, 0, 0, 0], "energy_wh")
    return c


def janitza():
    c = Capture("janitza-19000", 3, "abcd")
    c.table("""
        voltage_l1_v      0x4A38 f32 1 V
        voltage_l2_v      0x4A3A f32 1 V
        voltage_l3_v      0x4A3C f32 1 V
        voltage_l12_v     0x4A3E f32 1 V
        voltage_l23_v     0x4A40 f32 1 V
        voltage_l31_v     0x4A42 f32 1 V
        current_l1_a      0x4A44 f32 1 A
        current_l2_a      0x4A46 f32 1 A
        current_l3_a      0x4A48 f32 1 A
        current_n_a       0x4A4A f32 1 A
        power_l1_w        0x4A4C f32 1 W
        power_l2_w        0x4A4E f32 1 W
        power_l3_w        0x4A50 f32 1 W
        power_w           0x4A52 f32 1 W
        apparent_power_va 0x4A5A f32 1 VA
        frequency_hz      0x4A6A f32 1 Hz
        energy_wh         0x4A7C f32 1 Wh
        energy_export_wh  0x4A84 f32 1 Wh
    """)
    return c


def chint():
    c = Capture("chint-dtsu666", 3, "abcd")
    ct, vt_tenths = 80, 1000  # 400 A / 5 A; 10 kV / 100 V as 100.0
    c.helper(6, "u16", ct)
    c.helper(7, "u16", vt_tenths)
    vt = Fraction(vt_tenths, 10)
    c.table("""
        energy_wh        4126 f32 1 kWh ct vt
        energy_export_wh 4136 f32 1 kWh ct vt
        voltage_l12_v    8192 f32 0.1 V vt
        voltage_l23_v    8194 f32 0.1 V vt
        voltage_l31_v    8196 f32 0.1 V vt
        voltage_l1_v     8198 f32 0.1 V vt
        voltage_l2_v     8200 f32 0.1 V vt
        voltage_l3_v     8202 f32 0.1 V vt
        current_l1_a     8204 f32 0.001 A ct
        current_l2_a     8206 f32 0.001 A ct
        current_l3_a     8208 f32 0.001 A ct
        power_w          8210 f32 0.1 W ct vt
        power_l1_w       8212 f32 0.1 W ct vt
        power_l2_w       8214 f32 0.1 W ct vt
        power_l3_w       8216 f32 0.1 W ct vt
        power_factor     8234 f32 0.001 -
        power_factor_l1  8236 f32 0.001 -
        power_factor_l2  8238 f32 0.001 -
        power_factor_l3  8240 f32 0.001 -
        frequency_hz     8260 f32 0.01 Hz
    """, ct=Fraction(ct), vt=vt)
    c.marker("a current transformer of 0 measures nothing", 6, [0], "energy_wh", "energy_export_wh", "current_l1_a",
             "current_l2_a", "current_l3_a", "power_w", "power_l1_w", "power_l2_w", "power_l3_w")
    return c


def circutor():
    c = Capture("circutor-cvm-e3-mini", 4, "abcd")
    c.table("""
        voltage_l1_v      0x00 u32 0.1 V
        current_l1_a      0x02 u32 0.001 A
        power_l1_w        0x04 i32 1 W
        power_factor_l1   0x08 i32 0.01 -
        voltage_l2_v      0x0A u32 0.1 V
        current_l2_a      0x0C u32 0.001 A
        power_l2_w        0x0E i32 1 W
        power_factor_l2   0x12 i32 0.01 -
        voltage_l3_v      0x14 u32 0.1 V
        current_l3_a      0x16 u32 0.001 A
        power_l3_w        0x18 i32 1 W
        power_factor_l3   0x1C i32 0.01 -
        power_w           0x1E i32 1 W
        power_factor      0x26 i32 0.01 -
        frequency_hz      0x28 u32 0.1 Hz
        voltage_l12_v     0x2A u32 0.1 V
        voltage_l23_v     0x2C u32 0.1 V
        voltage_l31_v     0x2E u32 0.1 V
        energy_wh         0x3C u32 1 Wh
        apparent_power_va 0x42 u32 1 VA
        current_n_a       0x48 u32 0.001 A
        temperature_c     0x50 i32 0.1 degC
    """)
    return c


def phoenix():
    c = Capture("phoenix-empro", 3, "cdab")
    c.table("""
        voltage_l1_v     32774 f32 1 V
        voltage_l2_v     32776 f32 1 V
        voltage_l3_v     32778 f32 1 V
        frequency_hz     32780 f32 1 Hz
        current_l1_a     32782 f32 1 A
        current_l2_a     32784 f32 1 A
        current_l3_a     32786 f32 1 A
        power_w          32790 f32 1 W
        power_l1_w       32798 f32 1 W
        power_l2_w       32800 f32 1 W
        power_l3_w       32802 f32 1 W
        energy_wh        33024 f32 1 Wh
        energy_export_wh 33030 f32 1 Wh
    """)
    return c


def sunspec():
    c = Capture("sunspec-20x", 3, "abcd")
    base = 40000 + 2 + 2 + 66  # "SunS", the common model's id and length, its 66 registers
    exponents = {"amp": (6, -3), "volt": (15, -1), "hertz": (17, -2), "watt": (22, 1), "va": (27, 2), "pf": (37, 0),
                 "wh": (54, 3)}
    for offset, exponent in exponents.values():
        c.helper(base + offset, "i16", exponent)
    points = """
        current_l1_a      3  i16 1 A amp
        current_l2_a      4  i16 1 A amp
        current_l3_a      5  i16 1 A amp
        voltage_l1_v      8  i16 1 V volt
        voltage_l2_v      9  i16 1 V volt
        voltage_l3_v      10 i16 1 V volt
        frequency_hz      16 i16 1 Hz hertz
        power_w           18 i16 1 W watt
        power_l1_w        19 i16 1 W watt
        power_l2_w        20 i16 1 W watt
        power_l3_w        21 i16 1 W watt
        apparent_power_va 23 i16 1 VA va
        power_factor      33 i16 1 % pf
        energy_export_wh  38 u32 1 Wh wh
        energy_wh         46 u32 1 Wh wh
    """
    for line in points.strip().splitlines():
        name, offset, kind, scale, unit, exponent = line.split()
        c.field(name, base + int(offset), kind, scale, unit, Fraction(10) ** exponents[exponent][1])
    c.marker("a point that is not implemented", base + 18, [0x8000], "power_w")
    c.marker("a scale register that is not implemented", base + 22, [0x8000], "power_w", "power_l1_w", "power_l2_w",
             "power_l3_w")
    c.marker("a scale that cannot be", base + 54, [0x7FFF], "energy_wh", "energy_export_wh")
    c.marker("a counter that is not implemented", base + 38, [0, 0], "energy_export_wh")
    return c


def ocp(name):
    c = Capture(name, 3, "abcd")
    c.table("""
        temperature_c         0x45 i16 1/128 degC
        frequency_hz          0x54 u16 1 Hz
        power_factor          0x56 u16 1/512 -
        power_w               0x57 u16 1/8 W
        voltage_v             0x58 u16 1/64 V
        current_a             0x59 u16 1/1024 A
        output-1.voltage_v    0x4F u16 1/1024 V
        output-1.current_a    0x50 u16 1/64 A
        output-1.power_w      0x52 u16 1/8 W
    """)
    return c


def apc():
    c = Capture("apc-smart-ups", 3, "abcd")
    nominal_va, nominal_w = 1500, 1350
    c.helper(588, "u16", nominal_va)
    c.helper(589, "u16", nominal_w)
    percent = Fraction(1, 100)
    c.table("""
        temperature_c     135 i16 1/128 degC
        power_w           136 u16 1/256 W  watts
        apparent_power_va 138 u16 1/256 VA volt_amperes
        current_a         140 u16 1/32 A
        voltage_v         142 u16 1/64 V
        frequency_hz      144 u16 1/128 Hz
        energy_wh         145 u32 1 Wh
        input-1.voltage_v 151 u16 1/64 V
    """, watts=percent * nominal_w, volt_amperes=percent * nominal_va)
    c.marker("input voltage not available", 151, [0xFFFF], "input-1.voltage_v")
    c.marker("no nominal power, no power", 589, [0], "power_w")
    return c


def clever():
    c = Capture("clever-mpdu", 3, "abcd")
    c.table("""
        frequency_hz      15 u16 1 Hz
        power_w           19 u16 1 W
        apparent_power_va 20 u16 1 VA
        power_factor      21 u16 0.01 -
        energy_wh         22 u32 0.1 kWh
    """)
    for line in (1, 2, 3):
        first = 101 + 10 * (line - 1)
        c.field(f"voltage_l{line}_v", first, "u16", "0.1", "V")
        c.field(f"current_l{line}_a", first + 1, "u16", "0.01", "A")
        c.field(f"power_l{line}_w", first + 2, "u16", "1", "W")
        c.field(f"power_factor_l{line}", first + 4, "u16", "0.01", "-")
    c.array("branch", 6, """
        voltage_v         131 u16 0.1 V 10
        current_a         132 u16 0.01 A 10
        power_w           133 u16 1 W 10
        apparent_power_va 134 u16 1 VA 10
        power_factor      135 u16 0.01 - 10
        energy_wh         136 u32 0.1 kWh 10
    """)
    c.array("outlet", 48, """
        current_a         201 u16 0.01 A 5
        power_w           202 u16 1 W 5
        apparent_power_va 203 u16 1 VA 5
        power_factor      204 u16 0.01 - 5
        energy_wh         701 u32 0.1 kWh 2
    """)
    c.array("sensor", 4, """
        temperature_c     1951 i16 0.1 degC 2
        humidity_percent  1952 u16 1 %RH 2
    """)
    c.marker("a climate sensor that is not there", 1953, [0, 0], "sensor-2.temperature_c", "sensor-2.humidity_percent")
    return c


def raritan():
    c = Capture("raritan-px3", 3, "abcd")
    c.table("""
        voltage_v         12296 f32 1 V
        current_a         12298 f32 1 A
        power_w           12306 f32 1 W
        apparent_power_va 12308 f32 1 VA
        power_factor      12310 f32 1 -
        frequency_hz      12322 f32 1 Hz
    """)
    c.array("outlet", 128, """
        voltage_v         32776 f32 1 V 256
        current_a         32778 f32 1 A 256
        power_w           32786 f32 1 W 256
        apparent_power_va 32788 f32 1 VA 256
        power_factor      32790 f32 1 - 256
    """)
    return c


def eastron_one_phase():
    c = Capture("eastron-sdm120", 4, "abcd")
    c.table("""
        voltage_v         0x00 f32 1 V
        current_a         0x06 f32 1 A
        power_w           0x0C f32 1 W
        apparent_power_va 0x12 f32 1 VA
        power_factor      0x1E f32 1 -
        frequency_hz      0x46 f32 1 Hz
        energy_wh         0x48 f32 1 kWh
        energy_export_wh  0x4A f32 1 kWh
    """)
    return c


def siemens_1600():
    c = Capture("siemens-pac1600", 3, "abcd")
    c.table("""
        voltage_l1_v      0x01 u32 0.01 V
        voltage_l2_v      0x03 u32 0.01 V
        voltage_l3_v      0x05 u32 0.01 V
        current_l1_a      0x07 u32 0.0001 A
        current_l2_a      0x09 u32 0.0001 A
        current_l3_a      0x0B u32 0.0001 A
        power_l1_w        0x13 i32 0.01 W
        power_l2_w        0x15 i32 0.01 W
        power_l3_w        0x17 i32 0.01 W
        frequency_hz      0x31 u32 0.01 Hz
        power_w           0x39 i32 0.01 W
        energy_wh         0x1A1F u32 1 Wh
        energy_export_wh  0x1A21 u32 1 Wh
    """)
    return c


def hager():
    c = Capture("hager-ecr380d", 3, "abcd")
    c.table("""
        voltage_l1_v      45056 u16 0.01 V
        voltage_l2_v      45057 u16 0.01 V
        voltage_l3_v      45058 u16 0.01 V
        voltage_l12_v     45059 u16 0.01 V
        voltage_l23_v     45060 u16 0.01 V
        voltage_l31_v     45061 u16 0.01 V
        frequency_hz      45062 u16 0.01 Hz
        current_l1_a      45065 u32 0.001 A
        current_l2_a      45067 u32 0.001 A
        current_l3_a      45069 u32 0.001 A
        current_n_a       45071 u32 0.001 A
        power_w           45073 i32 10 W
        apparent_power_va 45077 u32 10 VA
        power_factor      45079 i16 0.001 -
        power_l1_w        45081 i32 10 W
        power_l2_w        45083 i32 10 W
        power_l3_w        45085 i32 10 W
        energy_wh         45152 u32 1 kWh
        energy_export_wh  45156 u32 1 kWh
    """)
    return c


def acrel():
    c = Capture("acrel-dtsd1352", 3, "abcd")
    pt, ct = 100, 60  # 10 kV / 100 V, 300 A / 5 A
    c.helper(141, "u16", pt)
    c.helper(142, "u16", ct)
    c.table("""
        energy_wh         10  u32 0.01 kWh pt ct
        energy_export_wh  20  u32 0.01 kWh pt ct
        voltage_l1_v      97  u16 0.1 V pt
        voltage_l2_v      98  u16 0.1 V pt
        voltage_l3_v      99  u16 0.1 V pt
        current_l1_a      100 u16 0.01 A ct
        current_l2_a      101 u16 0.01 A ct
        current_l3_a      102 u16 0.01 A ct
        frequency_hz      119 u16 0.01 Hz
        power_l1_w        356 i32 0.001 kW pt ct
        power_l2_w        358 i32 0.001 kW pt ct
        power_l3_w        360 i32 0.001 kW pt ct
        power_w           362 i32 0.001 kW pt ct
        apparent_power_va 378 u32 0.001 kVA pt ct
        power_factor_l1   380 i16 0.001 -
        power_factor_l2   381 i16 0.001 -
        power_factor_l3   382 i16 0.001 -
        power_factor      383 i16 0.001 -
    """, pt=Fraction(pt), ct=Fraction(ct))
    c.marker("a voltage transformer of 0 measures nothing", 141, [0], "energy_wh", "energy_export_wh", "voltage_l1_v",
             "voltage_l2_v", "voltage_l3_v", "power_w", "power_l1_w", "power_l2_w", "power_l3_w", "apparent_power_va")
    return c


def acrel_adw():
    c = Capture("acrel-adw300", 3, "abcd")
    c.table("""
        voltage_l1_v     0x14 u16 0.1 V
        voltage_l2_v     0x15 u16 0.1 V
        voltage_l3_v     0x16 u16 0.1 V
        current_l1_a     0x1A u16 0.01 A
        current_l2_a     0x1B u16 0.01 A
        current_l3_a     0x1C u16 0.01 A
        power_l1_w       0x1E i32 1 W
        power_l2_w       0x20 i32 1 W
        power_l3_w       0x22 i32 1 W
        power_w          0x24 i32 1 W
        energy_wh        0x3E i32 0.01 kWh
        energy_export_wh 0x40 i32 0.01 kWh
    """)
    return c


def huawei():
    c = Capture("huawei-ups2000", 3, "abcd")
    c.table("""
        input-1.voltage_v    1000 u16 0.1 V
        input-1.frequency_hz 1003 u16 0.1 Hz
        voltage_v            1008 u16 0.1 V
        current_a            1011 u16 0.1 A
        frequency_hz         1014 u16 0.1 Hz
        power_w              1015 u16 0.1 kW
        apparent_power_va    1018 u16 0.1 kVA
        temperature_c        1027 i16 0.1 degC
    """)
    c.marker("not available", 1015, [0x7FFF], "power_w")
    c.marker("not available", 1000, [0x7FFF], "input-1.voltage_v")
    return c


CAPTURES = [eastron, eastron_one_phase, lambda: schneider("schneider-iem3xxx"), lambda: schneider("schneider-pm5xxx"), abb,
            carlo_gavazzi, siemens, siemens_1600, janitza, hager, chint, acrel, acrel_adw, circutor, phoenix, sunspec,
            lambda: ocp("ocp-orv3-psu"), lambda: ocp("ocp-orv3-hpr-psu"), apc, huawei, clever, raritan]


def main():
    stale = []
    for make in CAPTURES:
        capture = make()
        path = HERE / (capture.name + ".toml")
        text = capture.text()
        if not path.exists() or path.read_text() != text:
            stale.append(path.name)
        if "--check" not in sys.argv:
            path.write_text(text)
    if "--check" in sys.argv and stale:
        raise SystemExit("out of date, run make.py: " + ", ".join(stale))


if __name__ == "__main__":
    main()
