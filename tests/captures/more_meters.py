"""What further families of meters answer whose registers two sources or a vendor's document state."""
from capture import Capture

EM24 = """
        voltage_l1_v      0  i32 0.1 V
        voltage_l2_v      2  i32 0.1 V
        voltage_l3_v      4  i32 0.1 V
        current_l1_a      12 i32 0.001 A
        current_l2_a      14 i32 0.001 A
        current_l3_a      16 i32 0.001 A
        power_l1_w        18 i32 0.1 W
        power_l2_w        20 i32 0.1 W
        power_l3_w        22 i32 0.1 W
        power_w           40 i32 0.1 W
"""
OVERFLOW = {"i32": [0xFFFF, 0x7FFF], "i16": [0x7FFF]}  # the low word comes first


def carlo_gavazzi_one_phase():
    c = Capture("carlo-gavazzi-em1xx", 4, "cdab")
    c.table("""
        voltage_v         0  i32 0.1 V
        current_a         2  i32 0.001 A
        power_w           4  i32 0.1 W
        apparent_power_va 6  i32 0.1 VA
        power_factor      14 i16 0.001 -
        frequency_hz      15 i16 0.1 Hz
        energy_wh         16 i32 0.1 kWh
        energy_export_wh  32 i32 0.1 kWh
    """)
    c.marks(**OVERFLOW)
    return c


def carlo_gavazzi_em24():
    c = Capture("carlo-gavazzi-em24", 4, "cdab")
    c.helper(11, "u16", 47)
    c.table(EM24 + """
        power_factor_l1   50 i16 0.001 -
        power_factor_l2   51 i16 0.001 -
        power_factor_l3   52 i16 0.001 -
        power_factor      53 i16 0.001 -
        frequency_hz      55 i16 0.1 Hz
        energy_wh         66 i32 0.1 kWh
        energy_export_wh  92 i32 0.1 kWh
    """)
    c.marks(**OVERFLOW)
    return c


def carlo_gavazzi_em24_e1():
    c = Capture("carlo-gavazzi-em24-e1", 4, "cdab")
    c.helper(11, "u16", 1651)
    c.table(EM24 + """
        power_factor_l1   46 i16 0.001 -
        power_factor_l2   47 i16 0.001 -
        power_factor_l3   48 i16 0.001 -
        power_factor      49 i16 0.001 -
        frequency_hz      51 i16 0.1 Hz
        energy_wh         52 i32 0.1 kWh
        energy_export_wh  78 i32 0.1 kWh
    """)
    c.identity_text(20480, "BF3120016002K", 7)
    c.marks(**OVERFLOW)
    return c


