"""`askonce demo` as it is typed: one process, and nothing of Rasa's set up or asked."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys

import httpx
import psutil

from tests.conftest import ROOT, free_port
from tests.patience import wait_until


def test_the_demo_is_one_process_that_needs_no_rasa(tmp_path: pathlib.Path) -> None:
    port, said = free_port(), tmp_path / "said"
    clean = {k: v for k, v in os.environ.items() if not k.startswith("ASKONCE_")}
    environment = clean | {"ASKONCE_DATABASE_URL": f"sqlite:///{tmp_path}/askonce.db"}
    with said.open("wb") as out:
        command = [sys.executable, "-m", "bot.cli", "demo", "--port", str(port)]
        demo = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        found: list[httpx.Response] = []

        def ready() -> bool:
            assert demo.poll() is None, said.read_text()
            try:
                found.append(httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=600))
            except httpx.HTTPError:
                return False
            return found[-1].json()["understander"] != "loading"

        wait_until(ready)
        assert found[-1].status_code == 200 and found[-1].json()["understander"] == "ok"
        assert not psutil.Process(demo.pid).children(recursive=True)
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait()
    assert "Rasa" not in said.read_text()
