"""Every fault (R12, R13), over a few dozen chats; thousands of them are `make faults`."""

from __future__ import annotations

import pathlib
import tempfile

import pytest

from tests.conftest import missing, postgres_binaries
from tests.proofs.faults.scenarios import SCENARIOS


@pytest.mark.postgres
@pytest.mark.parametrize("name", SCENARIOS)
async def test_nothing_is_lost_doubled_or_reordered(name: str) -> None:
    if postgres_binaries() is None:
        missing("PostgreSQL (/usr/lib/postgresql/*/bin)")
    with tempfile.TemporaryDirectory(prefix="askonce-faults-", ignore_cleanup_errors=True) as folder:
        pathlib.Path(folder).chmod(0o755)
        told = await SCENARIOS[name](pathlib.Path(folder), 12, 1)
        print(told.line(name))
        assert told.chats >= 12
