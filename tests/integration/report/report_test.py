#!/usr/bin/env python3
"""The report of a synthetic year, as people see it: pued report in both languages, opened in Chromium at desktop width
and printed on A4. Nothing may overflow, nothing may come from elsewhere, what is absent must be said. The pictures stay
in the folder for whoever wants to look. Usage: report_test.py PUED MAKE_YEAR FOLDER
"""
import csv
import html
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys

PUED, MAKE_YEAR, FOLDER = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
SOURCE = pathlib.Path(__file__).resolve().parents[3]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
A4_TEXT_WIDTH = 688  # CSS pixels: 182 mm between the margins

CONFIG = """
state_directory = "{state}"
data_directories = ["{data}"]
[site]
id = "hall-2"
agent = "box-1"
name = "Hall 2 / 二号机房 <b>&"
region = "beijing"
build = "existing"
commissioned = 2021-03-01
standard_racks = 1500
annual_energy_kwh = 20_000_000
accuracy_note = "Incomers: class 0.2S with 0.2S CTs"
[metering]
category = 1
unmeasured_kw = 1.5
[[meter]]
id = "feed-a"
profile = "siemens-pac"
host = "127.0.0.1"
role = "feed"
[[meter]]
id = "ups-1-out"
profile = "siemens-pac"
host = "127.0.0.1:503"
role = "ups-output"
"""

# Says of every element whether its content is wider than itself, and of every text of a drawing whether it leaves it or
# meets another.
PROBE = """
<script>
const bad = [];
const name = e => e.tagName + '.' + (e.getAttribute('class') || '') + ' "' + (e.textContent || '').trim().slice(0, 40) + '"';
for (const e of document.body.querySelectorAll('*')) {
  const wide = e.closest('.wide');  // tables that a telephone may scroll
  if (e.closest('svg') || (wide && getComputedStyle(wide).overflowX === 'auto')) continue;
  if (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0) bad.push('wider than itself: ' + name(e));
  const r = e.getBoundingClientRect();
  if (r.width && (r.right > document.documentElement.clientWidth + 1 || r.left < -1)) bad.push('off the page: ' + name(e));
}
for (const svg of document.querySelectorAll('svg')) {
  const s = svg.getBoundingClientRect(), texts = [...svg.querySelectorAll('text')].map(t => [t, t.getBoundingClientRect()]);
  for (const [t, r] of texts) {
    if (r.left < s.left - 1 || r.right > s.right + 1 || r.top < s.top - 1 || r.bottom > s.bottom + 1)
      bad.push('leaves its drawing: ' + name(t));
    for (const [o, q] of texts)
      if (t !== o && r.left < q.right - 1 && q.left < r.right - 1 && r.top < q.bottom - 3 && q.top < r.bottom - 3)
        bad.push('two texts meet: ' + name(t) + ' and ' + name(o));
  }
}
document.body.setAttribute('data-height', document.documentElement.scrollHeight);
document.body.setAttribute('data-svgs', document.querySelectorAll('svg').length);
document.body.setAttribute('data-bad', bad.slice(0, 20).join('\\n'));
</script>
"""


def fail(what):
    print("FAILED:", what)
    sys.exit(1)


def check(condition, what):
    if not condition:
        fail(what)


def run(*arguments, code=0):
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=60)
    if done.returncode != code:
        fail(f"{' '.join(map(str, arguments))}: exit {done.returncode}, not {code}\n{done.stdout[-500:]}{done.stderr[-2000:]}")
    return done


def chromium(*arguments):
    return run(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
               f"--user-data-dir={FOLDER / 'profile'}", *arguments)


def probe(page, width, name, as_print=False):
    text = page.read_text(encoding="utf-8")
    if as_print:
        text = text.replace("@media print{", "@media all{")
    copy = FOLDER / f"probe-{name}.html"
    copy.write_text(text.replace("</body>", PROBE + "</body>"), encoding="utf-8")
    dom = chromium(f"--window-size={width},1000", "--dump-dom", copy.as_uri()).stdout
    found = {key: html.unescape(value) for key, value in re.findall(r'data-(height|bad|svgs)="([^"]*)"', dom)}
    check("bad" in found, f"{name}: the probe did not run")
    check(not found["bad"], f"{name} at {width} px:\n{found['bad']}")
    return int(found["height"]), int(found["svgs"])


