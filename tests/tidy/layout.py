#!/usr/bin/env python3
"""agent/running.ld did what it is for: what a running daemon calls is one section of the program, and a small part of it.

Usage: layout.py READELF PUED
"""
import re
import subprocess
import sys

SMALLEST, LARGEST = 0.05, 0.35  # of all functions


def sizes(readelf, program):
    """Bytes of each section."""
    out = subprocess.run([readelf, "-SW", program], check=True, capture_output=True, text=True).stdout
    return {name: int(size, 16) for name, size in re.findall(r"\] (\S+) +\S+ +[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) ", out)}


def main():
    found = sizes(*sys.argv[1:3])
    running, rest = found.get(".text.running", 0), found[".text"]
    share = running / (running + rest)
    print(f"{running >> 10} KiB of {(running + rest) >> 10} KiB are called while the daemon runs ({share:.0%})")
    if not SMALLEST <= share <= LARGEST:
        print(f"expected {SMALLEST:.0%} to {LARGEST:.0%}: agent/running.ld no longer fits, make it anew (tests/bench/layout/run)")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
