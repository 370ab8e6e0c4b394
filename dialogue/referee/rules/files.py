"""Rules about files that a shopper sends: no field, no consent, no reason, never asked for (R1).

Each rule is a function that yields what is wrong, with the rule in its docstring, and changes nothing. `replies` is
what was said after the files and before the next message.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dialogue.referee.beliefs import Belief
from dialogue.referee.transcript import Seen, Violation

#: What a reply to files may do: thank, and say what not to take pictures of (R17). What a helpdesk says comes when it
#: comes.
_MAY = frozenset({"thanks", "privacy", "ticket_filed", "ticket_saved"})


def r1_files_change_nothing(files: Seen, replies: Sequence[Seen], belief: Belief) -> Iterator[Violation]:
    """R1: a file is no field, no consent and no reason: nothing is offered, asked or answered because of it. Where a
    person of the shop left meanwhile, what the bot says makes up for their silence (R13)."""
    if belief.helped or any(reply.who in ("agent", "system") for reply in replies):
        return
    for reply in replies:
        if reply.who == "bot" and (reply.act not in _MAY or reply.asks):
            yield Violation("R1", reply.seq, f"files were sent, and the bot says {reply.act}")


def r13_files_get_a_reply(files: Seen, replies: Sequence[Seen], belief: Belief) -> Iterator[Violation]:
    """R13: whoever sends a file hears that it came; beside a person of the shop, from them."""
    if not belief.helped and not replies:
        yield Violation("R13", files.seq, "the files got no reply")


OF_FILES = (r1_files_change_nothing, r13_files_get_a_reply)
