"""Every alert is made to fire, and to be silent, by Prometheus' own engine (`promtool test rules`, in its own time)."""

from __future__ import annotations

import pathlib
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import Any

import pytest
from prometheus_client import REGISTRY as _DEFAULT
from ruamel.yaml import YAML

from bot.telemetry.metrics import REGISTRY
from tests.conftest import missing

ROOT = pathlib.Path(__file__).resolve().parent.parent
RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
UP = 'up{job="askonce", instance="%s"}'
#: Minutes that are looked at: longer than any alert waits.
_LONG = 60


@dataclass(frozen=True)
class Shown:
    """Series that make an alert fire within the hour, and series with which it must not; in Prometheus' own notation:
    `1+2x60` is 1, then 2 more a minute, sixty times."""

    fires: dict[str, str]
    silent: dict[str, str] = field(default_factory=dict)


SHOWN = {
    "AskonceDown": Shown({UP % "a": "1x5 0x55", UP % "b": "0x60"}, {UP % "a": "1x60", UP % "b": "0x60"}),
    "AskonceReplicaDown": Shown({UP % "a": "1x60", UP % "b": "0x60"}, {UP % "a": "1x60", UP % "b": "1x60"}),
    "AskonceDatabaseAway": Shown(
        {'askonce_database_up{instance="a"}': "0x60", 'askonce_database_up{instance="b"}': "0x60"},
        {'askonce_database_up{instance="a"}': "0x60", 'askonce_database_up{instance="b"}': "1x60"},
    ),
    "AskonceRefusesMessages": Shown(
        {'askonce_frame_errors_total{code="unavailable"}': "0+60x60"},
        {'askonce_frame_errors_total{code="unavailable"}': "0x60", 'askonce_frame_errors_total{code="x"}': "0+60x60"},
    ),
    "AskonceSlow": Shown(
        {'askonce_message_seconds_bucket{le="0.5"}': "0+50x60", 'askonce_message_seconds_bucket{le="1"}': "0+100x60",
         'askonce_message_seconds_bucket{le="+Inf"}': "0+100x60"},
        {'askonce_message_seconds_bucket{le="0.5"}': "0+999x60", 'askonce_message_seconds_bucket{le="1"}': "0+1000x60",
         'askonce_message_seconds_bucket{le="+Inf"}': "0+1000x60"},
    ),
    "AskonceHelpdeskAway": Shown(
        {"askonce_outbox_oldest_seconds": "0+60x60", 'askonce_outbox{status="queued"}': "3x60"},
        {"askonce_outbox_oldest_seconds": "0+60x60", 'askonce_outbox{status="queued"}': "0x60",
         'askonce_outbox{status="refused"}': "1x60"},
    ),
    "AskonceTicketsRefused": Shown(
        {'askonce_outbox{status="refused"}': "0x10 1x50"},
        {'askonce_outbox{status="refused"}': "0x60", 'askonce_outbox{status="queued"}': "9x60"},
    ),
    "AskonceKeysUnseen": Shown(
        {'askonce_helpdesk_keys_total{said="unseen"}': "0x10 1x50"},
        {'askonce_helpdesk_keys_total{said="unseen"}': "1x60", 'askonce_helpdesk_keys_total{said="seen"}': "0+1x60"},
    ),
    "AskonceWithoutRasa": Shown(
        {'askonce_rasa_outcomes{outcome="timeout"}': "0+5x60"},
        {'askonce_rasa_outcomes{outcome="timeout"}': "0+1x60", 'askonce_rasa_outcomes{outcome="used"}': "0+99x60"},
    ),
    "AskonceWorkDies": Shown({'askonce_faults_total{work="courier"}': "0x10 1x50"}, {
        'askonce_faults_total{work="courier"}': "1x60"}),
    "AskonceWritesRefused": Shown(
        {'askonce_writes_refused_total{constraint="turn(conversation, seq)"}': "0x10 1x50"},
        {'askonce_writes_refused_total{constraint="outbox(reference)"}': "0+1x60"},
    ),
    "AskonceScannerAway": Shown({"askonce_scanner_away": "1x60"}, {"askonce_scanner_away": "1x3 0x57"}),
    "AskonceFilesRefused": Shown(
        {'askonce_file_notes{status="refused"}': "0x10 1x50"}, {'askonce_file_notes{status="queued"}': "9x60"}
    ),
    "AskonceReplicasDeaf": Shown(
        {'askonce_pokes_listening{instance="a"}': "1x60", 'askonce_pokes_listening{instance="b"}': "0x60"},
        {'askonce_pokes_listening{instance="a"}': "0x60"},
    ),
}  # fmt: skip
RULE: dict[str, Any] = {
    rule["alert"]: rule for group in YAML(typ="safe").load(RULES)["groups"] for rule in group["rules"]
}


def test_every_alert_is_shown_and_speaks_of_numbers_that_there_are() -> None:
    assert SHOWN.keys() == RULE.keys()
    there = {sample.name for metric in REGISTRY.collect() for sample in metric.samples}
    there |= {f"{metric.name}{end}" for metric in REGISTRY.collect() for end in ("", "_total", "_bucket")}
    asked = {name.partition("{")[0] for shown in SHOWN.values() for name in (*shown.fires, *shown.silent)}
    assert asked - there - {"up"} == set(), "no such metric"
    assert _DEFAULT is not REGISTRY


@pytest.mark.helpdesks
def test_every_alert_fires_when_it_should_and_only_then(tmp_path: pathlib.Path) -> None:
    if shutil.which("promtool") is None:
        missing("promtool (Debian: prometheus)")
    tests = [_test(alert, shown.fires, fires=True) for alert, shown in SHOWN.items()]
    tests += [_test(alert, shown.silent, fires=False) for alert, shown in SHOWN.items()]
    done = _run(tmp_path, tests)
    assert done.returncode == 0, done.stdout + done.stderr
    wrong = _run(tmp_path, [_test("AskonceDown", SHOWN["AskonceDown"].silent, fires=True)])
    assert wrong.returncode != 0, "what does not fire was taken for firing"


def _test(alert: str, series: dict[str, str], *, fires: bool) -> dict[str, Any]:
    """Looked at in every minute: silent is silent all along, and firing is with its own labels, at some time."""
    rule = RULE[alert]
    count = f'count(ALERTS{{alertname="{alert}", alertstate="firing", severity="{rule["labels"]["severity"]}"}})'
    ever = {"expr": f"(max_over_time(({count})[{_LONG}m:1m]) or vector(0)) > bool 0", "eval_time": f"{_LONG}m"}
    return {
        "name": f"{alert} {'fires' if fires else 'is silent'}", "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [ever | {"exp_samples": [{"labels": "{}", "value": int(fires)}]}],
    }  # fmt: skip


def _run(folder: pathlib.Path, tests: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
    path = folder / "tests.yml"
    with path.open("w") as file:
        YAML().dump({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests}, file)
    return subprocess.run(["promtool", "test", "rules", str(path)], capture_output=True, text=True)


def test_every_number_is_counted_somewhere() -> None:
    """A gauge that nobody sets shows 0 for ever, and looks well."""
    source = (ROOT / "bot" / "telemetry" / "metrics.py").read_text("utf-8")
    names = re.findall(r"^([A-Z_]+) = (?:Counter|Gauge|Histogram)\(", source, re.M)
    used = "\n".join(p.read_text("utf-8") for p in (ROOT / "bot").rglob("*.py") if p.name != "metrics.py")
    assert len(names) > 15
    assert [name for name in names if not re.search(rf"\b{name}\.(?:labels|set|inc|observe|time)\b", used)] == []
