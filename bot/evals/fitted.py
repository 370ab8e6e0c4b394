"""Heads fitted for a measurement: to some of the lines, in Rasa's environment, which has what training needs."""

from __future__ import annotations

import json
import pathlib
import subprocess
import tempfile
from collections.abc import Mapping, Sequence

from bot.evals.lines import Line
from bot.evals.measures import Step
from dialogue.understanding.learned import heads
from dialogue.understanding.learned.heads import Heads

ROOT = pathlib.Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-rasa" / "bin" / "python"
_WORK = """
import json, pathlib, sys
from dialogue.understanding.learned.fit import fit
for job in json.load(sys.stdin):
    fit({job["head"]: [tuple(pair) for pair in job["lines"]]}, pathlib.Path(job["target"]), job["sharpness"])
    print(job["name"], flush=True)
"""


class FitError(Exception):
    """Heads could not be fitted; one line that says why, or what to do."""


def fit_each(
    wanted: Mapping[str, Sequence[Line]], step: Step, *, sharpness: float | None = None, python: pathlib.Path = PYTHON
) -> dict[str, Heads]:
    """A head for intents fitted to each of the lists of lines, by name; `step` is called after each. With `sharpness`
    it is not sought: half the time, the same first intent, other confidences. Raises `FitError`."""
    if not python.exists():
        raise FitError(f"{python} is missing; `make train` makes Rasa's environment")
    with tempfile.TemporaryDirectory() as folder, (pathlib.Path(folder) / "told").open("w+b") as told:
        targets = {name: pathlib.Path(folder) / f"{number}.npz" for number, name in enumerate(wanted)}
        jobs = [
            {
                "name": name,
                "head": heads.INTENT,
                "lines": [(line.label, line.text) for line in lines],
                "target": str(targets[name]),
                "sharpness": sharpness,
            }
            for name, lines in wanted.items()
        ]
        command = [str(python), "-c", _WORK]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=told) as work:
            assert work.stdin and work.stdout
            try:
                work.stdin.write(json.dumps(jobs).encode())
                work.stdin.close()
                for _ in work.stdout:
                    step()
            except BrokenPipeError:
                pass  # it ended early; what it said on its way out says why
        if work.returncode:
            told.seek(0)
            said = told.read().decode(errors="replace").strip().splitlines()
            raise FitError(f"fitting ended with {work.returncode}: {said[-1] if said else 'nothing was said'}")
        return {name: heads.read(target) for name, target in targets.items()}
