#!/usr/bin/env python3
"""DL/T 645-2007 and Modbus RTU over TCP: `pued read` against meters of others and against one that misbehaves in every way we
could think of; then the daemon, with a DL/T 645 meter as the feed and a Modbus one behind a serial server as the IT side.

Everything is on loopback and ptys, and ends with this script. Usage: dlt645_test.py PUED BUILD_DIR
"""
import concurrent.futures
import json
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from meter import Meter, joined_ttys, serve_pty, serve_tcp  # noqa: E402
from processes import Stage, first_line, free_port  # noqa: E402

ROOT = HERE.parents[2]
NUMBER = "000000000161"
IT_POWER_W = 50_000  # as third_party_meters.py has it
FEED_KW = 62.5


def python_with_peers(build):
    """An interpreter that has the packages of requirements.txt, made once for each build folder."""
    folder = build / "peers" / "python"
    wanted, done = (HERE / "requirements.txt").read_text(), folder / "requirements.txt"
    if not done.exists() or done.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "-r", HERE / "requirements.txt"],
                       check=True)
        done.write_text(wanted)
    return folder / "bin" / "python"


def third_parties(stage, build):
    """Ports of the DL/T 645 meter and the Modbus server of others, and the tty of the former."""
    tcp, modbus, (tty, theirs) = free_port(), free_port(), joined_ttys()
    server = stage.start([python_with_peers(build), HERE / "third_party_meters.py", tcp, theirs, modbus],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stage.log("peers.log"))
    return server, tcp, tty, modbus


def line(name, tty):
    return f'[[line]]\nid = "{name}"\ndevice = "{tty}"\n'


def meter(name, where, profile="dlt645-2007", address=NUMBER, more=""):
    return f'[[meter]]\nid = "{name}"\nprofile = "{profile}"\n{where}\naddress = "{address}"\ntimeout_ms = 800\n{more}\n'


def read(pued, stage, text):
    """Values of `pued read`, by point; None where there is none."""
    file = stage.folder / "read.toml"
    file.write_text(f'data_directories = ["{ROOT}/config"]\n[site]\nid = "lines"\n{text}')
    out = subprocess.run([pued, "read", "-c", file, "--json"], capture_output=True, text=True, timeout=60, check=False)
    assert out.stdout, f"pued read printed nothing: {out.stderr}"
    rows = json.loads(out.stdout)["points"]
    print("\n".join(sorted({row["error"] for row in rows if row.get("error")})))
    return {row["point"]: row["value"] for row in rows if row["quality"] == "good"}, out.stdout


def check(values, name, **expected):
    """Each quantity of the meter: a number, or None for no value."""
    for quantity, value in expected.items():
        got = values.get(f"{name}.{quantity}")
        right = got is None if value is None else got is not None and abs(got - value) <= 1e-9 * abs(value)
        assert right, f"{name}.{quantity}: expected {value}, got {got}"
    print(f"{name}: as expected")


WHOLE = {"energy_wh": 123456.78e3, "energy_export_wh": 0, "power_w": 7123.4, "voltage_l1_v": 230.5, "voltage_l3_v": 229.9,
         "current_l2_a": 10.2, "power_factor": 0.987, "frequency_hz": 50.02}
NOTHING = dict.fromkeys(WHOLE)


def single_lines(pued, stage):
    """Every fault on a line of its own, so that they are read at the same time."""
    cases = {fault: WHOLE for fault in ("echo", "garbage", "no-wake", "dribble", "parts")}
    cases |= {"good": WHOLE, "other-address": NOTHING, "bad-checksum": NOTHING, "late": WHOLE | {"power_w": None}}
    cases["refuse-blocks"] = WHOLE | {"voltage_l1_v": None, "voltage_l3_v": None, "current_l2_a": None}
    meters = {fault: Meter(NUMBER, faults=[fault]) for fault in cases}
    text = "".join(line(f"l-{name}", serve_pty(m)) for name, m in meters.items())
    text += "".join(meter(name, f'line = "l-{name}"') for name in cases)

    shared = serve_pty(Meter("000000000001", faults=["silent"]), Meter("000000000002"), Meter("000000000003", power_kw=-1.5))
    text += line("shared", shared) + "".join(meter(f"m{i}", 'line = "shared"', address=f"00000000000{i}") for i in (1, 2, 3))
    port = free_port()
    serve_tcp(port, Meter("112233445566"))
    text += meter("any", f'host = "127.0.0.1:{port}"', address="AAAAAAAAAAAA", more="ct_ratio = 200\npt_ratio = 100")

    values, _ = read(pued, stage, text)
    for name, expected in cases.items():
        check(values, name, **expected)
    check(values, "m1", **NOTHING)
    check(values, "m2", **WHOLE)
    check(values, "m3", power_w=-1500)
    check(values, "any", energy_wh=123456.78e3 * 20_000, power_w=7123.4 * 20_000, voltage_l1_v=23050, current_l2_a=2040)


