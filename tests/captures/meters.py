"""What each family of meters with fixed scales answers."""
from capture import Capture


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
    if name == "schneider-pm5xxx":
        c.letters(0x31, "PM5560", 20)
        c.identity_number(129, 2871650123)
    c.marks(f32=[0xFFC0, 0x0000], i64=[0x8000, 0, 0, 0])
    return c


def abb():
    c = Capture("abb-b-series", 3, "abcd")
    c.letters(35168, "B23 ", 2)
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
    c.identity_number(35072, 3405691582)
    c.marks(u16=[0xFFFF], u32=[0xFFFF] * 2, u64=[0xFFFF] * 4, i16=[0x7FFF], i32=[0x7FFF, 0xFFFF])
    return c


def carlo_gavazzi():
    c = Capture("carlo-gavazzi-em3xx", 4, "cdab")
    c.others.append((3, 11, [341]))
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
    c.identity_text(20480, "KR0720034001Q", 7)
    c.marks(i32=[0xFFFF, 0x7FFF], i16=[0x7FFF])  # overflow; the low word comes first
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
    c.marks(f32=[0x7FC0, 0x0000], f64=[0x7FF8, 0, 0, 0])
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


def all_meters():
    return [eastron(), eastron_one_phase(), schneider("schneider-iem3xxx"), schneider("schneider-pm5xxx"), abb(),
            carlo_gavazzi(), siemens(), siemens_1600(), janitza(), hager(), acrel_adw(), circutor(), phoenix()]
