#!/usr/bin/env python3
"""kill -9 at random moments under load: pued polls a plant of Modbus meters several times a second, closes an interval
every second, and its alerts come and go. Nothing that a subscriber has heard may be gone from the journal, and no
interval and no transition may be missing or there twice.

Usage: kill_test.py PUED PUED_SIM [KILLS [SEED]]
"""
import datetime
import random
import sys
import time

from site_of_tests import CHECKPOINT, PREFIX, PUE, Witness, alerts, intervals, points_to_its_record, run_test, step, tiles, wait_for

KILLS = int(sys.argv[3]) if len(sys.argv) > 3 else 200
SEED = int(sys.argv[4]) if len(sys.argv) > 4 else time.time_ns() % 1_000_000
LONGEST_S = 150  # of the killing; fewer kills than asked for fail
WATCHES = {"lasting": 1.01, **{f"swing-{i}": 0.0 for i in range(1, 7)}}  # id → limit, set from the plant's own PUE


def configure(site):
    """An alert that lasts, and some with limits around what the plant has, moved by every crossing."""
    pue = site.truth()["pue"]
    for i in range(1, 7):
        WATCHES[f"swing-{i}"] = round(pue + 0.012 * i * i / 2 - 0.006, 4)
    for rule, limit in WATCHES.items():
        site.append(f'\n[[alert]]\nid = "{rule}"\nmetric = "pue-interval"\nabove = {limit}\nfor_count = 1\nclear_count = 1\n'
                    'severity = "advisory"\n')
    site.append("\n[journal]\nsegment_kib = 64\n")  # the smallest: many segments, many snapshots
    step("limits " + ", ".join(f"{rule} {limit}" for rule, limit in WATCHES.items()))


def shake(dice, site):
    """Now and then a chiller fails or is mended."""
    if dice.random() < 0.25:
        site.send("chiller-1 " + dice.choice(["stuck", "ok"]))


def begins(site, witness):
    """A broker that knows no checkpoint of ours is asked for two seconds; from then on a start is short."""
    site.start()
    witness.wait(CHECKPOINT, lambda note: note)
    witness.wait(PUE, lambda m: m["value"] is not None)
    site.kill()


def kill_many(site, dice):
    begin = time.monotonic()
    for kill in range(1, KILLS + 1):
        site.start()
        time.sleep(dice.uniform(0.02, 1.1))
        assert site.daemon.poll() is None, f"pued ended by itself before kill {kill}"
        site.kill()
        shake(dice, site)
        took = time.monotonic() - begin
        assert took < LONGEST_S, f"only {kill} kills in {took:.0f} s"
        if kill % 20 == 0:
            records = site.journal()
            check_journal(records)
            step(f"kill {kill:3}, {took:5.1f} s: {site.verify()}")
    return time.monotonic() - begin


# --- what must hold


def legal(rule, transitions):
    """Each goes on where the one before ended, with the next rev."""
    for before, after in zip([None] + transitions, transitions):
        came_from = before["aux"]["to"] if before else "inactive"
        rev = before["aux"]["entry"]["state"]["rev"] if before else 0
        state = after["aux"]["entry"]["state"]
        silent = came_from == "resolved" and after["aux"]["from"] == "inactive"  # nothing to tell when it is forgotten
        assert after["aux"]["from"] == came_from or silent, f"{rule}: record {after['seq']} goes from {after['aux']['from']}, was {came_from}"
        assert state["rev"] == rev + 1, f"{rule}: record {after['seq']} has rev {state['rev']} after {rev}"
        if before:
            assert state["alert_id"] == before["aux"]["entry"]["state"]["alert_id"], f"{rule}: another alert at record {after['seq']}"


def expected_phases(limit, closed):
    """What an alert of for_count 1 does over these intervals; who does not know stays where he is."""
    out, firing = [], False
    for record in closed:
        if not record.get("facility_mwh") or not record.get("it_mwh"):
            continue
        over = record["facility_mwh"] / record["it_mwh"] > limit
        if over != firing:
            out.append(("firing" if over else "resolved", record["start_s"]))
        firing = over
    return out


def phases(transitions):
    return [(r["aux"]["to"], r["aux"]["entry"]["latest"]["start"] // 1000) for r in transitions if r["aux"]["from"] != r["aux"]["to"]]


def check_journal(records, whole=False):
    tiles(records)
    closed = intervals(records)
    for rule, limit in WATCHES.items():
        transitions = alerts(records, rule)
        legal(rule, transitions)
        want, have = expected_phases(limit, closed), phases(transitions)
        late = len(want) - len(have)  # cut off between an interval and its alert: told at the next start
        assert have == want or (not whole and late == 1 and have == want[:-1]), f"{rule}: {have} instead of {want}"


def check_heard(witness, records):
    """What was published stands in the journal: alerts with their evidence, closed intervals with their figure."""
    told = [m for topic, m in witness.all() if topic.startswith(PREFIX + "alert/") and m]
    for alert in told:
        points_to_its_record(alert, records)
    closed = {record["start_s"]: record for record in intervals(records)}
    figures = [m for m in witness.of(PUE) if m and m["value"]]
    for figure in figures:
        record = closed[datetime.datetime.fromisoformat(figure["window"]["start"]).timestamp()]
        assert abs(figure["value"] - record["facility_mwh"] / record["it_mwh"]) < 1e-9, f"{figure} / {record}"
    return len(told), len(figures)


def meters_lived(records):
    """Silence of the daemon is no silence of the meters: their registers carry each interval."""
    bad = [record["seq"] for record in intervals(records)[1:] if not record.get("facility_mwh") or not record.get("it_mwh")]
    assert len(bad) <= 2, f"intervals without a balance: {bad}"
    return len(bad)


def play(site):
    dice = random.Random(SEED)
    step(f"seed {SEED}, {KILLS} kills")
    configure(site)
    witness = Witness(site)
    begins(site, witness)
    took = kill_many(site, dice)
    site.start()
    before = len(witness.of(PUE))
    wait_for(lambda: len(witness.of(PUE)) > before + 4, "figures after the last restart")
    site.leave()
    records = site.journal()
    check_journal(records, whole=True)
    told, figures = check_heard(witness, records)
    transitions = sum(len(alerts(records, rule)) for rule in WATCHES)
    lasting = alerts(records, "lasting")
    assert len([r for r in lasting if r["aux"]["from"] != r["aux"]["to"]]) == 1, "the lasting excess fired more than once"
    step(f"{KILLS} kills in {took:.1f} s, seed {SEED}: {tiles(records)} intervals without hole or double ({meters_lived(records)} without "
         f"a balance), {transitions} transitions; the subscriber's {told} alerts and {figures} figures stand in the journal")
    published = site.run / "published"
    published.write_text(witness.of(CHECKPOINT)[-1])
    step(site.verify("--checkpoint", str(published)))


if __name__ == "__main__":
    run_test("kill", play, racks=2, interval=1, poll=0.5)