def others(pued, stage, tcp, tty, modbus):
    text = line("theirs", tty) + meter("tty", 'line = "theirs"', profile="dlt645-2007-single")
    text += meter("tcp", f'host = "127.0.0.1:{tcp}"', profile="dlt645-2007-single")
    for unit in (1, 2, 3):
        text += f'[[meter]]\nid = "pac{unit}"\nprofile = "siemens-pac"\nhost = "127.0.0.1:{modbus}"\nframing = "rtu"\nunit_id = {unit}\n'
    values, answer = read(pued, stage, text)
    single = {"energy_wh": 123456.78e3, "energy_export_wh": 500, "power_w": -7123.4, "voltage_v": 230.5, "current_a": 12.345,
              "power_factor": 0.987, "frequency_hz": 50.02}
    check(values, "tty", **single)
    check(values, "tcp", **single)
    for unit in ("pac1", "pac2"):
        check(values, unit, power_w=IT_POWER_W)
        assert values[f"{unit}.energy_wh"] > 1e6, values
    check(values, "pac3", power_w=None)
    assert "127.0.0.1" in answer and "no reply within" in answer or "illegal" in answer or "exception" in answer, answer


def scan(pued, *arguments):
    out = subprocess.run([pued, "scan", "tcp", "--data", f"{ROOT}/config", "--json", *arguments], capture_output=True, text=True,
                         timeout=60, check=False)
    return json.loads(out.stdout)["units"]


def scans(pued, tcp, modbus):
    """Meters of others are found, too: by what DL/T 645 has for it, and unit ids behind a serial server."""
    meters = scan(pued, f"127.0.0.1:{tcp}", "--protocol", "dlt645")
    assert [unit["address"] for unit in meters] == [NUMBER], meters
    assert meters[0]["candidates"][0]["profile"] == "dlt645-2007-single", meters
    units = scan(pued, f"127.0.0.1:{modbus}", "--framing", "rtu", "--units", "1-3", "--timeout-ms", "300")
    ids = [number for unit in units for number in [unit["unit_id"], *unit["also_unit_ids"]]]  # alike: perhaps told as one
    assert sorted(ids) == [1, 2], units
    print(f"scan: meter {NUMBER}, units {ids}")


def daemon(pued, stage, modbus):
    """A feed that draws 1.25 times what the IT side does; the broker must learn a PUE of 1.25."""
    began = time.monotonic()
    feed_port, broker_port = free_port(), free_port()
    serve_tcp(feed_port, Meter(NUMBER, energy_kwh=lambda: 4_000 + FEED_KW * (time.monotonic() - began) / 3600, power_kw=FEED_KW))
    (stage.folder / "mosquitto.conf").write_text(f"listener {broker_port} 127.0.0.1\nallow_anonymous true\nuser root\n")
    stage.start(["mosquitto", "-c", stage.folder / "mosquitto.conf"], stderr=stage.log("mosquitto.log"))
    file = stage.folder / "site.toml"
    file.write_text(f"""state_directory = "{stage.folder}/state"
data_directories = ["{ROOT}/config"]
[site]
id = "demo"
[metering]
interval_s = 5
grace_s = 2
poll_s = 0.5
[mqtt]
host = "127.0.0.1:{broker_port}"
[[meter]]
id = "feed"
profile = "dlt645-2007"
host = "127.0.0.1:{feed_port}"
address = "{NUMBER}"
role = "feed"
rated_kw = 80
[[meter]]
id = "it"
profile = "siemens-pac"
host = "127.0.0.1:{modbus}"
framing = "rtu"
role = "ups-output"
rated_kw = 80
""")
    check_out = subprocess.run([pued, "check", "-c", file], capture_output=True, text=True, check=False)
    assert check_out.returncode == 0, check_out.stdout + check_out.stderr
    run = stage.start([pued, "run", "-c", file], stderr=stage.log("pued.log"))
    seen = stage.start(["mosquitto_sub", "-h", "127.0.0.1", "-p", broker_port, "-t", "pued/v1/demo/+/metric/site/pue-day"],
                       stdout=subprocess.PIPE)
    pue, seconds, end = None, 0, time.monotonic() + 30
    for text in seen.stdout:
        figure = json.loads(text)
        print(f"PUE {figure['value']} over {figure['window']['seconds']} s", flush=True)
        pue, seconds = figure["value"], figure["window"]["seconds"]
        if (pue is not None and seconds >= 15) or time.monotonic() > end:
            break
    # One count of the feed's register, 10 Wh, is 4 % of what flows in 15 s.
    assert pue is not None and seconds >= 15 and abs(pue - 1.25) < 0.05, f"PUE {pue}, expected 1.25; {stage.folder}"
    run.terminate()
    assert run.wait(5) == 0
    subprocess.run([pued, "verify", f"{stage.folder}/state"], check=True, timeout=20)


def main():
    pued, build = sys.argv[1], pathlib.Path(sys.argv[2])
    with Stage("dlt645") as stage:
        with concurrent.futures.ThreadPoolExecutor(1) as beside:
            peers = beside.submit(third_parties, stage, build)
            single_lines(pued, stage)
        server, tcp, tty, modbus = peers.result()
        while first_line(server) != "ready":
            pass
        others(pued, stage, tcp, tty, modbus)
        scans(pued, tcp, modbus)
        try:
            daemon(pued, stage, modbus)
        except BaseException:
            print((stage.folder / "pued.log").read_text()[-3000:])
            raise


if __name__ == "__main__":
    main()
