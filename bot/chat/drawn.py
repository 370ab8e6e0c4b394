"""What is drawn by chance: stems of references, and what makes a key one ticket's alone. Handed in by `bootstrap`, so
that tests draw theirs."""

from __future__ import annotations

import secrets
import uuid

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
#: Twelve letters, 59 random bits: of ten million conversations with tickets two have one stem once in twenty thousand
#: shops, and a reference can still be read aloud. Where it happens all the same the store notices, and another is
#: drawn.
_LENGTH = 12


def new_stem() -> str:
    """What the references of one conversation's tickets have in common: letters and digits that are not taken for each
    other."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def new_mark() -> str:
    """The end of a ticket's key. Conversation, turn and place come again after an older backup was restored; this does
    not."""
    return secrets.token_hex(6)


def new_id() -> str:
    """A conversation's id: 128 random bits."""
    return uuid.uuid4().hex
