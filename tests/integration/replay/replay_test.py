#!/usr/bin/env python3
"""A year through `pued replay`: the same to the bit every time, malformed readings refused with their place, and the
evidence that it leaves sound, complete and in agreement with the report of the year.
Usage: replay_test.py PUED BENCH_YEAR
"""
import json
import math
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from processes import Stage  # noqa: E402

PUED, BENCH_YEAR = sys.argv[1], sys.argv[2]
ROOT = pathlib.Path(__file__).resolve().parents[3]


def run(*arguments, code=0):
    done = subprocess.run([str(part) for part in arguments], capture_output=True, check=False, timeout=100)
    assert done.returncode == code, f"{arguments}: exit {done.returncode}, not {code}: {done.stderr.decode()[-500:]}"
    return done


class Site:
    """The bench's site with a state directory that is to be made by replay."""

    def __init__(self, folder, name):
        self.state = folder / name
        self.config = folder / f"{name}.toml"
        text = run(BENCH_YEAR, "--config").stdout.decode()
        self.config.write_text(f'state_directory = "{self.state}"\ndata_directories = ["{ROOT}/config"]\n{text}')

    def replay(self, readings, *options, code=0):
        return run(PUED, "replay", readings, "-c", self.config, *options, code=code)

    def records(self):
        lines = run(PUED, "journal", "-c", self.config, "--json").stdout.splitlines()
        return [json.loads(line) for line in lines]

    def report(self, period, *options):
        return run(PUED, "report", "-c", self.config, "--period", period, *options).stdout


def without_key(record):
    """What a record says, without what hangs on the key: the records before it and where it stands."""
    return {key: value for key, value in record.items() if key not in ("sha256", "previous", "segment", "offset")}


def check_determinism(folder, readings):
    one, two = Site(folder, "one"), Site(folder, "two")
    plain = one.replay(readings).stdout
    assert plain == two.replay(readings, "--journal", two.state).stdout, "a journal changes what is said"
    told = one.replay(readings, "--json").stdout
    assert told == one.replay(readings, "--json", "--journal", one.state).stdout, "two runs differ"
    records, others = one.records(), two.records()
    assert len(records) == len(others) > 35040
    assert records[0]["aux"] != others[0]["aux"], "two journals with one key"
    for record, other in zip(records, others):
        if record["type"] in ("interval", "amend", "alert", "report", "baseline", "meter_epoch"):
            assert without_key(record) == without_key(other), f"two runs recorded {record} and {other}"
    return one, records, json.loads(told.splitlines()[-1])


MALFORMED = {
    "a value that is no number": ("2026-01-01T00:15:00+08:00,feed-a.energy_wh,abc,good", 4, 44),
    "an unknown point": ("2026-01-01T00:15:00+08:00,feed-z.energy_wh,1,good", 4, 27),
    "a time that is none": ("2026-01-32T00:15:00+08:00,feed-a.energy_wh,1,good", 4, 1),
    "a time without its zone": ("2026-01-01T00:15:00,feed-a.energy_wh,1,good", 4, 1),
    "a time that goes back": ("2025-12-31T00:15:00+08:00,feed-a.energy_wh,1,good", 4, 1),
    "an unknown quality": ("2026-01-01T00:15:00+08:00,feed-a.energy_wh,1,fine", 4, 46),
    "a missing field": ("2026-01-01T00:15:00+08:00,feed-a.energy_wh,1", 4, None),
    "a field too many": ("2026-01-01T00:15:00+08:00,feed-a.energy_wh,1,good,5", 4, None),
    "no number at all": ("2026-01-01T00:15:00+08:00,feed-a.energy_wh,nan,good", 4, 44),
}


def check_malformed(folder):
    site = Site(folder, "refused")
    begin = ("time,point,value,quality\n2026-01-01T00:00:00+08:00,feed-a.energy_wh,1000,good\n"
             "2026-01-01T00:00:00+08:00,feed-a.power_w,900000,good\n")
    file = folder / "bad.csv"
    for what, (row, line, column) in MALFORMED.items():
        file.write_text(begin + row + "\n")
        said = site.replay(file, "--journal", site.state, code=1).stderr.decode()
        place = f"{file}:{line}:" + (f"{column}:" if column else "")
        assert place in said, f"{what}: {place} is not in: {said}"
        assert not list(folder.glob("refused*/**")) and not site.state.exists(), f"{what}: something is kept"
    file.write_text("zeit,punkt\n")
    assert f"{file}:1:1:" in site.replay(file, "--journal", site.state, code=1).stderr.decode()
    file.write_text("")
    site.replay(file, "--journal", site.state, code=1)
    assert not [p for p in folder.iterdir() if p.name.startswith("refused") and p.is_dir()], "something is kept"
    site.replay(folder / "nowhere.csv", code=1)


def near(one, other, within=1e-12):
    return math.isclose(one, other, rel_tol=within, abs_tol=0)


