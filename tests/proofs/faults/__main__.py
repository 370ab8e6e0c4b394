"""`make faults`: every fault over thousands of chats, with figures; `--only` names one, `--save` writes them into
docs/operations.md."""

from __future__ import annotations

import argparse
import asyncio
import datetime
import pathlib
import sys
import tempfile
import time

from tests.bench.curves import between
from tests.conftest import ROOT
from tests.proofs.faults.scenarios import LONG, SCENARIOS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=150, help="conversations of each fault, at least")
    parser.add_argument("--times", type=int, default=3, help="how often each fault comes")
    parser.add_argument("--only", default="", help="faults whose name holds this")
    parser.add_argument("--save", action="store_true", help="write the figures into docs/operations.md")
    options = parser.parse_args()
    lines, failed, chats = [], 0, 0
    for name, scenario in {**SCENARIOS, **LONG}.items():
        if options.only not in name:
            continue
        print(f"{name} …", file=sys.stderr, flush=True)
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="askonce-faults-", ignore_cleanup_errors=True) as folder:
            pathlib.Path(folder).chmod(0o755)
            try:
                told = asyncio.run(scenario(pathlib.Path(folder), options.chats, options.times))
            except Exception as error:  # the other faults are still worth their figures
                failed += 1
                print(f"FAILED {name} after {time.monotonic() - began:.0f} s: {error!r}", flush=True)
                continue
        chats += told.chats
        print(told.line(name), flush=True)
        refused = ", ".join(f"{n} {code}" for code, n in sorted(told.refused.items())) or "none"
        lines.append(
            f"| {name} | {told.chats} | {told.messages} | {told.turns} | {told.reconnects} | {refused} | "
            f"{told.saved_first} |"
        )
    print(f"{chats} chats in all; {failed} faults failed")
    if options.save and not failed:
        head = f"""Made by `make faults` on {datetime.date.today()}: {chats:,} scripted chats, each to \
its filed ticket, {options.times} times each fault (a fail-over once), two
replicas on PostgreSQL (one process on SQLite for the disk, the clock and Rasa). In each row nothing was lost, doubled \
or reordered, one
consent made one ticket, and the referee found every conversation lawful; otherwise the command fails.

| fault | chats | messages | turns | reconnects | refusals, all sent again | told "saved" first |
|---|---:|---:|---:|---:|---|---:|
"""
        between(ROOT / "docs" / "operations.md", "faults", [head + "\n".join(lines)])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
