"""The programs that tests/bench/scale/run compares, each configured for the same plant, points, period and broker."""
import pathlib
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[3]
POINTS = ("power_w", "voltage_l1_v", "voltage_l2_v", "voltage_l3_v", "current_l1_a", "current_l2_a", "current_l3_a",
          "power_factor", "frequency_hz", "energy_wh")
UNITS = {"w": "W", "v": "V", "a": "A", "hz": "Hz", "wh": "Wh"}
PER_RACK = 20  # meters; the first of all is the feed


def address(meter):
    return f"127.0.{meter // 250 + 1}.{meter % 250 + 1}"


def register_map():
    lines = ['schema = 1', 'id = "bench-meter"', 'vendor = "bench"', 'models = ["bench"]', 'kind = "meter"', 'status = "documented"',
             'sources = ["tests/bench/scale/plant.cpp"]', "[transport]", "function = 4", 'word_order = "abcd"', "max_words = 60", "[fields]"]
    for i, name in enumerate(POINTS):
        kind = "u32" if name == "energy_wh" else "f32"
        unit = UNITS.get(name.rsplit("_", 1)[1])
        lines.append(f'{name} = {{ address = {2 * i}, type = "{kind}"{f", unit = {chr(34)}{unit}{chr(34)}" if unit else ""} }}')
    return "\n".join(lines) + "\n"


def pued(folder, port, broker, meters, readings, alerts, poll_s):
    """Writes pued.toml; gives the command to come after the program's name."""
    (folder / "devices").mkdir(exist_ok=True)
    (folder / "devices/bench-meter.toml").write_text(register_map())
    text = [f'state_directory = "{folder}/state"', f'data_directories = ["{ROOT}/config", "{folder}"]', "[site]", 'id = "bench"',
            "[metering]", f"poll_s = {poll_s}", "[mqtt]", f'host = "127.0.0.1:{broker}"', f"readings = {str(readings).lower()}"]
    for i in range(meters):
        rack = f'rack = "r{i // PER_RACK:02}"\n' if i else ""
        text.append(f'[[meter]]\nid = "m{i:04}"\nprofile = "bench-meter"\nhost = "{address(i)}:{port}"\n'
                    f'role = "{"pdu" if i else "feed"}"\nrated_kw = {200 if i else 20000}\n{rack}')
    if alerts:
        for rack in range(1, meters // PER_RACK):
            text.append(f'[[alert]]\nid = "rack-{rack:02}-full"\nmetric = "it-power"\nscope = "rack-r{rack:02}"\nabove = 70000\n'
                        'for_count = 1\nclear_count = 1')
    config = folder / "pued.toml"
    config.write_text("\n".join(text) + "\n")
    (folder / "state").mkdir(exist_ok=True)
    return ["run", "-c", str(config)]


def collectd(folder, port, broker, meters, poll_s):
    types = {"power_w": "power", "energy_wh": "gauge", "power_factor": "gauge", "frequency_hz": "frequency"}
    data, collect = [], []
    for i, name in enumerate(POINTS):
        kind = types.get(name, "voltage" if name.endswith("_v") else "current")
        register = "Uint32" if name == "energy_wh" else "Float"
        data.append(f'<Data "{name}">\nRegisterBase {2 * i}\nRegisterType {register}\nRegisterCmd ReadInput\nType {kind}\nInstance "{name}"\n</Data>')
        collect.append(f'Collect "{name}"')
    hosts = [f'<Host "m{i:04}">\nAddress "{address(i)}"\nPort "{port}"\nInterval {poll_s}\n<Slave 1>\nInstance "meter"\n{chr(10).join(collect)}\n</Slave>\n</Host>'
             for i in range(meters)]
    config = folder / "collectd.conf"
    config.write_text(textwrap.dedent(f"""\
        Hostname "bench"
        FQDNLookup false
        Interval {poll_s}
        BaseDir "{folder}"
        PIDFile "{folder}/collectd.pid"
        TypesDB "/usr/share/collectd/types.db"
        LoadPlugin modbus
        LoadPlugin mqtt
        <Plugin mqtt>
        <Publish "bench">
        Host "127.0.0.1"
        Port "{broker}"
        ClientId "collectd"
        QoS 0
        Prefix "collectd"
        </Publish>
        </Plugin>
        """) + "<Plugin modbus>\n" + "\n".join(data + hosts) + "\n</Plugin>\n")
    return ["-f", "-C", str(config)]


def rack(text):
    """Of the configuration that pued-sim writes: what a box in a rack reads, serial lines and BMCs. Its two PDUs as if all
    their outlets were in use."""
    head, *tables = text.replace("\noutlets = 6\n", "\noutlets = 24\n").split("\n[[")
    tables = [table for table in tables if "\nline = " in table or not table.startswith(("meter]]", "alert]]"))]
    text = "\n[[".join([head, *tables])
    return text if 'role = "feed"' in text else text.replace('role = "pdu"', 'role = "feed"', 1)  # what enters the rack
