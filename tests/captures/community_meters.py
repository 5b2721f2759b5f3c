"""What meters answer that one good source or a flagged conflict describes."""
from fractions import Fraction

from capture import Capture


def socomec(name, title, frequency_scale, counters):
    c = Capture(name, 3, "abcd")
    for place, letter in enumerate("SOCO"):
        c.helper(50000 + place, "u16", ord(letter))
    c.letters(50058, title, 8)
    c.table(f"""
        voltage_l12_v     50514 u32 0.01 V
        voltage_l23_v     50516 u32 0.01 V
        voltage_l31_v     50518 u32 0.01 V
        voltage_l1_v      50520 u32 0.01 V
        voltage_l2_v      50522 u32 0.01 V
        voltage_l3_v      50524 u32 0.01 V
        frequency_hz      50526 u32 {frequency_scale} Hz
        current_l1_a      50528 u32 0.001 A
        current_l2_a      50530 u32 0.001 A
        current_l3_a      50532 u32 0.001 A
        current_n_a       50534 u32 0.001 A
        power_w           50536 i32 10 W
        apparent_power_va 50540 u32 10 VA
        power_factor      50542 i32 0.001 -
        power_l1_w        50544 i32 10 W
        power_l2_w        50546 i32 10 W
        power_l3_w        50548 i32 10 W
        power_factor_l1   50562 i32 0.001 -
        power_factor_l2   50564 i32 0.001 -
        power_factor_l3   50566 i32 0.001 -
    """ + counters)
    return c


def socomec_all():
    fine = "energy_wh 50946 u32 10 Wh\n energy_export_wh 50952 u32 10 Wh"
    coarse = "energy_wh 50780 u32 1 kWh\n energy_export_wh 50786 u32 1 kWh"
    return [socomec("socomec-countis-diris-a", "COUNTIS E44", "0.01", fine),
            socomec("socomec-countis-e2x", "Countis E24", "0.001", fine),
            socomec("socomec-diris-a10", "DIRIS A-10", "0.01", coarse)]


def socomec_module():
    c = Capture("socomec-diris-b30", 3, "abcd")
    for place, letter in enumerate("SOCO"):
        c.helper(50000 + place, "u16", ord(letter))
    c.letters(50058, "DIRIS B30", 8)
    c.table("""
        frequency_hz      18442 u32 0.001 Hz
        voltage_l1_v      18444 u32 0.01 V
        voltage_l2_v      18446 u32 0.01 V
        voltage_l3_v      18448 u32 0.01 V
        current_l1_a      18458 u32 0.001 A
        current_l2_a      18460 u32 0.001 A
        current_l3_a      18462 u32 0.001 A
        power_w           18476 i32 1 W
        apparent_power_va 18484 u32 1 VA
        power_factor      18486 i16 0.001 -
        power_l1_w        18488 i32 1 W
        power_l2_w        18490 i32 1 W
        power_l3_w        18492 i32 1 W
        energy_wh         19843 u32 1 kWh
        energy_export_wh  19846 u32 1 kWh
    """)
    return c


def acuvim():
    c = Capture("accuenergy-acuvim-ii", 3, "abcd")
    c.table("""
        frequency_hz      16384 f32 1 Hz
        voltage_l1_v      16386 f32 1 V
        voltage_l2_v      16388 f32 1 V
        voltage_l3_v      16390 f32 1 V
        voltage_l12_v     16394 f32 1 V
        voltage_l23_v     16396 f32 1 V
        voltage_l31_v     16398 f32 1 V
        current_l1_a      16402 f32 1 A
        current_l2_a      16404 f32 1 A
        current_l3_a      16406 f32 1 A
        current_n_a       16410 f32 1 A
        power_l1_w        16412 f32 1 W
        power_l2_w        16414 f32 1 W
        power_l3_w        16416 f32 1 W
        power_w           16418 f32 1 W
        apparent_power_va 16434 f32 1 VA
        power_factor      16442 f32 1 -
        energy_wh         16456 u32 0.1 kWh
    """)
    return c


def wattnode():
    c = Capture("wattnode-modbus", 3, "cdab")
    c.helper(0x6AA, "u16", 202)
    c.identity_number(0x6A4, 3087341905)
    c.table("""
        energy_wh         0x3EE f32 1 kWh
        power_w           0x3F0 f32 1 W
        power_l1_w        0x3F2 f32 1 W
        power_l2_w        0x3F4 f32 1 W
        power_l3_w        0x3F6 f32 1 W
        voltage_l1_v      0x3FA f32 1 V
        voltage_l2_v      0x3FC f32 1 V
        voltage_l3_v      0x3FE f32 1 V
        voltage_l12_v     0x402 f32 1 V
        voltage_l23_v     0x404 f32 1 V
        voltage_l31_v     0x406 f32 1 V
        frequency_hz      0x408 f32 1 Hz
        energy_export_wh  0x45A f32 1 kWh
        power_factor      0x472 f32 1 -
        power_factor_l1   0x474 f32 1 -
        power_factor_l2   0x476 f32 1 -
        power_factor_l3   0x478 f32 1 -
        apparent_power_va 0x482 f32 1 VA
        current_l1_a      0x48A f32 1 A
        current_l2_a      0x48C f32 1 A
        current_l3_a      0x48E f32 1 A
    """)
    c.marks(f32=[0x0000, 0x7FE0])
    return c


