"""Helpdesks that a package of somebody else brings along: its entry point in the group `askonce.helpdesks`, and what
variables its operator set for it."""

from __future__ import annotations

import os
import pathlib
import re
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

from dotenv import dotenv_values

#: An entry point of this group is a function: (what was set, seconds for a call) -> the helpdesk, a
#: `ticket_bridge.helpdesks.contract.Helpdesk` of that name. What was set: the variables `ASKONCE_<NAME>_…`, by what
#: comes behind that, in small letters.
GROUP = "askonce.helpdesks"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,29}")


def installed(name: str) -> EntryPoint | None:
    """The helpdesk that an installed package calls so; None where none does."""
    return next(iter(entry_points(group=GROUP, name=name)), None) if _NAME.fullmatch(name) else None


def all_installed() -> list[str]:
    """The names of them all."""
    return sorted(entry_points(group=GROUP).names)


def prefix_of(name: str) -> str:
    """How the variables of an installed helpdesk begin."""
    return f"ASKONCE_{name.upper()}_"


def set_for(name: str) -> Mapping[str, str]:
    """What was set for it, in the environment or else in `.env`."""
    prefix, file = prefix_of(name), pathlib.Path(".env")
    written = {k: v or "" for k, v in dotenv_values(file).items()} if file.is_file() else {}
    return {
        key.upper().removeprefix(prefix).lower(): value
        for given in (written, os.environ)
        for key, value in given.items()
        if key.upper().startswith(prefix) and value
    }
