#!/usr/bin/env python3
"""Accelerators and servers as they tell of themselves, into figures on the broker: NVIDIA's library (the stand-in of
tests/integration/nvml) with the server's power from OpenBMC's D-Bus (a dbus-daemon and service of the test's own), and
Telegraf's JSON by mosquitto_pub. Each compute per watt, and the PUE over the servers (category 3), is what was put in.

Usage: telemetry_test.py PUED PUED_SIM SHIM_FOLDER
"""
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import tomllib

from site_of_tests import PREFIX, PUE, ROOT, Witness, run_test, step, wait_for

FAKE_OPENBMC = pathlib.Path(__file__).resolve().parents[1] / "dbus" / "fake_openbmc.py"
POWER = "/xyz/openbmc_project/sensors/power/total_power"
HOST_W, AMD_W = 1200.0, 3000.0
GPUS = [{"tensor": 50, "clock": 1830}, {"tensor": 25, "clock": 1430}]

SERVERS = f"""
[[server]]
id = "gpu-box"
nvml = true
dbus = [{{ quantity = "power_w", path = "{POWER}" }}]
rated_kw = 3
poll_s = 0.5
accelerators = [{{ model = "nvidia-h100-sxm5", count = 2 }}]

[[server]]
id = "amd-box"
rated_kw = 6
accelerators = [{{ model = "amd-mi300x", count = 2 }}]

[[mqtt-value]]
id = "amd-box-activity"
device = "amd-box"
quantity = "activity"
topic = "telegraf/amd-box"
list = "/metrics"
where = {{ "/name" = "prometheus" }}
each = "/tags/serial_number"
count = 2
pointer = "/fields/gpu_prof_tensor_active_percent"
scale = 0.01
time = "/timestamp"
stale_after_s = 5

[[mqtt-value]]
id = "amd-box-energy"
device = "amd-box"
quantity = "energy_wh"
topic = "telegraf/amd-box"
list = "/metrics"
where = {{ "/name" = "prometheus" }}
each = "/tags/serial_number"
count = 2
pointer = "/fields/gpu_energy_consumed"
unit = "J"
scale = 1e-6
time = "/timestamp"
stale_after_s = 5
"""


def chip(identity):
    """Of config/accelerators: dense FP16 peak in TFLOPS, and its clock."""
    for file in (ROOT / "config" / "accelerators").glob("*.toml"):
        for row in tomllib.loads(file.read_text(encoding="utf-8"))["accelerator"]:
            if row["id"] == identity:
                return row["peak"]["fp16"], row.get("clock_hz")
    raise AssertionError(f"no accelerator {identity}")


def write_gpus(site, lost=()):
    lines = [f"count {len(GPUS)}"]
    for index, gpu in enumerate(GPUS):
        lines += [f"gpu {index} uuid GPU-{index}", f"gpu {index} watts 400", f"gpu {index} average 400000"]
        lines += [f"gpu {index} {key} {value}" for key, value in gpu.items()]
        lines += [f"gpu {index} code 15"] * (index in lost)
    new = site.run / "gpus.new"
    new.write_text("\n".join(lines) + "\n", encoding="utf-8")
    new.rename(site.run / "gpus")


def start_openbmc(site):
    """Its environment, with the address of a bus that nobody else has."""
    folder = site.stage.folder
    address = f"unix:path={folder}/bus"
    (folder / "bus.conf").write_text(
        f'<busconfig><type>custom</type><listen>{address}</listen><policy context="default"><allow user="*"/><allow eavesdrop="true"/>'
        '<allow send_destination="*" eavesdrop="true"/><allow own="*"/></policy></busconfig>', encoding="utf-8")
    (site.run / "sensors").write_text(json.dumps({POWER: {"value": HOST_W, "unit": "Watts", "available": True}}), encoding="utf-8")
    environment = dict(os.environ, DBUS_SYSTEM_BUS_ADDRESS=address)
    log = site.stage.log("dbus.log")
    site.stage.start(["dbus-daemon", "--nofork", "--config-file", folder / "bus.conf"], stdout=log, stderr=log)
    wait_for((folder / "bus").exists, "dbus-daemon")
    for part in ("mapper", "sensors"):
        fake = site.stage.start(["/usr/bin/python3", FAKE_OPENBMC, part, site.run / "sensors"], env=environment, stdout=subprocess.PIPE)
        assert fake.stdout.readline().strip() == "ready", part
    return environment


