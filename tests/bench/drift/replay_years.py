#!/usr/bin/env python3
"""Drift alerts of pued itself over year files: turns each into READINGS.csv and a configuration, runs pued replay and
prints which drift and forecast alerts fired, when and until when.

A year file has quarter hours (ts_utc,twb_c,e_total_kwh,e_it_kwh,e_cool_kwh,e_powerloss_kwh, energies of the interval
that begins then; lines with # are comments). The detectors need a year to learn from, which the file does not have:
--before is put in front of it, dated 365 days earlier; without it the year itself is. The same weather and noise come
again then, which is kinder than life.

Usage: replay_years.py PUED YEAR.csv… [--before FAULT_FREE.csv] [--limit 1.30] [--keep FOLDER]
"""
import argparse
import csv
import datetime
import json
import pathlib
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
QUARTER = datetime.timedelta(minutes=15)
YEAR = datetime.timedelta(days=365)
METERS = {"feed": "feed", "ups-in": "ups-input", "ups-out": "ups-output", "cooling": "cooling"}
CONFIG = """data_directories = ["{root}/config"]
[site]
id = "year"
region = "shanghai"
build = "new"
standard_racks = 3200
commissioned = 2020-01-01
[metering]
poll_s = 300
[drift]
limit = {limit}
[weather]
wet_bulb = "feed.temperature_c"
monthly_c = [{climate}]
[mqtt]
enabled = true
host = "broker.example"
[[mqtt-value]]
id = "wet-bulb"
quantity = "temperature_c"
device = "feed"
topic = "roof"
stale_after_s = 1800
"""
METER = """[[meter]]
id = "{id}"
profile = "eastron-sdm630"
host = "127.0.0.1:{port}"
role = "{role}"
rated_kw = {rated_kw}
meter_class = "0.5S"
ct_class = "0.5S"
"""


def read_year(path):
    """(time, wet bulb, {meter: Wh}) of each quarter hour."""
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            total, it, cool, loss = (float(row[key]) * 1000 for key in ("e_total_kwh", "e_it_kwh", "e_cool_kwh", "e_powerloss_kwh"))
            yield (datetime.datetime.fromisoformat(row["ts_utc"]), float(row["twb_c"]),
                   {"feed": total, "ups-in": it + loss, "ups-out": it, "cooling": cool})


def write_readings(path, before, year):
    """Both years as registers that run on; the readings of a quarter hour's end are those of the next one's begin."""
    registers = dict.fromkeys(METERS, 1e9)
    with open(path, "w", encoding="utf-8") as out:
        out.write("time,point,value,quality\n")

        def read(time, wet_bulb):
            for meter, wh in registers.items():
                out.write(f"{time:%Y-%m-%dT%H:%M:%SZ},{meter}.energy_wh,{wh:.0f},good\n")
            out.write(f"{time:%Y-%m-%dT%H:%M:%SZ},feed.temperature_c,{wet_bulb:.2f},good\n")

        for rows, shift in ((before, YEAR), (year, datetime.timedelta(0))):
            for time, wet_bulb, energies in rows:
                read(time - shift, wet_bulb)
                for meter, wh in energies.items():
                    registers[meter] += wh
        read(year[-1][0] + QUARTER, year[-1][1])


def write_config(path, before, limit):
    """The climate that the forecast expects: the twelve means of the year before."""
    months = [[] for _ in range(12)]
    for time, wet_bulb, _ in before:
        months[(time + datetime.timedelta(hours=8)).month - 1].append(wet_bulb)
    climate = ", ".join(f"{sum(month) / len(month):.2f}" for month in months)
    most_kw = 4 * max(max(energies.values()) for _, _, energies in before) / 1000
    with open(path, "w", encoding="utf-8") as out:
        out.write(CONFIG.format(root=ROOT, limit=limit, climate=climate))
        for port, (meter, role) in enumerate(METERS.items(), 20000):
            out.write(METER.format(id=meter, port=port, role=role, rated_kw=int(2 * most_kw)))


def episodes(pued, readings, config, begin):
    """(rule, day of the year it fired, day it ended or None, message) and what the baselines said; the summary."""
    said = subprocess.run([pued, "replay", readings, "-c", config, "--json"], check=True, capture_output=True, text=True).stdout
    out, standing, summary = [], {}, {}
    for line in said.splitlines():
        entry = json.loads(line)
        if entry["type"] == "summary":
            summary = entry
        if entry["type"] != "alert" or not entry["rule"].startswith(("drift-", "forecast-")):
            continue
        day = (datetime.datetime.fromisoformat(entry["time"]) - begin) / datetime.timedelta(days=1)
        if entry["to"] == "firing":
            standing[entry["rule"]] = [entry["rule"], day, None, entry["message"]]
            out.append(standing[entry["rule"]])
        elif entry["from"] == "firing" and entry["rule"] in standing:
            standing.pop(entry["rule"])[2] = day
    return out, summary


def main():
    parser = argparse.ArgumentParser(description="drift alerts of pued replay over year files")
    parser.add_argument("pued")
    parser.add_argument("years", nargs="+", type=pathlib.Path)
    parser.add_argument("--before", type=pathlib.Path, help="the year to learn from; default: the year itself")
    parser.add_argument("--limit", type=float, default=1.30)
    parser.add_argument("--keep", type=pathlib.Path, help="leave the readings and configurations here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pued-years-") as scratch:
        folder = options.keep or pathlib.Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        for path in options.years:
            year, before = list(read_year(path)), list(read_year(options.before or path))
            readings, config = folder / f"{path.stem}.csv", folder / f"{path.stem}.toml"
            write_readings(readings, before, year)
            write_config(config, before, options.limit)
            found, summary = episodes(options.pued, readings, config, year[0][0])
            pue = sum(energies["feed"] for _, _, energies in year) / sum(energies["ups-out"] for _, _, energies in year)
            print(f"{path.name}: PUE {pue:.4f}; learnt from {(options.before or path).name}, dated a year earlier; limit {options.limit:.2f}; "
                  f"{summary['intervals']} intervals, {summary['measured']} measured")
            for rule, fired, ended, message in found:
                until = "still on at the end" if ended is None else f"until {ended:.1f}"
                print(f"  {rule}: day {fired:.1f}, {until}: {message}")
            if not found:
                print("  no drift or forecast alert")


if __name__ == "__main__":
    main()
