"""Rasa's opinion over HTTP (`POST /model/parse`), with `rules` to fall back on, message by message.

Rasa only ever gives an opinion about text that patterns left open; its absence, slowness or nonsense costs quality and
never a rule. After three failures in a row it is left alone for a few seconds, so that a hanging Rasa does not cost every
shopper a second.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import httpx

from dialogue.events import Intent, Understanding
from dialogue.understanding.opinions import drafted, weigh
from dialogue.understanding.reader import Asked, add_name
from dialogue.understanding.weighing import finish
from dialogue.vocabulary import IntentName

log = logging.getLogger("askonce.rasa")

_KNOWN = {name.value for name in IntentName}
_REST_AFTER, _REST = 3, 5.0
_REMEMBERED = 2048


class Nonsense(Exception):
    """A reply that is not what `/model/parse` promises."""


def read_reply(reply: Any) -> tuple[Intent, ...]:
    """Ranked intents of a `/model/parse` reply. Raises `Nonsense` for anything else."""
    ranking = reply.get("intent_ranking") if isinstance(reply, dict) else None
    if not isinstance(ranking, list) or not ranking:
        raise Nonsense("no intent_ranking")
    found = []
    for item in ranking:
        name = item.get("name") if isinstance(item, dict) else None
        confidence = item.get("confidence") if isinstance(item, dict) else None
        if not isinstance(confidence, int | float) or isinstance(confidence, bool) or not math.isfinite(confidence):
            raise Nonsense("a confidence is no number")
        if name in _KNOWN and 0.0 <= confidence <= 1.0:
            found.append(Intent(IntentName(name), float(confidence)))
    if not found:
        raise Nonsense("no intent of ours")
    return tuple(sorted(found, key=lambda i: -i.confidence))


@dataclass(frozen=True)
class Opinion:
    """What Rasa made of a text: ranked intents, and the names it found in it."""

    intents: tuple[Intent, ...]
    names: tuple[str, ...] = ()


def read_names(reply: Any) -> tuple[str, ...]:
    """The texts of the `name` entities of a `/model/parse` reply; whatever is not of that form is passed over."""
    entities = reply.get("entities") if isinstance(reply, dict) else None
    found = []
    for item in entities if isinstance(entities, list) else ():
        if isinstance(item, dict) and item.get("entity") == "name" and isinstance(item.get("value"), str):
            found.append(item["value"])
    return tuple(found)


class Rasa:
    """Understands with Rasa where it is there. `when`: `needed` asks it about text that patterns left open, `always`
    about every message. `outcomes` counts `asked`, `not_needed`, `remembered`, `timeout`, `error`, `nonsense`, `resting`."""

    name = "rasa"

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 1.0,
        when: Literal["needed", "always"] = "needed",
        support_email: str = "",
        client: httpx.AsyncClient | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url.rstrip("/")
        self._client = client or httpx.AsyncClient(
            timeout=timeout, limits=httpx.Limits(max_connections=32, max_keepalive_connections=32)
        )
        self._timeout, self._when, self._clock = timeout, when, clock
        self._support_email = support_email
        self._failures, self._rest_until = 0, 0.0
        self._remembered: OrderedDict[str, Opinion] = OrderedDict()
        self.outcomes: Counter[str] = Counter()

    async def understand(self, text: str, asked: Asked = None) -> Understanding:
        d = drafted(text, asked, support_email=self._support_email)
        wanted = d.ask or (d.kept if self._when == "always" else "")
        if not wanted.strip():
            self.outcomes["not_needed"] += 1
            return finish(d, weigh(d), by="rules")
        opinion = await self._opinion(wanted)
        if opinion is None:
            return finish(d, weigh(d), by="rules")
        add_name(d, opinion.names)
        return finish(d, weigh(d).beside(opinion.intents if d.ask else ()), by="rasa")

    async def _opinion(self, text: str) -> Opinion | None:
        key = " ".join(text.lower().split())
        if self._when == "needed" and key in self._remembered:
            self._remembered.move_to_end(key)
            self.outcomes["remembered"] += 1
            return self._remembered[key]
        if self._clock() < self._rest_until:
            self.outcomes["resting"] += 1
            return None
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._client.post(f"{self._url}/model/parse", json={"text": text})
            if answer.status_code != 200:
                raise Nonsense(f"status {answer.status_code}")
            reply = answer.json()
            opinion = Opinion(read_reply(reply), read_names(reply))
        except (TimeoutError, httpx.TimeoutException):
            self._failed("timeout")
            return None
        except httpx.HTTPError:
            self._failed("error")
            return None
        except (Nonsense, ValueError, UnicodeError):
            self._failed("nonsense")
            return None
        self._failures = 0
        self.outcomes["asked"] += 1
        self._remembered[key] = opinion
        if len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)
        return opinion

    def _failed(self, outcome: str) -> None:
        self.outcomes[outcome] += 1
        self._failures += 1
        if self._failures >= _REST_AFTER:
            self._rest_until = self._clock() + _REST
            self._failures = 0

    async def ready(self) -> bool:
        """True where Rasa has a model loaded and answers."""
        try:
            async with asyncio.timeout(self._timeout):
                answer = await self._client.get(f"{self._url}/status")
        except (TimeoutError, httpx.HTTPError):
            return False
        return answer.status_code == 200

    async def close(self) -> None:
        await self._client.aclose()
