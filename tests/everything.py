"""What `make test` runs: system parts, Rasa's model, linters and types, then every test, fast ones first.

Where a system part is missing it is installed when it may be (root, apt); when it may not, the tests that need it are
skipped by name and counted at the end. With CI=true nothing is skipped: a missing part is a failure.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
BIN = ROOT / ".venv" / "bin"
CI = os.environ.get("CI") == "true"
PARTS = {
    "chromium": ("chromium",),
    "postgresql": ("/usr/lib/postgresql/*/bin/postgres", "postgres"),
    "gcc": ("cc", "gcc"),
    "libc6-dev": ("/usr/include/stdio.h",),
}
#: The virus scanner and Prometheus: programs of somebody else's, tried beside the helpdesks.
OTHERS = {"clamav-daemon": ("/usr/sbin/clamd",), "prometheus": ("promtool",)}
#: What only the browser's tests need: installed while the quick tests run.
BROWSERS = {
    "firefox-esr": ("firefox-esr",),
    "webkit2gtk-driver": ("WebKitWebDriver",),
    "xvfb": ("Xvfb",),
    "nodejs": ("node",),
    "npm": ("npm",),
}


def tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def present(names: tuple[str, ...]) -> bool:
    return any(
        bool(list(pathlib.Path("/").glob(name[1:]))) if name.startswith("/") else shutil.which(name) is not None
        for name in names
    )


def install(parts: dict[str, tuple[str, ...]]) -> None:
    """Install what of these is missing, by its package's name, where it may be installed."""
    missing = [package for package, names in parts.items() if not present(names)]
    if not missing:
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        tell(f"Installing {', '.join(missing)} (a minute or two, once) ...")
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], check=False, env=environment, **quiet)
        subprocess.run(
            ["apt-get", "install", "-y", "--no-install-recommends", *missing], check=False, env=environment, **quiet
        )
    for package in missing:
        if not present(parts[package]):
            tell(f"{package} is missing and cannot be installed here; on Debian: apt-get install {package}")


def other_parts() -> None:
    """Servers of others and browsers, once."""
    helpdesk_servers()
    install(OTHERS)
    install(BROWSERS)


def helpdesk_servers() -> None:
    """Request Tracker from Debian and django-helpdesk from PyPI, once."""
    if not pathlib.Path("/usr/share/request-tracker5").exists():
        if os.geteuid() == 0 and shutil.which("apt-get"):
            tell("Installing Request Tracker (a minute, once) ...")
            command = ["bash", str(ROOT / "tests" / "ticket_bridge" / "helpdesks" / "rt5.sh"), "install"]
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        else:
            tell("Request Tracker is missing and cannot be installed here; on Debian: apt-get install request-tracker5")
    from tests.ticket_bridge.helpdesks.servers import django_environment

    try:
        django_environment()
    except subprocess.CalledProcessError:
        tell("django-helpdesk could not be installed; is the package index reachable?")


def rasa_model() -> None:
    """Rasa's environment and model, once."""
    from bot.operations.rasa_service import RasaError, RasaService

    service = RasaService(ROOT, say=tell)
    try:
        service.install()
        service.train()
    except RasaError as error:
        tell(str(error))


def run(what: str, *command: str) -> bool:
    tell(f"— {what}")
    began = time.monotonic()
    done = subprocess.run([str(BIN / command[0]), *command[1:]], cwd=ROOT, check=False).returncode == 0
    tell(f"  {time.monotonic() - began:.0f} s")
    return done


class Lane:
    """What runs beside the quick tests, one thing after the other; its words come at the end."""

    def __init__(self, make: Callable[[], None], *steps: tuple[str, tuple[str, ...]]) -> None:
        self.make, self.steps, self.words = make, steps, ""

    def go(self) -> bool:
        """Make what the steps need, then take them all; whether every one went well."""
        began = time.monotonic()
        self.make()
        self.words += f"— {self.make.__name__}: {time.monotonic() - began:.0f} s\n"
        fine = True
        for what, command in self.steps:
            began = time.monotonic()
            done = subprocess.run(
                [str(BIN / command[0]), *command[1:]], cwd=ROOT, check=False, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
            self.words += f"— {what}, beside the others: {time.monotonic() - began:.0f} s\n{done.stdout}"
            fine = done.returncode == 0 and fine
        return fine


def lint() -> bool:
    """Every linter runs, so that one run shows all there is to mend."""
    return all(
        [
            run("ruff", "ruff", "check", "--quiet", "."),
            run("ruff format", "ruff", "format", "--check", "--quiet", "."),
            run("types (mypy)", "mypy"),
            run("import rules", "lint-imports", "--no-cache"),
        ]
    )


def _tests(marks: str) -> tuple[str, ...]:
    return ("pytest", "-q", "-m", marks)


def main() -> int:
    if "--lint" in sys.argv:
        return 0 if lint() else 1
    install(PARTS)
    fine = lint()
    quick = "not browser and not rasa and not postgres and not helpdesks"
    rasa = [("tests: PostgreSQL and Rasa", _tests(f"not ({quick}) and not helpdesks and not browser"))]
    if (ROOT.parent / "shared" / "data" / "intents.jsonl").exists():  # a machine that has the development files
        rasa.append(("understanding, against docs/quality.json", ("askonce", "eval", "--check")))
    lanes = (
        Lane(rasa_model, *rasa),
        Lane(
            other_parts,
            ("tests: real helpdesks and clamd", _tests("helpdesks")),
            ("tests: the browsers", _tests("browser")),
        ),
    )
    with ThreadPoolExecutor(len(lanes)) as beside:
        # What is slow to make is made while the quick tests run, and what needs it runs as soon as it is there.
        going = [beside.submit(lane.go) for lane in lanes]
        fine = run("tests: the quick ones", *_tests(quick)) and fine
        for lane, gone in zip(lanes, going, strict=True):
            fine = gone.result() and fine
            sys.stdout.write(lane.words)
            sys.stdout.flush()
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
