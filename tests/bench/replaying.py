"""How fast stored conversations are played again, and fixtures replayed, on this machine.

python -m tests.bench.replaying [--conversations 7500]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import pathlib
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from bot.operations.demo_data import make_demo_data  # noqa: E402
from bot.replay.diff import run_diff  # noqa: E402
from bot.replay.fixtures import read_fixtures  # noqa: E402
from bot.replay.play import play_rehearsed  # noqa: E402
from bot.replay.rehearsal import Stagehand  # noqa: E402
from bot.settings import read_settings  # noqa: E402
from tests.conftest import SUPPORT  # noqa: E402


async def fixtures_a_second() -> float:
    """Cases a second, in one process, after each was played once."""
    hand, cases = Stagehand(read_settings(support_email=SUPPORT)), read_fixtures([ROOT / "tests" / "dialogues"])
    for case in cases:
        await play_rehearsed(hand, case)
    began = time.perf_counter()
    for case in cases * 5:
        await play_rehearsed(hand, case)
    return len(cases) * 5 / (time.perf_counter() - began)


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--conversations", type=int, default=7_500)
    given = options.parse_args()
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{folder}/r.db"
        _, turns = asyncio.run(make_demo_data(url, conversations=given.conversations))
        settings = read_settings(database_url=url, support_email=SUPPORT)
        began = time.perf_counter()
        same = asyncio.run(run_diff(settings, since=None, anew=False, parallel=cores))
        seconds = time.perf_counter() - began
    rate = turns / seconds
    print(f"fixtures: {asyncio.run(fixtures_a_second()):,.0f} cases a second in one process")
    print(
        f"--diff: {turns:,} stored turns in {seconds:.1f} s on {cores} cores, {rate:,.0f} a second: 100,000 in "
        f"{100_000 / rate:.0f} s"
    )
    return 0 if same and 100_000 / rate < 60 else 1


if __name__ == "__main__":
    raise SystemExit(main())
