#!/usr/bin/env python3
"""pued against Redfish services: OpenStack's sushy-tools emulator, which nobody here wrote (TLS, basic authentication, its
own resources), and service.py for what that lacks: sessions, etags, power and energy in the DMTF's shapes, faults.
Then the daemon on a real mosquitto: a rack PDU and an HGX server into PUE and compute per watt.
Usage: redfish_test.py PUED BUILD_DIR
"""
import concurrent.futures
import itertools
import json
import pathlib
import signal
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE.parent / "daemon"))
from processes import Stage, free_port, stop  # noqa: E402
from service import PASSWORD, USER, Service, certificate, members  # noqa: E402

ROOT = HERE.parents[2]
V1 = "/redfish/v1/"
PDU = V1 + "PowerEquipment/RackPDUs"
GPUS = 2
START = time.monotonic()


def kwh(kw):
    """A counter that runs: so much power since the test began, in steps of a watt-hour."""
    return lambda: round(1000 + kw * (time.monotonic() - START) / 3600, 6)


def pdu_pages(power_w):
    energy = kwh(power_w / 1000)
    pages = {PDU: members(f"{PDU}/1"), f"{PDU}/1/Outlets": members(f"{PDU}/1/Outlets/A10", f"{PDU}/1/Outlets/A2"),
             f"{PDU}/1/Metrics": lambda: {"PowerWatts": {"Reading": power_w}, "EnergykWh": {"Reading": energy()}}}
    for name, power in (("A2", 200), ("A10", 1000.5)):
        pages[f"{PDU}/1/Outlets/{name}"] = {"PowerWatts": {"Reading": power}, "EnergykWh": {"Reading": 12.3}}
    return pages


def hgx_pages(power_w):
    energy = kwh(power_w / 1000)
    metrics = V1 + "Systems/HGX_Baseboard_0/Processors/GPU_SXM_{}/ProcessorMetrics#/"
    sensor = V1 + "Chassis/HGX_GPU_SXM_{0}/Sensors/HGX_GPU_SXM_{0}_{1}_0"

    def report(*rows):
        return {"MetricValues": [{"MetricProperty": where, "MetricValue": str(what)} for where, what in rows]}

    numbers = range(1, GPUS + 1)
    activity = itertools.chain([40] * 5 * GPUS, itertools.repeat(50))  # moves once: only then is its etag believed
    reports = V1 + "TelemetryService/MetricReports/HGX_"
    return {
        V1 + "Chassis": members(V1 + "Chassis/Host", V1 + "Chassis/HGX_Chassis_0"),
        V1 + "Chassis/Host/EnvironmentMetrics": lambda: {"PowerWatts": {"Reading": power_w}, "EnergykWh": {"Reading": energy()}},
        V1 + "Chassis/HGX_Chassis_0/EnvironmentMetrics": {"PowerWatts": {"Reading": 1}},
        reports + "PlatformEnvironmentMetrics_0": lambda: report(
            *((sensor.format(n, "Power"), 400 + n) for n in numbers), *((sensor.format(n, "Energy"), 7_200_000 * n) for n in numbers)),
        reports + "ProcessorGPMMetrics_0": lambda: report(
            *((metrics.format(n) + "Oem/Nvidia/TensorCoreActivityPercent", next(activity)) for n in numbers)),
        reports + "ProcessorMetrics_0": report(*((metrics.format(n) + "OperatingSpeedMHz", 1800) for n in numbers)),
    }


class Site:
    """Configurations of this test, and pued on them."""

    def __init__(self, stage, pued):
        self.stage, self.pued = stage, pued
        self.password = stage.folder / "password"
        self.password.write_text(PASSWORD + "\n")
        self.password.chmod(0o600)

    def write(self, text, metering=""):
        file = self.stage.folder / "pued.toml"
        file.write_text(f'data_directories = ["{ROOT}/config", "{self.stage.folder}"]\nstate_directory = "{self.stage.folder}/state"\n'
                        f'[site]\nid = "demo"\nagent = "edge-1"\n{metering}{text}')
        return file

    def account(self, user="user", password_file="password_file"):
        return f'{user} = "{USER}"\n{password_file} = "{self.password}"\n'

    def pdu(self, url, more="", role="none", name="pdu", outlets=2):
        return (f'[[meter]]\nid = "{name}"\nprofile = "redfish-rackpdu"\nredfish = "{url}"\nrole = "{role}"\noutlets = {outlets}\n'
                f'timeout_ms = 1000\n{self.account()}{more}')

    def read(self, text):
        """point -> (value, quality, error)"""
        file = self.write(text)
        answer = subprocess.run([self.pued, "read", "-c", str(file), "--json"], capture_output=True, text=True, timeout=60, check=False)
        assert answer.stdout, answer.stderr
        points = json.loads(answer.stdout)["points"]
        return {p["point"]: (p["value"], p["quality"], p["error"]) for p in points}


