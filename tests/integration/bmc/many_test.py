#!/usr/bin/env python3
"""Two hundred BMCs (fakebmc.py) and one pued: a session each and never two, opened one after the other; the sensor lists
are walked by the first few, and not again at the next start; BMCs that all lost their sessions have them back; SIGTERM gives all back.

  many_test.py PUED
"""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PUED = pathlib.Path(sys.argv[1]).resolve()
BMCS = 200


class Bmcs:
    """fakebmc.py with all its BMCs; stats are those since the last question."""

    def __init__(self, folder):
        subprocess.run(["sdrcomp", "-r", "-o", folder / "power.raw", HERE / "power.sdrs"], check=True, stdout=subprocess.DEVNULL)
        self.process = subprocess.Popen(
            ["/usr/bin/python3", HERE / "fakebmc.py", "-n", str(BMCS), "--sdr", folder / "power.raw"],
            stdout=subprocess.PIPE, text=True)
        told = json.loads(self.process.stdout.readline())
        self.ports, self.control = told["ports"], told["control"]
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(5)

    def tell(self, text):
        self.socket.sendto(text.encode(), ("127.0.0.1", self.control))
        return self.socket.recv(65536).decode()

    def stats(self):
        return json.loads(self.tell("stats"))


def configure(folder, ports):
    (folder / "secret").write_text("test\n")
    os.chmod(folder / "secret", 0o600)
    servers = "".join(
        f'[[server]]\nid = "bmc-{port}"\nbmc = "127.0.0.1:{port}"\nuser = "ipmiusr"\npassword_file = "secret"\n'
        f'power = "sensor:LUN1 Power"\npoll_s = 5\n' for port in ports)
    path = folder / "pued.toml"
    path.write_text(f'state_directory = "state"\ndata_directories = ["{ROOT}/config"]\n[site]\nid = "s"\n{servers}')
    return path


def usage(pid):
    """CPU seconds, threads, MiB resident."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    resident = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(fields[17]), resident


def until(what, limit, holds):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.2)
    raise AssertionError(f"not within {limit} s: {what}")


class Counts:
    """Sums of what the BMCs counted, and how many sessions are open now."""

    def __init__(self, bmcs):
        self.bmcs, self.sums, self.open_now = bmcs, {}, 0

    def refresh(self):
        stats = self.bmcs.stats()
        self.open_now = stats["sessions"]
        for name, value in stats.items():
            if name != "sessions" and isinstance(value, (int, float)):
                self.sums[name] = self.sums.get(name, 0) + value
        assert self.open_now <= BMCS, f"{self.open_now} sessions on {BMCS} BMCs"
        return self

    def of(self, name):
        return self.refresh().sums.get(name, 0)


def start(config):
    return subprocess.Popen([PUED, "run", "-c", config], stderr=subprocess.DEVNULL)


def stop(pued, bmcs):
    begun = time.monotonic()
    pued.send_signal(signal.SIGTERM)
    assert pued.wait(5) == 0
    took = time.monotonic() - begun
    until("sessions given back", 5, lambda: bmcs.stats()["sessions"] == 0)
    return took


def first_life(config, bmcs):
    pued, counts = start(config), Counts(bmcs)
    until("a reading of each", 30, lambda: counts.of("04/2d") >= BMCS)
    assert counts.of("open") == BMCS, f"{counts.of('open')} sessions were asked for"
    before, then = usage(pued.pid), time.monotonic()
    time.sleep(10)
    after, seconds = usage(pued.pid), time.monotonic() - then
    print(f"{BMCS} BMCs every 5 s: {(after[0] - before[0]) / seconds * 100:.1f} % of a core, "
          f"{after[1]} threads, {after[2]:.1f} MiB")
    bmcs.tell("forget")
    lost = counts.of("open")
    until("all sessions are back", 30, lambda: counts.of("open") >= lost + BMCS and counts.open_now == BMCS)
    print(f"Get SDR at the first start: {counts.of('0a/23')}; SIGTERM took {stop(pued, bmcs):.2f} s")
    walked = counts.sums["0a/23"]  # seven records each, without what the first BMCs told of the others
    assert walked <= 15 * BMCS, f"{walked} pieces of sensor lists were read"


def second_life(config, bmcs):
    bmcs.stats()
    pued, counts = start(config), Counts(bmcs)
    until("a reading of each", 30, lambda: counts.of("04/2d") >= BMCS)
    read = counts.of("0a/23")
    print(f"Get SDR at the second start: {read}")
    stop(pued, bmcs)
    assert read <= 6 * BMCS, "the sensor lists were walked again"  # a record is five pieces


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        bmcs = Bmcs(folder)
        try:
            config = configure(folder, bmcs.ports)
            first_life(config, bmcs)
            second_life(config, bmcs)
            assert len(list((folder / "state/sdr").iterdir())) == 1, "one file for one model"
        finally:
            bmcs.process.terminate()
            bmcs.process.wait()


main()
