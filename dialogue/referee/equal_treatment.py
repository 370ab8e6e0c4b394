"""R16, which no single conversation can tell: the same for everyone. It compares conversations."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dialogue.referee.exchange import TICKET
from dialogue.referee.transcript import Transcript, exchanges

_STEM = re.compile(r"AO-[A-Z0-9]+-")


def unequal(transcripts: Iterable[Transcript]) -> list[str]:
    """R16: the same messages, understood the same, in the same order get the same replies. A line for each that differ;
    tickets' own words are left out, for they are the helpdesk's doing."""
    told: dict[tuple[str, ...], tuple[str, ...]] = {}
    problems = []
    for transcript in transcripts:
        path: tuple[str, ...] = ()
        for message, replies in exchanges(transcript.turns):
            understood = (message.understood or {"text": message.text}) if message else {}
            path = (*path, repr(sorted(understood.items(), key=str)) if message else "")
            direct = (reply for reply in replies if reply.who == "bot" and reply.act not in TICKET)
            said = tuple(f"{reply.act}: {_STEM.sub('AO-', reply.text)}" for reply in direct)
            if told.setdefault(path, said) != said:
                problems.append(f"R16: {told[path]} and {said} for the same words")
    return problems
