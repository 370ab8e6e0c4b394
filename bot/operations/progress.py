"""Progress of long work, for whoever waits at a terminal."""

from __future__ import annotations

import sys


def tell(message: str) -> None:
    """Progress goes to standard error, so that standard output stays clean."""
    print(message, file=sys.stderr, flush=True)
