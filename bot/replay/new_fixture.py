"""`askonce fixture new`: a dialogue fixture of a stored conversation, deterministic, without its people, as short as
wanted.

What was understood is recorded beside each message, or what should have been where a reviewer corrected it. People are
replaced by invented ones (`bot.replay.pseudonyms`).
"""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click
import orjson
from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from bot.factories import stored
from bot.history.reviews import corrections_of
from bot.history.summaries import names_of
from bot.replay.pseudonyms import Pseudonyms
from bot.replay.rehearsal import Rehearsal, Stagehand
from bot.settings import Settings
from bot.store.database import Store
from bot.store.happened import Happened, with_their_turns
from bot.store.records import Loaded, Turn, from_json, to_json
from dialogue import events
from dialogue.states import State
from dialogue.vocabulary import Answer, IntentName, Signal


@dataclass(frozen=True)
class Move:
    """One thing that came from outside: a message with what was understood of it, or another happening."""

    told: events.Happening
    text: str = ""


def recorded(understood: events.Understanding) -> dict[str, Any]:
    """An understanding as a fixture holds it: only what is not its default, not the text and
    not which sentence of it was taken for what."""
    plain = orjson.loads(to_json(understood))
    empty = orjson.loads(to_json(events.Understanding("")))
    return {k: v for k, v in plain.items() if k not in ("kept", "read") and v != empty[k]}


@dataclass(frozen=True)
class Fix:
    """A reviewer's correction of what was understood of one message. Empty: it was right. `wrong` names fields that
    were read where there was none."""

    intent: str = ""
    name: str = ""
    email: str = ""
    reason: str = ""
    wrong: tuple[str, ...] = ()


#: What makes an intent: the signal by which the tracker knows it, where it is one.
_SIGNALS = {
    IntentName.GREET: Signal.GREETING, IntentName.GOODBYE: Signal.GOODBYE, IntentName.THANKS: Signal.THANKS,
    IntentName.REQUEST_TICKET: Signal.WANTS_TICKET, IntentName.TICKET_UPDATE: Signal.ASKS_UPDATE,
    IntentName.CONTACT: Signal.ASKS_CONTACT, IntentName.OTHER: Signal.CHATS,
}  # fmt: skip
_ANSWERS = {IntentName.AFFIRM: Answer.AFFIRM, IntentName.DENY: Answer.DENY}


def corrected(understood: events.Understanding, fix: Fix) -> events.Understanding:
    """What should have been understood. Another intent takes the place of everything that made the one before; fields
    stay unless they are corrected."""
    if fix.intent:
        intent = IntentName(fix.intent)
        signals = {Signal.SECRET} & understood.signals | ({_SIGNALS[intent]} if intent in _SIGNALS else set())
        asks = intent in (IntentName.QUESTION, IntentName.ORDER_STATUS)
        reason = (understood.reason or understood.kept) if intent is IntentName.REPORT_ISSUE else None
        understood = dataclasses.replace(
            understood, intents=(events.Intent(intent, 1.0),), signals=frozenset(signals), answer=_ANSWERS.get(intent),
            question=(understood.question or understood.kept) if asks else None, reason=reason, score=None,
        )  # fmt: skip
    name = fix.name or (None if "name" in fix.wrong else understood.name)
    return dataclasses.replace(
        understood,
        name=name,
        greeting_name=None if fix.name or "name" in fix.wrong else understood.greeting_name,
        email=fix.email or (None if "email" in fix.wrong else understood.email),
        reason=fix.reason or (None if "reason" in fix.wrong else understood.reason),
        by="corrected",
    )


async def fixes_of(store: Store, id: str) -> dict[int, Fix]:
    """The corrections of one conversation, by the turn they are of."""
    found = await corrections_of(store, id)
    return {seq: Fix(c.intent, c.name, c.email, c.reason, c.wrong) for seq, c in found.items()}


def pseudonyms(
    state: State, turns: Sequence[Turn], happened: Sequence[Happened], fixes: Mapping[int, Fix], *, keep: str
) -> Pseudonyms:
    """The invented people of one conversation: of the names that it holds, but those that a reviewer called wrong, and
    of whatever its words and its corrections show. `keep` is the shop's own address."""
    names = set(names_of(dataclasses.replace(state, greeting_name=None), ()))
    misread: set[str] = set()
    for seq, told in with_their_turns(happened):
        if isinstance(told, events.ShopperSaid):
            found = {n for n in (told.understood.name, told.understood.greeting_name) if n}
            wrong = seq in fixes and ("name" in fixes[seq].wrong or fixes[seq].name)
            names, misread = (names, misread | found) if wrong else (names | found, misread)
        elif isinstance(told, events.CustomerIdentified) and told.name:
            names.add(told.name)
    told_right = {fix.name for fix in fixes.values() if fix.name}
    texts = [t.text for t in turns if t.who in ("shopper", "agent")] + [f.reason for f in fixes.values() if f.reason]
    return Pseudonyms((names - misread) | told_right, texts, keep=(keep,), stem=state.stem)


