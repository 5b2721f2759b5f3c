#!/usr/bin/env python3
"""`pued scan --protocol dlt645` as an operator runs it: one meter whose address, speed and kind nobody knows, several on one
line, one that answers to nothing but its own number; and that its TOML is what `pued check` accepts and `pued read` reads with.

Everything is on loopback and ptys, and ends with this script. Usage: scan_dlt645_test.py PUED
"""
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from meter import Meter, serve_pty, serve_tcp  # noqa: E402
from processes import Stage, free_port  # noqa: E402

CONFIG = HERE.parents[2] / "config"
NUMBER = "000000000161"


def scan(pued, *arguments):
    """Exit code and what was printed."""
    out = subprocess.run([pued, "scan", "--data", CONFIG, *map(str, arguments), "--protocol", "dlt645"], capture_output=True, text=True,
                         timeout=60, check=False)
    print(f"{arguments}: exit {out.returncode}")
    return out.returncode, out.stdout


def scan_json(pued, *arguments):
    code, text = scan(pued, *arguments, "--json")
    found = json.loads(text)
    return code, found, {unit["address"]: unit["candidates"][0]["profile"] for unit in found["units"]}


def tcp(*meters):
    port = free_port()
    serve_tcp(port, *meters)
    return f"127.0.0.1:{port}"


def one_on_a_line(pued, stage):
    """What is printed can be pasted: `pued read` then reads the meter."""
    code, toml = scan(pued, "rtu", serve_pty(Meter(NUMBER)))
    assert code == 0 and "# Answered at 2400 8E1" in toml and f"meter {NUMBER}: dlt645-2007 " in toml, toml
    for wanted in ('profile = "dlt645-2007"', f'address = "{NUMBER}"', "baud = 2400", 'parity = "E"', 'line = "rs485"'):
        assert f"\n{wanted}\n" in toml, (wanted, toml)
    file = stage.folder / "site.toml"
    # A pty has no parity, and says so when nothing but that was asked of it.
    text = toml.replace("baud = 2400", "baud = 9600")
    file.write_text(f'data_directories = ["{CONFIG}"]\n[site]\nid = "s"\n{text}role = "none"\n')
    subprocess.run([pued, "check", "-c", file], check=True, timeout=20)
    read = subprocess.run([pued, "read", "-c", file, "--json"], capture_output=True, text=True, timeout=20, check=False)
    values = {row["point"]: row["value"] for row in json.loads(read.stdout)["points"]}
    assert abs(values[f"dlt645-2007-{NUMBER}.power_w"] - 7123.4) < 1e-6, values


def behind_a_serial_server(pued):
    code, found, meters = scan_json(pued, "tcp", tcp(Meter(NUMBER, faults=("refuse-blocks",))))
    assert code == 0 and meters == {NUMBER: "dlt645-2007-single"}, found
    _, toml = scan(pued, "tcp", host := tcp(Meter(NUMBER, faults=("echo", "garbage"))))
    assert f'\nhost = "{host}"\naddress = "{NUMBER}"\n' in toml and "framing" not in toml and "[[line]]" not in toml, toml


def several(pued):
    """Told apart by their last digits, two of which share the last two."""
    numbers = ["000000000161", "202611220262", "110000000162"]
    code, found, meters = scan_json(pued, "tcp", tcp(*map(Meter, numbers)), "--timeout-ms", 60)
    assert code == 0 and sorted(meters) == sorted(numbers), found
    assert any("told apart" in note for note in found["notes"]), found


def shy(pued):
    line = serve_pty(Meter(NUMBER, faults=("shy",)))
    code, text = scan(pued, "rtu", line, "--baud", 2400, "--parity", "E", "--timeout-ms", 50)
    assert code == 1 and "Tried 2400 8E1" in text and "--address" in text, text
    code, found, meters = scan_json(pued, "rtu", line, "--baud", 9600, "--timeout-ms", 300, "--address", "000000000162", "--address", NUMBER)
    assert code == 0 and list(meters) == [NUMBER] and found["line"] == {"baud": 9600, "parity": "E", "stop_bits": 1}, found


def nobody(pued):
    code, text = scan(pued, "tcp", f"127.0.0.1:{free_port()}")
    assert code == 1 and "connection refused" in text, text
    code, text = scan(pued, "tcp", tcp(Meter(NUMBER, faults=("silent",))), "--timeout-ms", 50)
    assert code == 1 and "Nobody answered" in text, text
    for wrong in (["--address", "12"], ["--units", "1"], ["--framing", "rtu"], ["--baud", "2400"]):
        assert scan(pued, "tcp", "127.0.0.1:4001", *wrong)[0] == 2, wrong


def main():
    pued = sys.argv[1]
    with Stage("scan-dlt645") as stage:
        one_on_a_line(pued, stage)
        behind_a_serial_server(pued)
        several(pued)
        shy(pued)
        nobody(pued)


if __name__ == "__main__":
    main()
