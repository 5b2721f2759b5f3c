"""The machinery of make.py: one device's registers, drawn, written and explained.

A line of a table is `name address type scale unit [what other registers multiply it with …]`. Values are drawn with a
fixed seed, plausible for the quantity at first and less and less, until no 16-bit word of the capture repeats. Integers
of 32 and 64 bits are so large that their upper words are not zero; signed ones are negative and unsigned ones have
their top bit set wherever the quantity allows. So a wrong address, word order, width or sign cannot pass. Where a
quantity is too narrow for that (a frequency in 32 bits), only the lowest word is kept unlike others.
"""
import math
import random
import struct
from fractions import Fraction

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
         "kWh": 1000, "degC": 1, "%RH": 1, "mV": Fraction(1, 1000), "mA": Fraction(1, 1000)}
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
        self.places = {}
        self.sums = {}  # names of what is added up, by what it makes
        self.others = []  # registers of another function: (function, address, words)
        self.bounds = {}  # by quantity: what its map takes as plausible
        self.used = set()
        self.turn = 0
        self.serial = None

    def letters(self, address, text, words, endian="big"):
        """ASCII, two letters a word, zeros behind it; "little": the second letter in the upper half."""
        data = text.encode().ljust(2 * words, b"\0")
        self.store(address, [int.from_bytes(data[i:i + 2], endian) for i in range(0, len(data), 2)])

    def identity_text(self, address, text, words, endian="big"):
        """The serial number as letters."""
        self.serial = text
        self.letters(address, text, words, endian)

    def identity_number(self, address, number):
        """The serial number as an unsigned one of 32 bits."""
        self.serial = str(number)
        self.store(address, to_words("u32", number, self.order))

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
        fixed = quantity.startswith(FIXED)
        _, words, signed, floating = TYPES[kind]
        most = 0x7FFE if signed else 0xFFFD
        if quantity in self.bounds:
            low, high = (bound / float(one) for bound in self.bounds[quantity])
            value = self.random.uniform(low, high)
            raw = struct.unpack(TYPES[kind][0], struct.pack(TYPES[kind][0], value))[0] if floating else round(value)
        elif floating:
            spread = 0 if fixed else widen
            value = math.exp(self.random.uniform(math.log(low) - spread, math.log(high) + spread))
            raw = struct.unpack(TYPES[kind][0], struct.pack(TYPES[kind][0], value / float(one)))[0]
        elif fixed:
            raw = self.random.randint(max(1, math.ceil(low / one)), max(1, math.floor(high / one)))
        elif words == 1:
            first, last = math.ceil(low / one), math.floor(high / one)
            last = min(max(first, last) + 300 * widen, most)
            raw = self.random.randint(most // 2 if first > most else min(max(1, first), last), last)
        else:
            raw = self.random.randrange(1 << (16 * words - 15), 1 << (29 if words == 2 else 51))
        return raw

    def with_sign_bit(self, quantity, kind, raw):
        """Uses the bit that tells signed from unsigned, where the quantity lets it; for every second float."""
        _, words, signed, floating = TYPES[kind]
        if quantity.startswith("frequency") or words == 4 or (floating and self.turn % 2 == 0):
            return raw
        if quantity in self.bounds:
            return raw
        if signed:
            return raw if quantity.startswith("energy") else -raw
        return raw if quantity.startswith(FIXED) else raw | 1 << (16 * words - 1)

    def unused(self, quantity, kind, one):
        """Draws until every word is new. Some types cannot: then at least the lowest word is."""
        self.turn += 1
        raw = None
        for attempt in range(4000):
            raw = self.with_sign_bit(quantity, kind, self.draw(quantity, kind, one, attempt // 500))
            words = to_words(kind, raw, "abcd")
            wanted = words if attempt < 3500 else words[-1:]
            if not self.used & set(wanted) and len(set(wanted)) == len(wanted):
                break
        return raw

    def field(self, name, address, kind, scale, unit, factor=Fraction(1), offset=Fraction(0)):
        """One value: its words, what it is, and for energy the exact count. `factor` is what other registers say."""
        one = Fraction(scale) * UNITS[unit] * factor
        quantity = name.split(".")[-1]
        raw = self.unused(quantity, kind, one)
        self.store(address, to_words(kind, raw, self.order))
        self.places[name] = (address, kind)
        self.expected[name] = float(Fraction(raw) * one + offset)
        if not quantity.startswith("energy"):
            return
        if TYPES[kind][3]:
            self.steps[name] = float(next_float_step(kind, raw) * one)
        else:
            self.counts[name] = (raw, one * 1000000)

    def sum(self, name, *parts):
        """A value that has no register: those of `parts` make it, and without one of them there is none."""
        self.expected[name] = float(sum(Fraction(self.expected[part]) for part in parts))
        self.sums[name] = parts

    def table(self, text, **factors):
        """`factors`: by name of the field or by unit, what the device's own ratios multiply it with."""
        for line in filter(str.strip, text.splitlines()):
            name, address, kind, scale, unit, *rest = line.split()
            product = Fraction(1)
            for key in rest:
                product *= factors[key]
            self.field(name, int(address, 0), kind, scale, unit, product)

    def array(self, element, count, text):
        """Lines as in table(), with the stride behind the unit, and behind that what is added."""
        for index in range(1, count + 1):
            for line in text.strip().splitlines():
                name, address, kind, scale, unit, stride, *offset = line.split()
                at = int(address, 0) + (index - 1) * int(stride)
                self.field(f"{element}-{index}.{name}", at, kind, scale, unit, offset=Fraction(*offset))

    def marker(self, why, address, words, *names):
        """With these words at `address`, `names` have no value and everything else keeps its own."""
        names += tuple(total for total, parts in self.sums.items() if set(parts) & set(names))
        self.markers.append((why, address, words, names))

    def marks(self, **words):
        """Every field so far has a "no value" of its own: by type, the words that say so, as on the wire."""
        for name, (address, kind) in self.places.items():
            if kind in words:
                self.marker("not available", address, words[kind], name)

    def runs(self):
        """The memory as contiguous runs of words."""
        runs = []
        for address in sorted(self.memory):
            if not runs or runs[-1][0] + len(runs[-1][1]) != address:
                runs.append((address, []))
            runs[-1][1].append(self.memory[address])
        return runs

    def text(self):
        out = [f"# {self.name}: what such a device answers, and what that means. Written by make.py; do not edit.", ""]
        if self.serial:
            out += [f'identity = "{self.serial}"', ""]
        for function, address, words in [(self.function, *run) for run in self.runs()] + self.others:
            out += ["[[words]]", f"function = {function}", f"address = {address}", "words = " + listed(words), ""]
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
