#!/usr/bin/env python3
"""What people and witnesses do with a running daemon: acknowledge, shelve, ask for everything again, cosign a checkpoint;
what is refused; and a state directory that somebody put back from an older copy.

Usage: people_test.py PUED PUED_SIM
"""
import base64
import hashlib
import json
import shutil
import subprocess
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from site_of_tests import CHECKPOINT, PREFIX, PUE, STATUS, Witness, alert_topic, alerts, points_to_its_record, run_test, step, stop, tiles, wait_for

ALERT = alert_topic("always")
EVIDENCE = alert_topic("integrity-evidence")
HEADER = b"cosignature/v1\ntime %d\n"


class Cosigner:
    """A witness as C2SP's tlog-cosignature describes it, key type 0x04."""

    def __init__(self, name):
        self.name, self.key = name, Ed25519PrivateKey.generate()
        self.public = b"\x04" + self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = hashlib.sha256(name.encode() + b"\n" + self.public).digest()[:4]

    def vkey(self):
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.public).decode()}"

    def cosign(self, note, when, spoiled=False):
        text = note.partition("\n\n")[0] + "\n"
        signature = bytearray(self.key.sign(HEADER % when + text.encode()))
        signature[0] ^= spoiled
        line = base64.b64encode(self.id + when.to_bytes(8, "big") + bytes(signature)).decode()
        return f"{note}\u2014 {self.name} {line}\n"


def ask(site, command, payload, seconds=5):
    """The answer on the MQTT 5 response topic, which must carry our correlation data; nothing when nobody answers."""
    mark = f"question-{time.time_ns()}"
    out = subprocess.run(["mosquitto_rr", *site.address(), "-V", "5", "-q", "1", "-t", f"{PREFIX}command/{command}", "-e",
                          f"answers/{mark}", "-D", "publish", "correlation-data", mark, "-W", str(seconds), "-F", "%D %p", "-m", payload],
                         capture_output=True, text=True, check=False, timeout=seconds + 5)
    if not out.stdout:
        return None
    correlation, _, answer = out.stdout.strip().partition(" ")
    assert correlation == mark, f"{out.stdout} answers another question than {mark}"
    return json.loads(answer)


def agree(site, command, payload):
    answer = ask(site, command, payload)
    assert answer and answer["ok"] is True, f"{command}: {answer}"
    return answer


def refuse(site, command, payload, why):
    answer = ask(site, command, payload)
    assert answer and answer["ok"] is False and why in answer["error"], f"{command} {payload[:80]}: {answer}, not {why}"


def people_act(site, witness):
    witness.wait(ALERT, lambda m: m["state"] == "firing")
    agree(site, "ack", '{"scope":"site","rule":"always","by":"li.wei"}')
    acked = witness.wait(ALERT, lambda m: m["acked"])
    assert acked["acked"]["by"] == "li.wei" and acked["state"] == "firing", acked
    agree(site, "shelve", '{"scope":"site","rule":"always","by":"li.wei","hours":2,"reason":"the chiller is being mended"}')
    shelved = witness.wait(ALERT, lambda m: m["shelved_until"])
    assert shelved["rev"] == acked["rev"] + 1 and shelved["alert_id"] == acked["alert_id"], shelved
    step(f"acknowledged and shelved until {shelved['shelved_until']}")
    return shelved


