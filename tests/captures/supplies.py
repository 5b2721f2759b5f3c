"""What each family of PDUs, UPSs and power supplies answers."""
from fractions import Fraction

from capture import Capture


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
    c.letters(0x214, "Smart-UPS SRT 1500", 16)
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
    c.identity_text(564, "AS1532160127", 8)
    c.marker("input voltage not available", 151, [0xFFFF], "input-1.voltage_v")
    c.marker("no nominal power, no power", 589, [0], "power_w")
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
    c.marks(u16=[0x7FFF], i16=[0x7FFF])
    return c


def huawei_three_phases():
    c = Capture("huawei-ups2000-3p", 3, "abcd")
    c.table("""
        frequency_hz         1014 u16 0.1 Hz
        temperature_c        1027 i16 0.1 degC
        input-1.frequency_hz 1003 u16 0.1 Hz
    """)
    for phase in (1, 2, 3):
        c.table(f"""
            input-1.voltage_l{phase}_v   {999 + phase} u16 0.1 V
            voltage_l{phase}_v           {1007 + phase} u16 0.1 V
            current_l{phase}_a           {1010 + phase} u16 0.1 A
            power_l{phase}_w             {1014 + phase} u16 0.1 kW
            apparent_power_l{phase}_va   {1017 + phase} u16 0.1 kVA
        """)
    c.sum("power_w", "power_l1_w", "power_l2_w", "power_l3_w")
    c.sum("apparent_power_va", "apparent_power_l1_va", "apparent_power_l2_va", "apparent_power_l3_va")
    c.marks(u16=[0x7FFF], i16=[0x7FFF])
    return c


def clever():
    c = Capture("clever-mpdu", 3, "abcd")
    for place, part in enumerate((1, 0, 0, 0)):
        c.helper(place, "u16", part)
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


def all_supplies():
    return [ocp("ocp-orv3-psu"), ocp("ocp-orv3-hpr-psu"), apc(), huawei(), huawei_three_phases(), clever(), raritan()]