def powertag(name, counters):
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
        power_l1_w        0xBED f32 1 W
        power_l2_w        0xBEF f32 1 W
        power_l3_w        0xBF1 f32 1 W
        power_w           0xBF3 f32 1 W
        apparent_power_va 0xC03 f32 1 VA
        frequency_hz      0xC25 f32 1 Hz
    """ + counters)
    c.marks(f32=[0xFFC0, 0x0000], i64=[0x8000, 0, 0, 0])
    return c


def umg104():
    c = Capture("janitza-umg104", 3, "abcd")
    c.table("""
        voltage_l1_v      0x525 f32 1 V
        voltage_l2_v      0x527 f32 1 V
        voltage_l3_v      0x529 f32 1 V
        current_l1_a      0x52D f32 1 A
        current_l2_a      0x52F f32 1 A
        current_l3_a      0x531 f32 1 A
        power_l1_w        0x535 f32 1 W
        power_l2_w        0x537 f32 1 W
        power_l3_w        0x539 f32 1 W
        apparent_power_va 0x557 f32 1 VA
        power_w           0x559 f32 1 W
        frequency_hz      0x59F f32 1 Hz
        energy_wh         0x267B f32 1 Wh
        energy_export_wh  0x2687 f32 1 Wh
    """)
    return c


def umg511():
    c = Capture("janitza-umg511", 3, "abcd")
    c.table("""
        voltage_l1_v      0xF05 f32 1 V
        voltage_l2_v      0xF07 f32 1 V
        voltage_l3_v      0xF09 f32 1 V
        current_l1_a      0xF0D f32 1 A
        current_l2_a      0xF0F f32 1 A
        current_l3_a      0xF11 f32 1 A
        power_l1_w        0xF15 f32 1 W
        power_l2_w        0xF17 f32 1 W
        power_l3_w        0xF19 f32 1 W
        power_w           0xF55 f32 1 W
        frequency_hz      0xF9B f32 1 Hz
        energy_wh         0x4A7C f32 1 Wh
        energy_export_wh  0x4A84 f32 1 Wh
    """)
    return c


def umg801():
    c = Capture("janitza-umg801-groups", 3, "abcd")
    c.table("""
        voltage_l1_v      0x4A38 f32 1 V
        voltage_l2_v      0x4A3A f32 1 V
        voltage_l3_v      0x4A3C f32 1 V
        current_l1_a      0x4A44 f32 1 A
        current_l2_a      0x4A46 f32 1 A
        current_l3_a      0x4A48 f32 1 A
        power_l1_w        0x4A4C f32 1 W
        power_l2_w        0x4A4E f32 1 W
        power_l3_w        0x4A50 f32 1 W
        power_w           0x4A52 f32 1 W
        frequency_hz      0x4A6A f32 1 Hz
    """)
    c.array("group", 30, """
        current_l1_a      0x4B00 f32 1 A 100
        current_l2_a      0x4B02 f32 1 A 100
        current_l3_a      0x4B04 f32 1 A 100
        power_l1_w        0x4B08 f32 1 W 100
        power_l2_w        0x4B0A f32 1 W 100
        power_l3_w        0x4B0C f32 1 W 100
        power_w           0x4B0E f32 1 W 100
    """)
    return c


def inepro():
    c = Capture("inepro-pro380", 3, "abcd")
    c.helper(4112, "u16", 8199)
    c.table("""
        voltage_l1_v      20482 f32 1 V
        voltage_l2_v      20484 f32 1 V
        voltage_l3_v      20486 f32 1 V
        frequency_hz      20488 f32 1 Hz
        current_l1_a      20492 f32 1 A
        current_l2_a      20494 f32 1 A
        current_l3_a      20496 f32 1 A
        power_w           20498 f32 1 kW
        power_l1_w        20500 f32 1 kW
        power_l2_w        20502 f32 1 kW
        power_l3_w        20504 f32 1 kW
        apparent_power_va 20514 f32 1 kVA
        power_factor      20522 f32 1 -
        energy_wh         24588 f32 1 kWh
        energy_export_wh  24600 f32 1 kWh
    """)
    c.identity_number(16384, 2208190417)
    return c


def aplus():
    c = Capture("camille-bauer-aplus", 3, "cdab")
    c.table("""
        voltage_l1_v      0x65 f32 1 V
        voltage_l2_v      0x67 f32 1 V
        voltage_l3_v      0x69 f32 1 V
        current_l1_a      0x75 f32 1 A
        current_l2_a      0x77 f32 1 A
        current_l3_a      0x79 f32 1 A
        power_w           0x85 f32 1 W
        power_l1_w        0x87 f32 1 W
        power_l2_w        0x89 f32 1 W
        power_l3_w        0x8B f32 1 W
        frequency_hz      0x9D f32 1 Hz
    """)
    return c


def circutor_d32():
    c = Capture("circutor-cvm-d32", 4, "abcd")
    c.table("""
        voltage_l1_v      0  f32 1 V
        current_l1_a      2  f32 1 A
        power_l1_w        4  f32 1 W
        power_factor_l1   12 f32 1 -
        voltage_l2_v      16 f32 1 V
        current_l2_a      18 f32 1 A
        power_l2_w        20 f32 1 W
        power_factor_l2   28 f32 1 -
        voltage_l3_v      32 f32 1 V
        current_l3_a      34 f32 1 A
        power_l3_w        36 f32 1 W
        power_factor_l3   44 f32 1 -
        frequency_hz      52 f32 1 Hz
        voltage_l12_v     54 f32 1 V
        voltage_l23_v     56 f32 1 V
        voltage_l31_v     58 f32 1 V
        power_w           66 f32 1 W
        apparent_power_va 72 f32 1 VA
        energy_wh         1312 u64 1 Wh
    """)
    return c


def all_more_meters():
    return [carlo_gavazzi_one_phase(), carlo_gavazzi_em24(), carlo_gavazzi_em24_e1(),
            powertag("schneider-powertag", "energy_wh 0xC83 i64 1 Wh"),
            powertag("schneider-powertag-f160", "energy_wh 0xC87 i64 1 Wh\n energy_export_wh 0xC8B i64 1 Wh"),
            umg104(), umg511(), umg801(), inepro(), aplus(), circutor_d32()]