def near(got, wanted, tolerance=1e-6):
    assert got is not None and abs(got - wanted) <= tolerance * abs(wanted), f"{got}, expected {wanted}"


def start_emulator(stage, build, tls):
    """sushy-tools, installed into the build folder: its port. It takes seconds, so a thread does it beside the rest."""
    venv = build / "redfish-venv"
    if not (venv / "bin" / "sushy-emulator").exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin" / "pip", "install", "-q", "sushy-tools"], check=True)
    folder, port = stage.folder, free_port()
    hashed = subprocess.run([venv / "bin" / "python", "-c", "import bcrypt,sys; print(bcrypt.hashpw(sys.argv[1].encode(), "
                             "bcrypt.gensalt(4)).decode())", PASSWORD], capture_output=True, text=True, check=True).stdout.strip()
    (folder / "htpasswd").write_text(f"{USER}:{hashed}\n")
    (folder / "sushy.conf").write_text(f'SUSHY_EMULATOR_AUTH_FILE = "{folder}/htpasswd"\nSUSHY_EMULATOR_STATE_DIR = "{folder}"\n')
    stage.start([venv / "bin" / "sushy-emulator", "--fake", "--config", folder / "sushy.conf", "-i", "127.0.0.1", "-p", port,
                 "--ssl-certificate", tls[0], "--ssl-key", tls[1]], stdout=stage.log("sushy.log"), stderr=stage.log("sushy.log"))
    return port


def third_party(site, port, tls):
    """Its thermal page says 41 degrees for each system of a chassis."""
    folder = site.stage.folder
    (folder / "redfish").mkdir(exist_ok=True)
    (folder / "redfish" / "sushy.toml").write_text(
        'schema = 1\nid = "sushy"\nkind = "server"\ntitle = "test"\nsources = ["sushy-tools"]\n[[value]]\nname = "temperature_c"\n'
        'resource = "Chassis/*/Thermal"\npointer = "/Temperatures/0/ReadingCelsius"\nunit = "degC"\nconfidence = "found"\n')
    text = (f'[[server]]\nid = "s"\nrole = "none"\nredfish = "https://127.0.0.1:{port}"\nredfish_profile = "sushy"\n'
            f'fingerprint = "{tls[2]}"\n{site.account("redfish_user", "redfish_password_file")}')
    end = time.monotonic() + 20
    while (got := site.read(text)["s.temperature_c"])[1] != "good":
        assert time.monotonic() < end, (got, (folder / "sushy.log").read_text()[-500:])
        time.sleep(0.3)
    assert got[0] == 41, got
    print("sushy-tools' emulator: TLS pinned, basic authentication, its chassis found by listing: 41 °C")


def healthy(site, service, tls):
    points = site.read(site.pdu(service.url, f'fingerprint = "{tls[2]}"\n'))
    near(points["pdu.power_w"][0], 5000)
    near(points["pdu.energy_wh"][0], 1e6, 1e-2)
    near(points["pdu.outlet-1.power_w"][0], 200)  # A2 before A10
    near(points["pdu.outlet-2.power_w"][0], 1000.5)
    near(points["pdu.outlet-2.energy_wh"][0], 12300)
    assert service.count("POST") == 1 and service.count("DELETE") == 1 and not service.tokens, service.log
    near(site.read(site.pdu(service.url, f'ca_file = "{tls[0]}"\n'))["pdu.power_w"][0], 5000)
    print("a rack PDU by pinned certificate and by CA; the session was closed")


def certificates(site, service, tls):
    asked = len(service.log)
    for more, why in ((f'fingerprint = "{"ab" * 32}"\n', "not the pinned one"), ("", "expected a certificate by ca_file")):
        _, quality, error = site.read(site.pdu(service.url, more))["pdu.power_w"]
        assert quality != "good" and why in error, error
    assert len(service.log) == asked, "something was asked of a service that was not verified"
    print("a wrong certificate: nothing was asked, nor the password shown")


