"""What machines of the plant answer: UPSs, batteries, cooling units, gensets, and power supplies of other racks."""
from capture import Capture


def socomec_ups():
    c = Capture("socomec-ups-jbus", 3, "abcd")
    c.helper(4096, "u16", 515)
    c.identity_text(4099, "P214578004", 5, "little")
    c.table("""
        voltage_l1_v          4201 u16 1 V
        voltage_l2_v          4202 u16 1 V
        voltage_l3_v          4203 u16 1 V
        current_l1_a          4207 u16 1 A
        current_l2_a          4208 u16 1 A
        current_l3_a          4209 u16 1 A
        frequency_hz          4211 u16 0.1 Hz
        temperature_c         4214 u16 1 degC
        bypass-1.voltage_l1_v 4198 u16 1 V
        bypass-1.voltage_l2_v 4199 u16 1 V
        bypass-1.voltage_l3_v 4200 u16 1 V
        bypass-1.frequency_hz 4210 u16 0.1 Hz
    """)
    c.marks(u16=[0xFFFF])
    return c


def liebert_ups():
    c = Capture("liebert-ups-unity", 4, "abcd")
    c.table("""
        temperature_c           0x19B i16 1 degC
        voltage_l1_v            0x1A2 u16 1 V
        voltage_l2_v            0x1A3 u16 1 V
        voltage_l3_v            0x1A4 u16 1 V
        current_l1_a            0x1A5 u16 1 A
        current_l2_a            0x1A6 u16 1 A
        current_l3_a            0x1A7 u16 1 A
        frequency_hz            0x1A8 u16 0.1 Hz
        voltage_l12_v           0x1A9 u16 1 V
        voltage_l23_v           0x1AA u16 1 V
        voltage_l31_v           0x1AB u16 1 V
        power_factor_l1         0x1AC u16 0.01 -
        power_factor_l2         0x1AD u16 0.01 -
        power_factor_l3         0x1AE u16 0.01 -
        apparent_power_va       0x1B4 u16 1 kVA
        power_w                 0x1B5 u16 1 kW
        input-1.voltage_l12_v   0x180 u16 1 V
        input-1.voltage_l23_v   0x181 u16 1 V
        input-1.voltage_l31_v   0x182 u16 1 V
        input-1.current_l1_a    0x183 u16 1 A
        input-1.current_l2_a    0x184 u16 1 A
        input-1.current_l3_a    0x185 u16 1 A
        input-1.frequency_hz    0x186 u16 0.1 Hz
        input-1.voltage_l1_v    0x187 u16 1 V
        input-1.voltage_l2_v    0x188 u16 1 V
        input-1.voltage_l3_v    0x189 u16 1 V
        input-1.power_factor_l1 0x18A u16 0.01 -
        input-1.power_factor_l2 0x18B u16 0.01 -
        input-1.power_factor_l3 0x18C u16 0.01 -
        bypass-1.voltage_l1_v   0x190 u16 1 V
        bypass-1.voltage_l2_v   0x191 u16 1 V
        bypass-1.voltage_l3_v   0x192 u16 1 V
        bypass-1.frequency_hz   0x193 u16 0.1 Hz
    """)
    return c


def delta():
    c = Capture("delta-dph", 4, "abcd")
    c.table("""
        temperature_c             0x426 i16 1 degC
        frequency_hz              0x443 u16 0.1 Hz
        input-1.frequency_hz      0x431 u16 0.1 Hz
        sensor-1.temperature_c    0x469 i16 1 degC
        sensor-1.humidity_percent 0x46A u16 1 %RH
    """)
    for phase in (1, 2, 3):
        for side, first in (("", 0x445), ("input-1.", 0x432)):
            at = first + 4 * (phase - 1)
            c.field(f"{side}voltage_l{phase}_v", at, "u16", "0.1", "V")
            c.field(f"{side}current_l{phase}_a", at + 1, "u16", "0.1", "A")
            c.field(f"{side}power_l{phase}_w", at + 2, "u16", "10", "W")
    c.sum("power_w", "power_l1_w", "power_l2_w", "power_l3_w")
    c.marks(u16=[0xFFFF], i16=[0xFFFF])
    return c


def liebert_air():
    c = Capture("liebert-icom", 4, "abcd")
    c.helper(0x100, "u16", 2)
    c.bounds = {"temperature_c": (-40, 80)}
    c.table("""
        humidity_percent        0x81 u16 0.1 %RH
        outdoor-1.temperature_c 0x1E3 i16 0.1 degC
    """)
    c.array("sensor", 10, "temperature_c 0x226 i16 0.1 degC 1")
    c.marker("a sensor that is not there", 0x22F, [0x8000], "sensor-10.temperature_c")
    return c


def liebert_row():
    c = Capture("liebert-crv", 4, "abcd")
    c.helper(0x1CA, "u16", 2)
    c.bounds = {"temperature_c": (-40, 100)}
    c.table("chilled-water-1.temperature_c 0x1BB i16 0.1 degC")
    c.array("sensor", 10, "temperature_c 0x1A7 i16 0.1 degC 1")
    c.marker("a sensor that is not there", 0x1A8, [0x8000], "sensor-2.temperature_c")
    return c