class Telegraf:
    """A batch each second: both GPUs of amd-box, and what else Telegraf gathers."""

    def __init__(self, site):
        self.process = site.stage.start(["mosquitto_pub", *site.address(), "-q", "1", "-l", "-t", "telegraf/amd-box"], stdin=subprocess.PIPE)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        begin = int(time.time())
        while self.process.poll() is None:
            now = int(time.time())
            metrics = [self.metric("cpu", {"usage_idle": 97.5}, {"cpu": "cpu-total"}, now)]
            for gpu, percent in enumerate((60, 40)):
                labels = {"serial_number": f"SN-{gpu}", "gpu_id": str(gpu)}
                energy_uj = 1.4e13 + AMD_W / 2 * 1e6 * (now - begin)
                metrics.append(self.metric("prometheus", {"gpu_prof_tensor_active_percent": percent}, labels, now))
                metrics.append(self.metric("prometheus", {"gpu_energy_consumed": energy_uj}, labels, now))
            try:
                self.process.stdin.write(json.dumps({"metrics": metrics}) + "\n")
                self.process.stdin.flush()
            except (BrokenPipeError, ValueError):
                return
            time.sleep(1 - time.time() % 1)

    @staticmethod
    def metric(name, fields, tags, now):
        return {"fields": fields, "name": name, "tags": {"host": "amd-box", **tags}, "timestamp": now}


def compute_is(witness, server, expected):
    topic = f"{PREFIX}metric/{server}/compute-per-watt-delivered"
    figure = witness.wait(topic, lambda m: m["value"] is not None and m["coverage"] > 0.99)
    step(f"{server}: {figure['value']:.4f} TFLOP/J, put in {expected:.4f}")
    assert abs(figure["value"] / expected - 1) < 0.01, figure


def pue_is_over_the_servers(site, witness):
    figure = witness.wait(PUE, lambda m: m["value"] is not None and m["category"] == 3)
    expected = site.truth()["facility_w"] / (HOST_W + AMD_W)
    step(f"PUE over the servers {figure['value']:.3f}, put in {expected:.3f}")
    assert abs(figure["value"] / expected - 1) < 0.05, (figure, site.truth())


def a_lost_gpu_leaves_no_figure(site, witness):
    """Half of the GPUs must not look like all of them at half the work."""
    write_gpus(site, lost=[0])
    topic = f"{PREFIX}metric/gpu-box/compute-per-watt-delivered"
    witness.wait(topic, lambda m: m["value"] is None, after=len(witness.of(topic)))
    table = subprocess.run([site.pued, "read", "-c", site.config], env=site.environment, capture_output=True, text=True, check=False)
    assert "GPU is lost" in table.stdout, table.stdout
    step("a lost GPU: no figure for its server, and pued read says why")


def play(site):
    site.edit(r"\[metering\]\n", "[metering]\ncategory = 3\n")
    site.append(SERVERS)
    write_gpus(site)
    site.environment = dict(start_openbmc(site), LD_LIBRARY_PATH=sys.argv[3], NVML_SHIM=str(site.run / "gpus"))
    Telegraf(site)
    site.start(site.environment)
    witness = Witness(site)
    h100, clock = chip("nvidia-h100-sxm5")
    activity = sum(gpu["tensor"] for gpu in GPUS) / len(GPUS) / 100
    mean_hz = sum(gpu["clock"] for gpu in GPUS) / len(GPUS) * 1e6
    compute_is(witness, "gpu-box", 2 * h100 * activity * mean_hz / clock / HOST_W)
    mi300x, _ = chip("amd-mi300x")
    compute_is(witness, "amd-box", 2 * mi300x * 0.5 / AMD_W)
    pue_is_over_the_servers(site, witness)
    a_lost_gpu_leaves_no_figure(site, witness)
    site.leave()


if __name__ == "__main__":
    run_test("telemetry", play, racks=1)
