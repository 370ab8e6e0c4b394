"""Why no helpdesk answered, in an operator's words, each with what to do: names, ports, time, TLS, proxies, tokens.

Nothing here sends or decides; `wire` and `mailbox` ask it what an error means. It quotes no reply and no secret.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import httpx

from ticket_bridge.helpdesks.contract import HelpdeskError

_Error = TypeVar("_Error", bound=HelpdeskError)

#: A page where the API should be: a sign-in, a proxy's word, a hotel's conditions.
NO_API = "a web page came back and not the API: a sign-in page, a proxy's page, or another site"

#: What to do, by cause.
ADVICE = {
    "name": "check the host's name in the address for a slip, and that this machine can look names up (its DNS; in a "
    "container, the network it is on)",
    "refused": "check that the server runs and that the port in the address is the right one; a firewall may close it",
    "silent": "nothing answers there at all: check the address, the route and the firewalls between here and there",
    "slow": "the server took the request and was too slow: look at its load, or raise ASKONCE_HELPDESK_TIMEOUT",
    "unknown CA": "the certificate is self-signed or comes from a private CA: give that CA's certificate in a file to "
    "SSL_CERT_FILE (docs/helpdesks.md, A private CA)",
    "host": "the certificate is for another name: use the name that stands in it, or give the server one with its name",
    "expired": "renew the server's certificate, or look at this machine's clock",
    "not TLS": "what answers there does not speak TLS: the address should begin with http://, or the port is wrong",
    "TLS": "look at the server's TLS settings: it must offer TLS 1.2 or newer",
    "proxy": "check HTTPS_PROXY and NO_PROXY: the proxy cannot be used, or must not be used for this host",
    "proxy sign-in": "put the proxy's user and password into HTTPS_PROXY, or name the host in NO_PROXY",
    "cut": "the connection was cut: look at the server's log, and at what stands between (proxies, firewalls)",
    "page": "check that the address is the API's (open it in a browser: whose page is it?), that no sign-in or proxy "
    "stands before it, and NO_PROXY",
    "no JSON": "check that the address is the helpdesk's own, with the path under which it is installed",
    "redirect": "take the address that it redirects to (https:// in place of http://, with or without www)",
    "token": "copy the token anew: letters, digits and signs of ASCII only, no umlaut, no space or line end around it",
    "401": "make a new token and set it, without a space or line end around it; the account must be active",
}


@dataclass(frozen=True)
class Cause:
    """Why a call failed (`what`), and what to do about it (`mend`)."""

    what: str
    mend: str


def with_advice(error: _Error, mend: str) -> _Error:
    """`error`, knowing what to do about it."""
    error.mend = mend
    return error


def is_a_page(content_type: str, body: bytes) -> bool:
    """Whether a reply is a web page."""
    start = body[:200].lstrip().lower()
    return "html" in content_type.lower() or start.startswith((b"<!doctype", b"<html", b"<h1", b"<head", b"<?xml"))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and all that stands behind it, each once."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, *getattr(one, "exceptions", ())]


def cause_of(error: BaseException) -> Cause:
    """What a failed connection, or a connection without a reply, comes from."""
    behind = list(_chain(error))
    for one in behind:
        if isinstance(one, ssl.SSLError):
            return _of_tls(one)
    if any(isinstance(one, httpx.ProxyError) for one in behind):
        return Cause("the proxy did not let it through", ADVICE["proxy"])
    if any(isinstance(one, socket.gaierror) for one in behind):
        return Cause("the host's name is not known (DNS)", ADVICE["name"])
    if any(isinstance(one, ConnectionRefusedError) for one in behind):
        return Cause("nobody listens at that port (refused)", ADVICE["refused"])
    if any(isinstance(one, httpx.ConnectTimeout | httpx.PoolTimeout) for one in behind):
        return Cause("nothing answered in time (timeout while connecting)", ADVICE["silent"])
    if any(isinstance(one, httpx.TimeoutException) for one in behind):
        return Cause("too slow (timeout while waiting)", ADVICE["slow"])
    if any(isinstance(one, OSError) and one.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH) for one in behind):
        return Cause("there is no way to that host (unreachable)", ADVICE["silent"])
    return Cause(f"the connection was cut ({type(error).__name__})", ADVICE["cut"])


def _of_tls(error: ssl.SSLError) -> Cause:
    if isinstance(error, ssl.SSLCertVerificationError):
        code = error.verify_code
        if code in (62, 63, 64):  # X509_V_ERR_HOSTNAME_MISMATCH and its sisters for addresses
            return Cause("the certificate is for another host", ADVICE["host"])
        if code in (9, 10):  # not yet valid, expired
            return Cause("the certificate has expired, or is not valid yet", ADVICE["expired"])
        if code in (2, 18, 19, 20, 21):  # self-signed, alone or in the chain; issuer not known
            kind = "self-signed" if code in (18, 19) else "from an authority that is not trusted here"
            return Cause(f"the certificate is {kind}", ADVICE["unknown CA"])
        return Cause("the certificate is not trusted", ADVICE["unknown CA"])
    if error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE"):
        return Cause("what answers there does not speak TLS", ADVICE["not TLS"])
    return Cause(f"TLS failed ({error.reason or type(error).__name__})", ADVICE["TLS"])