def what_is_refused(site, witness):
    before = len(alerts(site.journal()))
    refuse(site, "ack", "{broken", "expected")
    refuse(site, "ack", '["site","always"]', "expected")
    refuse(site, "ack", '{"scope":"site","rule":"always"}', "by")
    refuse(site, "ack", '{"scope":"site","rule":"no-such-rule","by":"x"}', "no alert site/no-such-rule")
    refuse(site, "ack", '{"scope":"site","rule":"never","by":"x"}', "")  # it does not fire
    refuse(site, "shelve", '{"scope":"site","rule":"always","by":"x","hours":2}', "reason")
    refuse(site, "shelve", '{"scope":"site","rule":"always","by":"x","hours":200,"reason":"long"}', "7 days")
    refuse(site, "shelve", '{"scope":"site","rule":"always","by":"x","hours":"two","reason":"text"}', "expected")
    refuse(site, "cosign", "no note", "")
    site.publish(PREFIX + "command/ack", '{"scope":"site","rule":"always","by":"a ghost"}', "-r")  # kept by the broker: not obeyed later
    site.kill()
    restart(site)
    assert len(alerts(site.journal())) == before, "a refused command left a record"
    assert not [m for m in witness.of(ALERT) if m["acked"] and m["acked"]["by"] != "li.wei"]
    site.publish(PREFIX + "command/ack", "", "-r")
    step("what is malformed, unknown, unfounded or retained was refused and left no record")


def restart(site):
    fresh = Witness(site, STATUS)
    seen = len(fresh.of(STATUS))
    site.start()
    wait_for(lambda: any(m["state"] == "online" for m in fresh.of(STATUS)[seen:]), "the daemon")
    wait_for(lambda: ask(site, "rebirth", "{}", 1), "an answer")
    stop(fresh.process)


def survives_kill_9(site, shelved):
    site.kill()
    restart(site)
    fresh = Witness(site)
    now = fresh.wait(ALERT, lambda m: m["state"] == "firing")
    same = ("alert_id", "rev", "acked", "shelved_until", "evidence")
    assert {k: now[k] for k in same} == {k: shelved[k] for k in same}, f"{now} after the restart, {shelved} before"
    points_to_its_record(now, site.journal())
    stop(fresh.process)
    step("kill -9: the retained alert is still acknowledged and shelved, with the same rev and evidence")


def rebirth(site, witness):
    wanted = (ALERT, CHECKPOINT, STATUS)
    before = {topic: len(witness.of(topic)) for topic in wanted}
    agree(site, "rebirth", "{}")
    for topic in wanted:
        wait_for(lambda: len(witness.of(topic)) > before[topic], f"{topic} once more", 5)
    step("rebirth: alert, checkpoint and status were told again")


def cosigned(site, witness, cosigner):
    note = witness.wait(CHECKPOINT, lambda m: m)
    note = witness.of(CHECKPOINT)[-1]
    when = int(time.time())
    signed = cosigner.cosign(note, when)
    refuse(site, "cosign", cosigner.cosign(note, when, spoiled=True), "witness")
    refuse(site, "cosign", Cosigner("witness.example/stranger").cosign(note, when), "witness")
    refuse(site, "cosign", signed.replace("/epoch-1\n", "/epoch-7\n"), "another log")
    number = note.split("\n")[1]
    refuse(site, "cosign", signed.replace(f"\n{number}\n", f"\n{int(number) + 1}\n", 1), "did not sign")
    answer = agree(site, "cosign", signed)
    assert answer["witness"] == cosigner.name, answer
    wait_for(lambda: [r for r in site.journal() if r["type"] == "note"], "the note's record")
    notes = [r["aux"]["note"] for r in site.journal() if r["type"] == "note"]
    assert notes == [signed], notes
    step(f"cosigned: {site.verify('--witness', cosigner.vkey())}")
    stranger = Cosigner(cosigner.name)  # the same name, another key
    out = subprocess.run([site.pued, "verify", "--witness", stranger.vkey(), site.state], capture_output=True, text=True, check=False)
    assert out.returncode == 1, f"verify takes a witness who never signed: {out.stdout}"
    step(f"and of somebody else by that name: {out.stdout.splitlines()[0]}")
    out = subprocess.run([site.pued, "verify", "--lang", "zh", "--witness", stranger.vkey(), site.state], capture_output=True, text=True, check=False)
    assert out.returncode == 1 and f"见证方 {cosigner.name}：现有检查点均未经其联署" in out.stdout.splitlines(), out.stdout
    assert "：验证未通过，1 项问题：" in out.stdout.splitlines()[-1], out.stdout