def faults(site, service, tls):
    sound = f'fingerprint = "{tls[2]}"\n'
    outlet, metrics = f"{PDU}/1/Outlets/A2", f"{PDU}/1/Metrics"
    for fault, why in (("slow", "timed out"), ("reset", "")):
        service.faults = {metrics: fault}
        _, quality, error = site.read(site.pdu(service.url, sound))["pdu.power_w"]
        assert quality != "good" and error and why in error.lower(), (fault, error)
    for fault in ("404", "huge"):  # costs the outlet, and nothing else
        service.faults = {outlet: fault}
        points = site.read(site.pdu(service.url, sound))
        near(points["pdu.power_w"][0], 5000)
        assert points["pdu.outlet-2.power_w"][0] == 1000.5 and points["pdu.outlet-1.power_w"][1] != "good", points
        assert "does not give it" in points["pdu.outlet-1.power_w"][2], points
    for page, fault in ((outlet, "500"), (metrics, "503")):  # not taken for a page that is not there
        service.faults = {page: fault}
        error = site.read(site.pdu(service.url, sound))["pdu.power_w"][2]
        assert "HTTP " + fault in error, error
    service.faults = {}
    wrong = site.stage.folder / "wrong"
    wrong.write_text("not-it\n")
    wrong.chmod(0o600)
    error = site.read(site.pdu(service.url, sound).replace(str(site.password), str(wrong)))["pdu.power_w"][2]
    assert "the account is refused (HTTP 401)" in error, error
    print("slow, reset, 404, 500, 503, a huge body, a wrong password: each says so")


def daemon(site, tls):
    from site_of_tests import Witness, wait_for  # noqa: PLC0415
    port = free_port()
    conf = site.stage.folder / "mosquitto.conf"
    conf.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n")
    site.address = lambda: ["-h", "127.0.0.1", "-p", str(port)]
    site.stage.start(["mosquitto", "-c", conf], stdout=site.stage.log("mosquitto.log"), stderr=site.stage.log("mosquitto.log"))
    time.sleep(1)
    feed, pdu, hgx = (Service(pages, tls=tls[:2]) for pages in (pdu_pages(6000), pdu_pages(5000), hgx_pages(4000)))
    pinned = f'fingerprint = "{tls[2]}"\n'
    metered = pinned + "energy_register = true\n"
    server = (f'[[server]]\nid = "gpu"\nredfish = "{hgx.url}"\nredfish_profile = "redfish-hgx"\n{pinned}'
              f'{site.account("redfish_user", "redfish_password_file")}accelerators = [{{ model = "nvidia-h100-sxm5", count = {GPUS} }}]\n')
    file = site.write(site.pdu(feed.url, metered, "feed", "feed") + site.pdu(pdu.url, metered, "pdu") + server,
                      f'[metering]\ninterval_s = 2\ngrace_s = 1\npoll_s = 0.25\n[mqtt]\nhost = "127.0.0.1"\nport = {port}\nreadings = true\n')
    witness = Witness(site)
    process = site.stage.start([site.pued, "run", "-c", file], stdout=site.stage.log("pued.log"), stderr=site.stage.log("pued.log"))
    prefix = "pued/v1/demo/edge-1/"
    reading = witness.wait(prefix + "reading/gpu", lambda m: m["values"].get("activity") == 0.5)["values"]
    assert reading["activity"] == 0.5 and reading["clock_hz"] == 1.8e9 and reading["gpu-2.power_w"] == 402, reading
    near(reading["gpu-2.energy_wh"], 4000)
    pue = witness.wait(prefix + "metric/site/pue-interval", lambda m: m["value"] is not None, seconds=60)
    near(pue["value"], 6000 / 5000, 0.02)
    work = witness.wait(prefix + "metric/gpu/compute-per-watt-delivered", lambda m: m["value"] is not None, seconds=60)
    print(f"PUE {pue['value']:.4f} of 1.2; compute per watt {work['value']:.4f} {work['unit']}")
    assert hgx.count(f"GET {V1}TelemetryService/MetricReports/HGX_ProcessorGPMMetrics_0 304") > 3, "no etag was used"
    before = hgx.count("POST")
    hgx.tokens.clear()  # the service forgets our session
    wait_for(lambda: hgx.count("POST") > before, "the next session")
    seen = len(witness.of(prefix + "reading/gpu"))
    witness.wait(prefix + "reading/gpu", lambda m: m["values"].get("power_w") == 4000, after=seen)
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0
    assert all(s.count("DELETE") == 1 and not s.tokens for s in (feed, pdu, hgx)), "a session was left open"
    print("a lost session was renewed; all were closed at the end")
    for service in (feed, pdu, hgx):
        service.close()


def main():
    pued, build = sys.argv[1], pathlib.Path(sys.argv[2])
    with Stage("redfish") as stage, concurrent.futures.ThreadPoolExecutor(1) as beside:
        tls = certificate(stage.folder)
        emulator = beside.submit(start_emulator, stage, build, tls)
        site = Site(stage, pued)
        service = Service(pdu_pages(5000), tls=tls[:2])
        healthy(site, service, tls)
        certificates(site, service, tls)
        faults(site, service, tls)
        service.close()
        daemon(site, tls)
        third_party(site, emulator.result(), tls)


if __name__ == "__main__":
    main()
