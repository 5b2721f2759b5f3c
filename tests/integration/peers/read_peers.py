#!/usr/bin/env python3
"""`pued read` against three servers that nobody here wrote; see README.md. Usage: read_peers.py PUED PTY_SERVER BUILD_DIR

Everything is on loopback with free ports, and ends with this script.
"""
import json
import pathlib
import shutil
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from processes import Stage, first_line, free_port  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
BMC = HERE.parent / "bmc"
EXPECTED = {  # point: (value, relative tolerance); what the servers were given, not what pued said
    "main.power_w": (7421.5, 1e-6),
    "main.energy_wh": (123456.78e3, 1e-6),
    "main.voltage_l1_v": (230.2, 1e-6),
    "main.frequency_hz": (50.02, 1e-6),
    "cascaded.power_w": (815.25, 1e-6),
    "cascaded.energy_wh": (42.5e3, 1e-6),
    "branch.power_w": (4321.7, 1e-9),
    "branch.energy_wh": (987654300.0, 1e-12),
    "branch.frequency_hz": (49.9, 1e-9),
    "node-1.power_w": (232.0, 1e-9),
}


def npm_modules(build):
    folder = build / "peers"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "node_modules" / "modbus-serial").is_dir():
        shutil.copy(HERE / "package.json", folder)
        subprocess.run(["npm", "install", "--omit=optional", "--no-audit", "--no-fund", "--silent"], cwd=folder, check=True)
    return folder / "node_modules"


def ipmi_sim(stage):
    """OpenIPMI's simulator with one BMC; returns its port."""
    work = stage.folder
    port = free_port(socket.SOCK_DGRAM)
    name = "bmc1"
    state = work / "ipmi" / "ipmi_sim" / name
    state.mkdir(parents=True)
    subprocess.run(["sdrcomp", "-o", str(state / "sdr.20.main"), str(BMC / "power.sdrs")], check=True, stdout=subprocess.DEVNULL)
    users = "".join(f"    allowed_auths_{who} none md2 md5 straight\n" for who in ("callback", "user", "operator", "admin"))
    (work / "lan.conf").write_text(
        f'name "{name}"\nset_working_mc 0x20\n  startlan 1\n    addr 127.0.0.1 {port}\n    priv_limit admin\n{users}'
        "    guid a123456789abcdefa123456789abcdef\n  endlan\n"
        '  user 1 true  ""        "test" user     10       none md2 md5 straight\n'
        '  user 2 true  "ipmiusr" "test" admin    10       none md2 md5 straight\n')
    stage.start(["ipmi_sim", "-n", "-c", work / "lan.conf", "-f", BMC / "bmc.emu", "-s", work / "ipmi"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return port


def configuration(work, tcp_port, pty, ipmi_port):
    password = work / "password"
    password.write_text("test\n")
    password.chmod(0o600)
    file = work / "pued.toml"
    file.write_text(f"""
data_directories = ["{ROOT}/config"]
[site]
id = "peers"
[[line]]
id = "rs485"
device = "{pty}"
[[meter]]
id = "main"
profile = "eastron-sdm630"
host = "127.0.0.1:{tcp_port}"
[[meter]]
id = "cascaded"
profile = "eastron-sdm630"
host = "127.0.0.1:{tcp_port}"
register_offset = 5000
[[meter]]
id = "branch"
profile = "carlo-gavazzi-em3xx"
line = "rs485"
unit_id = 3
[[server]]
id = "node-1"
bmc = "127.0.0.1:{ipmi_port}"
user = "ipmiusr"
password_file = "{password}"
privilege = "admin"
power = "sensor:PS1 Input Power"
""")
    return file


def compare(points):
    failures = []
    for name, (value, tolerance) in EXPECTED.items():
        got = points.get(name)
        if got is None or got["value"] is None or got["quality"] != "good":
            failures.append(f"{name}: expected {value}, got {got}")
        elif abs(got["value"] - value) > tolerance * abs(value):
            failures.append(f"{name}: expected {value}, got {got['value']}")
        else:
            print(f"{name} = {got['value']} {got['unit']}")
    return failures


def main():
    pued, pty_server, build = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    with Stage("peers") as stage:
        piped = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        tcp_port = first_line(stage.start(["node", HERE / "modbus_serial_server.js", npm_modules(build)], **piped))
        pty = first_line(stage.start([pty_server], **piped))
        file = configuration(stage.folder, tcp_port, pty, ipmi_sim(stage))
        subprocess.run([pued, "read", "-c", str(file)], check=False, timeout=60)
        answer = subprocess.run([pued, "read", "-c", str(file), "--json"], capture_output=True, text=True, timeout=60, check=False)
        if not answer.stdout:
            sys.exit(f"pued read printed nothing: {answer.stderr}")
        failures = compare({row["point"]: row for row in json.loads(answer.stdout)["points"]})
    print("\n".join(failures))
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
