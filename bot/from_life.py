"""`askonce fixture new`: a dialogue fixture of a stored conversation, deterministic, without its people, as short as wanted.

What was understood is recorded beside each message. Names, addresses and long numbers are replaced by invented ones of the same
shape and script, the same one by the same one everywhere.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import re
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click
import orjson
from ruamel.yaml import YAML

from bot.console.archive import names_of
from bot.console.masking import EMAIL_ADDRESS, LONG_NUMBER
from bot.rehearsal import Rehearsal, Stagehand
from bot.settings import Settings
from bot.store.records import from_json, happenings_from_json, to_json
from bot.stored import stored
from dialogue import events

_POOLS = {
    "LATIN": ("Robin Tanner", "Alex Morgan", "Kim Larsen", "Toni Weber", "Noa Rivers"), "CYRILLIC": ("Саша Волков", "Женя Орлов"),
    "GREEK": ("Αλέξης Νικολάου", "Μαρία Παππά"), "ARABIC": ("نور حداد", "سامي منصور"), "HEBREW": ("נועם לוי", "טל כהן"),
    "CJK": ("林明", "王芳"), "HIRAGANA": ("さとう はる", "たなか みお"), "KATAKANA": ("サトウ ハル", "タナカ ミオ"), "HANGUL": ("김하늘", "이수민"),
    "DEVANAGARI": ("आशा वर्मा", "रवि जोशी"), "THAI": ("สมชาย ใจดี", "มานี รักดี"),
}  # fmt: skip


def _script(name: str) -> str:
    letter = next((c for c in name if c.isalpha()), "a")
    found = unicodedata.name(letter, "LATIN").split()[0]
    return found if found in _POOLS else "LATIN"


class Pseudonyms:
    """Invented people, the same for the same real one."""

    def __init__(self, names: set[str]) -> None:
        self._known: dict[str, str] = {}
        taken: dict[str, int] = {}
        for name in sorted(names, key=lambda n: (-len(n.split()), n.casefold())):
            words = name.split()
            if name.casefold() in self._known:
                continue
            script = _script(name)
            number = taken.get(script, 0)
            taken[script] = number + 1
            invented = _POOLS[script][number % len(_POOLS[script])].split()
            shaped = [invented[min(n, len(invented) - 1)] for n in range(len(words))]
            self._known[name.casefold()] = " ".join(shaped)
            for word, new in zip(words, shaped, strict=True):
                if len(word) > 1:
                    self._known.setdefault(word.casefold(), new)
        self._emails: dict[str, str] = {}

    def text(self, text: str) -> str:
        """`text` with invented people in the place of real ones."""
        text = EMAIL_ADDRESS.sub(lambda m: self._email(m[0]), text)
        for real, new in sorted(self._known.items(), key=lambda pair: (-len(pair[0]), pair[0])):
            pattern = rf"(?<![\w@.]){re.escape(real)}(?![\w@])"
            text = re.sub(pattern, lambda m, new=new: new.lower() if m[0].islower() else new, text, flags=re.IGNORECASE)  # type: ignore[misc]
        return LONG_NUMBER.sub(lambda m: self._number(m[0]), text)

    def value(self, value: Any) -> Any:
        """The same for everything in a structure."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {
                k: self.value(v) if k not in ("by", "signals", "field", "why", "answer") else v
                for k, v in value.items()
            }
        return [self.value(v) for v in value] if isinstance(value, list) else value

    def _email(self, email: str) -> str:
        key = email.casefold().rstrip(".")
        if key not in self._emails:
            self._emails[key] = f"shopper{len(self._emails) + 1}@example.com"
        return self._emails[key] + ("." if email.endswith(".") else "")

    def _number(self, number: str) -> str:
        if sum(c.isdigit() for c in number) < 6:
            return number
        digest = hashlib.sha256(re.sub(r"\D", "", number).encode()).digest()
        made = iter(digest * 4)
        return "".join(str(next(made) % 9 + 1) if c.isdigit() else c for c in number)


@dataclass(frozen=True)
class Move:
    """One thing that came from outside: a message with what was understood of it, or another happening."""

    told: events.Happening
    text: str = ""


def recorded(understood: events.Understanding) -> dict[str, Any]:
    """An understanding as a fixture holds it: only what is not its default, and not the text."""
    plain = orjson.loads(to_json(understood))
    empty = orjson.loads(to_json(events.Understanding("")))
    return {k: v for k, v in plain.items() if k != "kept" and v != empty[k]}