def look(page, lang):
    height, drawings = probe(page, 1280, f"{lang}-desktop")
    check(drawings == 5, f"{lang}: {drawings} drawings, not 5")
    probe(page, A4_TEXT_WIDTH, f"{lang}-a4", as_print=True)
    probe(page, 500, f"{lang}-narrow")
    picture = FOLDER / f"report-{lang}-desktop.png"
    chromium(f"--window-size=1280,{height}", f"--screenshot={picture}", page.as_uri())
    check(picture.stat().st_size > 50_000, f"{picture} is empty")
    pdf = FOLDER / f"report-{lang}.pdf"
    chromium("--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri())
    info = run("pdfinfo", pdf).stdout
    check("A4" in info, f"{lang}: the paper is no A4\n{info}")
    pages = int(re.search(r"Pages:\s+(\d+)", info).group(1))
    check(3 <= pages <= 14, f"{lang}: {pages} pages")
    run("pdftoppm", "-r", "75", "-png", pdf, FOLDER / f"report-{lang}-a4")
    return pages


def self_contained(text, lang):
    check(not re.search(r"<script|<link|<img|<iframe|@import|url\(|\son\w+=", text), f"{lang}: something from elsewhere")
    check(not re.search(r"(src|href)=", text), f"{lang}: an address to load")
    check("<b>&amp;" not in text and "&lt;b&gt;&amp;" in text, f"{lang}: the site's name is not escaped")
    check(not re.search(r"\b(nan|inf|-0\.000)\b", re.sub(r"<style>.*?</style>", "", text, flags=re.S)), f"{lang}: not a number")


def texts(text, lang):
    wanted = {
        "en": ["±", "guard band", "Plain comparison", "6.3.2", "Surcharge", "energy balance of parent", "reset",
               "BEGIN PUBLIC KEY", "pued verify --key public.pem", "clock set by +42.5 s", "no space left", "not declared"],
        "zh": ["电能使用效率", "电能比", "扩展不确定度", "覆盖率", "估算", "差别电价", "保护带", "加价电费", "表计归零", "检定证书", "未声明",
               "五工况法", "时钟调整"],
    }
    for phrase in wanted[lang]:
        check(phrase in text, f"{lang}: \"{phrase}\" is missing")


def machines(config):
    document = json.loads(run(PUED, "report", "-c", config, "--period", "2026", "--format", "json").stdout)
    pue = document["pue"]
    check(abs(pue["value"] - pue["facility_kwh"] / pue["it_kwh"]) < 1e-12, "the PUE is no ratio of its sums")
    check(pue["grade"] == "B" or pue["grade"] == "A", f"grade {pue['grade']}")
    check(abs(1 - pue["coverage"] - 150 / 35040) < 1e-9, f"coverage {pue['coverage']}: 150 intervals were silent, 20 amended")
    check(document["period"]["amended"] == 20, f"{document['period']['amended']} amended")
    tariff = [v for v in document["verdicts"] if v["rule"] == "cn-beijing-tariff-2026"][0]
    check(tariff["verdict"] != "insufficient-data" and tariff["surcharge_cny"] is not None, f"tariff: {tariff}")
    check(len(document["months"]) == 12 and len(document["days"]) == 365, "months or days are missing")
    check(document["evidence"]["checkpoint_size"] == document["evidence"]["tree_size"], "the checkpoint does not cover it")
    rows = list(csv.reader(io.StringIO(run(PUED, "report", "-c", config, "--period", "2026", "--format", "csv").stdout)))
    check(rows[0][0] == "month" and rows[1][0] == "2026-01" and abs(float(rows[1][1]) - document["months"][0]["value"]) < 1e-12,
          f"CSV: {rows[:2]}")
    month = json.loads(run(PUED, "report", "-c", config, "--period", "2026-07", "--format", "json").stdout)
    check(month["pue"]["value"] == document["months"][6]["value"], "July is not July")
    check(all(v["verdict"] in ("insufficient-data", "not-applicable") for v in month["verdicts"]), "a month got a verdict")
    day = json.loads(run(PUED, "report", "-c", config, "--period", "2026-07-14", "--format", "json").stdout)
    in_year = [d for d in document["days"] if d["day"] == "2026-07-14"][0]["pue"]
    check(abs(day["pue"]["value"] - in_year) < 1e-12, "the day is not the day")


def errors(config):
    for period, words in (("2026-13", "is none"), ("14.7.2026", "is none"), ("2019", "no interval in 2019")):
        text = run(PUED, "report", "-c", config, "--period", period, code=1).stderr
        check(words in text, f"--period {period}: {text}")
    empty = FOLDER / "empty.toml"
    empty.write_text(CONFIG.format(state=FOLDER / "nowhere", data=SOURCE / "config"), encoding="utf-8")
    check("no records" in run(PUED, "report", "-c", empty, code=1).stderr, "an absent journal is not told")
    run(PUED, "report", "-c", config, "--lang", "fr", code=2)
    run(PUED, "report", "-c", config, "--period", "2026", "-o", FOLDER / "no" / "such" / "folder.html", code=1)


def main():
    check(CHROMIUM, "there is no chromium")
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    state = FOLDER / "state"
    state.mkdir()
    run(MAKE_YEAR, state)
    config = FOLDER / "pued.toml"
    config.write_text(CONFIG.format(state=state, data=SOURCE / "config"), encoding="utf-8")
    machines(config)
    errors(config)
    for lang in ("en", "zh"):
        page = FOLDER / f"report-{lang}.html"
        run(PUED, "report", "-c", config, "--period", "2026", "--lang", lang, "-o", page)
        text = page.read_text(encoding="utf-8")
        self_contained(text, lang)
        texts(text, lang)
        print(f"{lang}: {len(text)} characters, {look(page, lang)} pages of A4, in {page}")


if __name__ == "__main__":
    main()
