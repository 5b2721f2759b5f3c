#!/usr/bin/env python3
"""The rules of the house that a compiler does not know. Run by ./test and CTest; prints file:line: what, exits 1.

Includes point inward; files stay short; every file says what it is; functions stay short (Universal Ctags); words that
are wrong here (other clocks, writing to devices, paths of a developer's machine) do not appear.
"""
import pathlib
import re
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE = ("agent", "drivers", "firmware")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
LONGEST_MEDIAN = 12

# What each folder may include, beside itself. A driver never includes another driver or the runtime; when and where to
# poll (drivers/poll) and how a library is loaded (drivers/library) is what several have in common.
INNER = ["agent/model"]
PURE = INNER + ["agent/metering"]
MIDDLE = PURE + ["agent/metrics", "agent/rules", "agent/drift", "agent/config", "agent/journal", "agent/ports"]
MAY_INCLUDE = {
    "agent/model": [],
    "agent/ports": INNER,
    "agent/metering": INNER,
    "agent/metrics": PURE,
    "agent/rules": INNER,
    "agent/drift": PURE + ["agent/metrics"],
    "agent/journal": INNER + ["agent/ports"],
    "agent/config": INNER + ["agent/rules", "agent/journal"],
    "agent/scan": INNER,
    "agent/report": MIDDLE,
    "agent/runtime": MIDDLE,
    "agent/commands": MIDDLE + ["agent/report", "agent/runtime", "agent/scan", "drivers", "firmware"],
    "agent": ["agent/commands"],
    "drivers": INNER + ["agent/ports", "agent/config", "drivers/poll", "drivers/library"],
    "firmware": INNER + ["agent/ports"],
}
PURE_FOLDERS = ("agent/model", "agent/metering", "agent/metrics", "agent/rules", "agent/drift", "agent/journal", "agent/report", "agent/scan")
# In the pure middle: nothing that reads a clock, a file, a socket or starts a thread.
IMPURE = re.compile(r"#include <(thread|mutex|fstream|filesystem|iostream|atomic|unistd\.h|sys/.*|time\.h|fcntl\.h)>")
BANNED = [
    (re.compile(r"(system_clock|steady_clock|high_resolution_clock)::now"), "time comes through the Clock door"),
    (re.compile(r"\bmodbus_(write|mask_write|send_raw_request_tid|report_slave)"), "pued is read-only on the wire"),
    (re.compile(r"/work/|\.library"), "a path of a developer's machine"),
    (re.compile(r"\b(TODO|FIXME|XXX)\b"), "an open end: finish it or file an issue"),
    (re.compile(r"\bfloat\b(?!ing)"), "double, never float"),
    (re.compile(r"\bslave\b(?!_)", re.I), "say unit id"),
]
# libmodbus calls units so; the simulator's server side must write; decoding a 32-bit register needs the type.
ALLOWED = {"float": ("drivers/modbus/", "drivers/sim/", "agent/model/register_map"), "slave": ("drivers/modbus/", "drivers/sim/")}


def folder_of(path):
    parts = path.relative_to(ROOT).parts
    if parts[0] == "agent" and len(parts) > 2:
        return "/".join(parts[:2])
    return parts[0]


def sources():
    for top in CODE:
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in (".cpp", ".hpp") and path.is_file():
                yield path


def check_includes(path, number, line):
    found = re.match(r'#include "([^"]+)"', line)
    if not found:
        return
    target = found.group(1)
    mine = folder_of(path)
    if str(pathlib.PurePath(target).parent) == str(path.parent.relative_to(ROOT)):
        return
    if not any(target.startswith(allowed + "/") for allowed in MAY_INCLUDE[mine]):
        yield f"{path.relative_to(ROOT)}:{number}: {mine} must not include {target} (includes point inward)"


def check_words(path, number, line):
    name = str(path.relative_to(ROOT))
    if name.startswith(PURE_FOLDERS) and IMPURE.match(line):
        yield f"{name}:{number}: {line.strip()} in the pure middle"
    code = re.sub(r"//.*", "", line)
    for pattern, why in BANNED:
        found = pattern.search(code)
        if not found:
            continue
        allowed = ALLOWED.get(found.group(0).lower(), ())
        if not name.startswith(tuple(allowed)) if allowed else True:
            yield f"{name}:{number}: \"{found.group(0)}\": {why}"


def check_files():
    for path in sources():
        lines = path.read_text(encoding="utf-8").splitlines()
        name = path.relative_to(ROOT)
        if len(lines) > LONGEST_FILE:
            yield f"{name}: {len(lines)} lines (at most {LONGEST_FILE}: split it by noun)"
        if not lines or not lines[0].startswith("//"):
            yield f"{name}:1: the first paragraph says what this file is"
        for number, line in enumerate(lines, 1):
            yield from check_includes(path, number, line)
            yield from check_words(path, number, line)


def check_functions():
    names = [str(path) for path in sources()]
    out = subprocess.run(["ctags", "-f", "-", "--c++-kinds=f", "--fields=+ne", *names], capture_output=True, text=True, check=True)
    lengths = []
    for row in out.stdout.splitlines():
        fields = dict(part.split(":", 1) for part in row.split("\t")[3:] if ":" in part)
        if "end" not in fields:
            continue
        length = int(fields["end"]) - int(fields["line"]) + 1
        lengths.append(length)
        if length > LONGEST_FUNCTION:
            name, path = row.split("\t")[:2]
            yield f"{pathlib.Path(path).relative_to(ROOT)}:{fields['line']}: {name} has {length} lines (at most {LONGEST_FUNCTION})"
    median = statistics.median(lengths)
    print(f"tidy: {len(names)} files, {len(lengths)} functions, median {median:g} lines, longest {max(lengths)}")
    if median > LONGEST_MEDIAN:
        yield f"the median function has {median:g} lines (at most {LONGEST_MEDIAN})"


def main():
    problems = [*check_files(), *check_functions()]
    print("\n".join(problems))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
