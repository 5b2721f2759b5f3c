"""What the daemon's integration tests play with: pued-sim as the plant, mosquitto as the broker, mosquitto_sub as the
independent witness, pued itself, and its journal as `pued journal` and `pued verify` tell it."""
import json
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from processes import Stage, free_port, stop  # noqa: E402, F401 (for who imports this)

ROOT = pathlib.Path(__file__).resolve().parents[3]
PREFIX = "pued/v1/demo/edge-1/"
STATUS = PREFIX + "status"
CHECKPOINT = PREFIX + "checkpoint"
PUE = PREFIX + "metric/site/pue-interval"
USER, PASSWORD = "pued-test", "a-word-of-this-test"


def alert_topic(rule):
    return f"{PREFIX}alert/site/{rule}"


def step(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


def wait_for(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"{what} did not come within {seconds} s"
        time.sleep(0.02)
    return found


def decoded(payload):
    """JSON where it is JSON; a note is text; nothing of an empty message."""
    if not payload:
        return None
    return json.loads(payload) if payload.startswith("{") else payload


class Witness:
    """An independent subscriber: every message of every topic, in order."""

    def __init__(self, site, topic="pued/#"):
        self.seen = []
        self.lock = threading.Lock()
        self.process = site.stage.start(["mosquitto_sub", *site.address(), "-V", "5", "-q", "1", "-t", topic, "-F", "%t %x"],
                                        stdout=subprocess.PIPE)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            topic, _, payload = line.rstrip("\n").partition(" ")
            if not topic.startswith(PREFIX) or topic.startswith(PREFIX + "command/"):
                continue  # not pued's own words
            message = decoded(bytes.fromhex(payload).decode())
            with self.lock:
                self.seen.append((topic, message))

    def all(self):
        with self.lock:
            return list(self.seen)

    def of(self, topic):
        return [payload for where, payload in self.all() if where == topic]

    def wait(self, topic, what, seconds=40, after=0):
        """The first message of this topic, leaving out the first `after`, for which what(payload) holds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for payload in self.of(topic)[after:]:
                if payload is not None and what(payload):
                    return payload
            time.sleep(0.02)
        raise AssertionError(f"{topic}: not seen within {seconds} s; last: {self.of(topic)[-1:]}")


class Site:
    """Plant and broker run; start() starts the daemon."""

    def __init__(self, stage, pued, sim, racks=4, interval=2, poll=0.5, passwords=False, plant=("--no-bmc",)):
        self.stage, self.pued, self.sim, self.passwords = stage, pued, sim, passwords
        self.port = free_port()
        self.run = stage.folder / "run"
        self.config = self.run / "pued.toml"
        self.state = self.run / "state"
        self.daemon = None
        self.write_broker_files()
        self.broker = self.start_broker()
        stage.start([sim, "--run-dir", self.run, "--racks", racks, *plant, "--interval", interval, "--poll", poll, "--mqtt",
                     f"127.0.0.1:{self.port}", "--data-dir", ROOT / "config"], stdout=stage.log("sim.log"), stderr=stage.log("sim.log"))
        wait_for(lambda: self.config.exists() and (self.run / "plant.json").exists(), "pued-sim")
        if passwords:
            (self.run / "mqtt-password").write_text(PASSWORD + "\n")
            (self.run / "mqtt-password").chmod(0o600)
            self.edit(r"\[mqtt\]\n", f'[mqtt]\nuser = "{USER}"\npassword_file = "{self.run}/mqtt-password"\n')

    # --- the broker

    def write_broker_files(self):
        access = "allow_anonymous true\n"
        if self.passwords:
            file = self.stage.folder / "passwords"
            subprocess.run(["mosquitto_passwd", "-b", "-c", file, USER, PASSWORD], check=True, capture_output=True)
            access = f"allow_anonymous false\npassword_file {file}\n"
        (self.stage.folder / "mosquitto.conf").write_text(f"listener {self.port} 127.0.0.1\n{access}user root\n")

    def address(self):
        """How mosquitto's clients reach the broker."""
        who = ["-u", USER, "-P", PASSWORD] if self.passwords else []
        return ["-h", "127.0.0.1", "-p", str(self.port), *who]

    def start_broker(self):
        broker = self.stage.start(["mosquitto", "-c", self.stage.folder / "mosquitto.conf"], stdout=self.stage.log("mosquitto.log"),
                                  stderr=self.stage.log("mosquitto.log"))
        wait_for(lambda: self.publish("x", "").returncode == 0, "mosquitto")
        return broker

    def publish(self, topic, payload, *options):
        return subprocess.run(["mosquitto_pub", *self.address(), "-q", "1", "-t", topic, "-m", payload, *options], capture_output=True,
                              check=False, timeout=10)

    # --- the plant and the configuration

    def send(self, command):
        subprocess.run([self.sim, "--run-dir", self.run, "--send", command], check=True, timeout=10)

    def truth(self):
        return json.loads((self.run / "plant.json").read_text())

    def edit(self, pattern, by):
        text, count = re.subn(pattern, lambda _: by, self.config.read_text())
        assert count > 0, f"{pattern} does not stand in the configuration"
        self.config.write_text(text)

    def append(self, text):
        self.config.write_text(self.config.read_text() + text)

    # --- the daemon

    def start(self, environment=None):
        self.daemon = self.stage.start([self.pued, "run", "-c", self.config], stderr=self.stage.log("pued.log"), env=environment)
        return self.daemon

    def kill(self):
        self.daemon.send_signal(signal.SIGKILL)
        self.daemon.wait()

    def leave(self):
        """SIGTERM; how long it took."""
        begin = time.monotonic()
        self.daemon.terminate()
        code = self.daemon.wait(10)
        took = time.monotonic() - begin
        assert code == 0 and took < 2, f"SIGTERM: exit {code} after {took:.2f} s"
        return took

    def log(self):
        return (self.stage.folder / "pued.log").read_text(encoding="utf-8")

    # --- its journal

    def journal(self):
        out = subprocess.run([self.pued, "journal", "-c", self.config, "--json"], text=True, capture_output=True, check=False)
        assert out.returncode == 0, f"pued journal: {out.stderr}"
        return [json.loads(line) for line in out.stdout.splitlines()]

    def verify(self, *options, state=None):
        """The verifier's last line, when it found the journal sound."""
        out = subprocess.run([self.pued, "verify", *options, state or self.state], text=True, capture_output=True, check=False)
        assert out.returncode == 0, f"pued verify, exit {out.returncode}:\n{out.stdout}{out.stderr}"
        summary = out.stdout.splitlines()[-1]
        assert ": sound: " in summary, summary
        return summary.partition(": ")[2]


def intervals(records):
    return [record for record in records if record["type"] == "interval"]


def alerts(records, rule=None):
    return [record for record in records if record["type"] == "alert" and rule in (None, record["aux"]["rule"])]


def tiles(records):
    """Closed intervals without hole and without double; how many."""
    closed = intervals(records)
    for before, after in zip(closed, closed[1:]):
        end = before["start_s"] + before["duration_s"]
        assert after["start_s"] == end, f"interval {before['seq']} ends at {end}, interval {after['seq']} begins at {after['start_s']}"
    return len(closed)


def points_to_its_record(alert, records):
    """The evidence in an alert's message is the record of this very transition."""
    evidence = alert["evidence"]
    found = [r for r in records if (r["epoch"], r["seq"]) == (evidence["epoch"], evidence["journal_seq"])]
    assert len(found) == 1, f"no record for {evidence}"
    record = found[0]
    assert record["sha256"] == evidence["record_sha256"], f"{evidence} points to a record with {record['sha256']}"
    assert record["type"] == "alert" and record["aux"]["rule"] == alert["rule"], record
    state = record["aux"]["entry"]["state"]
    assert (state["rev"], state["alert_id"]) == (alert["rev"], alert["alert_id"]), f"{alert} / {record}"
    return record


def run_test(name, play, **options):
    """play(site) on a stage of its own; the ends of the logs when it fails."""
    pued, sim = sys.argv[1:3]
    with Stage(name) as stage:
        try:
            play(Site(stage, pued, sim, **options))
        except BaseException:
            for file in ("pued.log", "sim.log", "mosquitto.log"):
                if (stage.folder / file).exists():
                    print(f"--- {file}\n{(stage.folder / file).read_text()[-4000:]}")
            raise