def moves_of(turns: Sequence[Any], rows: Sequence[Any], people: Pseudonyms) -> list[Move]:
    """What came from outside in a stored conversation, with invented people."""
    words, first, found = {t.seq: t.text for t in turns if t.who in ("shopper", "agent")}, 1, []
    for row in rows:
        for told in happenings_from_json(row.events):
            text = people.text(words.get(first, ""))
            if isinstance(told, events.ShopperSaid):
                plain = people.value(orjson.loads(to_json(told.understood)))
                found.append(
                    Move(events.ShopperSaid(from_json(events.Understanding, orjson.dumps(plain).decode())), text)
                )
            elif isinstance(told, events.CustomerIdentified):
                name, email = (people.text(v) if v else v for v in (told.name, told.email))
                found.append(Move(events.CustomerIdentified(name, email)))
            elif isinstance(told, events.AgentSaid):
                found.append(Move(told, text))
            elif isinstance(told, events.AgentJoined | events.AgentLeft):
                found.append(Move(told))
        first = row.seq + 1
    return found


async def play(
    hand: Stagehand, moves: Sequence[Move], required: tuple[str, ...] = ()
) -> tuple[Rehearsal, list[list[Any]]]:
    """The moves on a new stage: the rehearsal, and the bot's turns after each."""
    rehearsal = hand.begin(required=required)
    after: list[list[Any]] = []
    for move in moves:
        if isinstance(move.told, events.ShopperSaid):
            turns = await rehearsal.say(move.text, move.told.understood)
        elif isinstance(move.told, events.AgentSaid):
            await rehearsal.agent(move.text)
            turns = []
        else:
            turns = await rehearsal.tell(move.told)
        after.append([t for t in turns if t.who == "bot"])
    return rehearsal, after


async def shrink(moves: list[Move], keeps: Callable[[list[Move]], Awaitable[bool]]) -> list[Move]:
    """The moves without those that do not matter for `keeps`, dropped in ever smaller pieces (delta debugging)."""
    size = max(1, len(moves) // 2)
    while True:
        place, dropped = 0, False
        while place < len(moves):
            fewer = moves[:place] + moves[place + size :]
            if fewer and await keeps(fewer):
                moves, dropped = fewer, True
            else:
                place += size
        if size == 1 and not dropped:
            return moves
        size = max(1, size // 2)


def as_yaml(name: str, moves: Sequence[Move], after: Sequence[Sequence[Any]]) -> str:
    """A fixture file with one case."""
    case: dict[str, Any] = {"test_case": name}
    steps: list[dict[str, Any]] = []
    agents = {events.AgentJoined: "joins", events.AgentLeft: "leaves"}
    for move, turns in zip(moves, after, strict=True):
        if isinstance(move.told, events.ShopperSaid):
            steps.append({"user": move.text, "understood": recorded(move.told.understood)})
        elif isinstance(move.told, events.CustomerIdentified):
            if known := {k: v for k, v in dataclasses.asdict(move.told).items() if v}:
                case["customer"] = known
        elif isinstance(move.told, events.AgentSaid):
            steps.append({"agent": move.text})
        elif isinstance(move.told, events.AgentLeft) and move.told.settled:
            steps.append({"agent": "settles"})
        else:
            steps.append({"agent": agents[type(move.told)]})
        steps += [{"act": t.act} | ({"asks": list(t.asks)} if t.asks else {}) for t in turns]
    case["steps"] = steps
    out = io.StringIO()
    writer = YAML()
    writer.width = 10_000
    writer.default_flow_style = None
    writer.dump({"test_cases": [case]}, out)
    return out.getvalue()


async def new_fixture(settings: Settings, id: str, *, name: str | None, shrink: bool, act: str | None) -> str:
    """The fixture's text. Raises `click.ClickException`."""
    async with stored(settings, id) as (store, found):
        turns, rows = await store.turns(id, limit=100_000), await store.happenings(id)
        people = Pseudonyms(names_of(found.state, await store.told(id)))
    hand, required = Stagehand(settings), found.state.required
    moves = moves_of(turns, rows, people)
    if not any(isinstance(m.told, events.ShopperSaid) for m in moves):
        raise click.ClickException(f"nobody has said anything in conversation {id}")
    if shrink:
        moves = await _shrunk(hand, moves, required, act)
    _, after = await play(hand, moves, required)
    if not any(after):
        raise click.ClickException(f"the bot said nothing in conversation {id}, so there is nothing to expect")
    return as_yaml(name or f"conversation {id[:8]}", moves, after)


async def _shrunk(hand: Stagehand, moves: list[Move], required: tuple[str, ...], act: str | None) -> list[Move]:
    whole, after = await play(hand, moves, required)
    broken = {v.rule for v in whole.violations()}
    wanted = act or next((t.act for turns in reversed(after) for t in reversed(turns)), None)
    if act and act not in {t.act for t in whole.turns}:
        raise click.ClickException(f"the bot does no `{act}` in this conversation")

    async def keeps(fewer: list[Move]) -> bool:
        played, _ = await play(hand, fewer, required)
        if broken and not act:
            return broken <= {v.rule for v in played.violations()}
        return wanted in {t.act for t in played.turns}

    return await shrink(moves, keeps)