def check_report(site, records, summary):
    report = json.loads(site.report("2026", "--format", "json"))
    pue = report["pue"]
    assert near(pue["value"], pue["facility_kwh"] / pue["it_kwh"])
    assert near(pue["facility_kwh"], summary["facility_kwh"]) and near(pue["it_kwh"], summary["it_kwh"]), (pue, summary)
    assert near(pue["value"], summary["pue"])
    assert len(report["months"]) == 12 and pue["coverage"] == 1 and pue["grade"] == "A"
    for key in ("facility_kwh", "it_kwh"):
        assert near(math.fsum(month[key] for month in report["months"]), pue[key]), key
    for month in report["months"]:
        alone = json.loads(site.report(f"2026-{month['month'][5:]}", "--format", "json"))["pue"]
        for key in ("value", "u", "filled", "worst_case", "facility_kwh", "it_kwh"):
            assert near(alone[key], month[key]), f"{month['month']} {key}: {alone[key]}, {month[key]}"
    figures = {"2026": pue, **{month["month"]: month for month in report["months"]}}
    check_engine_agrees(records, figures)
    told = {verdict["rule"]: verdict for verdict in report["verdicts"]}
    for verdict in next(record["aux"]["verdicts"] for record in records if record["type"] == "report" and record["aux"]["period"] == "2026"):
        for key in ("verdict", "limit", "p_conform"):
            assert verdict[key] == told[verdict["rule"]][key] or verdict["verdict"] == "not-applicable", verdict
    for lang in ("en", "zh"):
        page = site.report("2026", "--lang", lang, "--format", "html").decode()
        assert f'<html lang="{lang}' in page and f"{pue['value']:.3f}" in page and page.rstrip().endswith("</html>")
    return report


def check_engine_agrees(records, figures):
    """What the engine put on record when the windows closed is what the report says, from the same sums."""
    said = {record["aux"]["period"]: record["aux"] for record in records if record["type"] == "report"}
    assert said.keys() == figures.keys()
    for period, figure in figures.items():
        for key in ("value", "u", "coverage", "estimated_facility", "estimated_it"):
            assert said[period][key] == figure[key], f"{period} {key}: {said[period][key]} on record, {figure[key]} told"
        assert near(said[period]["facility_mwh"], figure["facility_kwh"] * 1e6), period
        assert near(said[period]["it_mwh"], figure["it_kwh"] * 1e6), period


def with_gaps(lines):
    """A PDU silent for 30 hours, whose register then begins anew; a cooling meter silent for five, that runs on."""
    first = None
    for line in lines:
        time, point, value, quality = line.split(",")
        if point.startswith("cooling-2.") and "2026-02-20T05" <= time < "2026-02-20T10":
            continue
        if point.startswith("pdu-3."):
            if "2026-02-10T03" <= time < "2026-02-11T09":
                continue
            if time >= "2026-02-11T09" and point.endswith("energy_wh"):
                first = first or int(value)
                line = f"{time},{point},{int(value) - first + 1000},{quality}"
        yield line


def check_gaps(folder, year):
    """A period with estimates and amendments is told by the report as the engine put it on record."""
    site, readings = Site(folder, "gaps"), folder / "gaps.csv"
    head, *lines = year.split("\n")[:1 + 60 * 96 * 40]
    readings.write_text("\n".join([head, *with_gaps(lines)]) + "\n")
    site.replay(readings, "--journal", site.state)
    check_verify(site)
    months = {name: json.loads(site.report(name, "--format", "json")) for name in ("2026-01", "2026-02")}
    check_engine_agrees(site.records(), {name: report["pue"] for name, report in months.items()})
    pue = months["2026-02"]["pue"]
    assert 0.95 < pue["coverage"] < 0.96, pue
    assert pue["estimated_it"] > 0 and pue["filled"] != pue["value"] and pue["worst_case"] > pue["value"], pue
    assert months["2026-02"]["period"]["amended"] >= 20, months["2026-02"]["period"]
    return pue


def check_verify(site):
    done = run(PUED, "verify", site.state)
    assert b": sound: " in done.stdout, done.stdout
    check_verify_in_chinese(site, done.stdout.decode().splitlines())


def check_verify_in_chinese(site, english):
    """As many lines, with the same numbers in the summary, and a way out of wrong usage."""
    assert run(PUED, "verify", "--lang", "en", site.state).stdout.decode().splitlines() == english
    chinese = run(PUED, "verify", "--lang", "zh", site.state).stdout.decode().splitlines()
    assert len(chinese) == len(english) and "提示：由回放记录生成，非实测" in chinese, chinese
    assert chinese[-1].startswith(f"{site.state}：验证通过：") and "note: " not in "\n".join(chinese), chinese
    numbers = [re.findall(r"[0-9]+", line.removeprefix(str(site.state))) for line in (chinese[-1], english[-1])]
    assert sorted(numbers[0]) == sorted(numbers[1]), (chinese[-1], english[-1])
    nowhere = run(PUED, "verify", "--lang", "zh", f"{site.state}/none", code=1)
    assert nowhere.stderr.decode() == f"pued: verify: {site.state}/none：不是目录\n", nowhere.stderr
    keyless = run(PUED, "verify", "--lang", "zh", "--witness", "x", site.state, code=1)
    assert "“x”不是日志或见证方的密钥" in keyless.stderr.decode(), keyless.stderr
    run(PUED, "verify", "--lang", "fr", site.state, code=2)


def main():
    with Stage("replay") as stage:
        readings = stage.folder / "year.csv"
        readings.write_bytes(run(BENCH_YEAR, "15", "365").stdout)
        check_malformed(stage.folder)
        site, records, summary = check_determinism(stage.folder, readings)
        assert summary["intervals"] == summary["measured"] == 35040, summary
        check_verify(site)
        report = check_report(site, records, summary)
        gaps = check_gaps(stage.folder, readings.read_text())
        print(f"with gaps: coverage {gaps['coverage']:.4f}, PUE {gaps['value']:.5f}, filled {gaps['filled']:.5f}, u {gaps['u']:.6f}: agree")
        print(f"35040 intervals, PUE {report['pue']['value']:.6f}, u {report['pue']['u']:.6f}: all agree")


if __name__ == "__main__":
    main()
