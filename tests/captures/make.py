#!/usr/bin/env python3
"""Writes the golden captures *.toml of this folder: what a device of each model would answer, and what that means.

Run it without arguments to write the files; `--check` only says whether they are up to date. It is the second opinion
on config/devices: addresses, types, word order, scales and units stand here once more, in a notation of their own,
written from the sources that the maps cite; the words are made with `struct`, the expected values with exact fractions.
Nothing here reads config/devices, and none of pued's code is used. Where the two disagree, one of them is wrong.
"""
import sys
from pathlib import Path

from community_meters import all_community_meters
from meters import all_meters
from more_meters import all_more_meters
from plants import all_plants
from scaled_meters import all_scaled_meters
from supplies import all_supplies

HERE = Path(__file__).resolve().parent


def main():
    stale = []
    captures = (all_meters() + all_more_meters() + all_scaled_meters() + all_community_meters() + all_supplies() +
                all_plants())
    for capture in captures:
        path = HERE / (capture.name + ".toml")
        text = capture.text()
        if not path.exists() or path.read_text() != text:
            stale.append(path.name)
        if "--check" not in sys.argv:
            path.write_text(text)
    if "--check" in sys.argv and stale:
        raise SystemExit("out of date, run make.py: " + ", ".join(stale))


if __name__ == "__main__":
    main()
