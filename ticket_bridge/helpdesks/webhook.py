"""Any system with an HTTP endpoint: a signed POST of the payload, our key in `Idempotency-Key`.

The receiver keeps the promise of one ticket: for a key it has seen it answers 200 with the first answer again. The
signature is `X-Askonce-Signature: t=<seconds>,v1=<hex HMAC-SHA256 of "<seconds>.<body>">`, with the shared secret;
receivers refuse a stale time. A `{"type": "ping"}`, signed the same way, comes from `askonce helpdesk check` and wants
a 2xx. The id it gives the ticket is read from `id` in the JSON reply, or else from `Location`.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import orjson

from ticket_bridge.helpdesks.contract import RequiredField, Step
from ticket_bridge.helpdesks.wire import Patience, Reply, Request, make_client, send


def signature(body: bytes, *, secret: str, at: int) -> str:
    """The signature header of a body sent at `at` (seconds since the epoch)."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def build(url: str, payload: Mapping[str, Any], *, key: str, secret: str, at: int) -> Request:
    """The request that files `payload` under `key`."""
    return _signed(url, {"type": "ticket", "key": key, **payload}, {"Idempotency-Key": key}, secret=secret, at=at)


def _signed(url: str, content: Mapping[str, Any], headers: Mapping[str, str], *, secret: str, at: int) -> Request:
    body = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    headers = {"Content-Type": "application/json", "User-Agent": "askonce", **headers}
    if secret:
        headers = {**headers, "X-Askonce-Signature": signature(body, secret=secret, at=at)}
    return Request("POST", url, dict(headers), body)


def read(reply: Reply, *, key: str) -> str:
    """The receiver's own id of the ticket; our key where it names none."""
    try:
        answer = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        answer = None
    if isinstance(answer, dict) and isinstance(answer.get("id"), str | int):
        return str(answer["id"])[:200]
    return str(reply.headers.get("location") or key)[:200]


class Webhook:
    name = "webhook"
    settle = 0.0
    required_fields: tuple[RequiredField, ...] = ()

    def __init__(self, url: str, *, secret: str, timeout: Patience, client: httpx.AsyncClient | None = None) -> None:
        self._url, self._secret = url, secret
        self._client = client or make_client(timeout)

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        """The earlier ticket's reference stands in the envelope already (`disputes`)."""
        request = build(self._url, payload, key=key, secret=self._secret, at=int(time.time()))
        return read(await send(self._client, request), key=key)

    async def find(self, key: str) -> str | None:
        """A webhook cannot be asked; the receiver's own idempotency makes a second `create` safe."""
        return None

    async def health(self) -> None:
        """A webhook has no way to be asked without a call; reachability shows at the next ticket."""

    def steps(self) -> Sequence[Step]:
        return (
            Step(
                "the receiver answers a signed ping with 2xx",
                self._ping,
                'check ASKONCE_WEBHOOK_URL and ASKONCE_WEBHOOK_SECRET; a receiver answers 2xx to `{"type": "ping"}` '
                "and files nothing",
            ),
        )

    async def _ping(self) -> None:
        await send(self._client, _signed(self._url, {"type": "ping"}, {}, secret=self._secret, at=int(time.time())))

    async def close(self) -> None:
        await self._client.aclose()
