#!/usr/bin/env python3
"""The daemon's life on real protocols: pued-sim as the plant, mosquitto as the broker, mosquitto_sub as the witness.

Provoked here: a chiller fault, kill -9, a bad and a good reload, a broker killed and restarted empty, SIGTERM.
Usage: daemon_test.py PUED PUED_SIM
"""
import json
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from processes import Stage, free_port, stop  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
PREFIX = "pued/v1/demo/edge-1/"
ALERT = PREFIX + "alert/site/pue-limit"
PUE = PREFIX + "metric/site/pue-interval"
STATUS = PREFIX + "status"


class Witness:
    """An independent subscriber: every message of every topic, in order."""

    def __init__(self, stage, port):
        self.seen = []
        self.lock = threading.Lock()
        self.process = stage.start(["mosquitto_sub", "-h", "127.0.0.1", "-p", port, "-V", "5", "-q", "1", "-t", "pued/#", "-F", "%t %p"],
                                   stdout=subprocess.PIPE)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            topic, _, payload = line.rstrip("\n").partition(" ")
            with self.lock:
                self.seen.append((topic, json.loads(payload) if payload else None))

    def of(self, topic):
        with self.lock:
            return [payload for where, payload in self.seen if where == topic]

    def wait(self, topic, what, seconds=40):
        """The first message of this topic for which what(payload) holds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for payload in self.of(topic):
                if payload is not None and what(payload):
                    return payload
            time.sleep(0.05)
        raise AssertionError(f"{topic}: not seen within {seconds} s; last: {self.of(topic)[-1:]}")


class Site:
    def __init__(self, stage, pued, sim):
        self.stage, self.pued, self.sim = stage, pued, sim
        self.port = free_port()
        self.run = stage.folder / "run"
        self.config = self.run / "pued.toml"
        (stage.folder / "mosquitto.conf").write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\nuser root\n")
        self.broker = self.start_broker()
        stage.start([sim, "--run-dir", self.run, "--racks", "4", "--no-bmc", "--interval", "2", "--poll", "0.5", "--mqtt",
                     f"127.0.0.1:{self.port}", "--data-dir", ROOT / "config"], stdout=stage.log("sim.log"), stderr=stage.log("sim.log"))
        wait_for(lambda: self.config.exists() and (self.run / "plant.json").exists(), "pued-sim")
        self.daemon = None

    def start_broker(self):
        broker = self.stage.start(["mosquitto", "-c", self.stage.folder / "mosquitto.conf"], stdout=self.stage.log("mosquitto.log"),
                                  stderr=self.stage.log("mosquitto.log"))
        wait_for(lambda: subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.port), "-t", "x", "-n"],
                                        capture_output=True, check=False).returncode == 0, "mosquitto")
        return broker

    def start(self):
        self.daemon = self.stage.start([self.pued, "run", "-c", self.config], stderr=self.stage.log("pued.log"))

    def log(self):
        return (self.stage.folder / "pued.log").read_text(encoding="utf-8")

    def send(self, command):
        subprocess.run([self.sim, "--run-dir", self.run, "--send", command], check=True, timeout=10)


def wait_for(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not come within {seconds} s"
        time.sleep(0.05)


def step(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def healthy_figures(site, witness):
    figure = witness.wait(PUE, lambda m: m["value"] is not None)
    truth = json.loads((site.run / "plant.json").read_text())["pue"]
    step(f"PUE {figure['value']:.4f}, the plant's own now {truth:.4f}")
    assert abs(figure["value"] - truth) < 0.03, "pued and the plant disagree"
    assert witness.wait(STATUS, lambda m: m["state"] == "online" and m["sources"]["good"] > 5)["sources"]["failed"] == 0


def fault_fires(site, witness):
    site.send("chiller-1 stuck")
    alert = witness.wait(ALERT, lambda m: m["state"] == "firing")
    step(f"firing: {alert['message']['en']}")
    return alert


def survives_kill_9(site, witness, alert):
    site.daemon.send_signal(signal.SIGKILL)
    site.daemon.wait()
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
    witness = Witness(site.stage, site.port)
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
    begin = time.monotonic()
    site.daemon.terminate()
    code = site.daemon.wait(10)
    took = time.monotonic() - begin
    assert code == 0 and took < 2, f"SIGTERM: exit {code} after {took:.2f} s"
    witness.wait(STATUS, lambda m: m["state"] == "offline")
    step(f"SIGTERM: gone after {took:.2f} s, exit 0")


def main():
    pued, sim = sys.argv[1:3]
    with Stage("daemon") as stage:
        try:
            site = Site(stage, pued, sim)
            site.start()
            witness = Witness(stage, site.port)
            healthy_figures(site, witness)
            alert = fault_fires(site, witness)
            survives_kill_9(site, witness, alert)
            reloads(site, witness)
            stop(witness.process)
            witness = broker_forgets(site)
            resolves(site, witness, alert)
            leaves_in_time(site, witness)
        except AssertionError:
            for name in ("pued.log", "sim.log"):
                print(f"--- {name}\n{(stage.folder / name).read_text()[-3000:]}")
            raise


if __name__ == "__main__":
    main()