def moves_of(
    turns: Sequence[Turn], happened: Sequence[Happened], people: Pseudonyms, fixes: Mapping[int, Fix] | None = None
) -> list[Move]:
    """What came from outside in a stored conversation, with invented people, and with what should have been understood
    where that was corrected."""
    words, found = {t.seq: t.text for t in turns if t.who in ("shopper", "agent")}, []
    for seq, told in with_their_turns(happened):
        text = people.text(words.get(seq, ""))
        if isinstance(told, events.ShopperSaid):
            fix = (fixes or {}).get(seq)
            understood = corrected(told.understood, fix) if fix else told.understood
            understood = dataclasses.replace(understood, read=())  # its places are not those of invented people's words
            plain = people.value(orjson.loads(to_json(understood)))
            found.append(Move(events.ShopperSaid(from_json(events.Understanding, orjson.dumps(plain).decode())), text))
        elif isinstance(told, events.CustomerIdentified):
            name, email = (people.text(v) if v else v for v in (told.name, told.email))
            found.append(Move(events.CustomerIdentified(name, email)))
        elif isinstance(told, events.AgentSaid):
            found.append(Move(told, _as_words(text)))
        elif isinstance(told, events.ShopperRated):
            found.append(Move(events.ShopperRated(told.score)))
        elif isinstance(told, events.AnswerPublished):
            found.append(Move(dataclasses.replace(told, question=people.text(told.question))))
        elif isinstance(told, events.AgentJoined | events.AgentLeft | events.FilesSent):
            found.append(Move(told))
    return found


def _as_words(text: str) -> str:
    """An agent's words that no fixture takes for what an agent does."""
    return f"{text}." if text in ("joins", "leaves", "settles") or text.startswith("joins as ") else text


async def play(
    hand: Stagehand, moves: Sequence[Move], required: tuple[str, ...] = ()
) -> tuple[Rehearsal, list[list[Turn]]]:
    """The moves on a new stage: the rehearsal, and the bot's turns after each."""
    rehearsal = hand.begin(required=required)
    after: list[list[Turn]] = []
    for move in moves:
        if isinstance(move.told, events.ShopperSaid):
            turns = await rehearsal.say(move.text, move.told.understood)
        elif isinstance(move.told, events.FilesSent):
            turns = await rehearsal.send_files(move.told.count)
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


def as_yaml(name: str, moves: Sequence[Move], after: Sequence[Sequence[Turn]]) -> str:
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
        elif isinstance(move.told, events.FilesSent):
            steps.append({"files": move.told.count})
        elif isinstance(move.told, events.ShopperRated):
            steps.append({"rate": move.told.score})
        elif isinstance(move.told, events.AnswerPublished):
            steps.append({"published": move.told.question})
        elif isinstance(move.told, events.AgentLeft) and move.told.settled:
            steps.append({"agent": "settles"})
        elif isinstance(move.told, events.AgentLeft) and move.told.gone is not None:
            steps.append({"agent": "is gone"})
        else:
            steps.append({"agent": agents[type(move.told)]})
        steps += [{"act": t.act} | ({"asks": list(t.asks)} if t.asks else {}) for t in turns]
    case["steps"] = steps
    out = io.StringIO()
    writer = YAML()
    writer.width = 10_000
    writer.default_flow_style = None
    writer.dump({"test_cases": [_quoted(case)]}, out)
    return out.getvalue()


def _quoted(value: Any) -> Any:
    """`value` with quotes about each text that begins with a question mark: the writer leaves them out in a flow
    mapping, where its own reader wants them."""
    if isinstance(value, dict):
        return {key: _quoted(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_quoted(item) for item in value]
    return DoubleQuotedScalarString(value) if isinstance(value, str) and value.startswith("?") else value


def title(id: str, fixes: Mapping[int, Fix]) -> str:
    """The name of a conversation's case, which says what was corrected in it."""
    wrong = "; ".join(
        f"turn {seq}: {fix.intent or 'no ' + ', '.join(fix.wrong) if fix.intent or fix.wrong else 'a field was missed'}"
        for seq, fix in sorted(fixes.items())
    )
    return f"conversation {id[:8]}" + (f" (corrected: {wrong})" if wrong else "")


async def fixture_of(
    store: Store,
    hand: Stagehand,
    found: Loaded,
    *,
    name: str | None = None,
    shrink: bool = False,
    act: str | None = None,
) -> tuple[str, Pseudonyms]:
    """A stored conversation as a fixture: what should have been understood recorded, the bot's turns that follow from
    it, invented people; and these. Raises `click.ClickException` where nobody has said anything."""
    turns, happened = await store.turns(found.id, limit=100_000), await store.happenings(found.id)
    fixes, required = await fixes_of(store, found.id), found.state.required
    people = pseudonyms(found.state, turns, happened, fixes, keep=hand.settings.support_email or "")
    moves = moves_of(turns, happened, people, fixes)
    if not any(isinstance(m.told, events.ShopperSaid) for m in moves):
        raise click.ClickException(f"nobody has said anything in conversation {found.id}")
    if shrink:
        moves = await _shrunk(hand, moves, required, act)
    _, after = await play(hand, moves, required)
    if not any(after):
        raise click.ClickException(f"the bot said nothing in conversation {found.id}, so there is nothing to expect")
    return as_yaml(name or title(found.id, fixes), moves, after), people


async def new_fixture(
    settings: Settings, id: str, *, name: str | None, shrink: bool, act: str | None
) -> tuple[str, Pseudonyms]:
    """The fixture's text, and the people who were replaced in it. Raises `click.ClickException`."""
    async with stored(settings, id) as (store, found):
        return await fixture_of(store, Stagehand(settings), found, name=name, shrink=shrink, act=act)


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
