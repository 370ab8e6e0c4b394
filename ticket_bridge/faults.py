"""What may be told of an unexpected error: its type and where it came from. Never its text, which may hold a shopper's
words."""

from __future__ import annotations

import pathlib
import traceback

_DEEPEST = 4


def outline(error: BaseException) -> str:
    """One line for a log: `KeyError at courier.py:120 deliver < courier.py:101 cycle`, the innermost place first."""
    frames = traceback.extract_tb(error.__traceback__)[-_DEEPEST:]
    places = " < ".join(f"{pathlib.PurePath(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
    return f"{type(error).__name__} at {places}" if places else type(error).__name__
