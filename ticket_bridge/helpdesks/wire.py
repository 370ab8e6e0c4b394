"""The one place where the bridge speaks HTTP: a request in, a reply out, failures sorted by what to do next."""

from __future__ import annotations

import email.utils
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from ticket_bridge.helpdesks.contract import Busy, Rejected, Unreachable


@dataclass(frozen=True)
class Request:
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: httpx.Headers
    body: bytes


def retry_after(value: str | None, *, now: float) -> float | None:
    """Seconds to wait by a `Retry-After` header: a number or a date (RFC 9110, 10.2.3); None where it is neither."""
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - now)
    except (TypeError, ValueError):
        return None


async def send(client: httpx.AsyncClient, request: Request) -> Reply:
    """Send and sort: `Unreachable`, `Busy` and `Rejected` are raised, every other reply is returned."""
    try:
        answer = await client.request(request.method, request.url, headers=request.headers, content=request.body)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise Unreachable(f"no connection ({type(error).__name__})", maybe_created=False) from error
    except httpx.HTTPError as error:
        raise Unreachable(f"no reply ({type(error).__name__})", maybe_created=True) from error
    status = answer.status_code
    if status in (429, 503):
        wait = retry_after(answer.headers.get("retry-after"), now=time.time())
        raise Busy(f"status {status}", retry_after=wait, maybe_created=status == 503)
    if status >= 500 or status == 408:
        raise Unreachable(f"status {status}", maybe_created=True)
    if status >= 400:
        raise Rejected(f"status {status}")
    return Reply(status, answer.headers, answer.content)


def make_client(timeout: float, **options: Any) -> httpx.AsyncClient:
    """The client of one helpdesk. Redirects are not followed: a helpdesk that moves is a matter for its operator."""
    return httpx.AsyncClient(timeout=timeout, follow_redirects=False, **options)
