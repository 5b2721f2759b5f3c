#!/usr/bin/env python3
"""The daemon's life on real protocols: pued-sim as the plant, mosquitto as the broker, mosquitto_sub as the witness.

Provoked here: a chiller fault, kill -9, a bad and a good reload, a broker killed and restarted empty, SIGTERM.
Usage: daemon_test.py PUED PUED_SIM
"""
import re
import signal
import time

from site_of_tests import CHECKPOINT, PREFIX, PUE, STATUS, Witness, alert_topic, points_to_its_record, run_test, step, stop, tiles, wait_for

ALERT = alert_topic("pue-limit")


def healthy_figures(site, witness):
    figure = witness.wait(PUE, lambda m: m["value"] is not None)
    truth = site.truth()["pue"]
    step(f"PUE {figure['value']:.4f}, the plant's own now {truth:.4f}")
    assert abs(figure["value"] - truth) < 0.03, "pued and the plant disagree"
    assert witness.wait(STATUS, lambda m: m["state"] == "online" and m["sources"]["good"] > 5)["sources"]["failed"] == 0


def fault_fires(site, witness):
    site.send("chiller-1 stuck")
    alert = witness.wait(ALERT, lambda m: m["state"] == "firing")
    step(f"firing: {alert['message']['en']}")
    return alert


def survives_kill_9(site, witness, alert):
    site.kill()
    witness.wait(STATUS, lambda m: m["state"] == "offline")
    step("killed; the broker published the will")
    before = len(witness.of(ALERT))
    site.start()
    wait_for(lambda: len(witness.of(ALERT)) > before, "the alert after the restart")
    time.sleep(6)
    ids = {m["alert_id"] for m in witness.of(ALERT)}
    states = {m["state"] for m in witness.of(ALERT)[before:]}
    assert ids == {alert["alert_id"]}, f"another alert after the restart: {ids}"
    assert states == {"firing"}, f"states after the restart: {states}"
    step("restarted: the same alert still fires")


def reloads(site, witness):
    good = site.config.read_text()
    site.config.write_text(good + "\n[nonsense]\nx = 1\n")
    site.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: 'unknown key \\"nonsense\\"' in site.log() and "the old configuration stays" in site.log(), "the refusal of a bad reload")
    before = len(witness.of(PUE))
    wait_for(lambda: len(witness.of(PUE)) > before, "figures after a refused reload")
    site.config.write_text(re.sub(r"poll_s = 0\.5", "poll_s = 1", good))
    site.daemon.send_signal(signal.SIGHUP)
    wait_for(lambda: "event=reload text=done" in site.log(), "a good reload")
    before = len(witness.of(PUE))
    wait_for(lambda: any(m["value"] is not None for m in witness.of(PUE)[before:]), "figures after a reload")
    assert witness.of(ALERT)[-1]["state"] == "firing", "the reload lost the alert"
    step("a bad reload was refused, a good one lost nothing")


def broker_forgets(site):
    site.broker.kill()
    site.broker.wait()
    time.sleep(2)
    site.broker = site.start_broker()
    witness = Witness(site)
    witness.wait(ALERT, lambda m: m["state"] == "firing")
    witness.wait(STATUS, lambda m: m["state"] == "online")
    witness.wait(PREFIX + "metric/site/pue-day", lambda m: True)
    step("a broker that came back empty learnt everything again")
    return witness


def resolves(site, witness, alert):
    site.send("chiller-1 ok")
    end = witness.wait(ALERT, lambda m: m["state"] == "resolved")
    assert end["alert_id"] == alert["alert_id"] and end["rev"] > alert["rev"]
    step(f"resolved: {end['message']['en']}")


def leaves_in_time(site, witness):
    took = site.leave()
    witness.wait(STATUS, lambda m: m["state"] == "offline")
    step(f"SIGTERM: gone after {took:.2f} s, exit 0")


def evidence_holds(site, witness, alerts):
    records = site.journal()
    for alert in alerts:
        points_to_its_record(alert, records)
    status = [m for m in witness.of(STATUS) if m["state"] == "online"][-1]["journal"]
    assert status["epoch"] == 1 and status["pending"] == 0 and status["error"] is None, status
    assert status["size"] <= len(records), f"{status}, but the journal has {len(records)} records"
    note = witness.of(CHECKPOINT)[-1]
    assert note == (site.state / "journal" / "checkpoint").read_text(), "the broker keeps another checkpoint than the journal"
    published = site.run / "published"
    published.write_text(note)
    step(f"{tiles(records)} intervals without hole, {len(alerts)} messages of the alert point to their records")
    step(site.verify("--checkpoint", str(published)))


def play(site):
    site.start()
    witness = Witness(site)
    healthy_figures(site, witness)
    alert = fault_fires(site, witness)
    survives_kill_9(site, witness, alert)
    reloads(site, witness)
    stop(witness.process)
    later = broker_forgets(site)
    resolves(site, later, alert)
    leaves_in_time(site, later)
    evidence_holds(site, later, witness.of(ALERT) + later.of(ALERT))


if __name__ == "__main__":
    run_test("daemon", play)
