"""What meters answer whose scale stands in registers of their own: transformer ratios, powers of ten."""
from fractions import Fraction

from capture import Capture


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


def sunspec():
    c = Capture("sunspec-20x", 3, "abcd")
    base = 40000 + 2 + 2 + 66  # "SunS", the common model's id and length, its 66 registers
    c.letters(40000, "SunS", 2)
    c.helper(base, "u16", 203)
    exponents = {"amp": (6, -3), "volt": (15, -2), "hertz": (17, -1), "watt": (22, 2), "va": (27, 4), "pf": (37, 1),
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
        voltage_l12_v     12 i16 1 V volt
        voltage_l23_v     13 i16 1 V volt
        voltage_l31_v     14 i16 1 V volt
        frequency_hz      16 i16 1 Hz hertz
        power_w           18 i16 1 W watt
        power_l1_w        19 i16 1 W watt
        power_l2_w        20 i16 1 W watt
        power_l3_w        21 i16 1 W watt
        apparent_power_va 23 i16 1 VA va
        power_factor      33 i16 1 % pf
        power_factor_l1   34 i16 1 % pf
        power_factor_l2   35 i16 1 % pf
        power_factor_l3   36 i16 1 % pf
        energy_export_wh  38 u32 1 Wh wh
        energy_wh         46 u32 1 Wh wh
    """
    for line in points.strip().splitlines():
        name, offset, kind, scale, unit, exponent = line.split()
        c.field(name, base + int(offset), kind, scale, unit, Fraction(10) ** exponents[exponent][1])
    c.marks(i16=[0x8000], u32=[0, 0])  # not implemented; a counter that is not reads 0
    c.marker("a scale register that is not implemented", base + 22, [0x8000], "power_w", "power_l1_w", "power_l2_w",
             "power_l3_w")
    c.marker("a scale that cannot be", base + 54, [0x7FFF], "energy_wh", "energy_export_wh")
    return c


def all_scaled_meters():
    return [chint(), acrel(), sunspec()]
