"""A conversation's token: 256 random bits, when it was given out, and the bot's own seal on both.

The random bits open a conversation that is stored. A conversation in which nothing was said yet is not; for a day the
seal alone shows that this bot gave the token out, so that a restart, a crash or another replica goes on with it as if
nothing had been. The seal's key lies in the database and serves nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets

#: Seconds for which a token opens a conversation that nobody has said anything in.
FRESH = 86_400


class Entry:
    """Gives tokens out and knows them again. `key`: 32 random bytes, the same on every replica."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, now: float) -> str:
        """A new one, given out at `now` (seconds since the epoch)."""
        stated = f"{secrets.token_urlsafe(32)}.{int(now):x}"
        return f"{stated}.{self._seal(stated)}"

    def is_fresh(self, token: str, now: float) -> bool:
        """True where this bot gave `token` out within the last day."""
        parts = re.fullmatch(r"([A-Za-z0-9_-]{43}\.([0-9a-f]{1,10}))\.([A-Za-z0-9_-]{22})", token)
        if parts is None or not hmac.compare_digest(self._seal(parts[1]), parts[3]):
            return False
        return now - FRESH <= int(parts[2], 16) <= now + FRESH  # a clock may have been set back

    def conversation(self, token: str) -> str:
        """The id of the conversation that begins with `token`: the same wherever it begins, and no way back to the
        token."""
        return hmac.new(self._key, f"conversation:{token}".encode(), hashlib.sha256).hexdigest()[:32]

    def token_of_sender(self, sender: str) -> str:
        """The token of the conversation that belongs to `sender` of the REST channel: the same each time, and told by
        nothing that anybody outside knows."""
        digest = hmac.new(self._key, f"rest:{sender}".encode(), hashlib.sha256).digest()
        return f"rest-{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"

    def _seal(self, stated: str) -> str:
        digest = hmac.new(self._key, f"token:{stated}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def spent_hash(stored: str) -> str:
    """What is remembered of a spent token: made from the hash under which its conversation was stored, and not that
    hash."""
    return hashlib.sha256(f"spent:{stored}".encode()).hexdigest()
