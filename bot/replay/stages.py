"""Where a case is played: the engine in this process, or a running bot over a real WebSocket, as a browser would have
it."""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import Any, Protocol

import httpx
import orjson
from websockets.asyncio.client import ClientConnection

from bot.replay.rehearsal import Rehearsal
from bot.store.records import Turn, from_json
from dialogue import events
from dialogue.states import OPEN, State

#: Seconds for which a running bot is waited for.
PATIENCE = 15.0


class ReplayError(Exception):
    """The bot that was to be played against cannot be used; one line."""


class Stage(Protocol):
    """Where a case is played."""

    async def say(self, text: str, understood: dict[str, Any] | None = None) -> None:
        """A shopper's message; `understood` is what the fixture recorded of it. Raises `ReplayError`."""
        ...

    async def agent(self, move: str) -> None:
        """What a person of the shop does, one of `AGENT_MOVES`, or writes. Raises `ReplayError`."""
        ...

    async def files(self, count: int) -> None:
        """So many files of the shopper's. Raises `ReplayError`."""
        ...

    async def rate(self, score: int) -> None:
        """The shopper's rating, 1 to 5."""
        ...

    async def published(self, question: str) -> None:
        """An article is published that answers `question`. Raises `ReplayError`."""
        ...

    def why(self) -> list[str]:
        """Why the last turns were what they were, a line each; empty where this stage cannot tell."""
        ...

    async def next_turn(self, patience: float) -> dict[str, Any] | None:
        """The bot's next turn as a frame; None where none comes within `patience` seconds."""
        ...

    async def ticket(self, reference: str) -> dict[str, Any] | None:
        """What a ticket was filed with: `reference`, `fields`, `passed`. Raises `ReplayError`."""
        ...

    async def fields(self) -> dict[str, str | None]:
        """Name, email and reason as they are known by now. Raises `ReplayError`."""
        ...


class OnStage:
    """A rehearsal: the engine in this process, without server or database."""

    def __init__(self, rehearsal: Rehearsal, *, recorded: bool) -> None:
        self.rehearsal, self._recorded = rehearsal, recorded
        self._waiting: list[dict[str, Any]] = []

    def _take(self, turns: list[Turn]) -> None:
        self._waiting += [t.frame() | {"rule": t.rule} for t in turns if t.who == "bot"]

    async def say(self, text: str, understood: dict[str, Any] | None = None) -> None:
        read = None
        if understood is not None and self._recorded:
            read = from_json(events.Understanding, orjson.dumps({"kept": text, **understood}).decode())
        self._take(await self.rehearsal.say(text, read))

    async def agent(self, move: str) -> None:
        moves: dict[str, events.Happening] = {
            "joins": events.AgentJoined("Maya"),
            "leaves": events.AgentLeft(),
            "settles": events.AgentLeft(settled=True),
            "is gone": events.AgentLeft(gone=""),
        }
        if move.startswith("joins as "):
            self._take(await self.rehearsal.tell(events.AgentJoined(move.removeprefix("joins as "))))
        elif move in moves:
            self._take(await self.rehearsal.tell(moves[move]))
        else:
            await self.rehearsal.agent(move)

    async def files(self, count: int) -> None:
        self._take(await self.rehearsal.send_files(count))

    async def published(self, question: str) -> None:
        passage = events.Passage("published", "An article", "It is answered now.")
        self._take(await self.rehearsal.tell(events.AnswerPublished(question, passage.passage, (passage,))))

    async def rate(self, score: int) -> None:
        self._take(await self.rehearsal.tell(events.ShopperRated(score)))

    async def next_turn(self, patience: float) -> dict[str, Any] | None:
        return self._waiting.pop(0) if self._waiting else None

    async def ticket(self, reference: str) -> dict[str, Any] | None:
        return self.rehearsal.ticket(reference)

    async def fields(self) -> dict[str, str | None]:
        state = self.rehearsal.state
        return {"name": state.name, "email": state.email, "reason": state.reason}

    def why(self) -> list[str]:
        """The rows that decided the last message, and the state after it."""
        changes = self.rehearsal.changes
        rows = [row for change in changes[-2:] for row in change.rows] if changes else []
        return [*(f"row: {row}" for row in dict.fromkeys(rows)), f"state: {describe(self.rehearsal.state)}"]


