"""Addresses in settings: where a page may lead, and where tickets and files must not go."""

from __future__ import annotations

import contextlib
import ipaddress
import re
from urllib.parse import urlsplit

#: Where clouds keep the machine's own secrets; no helpdesk lives there.
_METADATA = frozenset(("metadata.google.internal", "metadata", "instance-data", "169.254.169.254"))


def leads_astray(url: str) -> str:
    """Why tickets and files must not be sent to `url`; empty where they may. The shop's own network is fine: helpdesks
    live there."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.username or parts.password:
            return "must not hold a user name or a password; there are variables for them"
        if not host:
            return "names no host"
        with contextlib.suppress(ValueError):
            number = ipaddress.ip_address(int(host, 0) if host.lower().startswith("0x") or host.isdigit() else host)
            if number.is_link_local or number.is_multicast or number in ipaddress.ip_network("fd00:ec2::/32"):
                return "leads to a link-local address, where clouds keep a machine's secrets"
        if host.lower().rstrip(".") in _METADATA:
            return "leads to a cloud's metadata"
    except ValueError as error:
        return f"is no address ({error})"
    return ""


def page_address(text: str) -> str | None:
    """`text` where it is empty or the address of a page, such as `https://your-shop.example/help`; else None."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        fine = parts.scheme in ("http", "https") and parts.hostname and not parts.username and parts.port != 0
    except ValueError:
        return None
    return text if fine and not re.search(r"[\s<>\"'\\]", text) else None
