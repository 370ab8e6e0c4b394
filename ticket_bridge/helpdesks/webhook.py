"""Any system with an HTTP endpoint: a signed POST of the payload, our key in `Idempotency-Key`.

The receiver keeps the promise of one ticket: for a key it has seen it answers 200 with the first answer again. The
signature is `X-Askonce-Signature: t=<seconds>,v1=<hex HMAC-SHA256 of "<seconds>.<body>">`, with the shared secret;
receivers refuse a stale time. A `{"type": "ping", "challenge": "…"}`, signed the same way, comes from `askonce helpdesk
check` and wants a 2xx with the same challenge in its JSON: whatever else answers at that address cannot know that. The
receipt of a ticket is the id it got: `id` in the JSON reply, or else `Location`. A web page is no reply of a receiver
(a sign-in page answers 200 too), and 2xx without a receipt is told as a ticket whose key cannot be read back.

A `{"type": "note", "ticket": "<that id>", "reference": …, "text": …, "files": [{name, type, size}]}` follows a ticket
whose shopper sent files. Where they come along the body is a form (`multipart/form-data`): that JSON as the part
`event`, and a part `file` for each, in the same order. The same key, the same signature over the whole body, the same
promise.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import orjson

from ticket_bridge.helpdesks.causes import is_a_page
from ticket_bridge.helpdesks.contract import Note, Rejected, RequiredField, Step
from ticket_bridge.helpdesks.wire import Patience, Reply, Request, form, make_client, not_the_api, send


def signature(body: bytes, *, secret: str, at: int) -> str:
    """The signature header of a body sent at `at` (seconds since the epoch)."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def build(url: str, payload: Mapping[str, Any], *, key: str, secret: str, at: int) -> Request:
    """The request that files `payload` under `key`."""
    return _signed(url, {"type": "ticket", "key": key, **payload}, {"Idempotency-Key": key}, secret=secret, at=at)


def build_note(url: str, id: str, note: Note, *, key: str, secret: str, at: int) -> Request:
    """The request that puts `note` on the receiver's ticket `id`."""
    content = {
        "type": "note", "key": key, "ticket": id, "reference": note.reference, "text": note.text,
        "files": [{"name": f.name, "type": f.type, "size": len(f.content)} for f in note.files],
    }  # fmt: skip
    headers = {"Idempotency-Key": key}
    if not note.files:
        return _signed(url, content, headers, secret=secret, at=at)
    fields = {"event": orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode()}
    kind, body = form(fields, [("file", file) for file in note.files])
    return _sealed(url, body, {**headers, "Content-Type": kind}, secret=secret, at=at)


def _signed(url: str, content: Mapping[str, Any], headers: Mapping[str, str], *, secret: str, at: int) -> Request:
    body = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    return _sealed(url, body, {"Content-Type": "application/json", **headers}, secret=secret, at=at)


def _sealed(url: str, body: bytes, headers: Mapping[str, str], *, secret: str, at: int) -> Request:
    headers = {"User-Agent": "askonce", **headers}
    if secret:
        headers = {**headers, "X-Askonce-Signature": signature(body, secret=secret, at=at)}
    return Request("POST", url, dict(headers), body)


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def read(reply: Reply, *, key: str) -> str:
    """The receipt: the receiver's own id of the ticket; our key where it names none. Raises `Unreachable` for a
    page."""
    answer = _json(reply.body)
    if isinstance(answer, dict) and isinstance(answer.get("id"), str | int) and str(answer["id"]):
        return str(answer["id"])[:200]
    if answer is None and is_a_page(reply.headers.get("content-type", ""), reply.body):
        raise not_the_api(reply, maybe_created=True)
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

    async def add(self, id: str, note: Note, *, key: str) -> str:
        request = build_note(self._url, id, note, key=key, secret=self._secret, at=int(time.time()))
        return read(await send(self._client, request), key=key)

    async def added(self, id: str, key: str) -> str | None:
        """As with `find`."""
        return None

    async def find(self, key: str) -> str | None:
        """A webhook cannot be asked; the receiver's own idempotency makes a second `create` safe."""
        return None

    async def carries(self, id: str, key: str) -> bool | None:
        """Whether there was a receipt: an id of the receiver's own."""
        return id != key

    async def withdraw(self, id: str) -> str:
        raise Rejected("a webhook takes no trial: its ping proves it")

    async def health(self) -> None:
        """A webhook has no way to be asked without a call; reachability shows at the next ticket."""

    def steps(self) -> Sequence[Step]:
        return (
            Step(
                "the receiver answers a signed ping, and proves that it is ours",
                self._ping,
                'check ASKONCE_WEBHOOK_URL and ASKONCE_WEBHOOK_SECRET; a receiver answers `{"type": "ping", '
                '"challenge": "…"}` with 2xx and `{"challenge": "…"}`, the same one, and files nothing '
                "(docs/helpdesks.md, The webhook)",
            ),
        )

    async def _ping(self) -> None:
        challenge = secrets.token_urlsafe(16)
        ping = {"type": "ping", "challenge": challenge}
        reply = await send(self._client, _signed(self._url, ping, {}, secret=self._secret, at=int(time.time())))
        answer = _json(reply.body)
        if answer is None and is_a_page(reply.headers.get("content-type", ""), reply.body):
            raise not_the_api(reply, maybe_created=False)
        if not isinstance(answer, dict) or answer.get("challenge") != challenge:
            raise Rejected(
                f"status {reply.status} without the challenge: whoever answers there may be no receiver of ours"
            )

    async def close(self) -> None:
        await self._client.aclose()
