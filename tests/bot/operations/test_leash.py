"""What is started ends with who started it, however that one ends."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys

import psutil
import pytest

from bot.operations.leash import leashed
from tests.conftest import wait_until

#: Starts a command on a leash, says its own and the grandchild's number, and waits.
STARTER = """
import subprocess, sys, time
from bot.operations.leash import leashed
inner = '''
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "w").write(f"{os.getpid()} {child.pid}")
time.sleep(600)
'''
command = leashed([sys.executable, "-c", inner, sys.argv[1]])
held = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
time.sleep(600)
"""


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:  # also where it ends between two of the looks into it
        return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_the_command_and_what_it_began_end_with_the_starter(number: signal.Signals, tmp_path: pathlib.Path) -> None:
    told = tmp_path / "pids"
    starter = subprocess.Popen([sys.executable, "-c", STARTER, str(told)])
    wait_until(lambda: told.exists() and len(told.read_text().split()) == 2)
    command, grandchild = (int(word) for word in told.read_text().split())
    assert _lives(command) and _lives(grandchild)
    os.kill(starter.pid, number)
    starter.wait()
    wait_until(lambda: not _lives(command) and not _lives(grandchild))


def test_its_status_is_the_command_s() -> None:
    with subprocess.Popen(leashed([sys.executable, "-c", "raise SystemExit(7)"]), stdin=subprocess.PIPE) as held:
        assert held.wait() == 7