def pumping_unit():
    c = Capture("ocp-orv3-rpu", 3, "abcd")
    c.identity_text(0x19D8, "RPU2401A00731", 8)
    c.table("""
        power_w                        0x9006 u16 0.1 W
        voltage_v                      0x9007 u16 0.1 V
        temperature_c                  0x9008 u16 0.1 degC
        rpu-1.power_w                  0x9005 u16 0.1 W
        heat-exchanger-1.power_w       0x9101 u16 0.1 W
        coolant-supply-1.temperature_c 0x9001 u16 0.1 degC
        coolant-return-1.temperature_c 0x9002 u16 0.1 degC
    """)
    c.array("fan", 14, "power_w 0xA138 u16 0.1 W 1")
    return c


def deep_sea():
    c = Capture("dse-genset", 3, "abcd")
    c.helper(0x300, "u16", 1)
    c.helper(0x301, "u16", 32845)
    c.identity_number(0x302, 2961058143)
    c.table("""
        temperature_c     0x401 i16 1 degC
        power_w           0x600 i32 1 W
        power_l1_w        0x41C i32 1 W
        power_l2_w        0x41E i32 1 W
        power_l3_w        0x420 i32 1 W
        voltage_l1_v      0x408 u32 0.1 V
        voltage_l2_v      0x40A u32 0.1 V
        voltage_l3_v      0x40C u32 0.1 V
        current_l1_a      0x414 u32 0.1 A
        current_l2_a      0x416 u32 0.1 A
        current_l3_a      0x418 u32 0.1 A
        frequency_hz      0x407 u16 0.1 Hz
        energy_wh         0x708 u32 0.1 kWh
    """)
    for reason in (0xFFFF, 0xFFFB, 0xFFF8):  # unimplemented, bad data, reserved
        c.marks(u16=[reason], i16=[reason & 0x7FFF], u32=[0xFFFF, reason], i32=[0x7FFF, reason])
    return c


def comap():
    c = Capture("comap-genset", 3, "abcd")
    c.letters(0x51B, "InteliLite4-AMF25", 16)
    c.table("""
        temperature_c     0x3EE i16 0.1 degC
        power_w           0x3FC i16 1 kW
        power_l1_w        0x3FD i16 1 kW
        power_l2_w        0x3FE i16 1 kW
        power_l3_w        0x3FF i16 1 kW
        frequency_hz      0x40C u16 0.1 Hz
        voltage_l1_v      0x40D u16 1 V
        voltage_l2_v      0x40E u16 1 V
        voltage_l3_v      0x40F u16 1 V
        current_l1_a      0x413 u16 1 A
        current_l2_a      0x414 u16 1 A
        current_l3_a      0x415 u16 1 A
        energy_wh         0x4EF u32 1 kWh
    """)
    c.marks(i16=[0x8000], u16=[0x8000], u32=[0x8000, 0])
    return c


def rack_v2():
    c = Capture("ocp-orv2-psu", 3, "abcd")
    c.identity_text(0x40, "DCBU2117000412", 16)
    c.table("""
        voltage_v          0x80 i16 1/64 V
        current_a          0x82 i16 1/1024 A
        power_w            0x94 i16 1/8 W
        temperature_c      0x9E i16 1/128 degC
        frequency_hz       0x125 u16 1 Hz
        power_factor       0x126 u16 1/512 -
        output-1.voltage_v 0x8A i16 1/2048 V
        output-1.current_a 0x8C i16 1/64 A
        output-1.power_w   0x96 i16 1/8 W
    """)
    return c


def battery():
    c = Capture("ocp-orv3-bbu", 3, "abcd")
    c.identity_text(0x40, "BBU2233500971", 16)
    c.table("""
        temperature_c       0x94 u16 1 degC
        battery-1.voltage_v 0x80 u16 1 mV
        battery-1.current_a 0x81 i16 1 mA
    """)
    c.array("cell", 11, "voltage_v 0x6D u16 1 mV 1")
    return c


def high_power_battery():
    c = Capture("ocp-orv3-hpr-bbu", 3, "abcd")
    c.identity_text(0x40, "HPRB2409100264", 16)
    c.table("""
        battery-1.voltage_v 0x60 u16 1 mV
        battery-1.current_a 0x61 i16 10 mA
    """)
    c.array("sensor", 4, "temperature_c 0x5A u16 0.1 degC 1 -273.15")
    c.array("cell", 12, "voltage_v 0x6D u16 1 mV 1")
    return c


def tether():
    c = Capture("ocp-orv3-power-tether", 3, "abcd")
    c.identity_text(0x18, "PRX2318600055", 16)
    c.table("""
        temperature_c      0x45 i16 1/128 degC
        power_w            0x57 u16 1/8 W
        voltage_v          0x58 u16 1/1024 V
        current_a          0x59 u16 1/64 A
        output-1.voltage_v 0x4F u16 1/1024 V
        output-1.current_a 0x50 u16 1/64 A
        output-1.power_w   0x52 u16 1/8 W
        bus-1.voltage_v    0x56 u16 1/1024 V
    """)
    return c


def all_plants():
    return [socomec_ups(), liebert_ups(), delta(), liebert_air(), liebert_row(), pumping_unit(), deep_sea(), comap(),
            rack_v2(), battery(), high_power_battery(), tether()]