def describe(state: State) -> str:
    """A state in a line, for people: what is open, what is known, what is missing."""
    known = {"name": state.name, "email": state.email, "reason": state.reason, **dict(state.extra)}
    parts = [state.phase.value, *(f"{k}={v!r}" for k, v in known.items() if v)]
    if state.phase in OPEN:
        parts.append(f"missing {', '.join(state.missing) or 'nothing'}, fruitless {state.fruitless}")
    for ticket in state.tickets:
        parts.append(f"{ticket.reference} {ticket.status.value}")
    return ", ".join(parts)


class OverSocket:
    """A conversation with a running bot, as a browser would have it."""

    def __init__(self, ws: ClientConnection, http: httpx.AsyncClient, conversation: str) -> None:
        self._ws, self._http, self._id = ws, http, conversation
        self._acknowledged: set[str] = set()
        self._waiting: list[dict[str, Any]] = []

    async def _receive(self, patience: float) -> dict[str, Any] | None:
        try:
            async with asyncio.timeout(patience):
                frame: dict[str, Any] = orjson.loads(await self._ws.recv())
                return frame
        except TimeoutError:
            return None

    async def agent(self, move: str) -> None:
        """Not here: `play_over_socket` leaves out a case that has a person of the shop in it."""
        raise ReplayError("a person of the shop can only take part in this process")

    async def files(self, count: int) -> None:
        """Not here: `play_over_socket` leaves out a case with files in it."""
        raise ReplayError("files are only sent in this process")

    async def published(self, question: str) -> None:
        """Not here, as with `agent`."""
        raise ReplayError("an article can only be published in this process")

    async def rate(self, score: int) -> None:
        await self._ws.send(orjson.dumps({"type": "rate", "score": score}).decode())

    def why(self) -> list[str]:
        return []

    async def say(self, text: str, understood: dict[str, Any] | None = None) -> None:
        id, until = uuid.uuid4().hex, time.monotonic() + PATIENCE
        said = orjson.dumps({"type": "say", "id": id, "text": text}).decode()
        await self._ws.send(said)
        while True:
            frame = await self._receive(PATIENCE)
            if frame and (wait := frame.get("retry_after")) is not None and time.monotonic() + wait < until:
                await asyncio.sleep(wait)
                await self._ws.send(said)
                continue
            if frame is None or frame["type"] == "error":
                raise ReplayError(f"the bot did not take a message: {frame and frame['message']}")
            if frame["type"] == "turn" and frame["who"] == "shopper" and frame.get("id") == id:
                return
            if frame["type"] == "turn" and frame["who"] != "shopper":
                self._waiting.append(frame)

    async def next_turn(self, patience: float) -> dict[str, Any] | None:
        if self._waiting:
            return self._waiting.pop(0)
        while True:
            frame = await self._receive(patience)
            if frame is None or (frame["type"] == "turn" and frame["who"] != "shopper"):
                return frame

    async def _get(self, path: str) -> Any:
        answer = await self._http.get(path)
        if answer.status_code == 401:
            raise ReplayError("reading tickets needs the administrator's token: set ASKONCE_ADMIN_TOKEN")
        return answer.json() if answer.status_code == 200 else None

    async def violations(self) -> list[dict[str, Any]]:
        """What the bot's own referee says of the conversation."""
        return list((await self._get(f"/api/conversations/{self._id}") or {}).get("violations", []))

    async def ticket(self, reference: str) -> dict[str, Any] | None:
        found: dict[str, Any] | None = await self._get(f"/api/tickets/{reference}")
        return found

    async def fields(self) -> dict[str, str | None]:
        found = await self._get(f"/api/conversations/{self._id}")
        if found is None:
            raise ReplayError("the bot does not show its conversations, so nothing can be said of what is known")
        state = found["state"]
        return {name: state[name] for name in ("name", "email", "reason")}
