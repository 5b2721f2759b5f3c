#!/usr/bin/env python3
"""What the daemon does while its disk fails: full, read-only, a sync that errs, and a state directory that was read-only
from the start. Metering goes on and is published, the trouble is said over MQTT, and when the disk is back the journal
holds every interval.

As root on tmpfs of its own; without root the disk is full by RLIMIT_FSIZE, and what needs a mount is left out aloud.
Usage: disk_test.py PUED PUED_SIM
"""
import contextlib
import datetime
import os
import resource
import signal
import subprocess
import time

from site_of_tests import CHECKPOINT, PUE, STATUS, Witness, alert_topic, alerts, intervals, points_to_its_record, run_test, step, tiles, wait_for

ALERT = alert_topic("integrity-journal")
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
static int bad(void) { const char* flag = getenv("PUED_TEST_BAD_SYNC"); return flag && access(flag, F_OK) == 0; }
static int sync_by(const char* name, int fd) {
    if (bad()) { errno = EIO; return -1; }
    return ((int (*)(int))dlsym(RTLD_NEXT, name))(fd);
}
int fsync(int fd) { return sync_by("fsync", fd); }
int fdatasync(int fd) { return sync_by("fdatasync", fd); }
"""


# --- disks that fail: each a context in which it does


class Tmpfs:
    """A small file system of the journal's own; not of the state directory, whose lock stays open for writing."""

    def __init__(self, stage, folder, options="size=512k"):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "pued-disk-test", folder], check=True)
        stage.callback(subprocess.run, ["umount", "-l", folder], check=False)

    def remount(self, how):
        subprocess.run(["mount", "-o", f"remount,{how}", self.folder], check=True)

    @contextlib.contextmanager
    def full(self):
        ballast = self.folder / "ballast"
        with open(ballast, "wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        yield
        ballast.unlink()

    @contextlib.contextmanager
    def read_only(self):
        self.remount("ro")
        yield
        self.remount("rw")


@contextlib.contextmanager
def full_by_limit(site):
    """No file of the daemon may grow: for who cannot mount."""
    pid = site.daemon.pid
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1024, before[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def bad_sync(flag):
    flag.touch()
    yield
    flag.unlink()


def shim(site):
    """The environment in which fsync fails while a flag file is there; and the flag."""
    source, library, flag = (site.stage.folder / name for name in ("shim.c", "shim.so", "bad-sync"))
    source.write_text(SHIM)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return {**os.environ, "LD_PRELOAD": str(library), "PUED_TEST_BAD_SYNC": str(flag)}, flag


def may_mount(stage):
    probe = stage.folder / "probe"
    probe.mkdir()
    works = subprocess.run(["mount", "-t", "tmpfs", "pued-disk-test", probe], capture_output=True, check=False)
    if works.returncode == 0:
        subprocess.run(["umount", probe], check=True)
    return works.returncode == 0


# --- what must hold


def metering_goes_on(witness, figures=4):
    before = len(witness.of(PUE))
    wait_for(lambda: len(witness.of(PUE)) >= before + figures, "figures while the disk fails")


def trouble(witness, failing, cause, what):
    """The disk fails and comes back; what was said about it meanwhile."""
    heard, said = len(witness.of(ALERT)), len(witness.of(STATUS))
    begin = time.monotonic()
    with failing:
        alert = witness.wait(ALERT, lambda m: m["state"] == "firing", after=heard)
        told = time.monotonic() - begin
        assert cause in alert["message"]["en"], alert["message"]
        status = witness.wait(STATUS, lambda m: m["journal"]["error"], after=said)
        assert cause in status["journal"]["error"] and status["journal"]["pending"] > 0, status
        metering_goes_on(witness)
    said = len(witness.of(STATUS))
    begin = time.monotonic()
    end = witness.wait(ALERT, lambda m: m["state"] == "resolved", after=heard + 1)
    assert end["rev"] > alert["rev"] and end["alert_id"] == alert["alert_id"], end
    back = time.monotonic() - begin
    witness.wait(STATUS, lambda m: m["journal"]["error"] is None and m["journal"]["pending"] == 0, after=said)
    step(f"{what}: said after {told:.1f} s ({status['journal']['error']}), written again {back:.1f} s after its end")


def everything_is_there(site, witness, troubles):
    records = site.journal()
    closed = {r["start_s"]: r for r in intervals(records)}
    for figure in [m for m in witness.of(PUE) if m and m["value"]]:
        record = closed[datetime.datetime.fromisoformat(figure["window"]["start"]).timestamp()]
        assert abs(figure["value"] - record["facility_mwh"] / record["it_mwh"]) < 1e-9, f"{figure} / {record}"
    for alert in witness.of(ALERT):
        points_to_its_record(alert, records)
    moves = [r["aux"]["to"] for r in alerts(records, "integrity-journal") if r["aux"]["from"] != r["aux"]["to"]]
    assert moves == ["firing", "resolved"] * troubles, moves
    assert not [r for r in records if r["type"] == "loss"], "records were lost"
    step(f"{tiles(records)} intervals without hole, all {len(witness.of(PUE))} figures on record; {site.verify()}")


def disks_that_come_back(site, mounts):
    disk = Tmpfs(site.stage, site.state / "journal") if mounts else None
    environment, flag = shim(site)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # inherited: a write beyond the limit is an error, as on a full disk
    site.start(environment)
    witness = Witness(site)
    metering_goes_on(witness, 2)
    if mounts:
        trouble(witness, disk.full(), "No space left", "full disk")
        trouble(witness, disk.read_only(), "Read-only", "read-only file system")
    else:
        trouble(witness, full_by_limit(site), "too large", "full by RLIMIT_FSIZE")
        print("SKIPPED: a read-only file system (this user cannot mount)")
    trouble(witness, bad_sync(flag), "Input/output", "fsync that fails")
    site.leave()
    everything_is_there(site, witness, 3 if mounts else 2)


def starts_without_a_disk(site, folder, what):
    """Read-only from the start: the figures come, the alert fires, the status says why; until it can be written."""
    disk = Tmpfs(site.stage, folder)
    disk.remount("ro")
    site.edit(r'state_directory = "[^"]*"', f'state_directory = "{site.state}"')
    for topic in (ALERT, PUE, CHECKPOINT):
        site.publish(topic, "", "-r")  # what the broker kept of another state
    site.start()
    witness = Witness(site)
    alert = witness.wait(ALERT, lambda m: m["state"] == "firing" and m["value"], seconds=15)
    assert "Read-only" in alert["message"]["en"], alert["message"]
    metering_goes_on(witness)
    status = witness.wait(STATUS, lambda m: m["state"] == "online", after=len(witness.of(STATUS)) - 1)
    assert "Read-only" in (status["journal"]["error"] or ""), f"the status does not say it: {status['journal']}"
    disk.remount("rw")
    witness.wait(ALERT, lambda m: m["state"] == "resolved" and m["alert_id"] == alert["alert_id"])
    metering_goes_on(witness)
    site.leave()
    step(f"{what}: metering goes on; {status['journal']['error']}")
    everything_is_there(site, witness, 1)


def ends_with_a_restart(site):
    """Room is made, then pued is restarted: what it had said about its disk is taken back, because it is true no more."""
    site.state = site.run / "state-4"
    site.edit(r'state_directory = "[^"]*"', f'state_directory = "{site.state}"')
    site.publish(ALERT, "", "-r")
    environment, flag = shim(site)
    site.start(environment)
    witness = Witness(site)
    metering_goes_on(witness)
    with bad_sync(flag):
        witness.wait(ALERT, lambda m: m["state"] == "firing")
        site.leave()
    site.start(environment)
    end = witness.wait(ALERT, lambda m: m["state"] == "resolved", seconds=15)
    site.leave()
    points_to_its_record(end, site.journal())
    step(f"restarted on a disk that is well again: {end['message']['en']}")


def play(site):
    mounts = may_mount(site.stage)
    disks_that_come_back(site, mounts)
    ends_with_a_restart(site)
    if not mounts:
        return print("SKIPPED: a state directory that is read-only from the start (this user cannot mount)")
    site.state = site.run / "state-2"
    starts_without_a_disk(site, site.state / "journal", "started on a read-only journal folder")
    site.state = site.run / "state-3"
    starts_without_a_disk(site, site.state, "started on a read-only state directory")


if __name__ == "__main__":
    run_test("disk", play, racks=2, interval=1, poll=0.5)
