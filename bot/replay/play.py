"""Plays fixtures on a stage (`bot.replay.stages`), and compares what the bot does with what each case expects."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from bot.replay.fixture_form import Case, Expectation, Step, Unplayable, matches
from bot.replay.rehearsal import Stagehand
from bot.replay.stages import PATIENCE, OnStage, OverSocket, ReplayError, Stage
from bot.store.records import Change
from dialogue import events


@dataclass(frozen=True)
class Fault:
    """What went otherwise: the place in the fixture, counted from 1, and words for people."""

    line: int
    column: int
    what: str


@dataclass
class Outcome:
    """How a case went: `faults` is empty where nothing went otherwise; `transcript` is what was said, for people."""

    case: Case
    faults: list[Fault] = field(default_factory=list)
    left_out: list[Unplayable] = field(default_factory=list)  # steps that cannot be played on this stage
    transcript: list[str] = field(default_factory=list)
    turns: list[dict[str, Any]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)  # of a rehearsal: what would have been stored

    @property
    def problems(self) -> list[str]:
        """What went otherwise and what could not be played, each with file and line; empty where the case passed
        whole."""
        return [f"{self.case.file}:{f.line}: {f.what}" for f in self.all_faults]

    @property
    def all_faults(self) -> list[Fault]:
        return [*self.faults, *(Fault(u.line, u.column, f"cannot be played: {u.why}") for u in self.left_out)]


@dataclass
class Played:
    """How a run went."""

    outcomes: list[Outcome] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    left: int = 0

    @property
    def failed(self) -> list[Outcome]:
        """What went otherwise."""
        return [o for o in self.outcomes if o.faults]

    @property
    def unplayable(self) -> list[Outcome]:
        """What went as it must as far as it could be played, and could not be played whole."""
        return [o for o in self.outcomes if o.left_out and not o.faults]

    @property
    def passed(self) -> list[Outcome]:
        return [o for o in self.outcomes if not o.problems]


async def play_rehearsed(hand: Stagehand, case: Case, *, recorded: bool = True) -> Outcome:
    """Play a case through the engine in this process; `recorded` takes what the fixture says was understood."""
    if any(step.whole for step in case.unplayable):
        return Outcome(case, left_out=list(case.unplayable))
    stage = OnStage(hand.begin(), recorded=recorded)
    stage.rehearsal.slow = case.slow
    if case.customer:
        await stage.rehearsal.tell(events.CustomerIdentified(case.customer.get("name"), case.customer.get("email")))
    outcome = await play(case, stage, patience=0)
    outcome.changes = list(stage.rehearsal.changes)
    for v in stage.rehearsal.violations():
        outcome.faults.append(Fault(case.line, case.column, f"the referee, turn {v.seq}: {v.rule}: {v.reason}"))
    return outcome


async def play_over_socket(url: str, case: Case, *, token: str) -> Outcome:
    """Play a case against the bot at `url` (http:// or https://); a bot that is pressed is given the time it asks for.
    Raises `ReplayError` where it cannot be reached."""
    here = [
        Unplayable(s.line, s.column, f"`{what}`, outside this process (leave out --url)", True)
        for s in case.steps
        if (what := "agent" if s.agent else "files" if s.files else "published" if s.published else "")
    ]
    if case.slow:
        here.append(
            Unplayable(case.line, case.column, "`helpdesk: slow`, outside this process (leave out --url)", True)
        )
    if here or any(step.whole for step in case.unplayable):
        return Outcome(case, left_out=[*case.unplayable, *here])
    base = url.rstrip("/")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    until = time.monotonic() + PATIENCE
    try:
        async with httpx.AsyncClient(base_url=base, headers=headers, timeout=PATIENCE) as http:
            while True:
                async with connect(base.replace("http", "ws", 1) + "/ws") as ws:
                    hello: dict[str, Any] = {"type": "hello", "token": None, "after": 0}
                    if case.customer:
                        hello["customer"] = case.customer
                    await ws.send(orjson.dumps(hello).decode())
                    welcome = orjson.loads(await ws.recv())
                    if welcome["type"] == "welcome":
                        return await _play_welcomed(case, OverSocket(ws, http, welcome["conversation"]), bool(token))
                wait = welcome.get("retry_after")
                if wait is None or time.monotonic() + wait > until:
                    raise ReplayError(f"{base} did not welcome us: {welcome.get('message')}")
                await asyncio.sleep(wait)
    except (OSError, WebSocketException, httpx.HTTPError) as error:
        raise ReplayError(f"cannot reach the bot at {base}: {type(error).__name__}") from error


async def _play_welcomed(case: Case, stage: OverSocket, signed_in: bool) -> Outcome:
    outcome = await play(case, stage, patience=PATIENCE)
    for v in await stage.violations() if signed_in else ():
        what = f"the referee, turn {v['seq']}: {v['rule']}: {v['reason']}"
        outcome.faults.append(Fault(case.line, case.column, what))
    return outcome


# ---------------------------------------------------------------- playing and comparing


async def play(case: Case, stage: Stage, *, patience: float) -> Outcome:
    """Play a case on any stage, and compare. Single steps that cannot be played are left out and named."""
    outcome = Outcome(case, left_out=list(case.unplayable))
    for step in case.steps:
        if step.rate is not None:
            outcome.transcript.append(f"   shopper rates: {step.rate}")
            await stage.rate(step.rate)
        elif step.files is not None:
            outcome.transcript.append(f"   shopper sends files: {step.files}")
            await stage.files(step.files)
        elif step.published is not None:
            outcome.transcript.append(f"   an article is published: {step.published}")
            await stage.published(step.published)
        elif step.agent is not None:
            outcome.transcript.append(f"   agent: {step.agent}")
            await stage.agent(step.agent)
        else:
            outcome.transcript.append(f"   shopper: {step.user}")
            await stage.say(step.user, step.understood)
        if not await _meet(step, stage, outcome, patience):
            return outcome
    while (turn := await stage.next_turn(0.25)) is not None:
        _note(outcome, turn)
    _check_never(outcome)
    return outcome


def _note(outcome: Outcome, turn: dict[str, Any]) -> None:
    outcome.turns.append(turn)
    asks = f" asks {', '.join(turn['asks'])}" if turn.get("asks") else ""
    outcome.transcript.append(f"   bot [{turn['act']}{asks}]: {turn['text']}")


async def _meet(step: Step, stage: Stage, outcome: Outcome, patience: float) -> bool:
    seen: list[str] = []
    for expected in step.expected:
        why = await _await_turn(expected, stage, outcome, patience, seen) if expected.of_turn else None
        if why is None and expected.of_state:  # speaks of what is known by now, and takes no turn
            why = await _state_differs(expected, stage)
        if why is None:
            continue
        got = f"got {', '.join(seen) or 'no turn'}" if expected.of_turn else f"after {', '.join(seen) or 'no turn'}"
        outcome.faults.append(Fault(
            expected.line, expected.column,
            f"after {step.agent or step.rate or step.files or step.published or step.user!r} expected "
            f"{_describe(expected)}, but {got} ({why})",
        ))  # fmt: skip
        outcome.transcript.append(f" - expected [{_describe(expected)}]")
        outcome.transcript += [f" + {line}" for line in (f"got [{', '.join(seen) or 'nothing'}]: {why}", *stage.why())]
        return False
    return True


async def _await_turn(
    expected: Expectation, stage: Stage, outcome: Outcome, patience: float, seen: list[str]
) -> str | None:
    """None as soon as a turn is what was expected, else why the last one was not; `seen` grows with the acts."""
    why = "nothing came"
    while (turn := await stage.next_turn(patience)) is not None:
        _note(outcome, turn)
        seen.append(turn["act"])
        differs = await _differs(expected, turn, stage)
        if differs is None:
            return None
        why = differs
    return why


def _describe(expected: Expectation) -> str:
    parts = [expected.act or "a turn"] if expected.of_turn else []
    if expected.asks is not None:
        parts.append(f"asking [{', '.join(expected.asks)}]")
    if expected.bot:
        parts.append(f"saying {expected.bot}")
    if expected.ticket:
        parts.append(f"with ticket {expected.ticket}")
    if expected.slots:
        known = (name if value is None else f"{name} {value!r}" for name, value in expected.slots.items())
        parts.append(f"that {' and '.join(known)} is known")
    if expected.slots_unset:
        parts.append(f"that {' and '.join(expected.slots_unset)} is not known")
    return " ".join(parts)


async def _differs(expected: Expectation, turn: dict[str, Any], stage: Stage) -> str | None:
    """Why `turn` is not what was expected, or None where it is."""
    if expected.act is not None and turn["act"] != expected.act:
        return f"act {turn['act']}"
    if expected.asks is not None and set(turn["asks"]) != set(expected.asks):
        return f"asks [{', '.join(turn['asks'])}]"
    if expected.bot is not None and not matches(expected.bot, turn["text"]):
        return f"said {turn['text']!r}"
    if expected.ticket is not None:
        found = await stage.ticket(turn["ticket"]["reference"]) if turn.get("ticket") else None
        if found is None:
            return "no ticket"
        for name, pattern in expected.ticket.items():
            if not matches(pattern, found["fields"][name]):
                return f"its {name} is {found['fields'][name]!r}"
    return None


async def _state_differs(expected: Expectation, stage: Stage) -> str | None:
    """Why what is known is not what was expected, or None where it is."""
    have = await stage.fields()
    for name, value in expected.slots.items():
        if have[name] is None or (value is not None and have[name] != value):
            return f"{name} is {have[name]!r}"
    for name in expected.slots_unset:
        if have[name] is not None:
            return f"{name} is {have[name]!r}"
    return None


def _check_never(outcome: Outcome) -> None:
    case = outcome.case
    for place, item in enumerate(case.never):
        line, column = case.never_at[place] if place < len(case.never_at) else (case.line, case.column)
        for turn in outcome.turns:
            broken = (
                item.removeprefix("ask.") in turn["asks"] if item.startswith("ask.")
                else matches(item, turn["text"]) if item.startswith("/")
                else turn["act"] == item
            )  # fmt: skip
            if broken:
                what = f"never {item}, but turn {turn['seq']} was [{turn['act']}] {turn['text']!r}"
                outcome.faults.append(Fault(line, column, what))