def put_back(site, witness):
    """An older copy of the state takes the place of what the broker has a checkpoint of."""
    site.leave()
    old = site.run / "older"
    shutil.copytree(site.state, old)
    restart(site)
    before = len(witness.of(PUE))
    wait_for(lambda: len(witness.of(PUE)) > before + 2, "figures")
    site.leave()
    wait_for(lambda: witness.of(CHECKPOINT)[-1] == (site.state / "journal" / "checkpoint").read_text(), "the last checkpoint")
    published = site.run / "published"
    published.write_text(witness.of(CHECKPOINT)[-1])
    site.verify("--checkpoint", published)
    shutil.rmtree(site.state)
    old.rename(site.state)
    begin = time.monotonic()
    site.start()
    alert = witness.wait(EVIDENCE, lambda m: m["state"] == "firing")
    took = time.monotonic() - begin
    assert alert["message"]["en"].startswith("EVIDENCE LOSS"), alert["message"]
    assert alert["evidence"]["epoch"] == 2, alert["evidence"]
    witness.wait(STATUS, lambda m: m["state"] == "online" and m["journal"]["epoch"] == 2)
    before = len(witness.of(PUE))
    wait_for(lambda: len(witness.of(PUE)) > before + 2, "figures in the new epoch")
    site.kill()
    restart(site)
    assert witness.of(EVIDENCE)[-1]["alert_id"] == alert["alert_id"], "the restart made another alert of it"
    site.leave()
    records = site.journal()
    joins = [r for r in records if r["type"] == "log_epoch"]
    assert [(r["epoch"], r["seq"]) for r in joins] == [(2, 0)], joins
    assert joins[0]["aux"]["size"] == int(published.read_text().split("\n")[1]), joins
    points_to_its_record(witness.of(EVIDENCE)[-1], records)
    step(f"put back an older state: after {took:.1f} s {alert['message']['en']}")
    out = subprocess.run([site.pued, "verify", site.state], capture_output=True, text=True, check=False)
    step(f"verify, exit {out.returncode}: " + " / ".join(out.stdout.splitlines()))
    missing = subprocess.run([site.pued, "verify", "--checkpoint", published, site.state], capture_output=True, text=True, check=False)
    assert missing.returncode == 1, f"verify finds the published checkpoint in a journal that was put back: {missing.stdout}"
    tiles([r for r in records if r["epoch"] == 2])


def anonymous(site):
    """A broker that lets everybody in: nobody's commands are taken."""
    site.broker.terminate()
    site.broker.wait()
    site.passwords = False
    site.write_broker_files()
    site.edit(r"user = .*\npassword_file = .*mqtt-password\"\n", "")
    site.broker = site.start_broker()
    site.start()
    witness = Witness(site)
    witness.wait(ALERT, lambda m: m["state"] == "firing")
    assert ask(site, "rebirth", "{}", 2) is None and ask(site, "ack", '{"rule":"always","by":"x"}', 2) is None
    assert "no commands are taken" in site.log()
    assert not [m for m in witness.of(ALERT) if m["acked"] and m["acked"]["by"] == "x"]
    site.leave()
    step("an anonymous broker: commands are not even subscribed to")


def play(site):
    cosigner = Cosigner("witness.example/w1")
    for rule, limit in (("always", 1.01), ("never", 4)):
        site.append(f'\n[[alert]]\nid = "{rule}"\nmetric = "pue-interval"\nabove = {limit}\nfor_count = 1\nclear_count = 1\n'
                    'severity = "page"\n')
    site.append(f'\n[journal]\nwitnesses = ["{cosigner.vkey()}"]\n')
    site.start()
    witness = Witness(site)
    shelved = people_act(site, witness)
    what_is_refused(site, witness)
    survives_kill_9(site, shelved)
    rebirth(site, witness)
    cosigned(site, witness, cosigner)
    put_back(site, witness)
    stop(witness.process)
    anonymous(site)


if __name__ == "__main__":
    run_test("people", play, racks=2, interval=1, poll=0.5, passwords=True)