def chint_one_phase():
    c = Capture("chint-ddsu666", 3, "abcd")
    c.bounds = {"voltage_v": (80, 300), "current_a": (-200, 200), "power_w": (-30000, 30000),
                "apparent_power_va": (1, 60000)}
    c.table("""
        voltage_v         8192  f32 1 V
        current_a         8194  f32 1 A
        power_w           8196  f32 1 kW
        apparent_power_va 8200  f32 1 kVA
        power_factor      8202  f32 1 -
        frequency_hz      8206  f32 1 Hz
        energy_wh         16384 f32 1 kWh
        energy_export_wh  16394 f32 1 kWh
    """)
    c.marker("a meter that says 1500 W where kW belong", 8196, [0x44BB, 0x8000], "power_w")
    return c


def huawei_meter():
    c = Capture("huawei-dtsu666-h", 3, "abcd")
    c.bounds = {f"voltage_{phase}_v": (80, 500) for phase in ("l1", "l2", "l3")}
    c.bounds |= {f"voltage_{pair}_v": (120, 900) for pair in ("l12", "l23", "l31")}
    c.table("""
        current_l1_a      0x836 f32 1 A
        current_l2_a      0x838 f32 1 A
        current_l3_a      0x83A f32 1 A
        voltage_l1_v      0x83C f32 1 V
        voltage_l2_v      0x83E f32 1 V
        voltage_l3_v      0x840 f32 1 V
        voltage_l12_v     0x844 f32 1 V
        voltage_l23_v     0x846 f32 1 V
        voltage_l31_v     0x848 f32 1 V
        frequency_hz      0x84C f32 1 Hz
        power_w           0x84E f32 1 W
        power_l1_w        0x850 f32 1 W
        power_l2_w        0x852 f32 1 W
        power_l3_w        0x854 f32 1 W
        apparent_power_va 0x85E f32 1 VA
        power_factor      0x866 f32 1 -
        power_factor_l1   0x868 f32 1 -
        power_factor_l2   0x86A f32 1 -
        power_factor_l3   0x86C f32 1 -
        energy_wh         0x876 f32 1 kWh
        energy_export_wh  0x87E f32 1 kWh
    """)
    c.marker("firmware that says hertz times 100", 0x84C, [0x459C, 0x4000], "frequency_hz")
    return c


def huawei_inverter():
    c = Capture("huawei-sun2000-meter", 3, "abcd")
    c.helper(0x90EC, "u16", 1)
    c.table("""
        voltage_l1_v      0x90ED i32 0.1 V
        voltage_l2_v      0x90EF i32 0.1 V
        voltage_l3_v      0x90F1 i32 0.1 V
        current_l1_a      0x90F3 i32 0.01 A
        current_l2_a      0x90F5 i32 0.01 A
        current_l3_a      0x90F7 i32 0.01 A
        power_w           0x90F9 i32 1 W export_is_positive
        power_factor      0x90FD i16 0.001 -
        frequency_hz      0x90FE i16 0.01 Hz
        energy_export_wh  0x90FF i32 0.01 kWh
        energy_wh         0x9101 i32 0.01 kWh
        voltage_l12_v     0x9106 i32 0.1 V
        voltage_l23_v     0x9108 i32 0.1 V
        voltage_l31_v     0x910A i32 0.1 V
        power_l1_w        0x910C i32 1 W export_is_positive
        power_l2_w        0x910E i32 1 W export_is_positive
        power_l3_w        0x9110 i32 1 W export_is_positive
    """, export_is_positive=Fraction(-1))
    c.marks(i32=[0x7FFF, 0xFFFF], i16=[0x7FFF])
    c.marker("the inverter has lost its meter", 0x90EC, [0], *c.expected)
    return c


def abb_m2m():
    c = Capture("abb-m2m", 3, "abcd")
    c.table("""
        voltage_l1_v      4098 u32 1 V
        voltage_l2_v      4100 u32 1 V
        voltage_l3_v      4102 u32 1 V
        voltage_l12_v     4104 u32 1 V
        voltage_l23_v     4106 u32 1 V
        voltage_l31_v     4108 u32 1 V
        current_l1_a      4112 u32 0.001 A
        current_l2_a      4114 u32 0.001 A
        current_l3_a      4116 u32 0.001 A
        power_factor      4118 i32 0.001 -
        power_factor_l1   4120 i32 0.001 -
        power_factor_l2   4122 i32 0.001 -
        power_factor_l3   4124 i32 0.001 -
        apparent_power_va 4134 u32 1 VA
        power_w           4142 i32 1 W
        power_l1_w        4144 i32 1 W
        power_l2_w        4146 i32 1 W
        power_l3_w        4148 i32 1 W
        energy_wh         4158 u32 0.01 kWh
        frequency_hz      4166 u32 0.001 Hz
    """)
    return c


def abb_m4m():
    c = Capture("abb-m4m", 3, "abcd")
    c.table("""
        voltage_l1_v      23298 u32 0.1 V
        voltage_l2_v      23300 u32 0.1 V
        voltage_l3_v      23302 u32 0.1 V
        power_w           23322 i32 0.01 W
        frequency_hz      23346 u16 0.01 Hz
        power_factor      23360 i16 0.001 -
    """)
    return c


def abb_branches():
    c = Capture("abb-cms-660-700", 3, "abcd")
    c.table("temperature_c 0x2F02 i16 0.01 degC")
    c.array("branch", 96, "current_a 0x0000 u16 0.01 A 1")
    return c


def all_community_meters():
    return socomec_all() + [socomec_module(), acuvim(), wattnode(), chint_one_phase(), huawei_meter(),
                            huawei_inverter(), abb_m2m(), abb_m4m(), abb_branches()]
