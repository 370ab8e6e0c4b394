"""Whether the shop's server vouches for a signed-in customer: an HMAC of the address, made with a secret that no browser sees.

signature = HMAC-SHA256(ASKONCE_IDENTITY_SECRET, address in lower case), in hexadecimal
"""

from __future__ import annotations

import hashlib
import hmac


def signature(secret: str, email: str) -> str:
    """What the shop's server puts into its page for the customer with this address."""
    return hmac.new(secret.encode(), email.strip().casefold().encode(), hashlib.sha256).hexdigest()


def customer_key(secret: str, email: str | None, given: str | None) -> str | None:
    """A key for the customer where `given` is their signature (constant-time), None where nobody vouches for them. The key is
    not the signature, so that what is stored opens nothing."""
    if not secret or not email or not given:
        return None
    right = signature(secret, email)
    if not hmac.compare_digest(right.encode(), given.strip().lower().encode()):
        return None
    return hashlib.sha256(f"customer:{right}".encode()).hexdigest()
