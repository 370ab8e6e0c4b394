"""Whether the shop's server vouches for a signed-in customer: an HMAC made with a secret that no browser sees.

    signature = "<expires>.<digest>"
    digest = HMAC-SHA256(ASKONCE_IDENTITY_SECRET, "askonce customer\\n<expires>\\n<address in lower case>"), hexadecimal

`expires` is in seconds since the epoch, at most a week ahead: a signature that leaks, in a saved page or a log, opens
nothing for long. The purpose stands in what is signed, so that nothing the shop signs with the same secret for another
end serves here.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time

_PURPOSE = "askonce customer"
#: Seconds: how far ahead a signature may expire, and how much clocks may differ.
LONGEST = 7 * 86_400
_SKEW = 120


def signature(secret: str, email: str, *, expires: float) -> str:
    """What the shop's server puts into its page for the customer with this address, good until `expires` (seconds since
    the epoch)."""
    until = int(expires)
    signed = "\n".join((_PURPOSE, str(until), _plain(email)))
    return f"{until}.{_digest(secret, signed)}"


def customer_key(secret: str, email: str | None, given: str | None, *, now: float | None = None) -> str | None:
    """A key for the customer where `given` is their signature and holds at `now` (constant-time), None where nobody
    vouches for them. The key is the same for every signature of theirs, and is none, so that what is stored opens
    nothing."""
    parts = re.fullmatch(r"([0-9]{1,12})\.([0-9a-f]{64})", (given or "").strip().lower())
    if not secret or not email or parts is None:
        return None
    until, now = int(parts[1]), time.time() if now is None else now
    right = signature(secret, email, expires=until)
    if not hmac.compare_digest(right.encode(), parts[0].encode()):
        return None
    if not now - _SKEW <= until <= now + LONGEST + _SKEW:
        return None
    return key_of(secret, email)


def key_of(secret: str, email: str) -> str:
    """The key of the customer with this address, whoever vouches for them."""
    return hashlib.sha256(f"customer:{_digest(secret, _plain(email))}".encode()).hexdigest()


def _plain(email: str) -> str:
    return email.strip().casefold()


def _digest(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
