"""Runs a command that ends with whoever started it, in every way in which that one can end: this file and the command
as arguments of Python, with a pipe as input that the starter holds open. When the pipe closes, also because its holder
was killed, the command and all that it began are ended. Imports nothing of the bot, so that it runs anywhere."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

#: Seconds that the command has to end by itself.
_PATIENCE = 5.0


def leashed(command: list[str]) -> list[str]:
    """`command` on a leash: to be started with `stdin=subprocess.PIPE` and `start_new_session=True`."""
    return [sys.executable, __file__, *command]


def main(command: list[str]) -> int:
    """Run `command`; its exit status."""
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_end_with_input, daemon=True).start()
    return child.wait()


def _end_with_input() -> None:
    while os.read(0, 4096):
        continue
    with contextlib.suppress(ProcessLookupError):
        os.killpg(os.getpgid(0), signal.SIGTERM)
    time.sleep(_PATIENCE)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(os.getpgid(0), signal.SIGKILL)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, frame: None)  # the command ends first, and this with it
    sys.exit(main(sys.argv[1:]))
