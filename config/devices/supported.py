#!/usr/bin/env python3
"""Writes SUPPORTED.md beside this file: every register map of this folder in one table, and where its facts are from.

Run it without arguments after a map has changed; `--check` only says whether the table is up to date (CTest does).
Everything in the table comes from the maps.
"""
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
TABLE = HERE / "SUPPORTED.md"
KINDS = {"meter": "Meters", "pdu": "Rack PDUs", "ups": "UPS", "psu": "Power supplies", "cooling": "Cooling",
         "generator": "Generators"}
# The beginning of a quantity's name, the longer first, and what the table says for it.
WORDS = [("energy_export", "export"), ("energy", "energy"), ("power_factor", "power factor"),
         ("apparent_power", "apparent power"), ("power", "power"), ("voltage", "voltage"), ("current", "current"),
         ("frequency", "frequency"), ("temperature", "temperature"), ("humidity", "humidity"),
         ("activity", "activity"), ("clock", "clock")]
ORDER = ["power", "energy", "export", "apparent power", "voltage", "current", "frequency", "power factor",
         "temperature", "humidity", "activity", "clock"]
PHASES = ("_l1", "_l2", "_l3", "_n", "_l12", "_l23", "_l31")
HEAD = """# What pued reads over Modbus and DL/T 645

Written by `supported.py` from the maps of this folder; do not edit. {count} maps of {vendors} vendors: {documented}
documented (vendor document, firmware source or drivers that agree), {community} community (one good source, or a conflict
that the map states). No map was compared with the device itself: [README.md](README.md) says how to do that in a minute,
and how to write a map for a device that is not here.

A quantity with ³ is there for each phase. *Refresh* is how often the device renews its own registers. *Known by*:
`scan` means that `pued scan` recognises the family by registers of its own ([[identify]]); `serial` that the meter's
serial number is read, so that an exchange is noticed.
"""


def quantities(fields):
    """{"voltage_l1_v": …, "energy_wh": …} -> "energy, voltage³"."""
    found = {}
    for name in fields:
        word = next(word for begin, word in WORDS if name.startswith(begin))
        found[word] = found.get(word, False) or any(f"{phase}_" in name or name.endswith(phase) for phase in PHASES)
    totals = {"power": "power_w" in fields, "energy": "energy_wh" in fields}
    return ", ".join(word + ("" if not found[word] else "³" if totals.get(word, True) else " of each phase alone")
                     for word in ORDER if word in found)


def arrays(device):
    out = []
    for element, array in device.get("arrays", {}).items():
        name = element if array["count"] == 1 else f"{array['count']} × {element}"
        out.append(f"{name}: {quantities(array['fields'])}")
    return "; ".join(out)


def refresh(device):
    milliseconds = device.get("transport", {}).get("refresh_ms", 0)
    return f"{milliseconds / 1000:g} s" if milliseconds else ""


def known_by(device):
    return ", ".join(word for key, word in (("identify", "scan"), ("identity", "serial")) if key in device)


def row(device):
    protocol = " (DL/T 645)" if device.get("protocol") == "dlt645" else ""
    cells = [f"`{device['id']}`{protocol}", device["vendor"], ", ".join(device["models"]),
             quantities(device.get("fields", {})), arrays(device), refresh(device), known_by(device), device["status"]]
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"


def text(devices):
    documented = sum(device["status"] == "documented" for device in devices)
    out = [HEAD.format(count=len(devices), vendors=len({device["vendor"] for device in devices}),
                       documented=documented, community=len(devices) - documented)]
    for kind, title in KINDS.items():
        rows = [row(device) for device in devices if device["kind"] == kind]
        if rows:
            out += [f"## {title}", "", "| map | vendor | models | quantities | rows | refresh | known by | status |",
                    "|---|---|---|---|---|---|---|---|", *rows, ""]
    out += ["## Sources", ""]
    out += [f"- `{device['id']}`: " + "; ".join(device["sources"]) for device in devices]
    return "\n".join(out) + "\n"


def main():
    wanted = text([tomllib.loads(path.read_text()) for path in sorted(HERE.glob("*.toml"))])
    if "--check" not in sys.argv:
        TABLE.write_text(wanted)
    elif not TABLE.exists() or TABLE.read_text() != wanted:
        raise SystemExit("config/devices/SUPPORTED.md is out of date: run config/devices/supported.py")


if __name__ == "__main__":
    main()
