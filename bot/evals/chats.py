"""What the shopper gets: real people's chats played through the very engine that serves, and what came of them.

A chat of the files is played in one of two ways (`WAYS`), each ending with a patient shopper who asks for a ticket and
answers what is asked:

- `stated`: the person's turns up to the last one that states the matter, then the patient shopper.
- `whole`: all of the person's turns, then the patient shopper.

Nothing is stored and no helpdesk is asked (`bot.replay.rehearsal`). The understander is whichever is measured.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from bot.chat.phrases import ENGLISH
from bot.evals.lines import bare
from bot.evals.measures import Error, Measured, Step, held, share
from bot.evals.rows import Row, Rows
from bot.replay.rehearsal import Rehearsal, Stagehand
from bot.store.records import Turn
from dialogue.states import Phase
from dialogue.vocabulary import Act

WAYS = ("stated", "whole")
#: Acts that bring a matter forward: it is answered, offered a ticket, collected, or sent where it belongs.
HELPFUL = frozenset(
    str(a)
    for a in (
        Act.ANSWER,
        Act.CONTACT,
        Act.UPDATE_REDIRECT,
        Act.OFFER_TICKET,
        Act.ASK,
        Act.REMIND,
        Act.INVALID,
        Act.TICKET_FILED,
        Act.TICKET_SAVED,
        Act.TICKET_EXISTS,
    )
)
#: Words of a reply that says nothing but that the bot did not understand, or that it is a bot.
_BRUSH_OFF = {ENGLISH["clarify"], ENGLISH["smalltalk"]}
#: How often the patient shopper writes before giving up.
_PATIENCE = 6
#: Who the shopper is where the chat does not say.
_NAME, _EMAIL = "Robin Castell", "robin.castell@mail.example"
#: What a person says who refuses an offer in plain words: a no in front, and no wish behind it.
_REFUSES = re.compile(r"\W*(?:no|nope|nah|never|not|don'?t|do not)\b(?!\W+(?:problem|worries))", re.I)
_WISHES = re.compile(r"\b(?:ticket|case|human|person|agent|someone|somebody|yes|please|open|escalate)\b", re.I)
#: Thanks and leave-taking, by words alone.
_LEAVES = re.compile(
    r"\b(?:thank\w*|thx|thanx|ty|cheers|appreciat\w+|bye\w*|good ?bye|take care|see you|so long|farewell|nothing else"
    r"|(?:that'?s|that is|this is|(?:that|this) (?:will|would) be) (?:it|all)"
    r"|(?:good|great|nice|lovely|wonderful) (?:day|night|evening|afternoon|weekend|one))\b",
    re.I,
)


@dataclass(frozen=True)
class Exchange:
    """One message of the shopper's and the bot's turns after it. `own` is False for the patient shopper's words,
    `states` is True where the message states the matter; `before` and `agreed` are the phase before it and whether
    consent stood after it."""

    said: str
    replies: tuple[Turn, ...]
    own: bool
    states: bool
    before: Phase
    agreed: bool

    @property
    def acts(self) -> set[str]:
        return {str(t.act) for t in self.replies}

    @property
    def asks(self) -> set[str]:
        return {f for t in self.replies for f in t.asks}

    @property
    def brushed_off(self) -> bool:
        """True where the reply is nothing, or only words that bring nothing: not understood, small talk, no answer
        without an offer. An acknowledgement or a courtesy is no brush-off."""
        return all(t.text in _BRUSH_OFF or t.act == Act.NO_ANSWER for t in self.replies)


@dataclass(frozen=True)
class Played:
    """A chat as it went: the exchanges, and the tickets that were filed (name, email, reason)."""

    row: Row
    name: str
    email: str
    exchanges: tuple[Exchange, ...]
    tickets: tuple[dict[str, str], ...]

    @property
    def own(self) -> list[Exchange]:
        """The exchanges over the person's own words."""
        return [e for e in self.exchanges if e.own]


@dataclass
class Player:
    """Plays chats with what `hand` holds, each once for each way."""

    hand: Stagehand
    _known: dict[tuple[bytes, str], Played] = field(default_factory=dict)

    async def play(self, row: Row, way: str) -> Played:
        """`row` is a chat of the files, `way` one of `WAYS`."""
        key = (orjson.dumps(row), way)
        if key not in self._known:
            self._known[key] = await _play(self.hand, row, way)
        return self._known[key]


def stating(row: Row) -> list[tuple[str, bool]]:
    """The person's turns, each with whether it states the matter: whether its words, four letters or more, stand in the
    chat's `reason_text` in one piece."""
    turns = [t["text"] for t in row.get("turns") or () if t["role"] == "customer"] or list(row["customer"])
    whole = bare(row["reason_text"] or "")
    return [(t, len(bare(t)) > 3 and bare(t) in whole) for t in turns]


async def _play(hand: Stagehand, row: Row, way: str) -> Played:
    turns = stating(row)
    if way == "stated":
        last = max((i for i, (_, states) in enumerate(turns) if states), default=len(turns) - 1)
        turns = turns[: last + 1]
    full = row["name"] and len(row["name"].split()) > 1
    name, email = row["name"] if full else _NAME, row["email"] or _EMAIL
    told = {"name": name, "email": email, "reason": str(row["reason_text"])[:600]}
    rehearsal = hand.begin()
    exchanges = [await _exchange(rehearsal, said, own=True, states=states) for said, states in turns]
    for _ in range(_PATIENCE):
        if rehearsal.state.tickets:
            break
        said = _patient(rehearsal, exchanges[-1], told)
        exchanges.append(await _exchange(rehearsal, said, own=False, states=False))
    tickets = tuple({"name": t.name, "email": t.email, "reason": t.reason} for t in rehearsal.state.tickets)
    return Played(row, name, email, tuple(exchanges), tickets)


async def _exchange(rehearsal: Rehearsal, said: str, *, own: bool, states: bool) -> Exchange:
    before, filed = rehearsal.state.phase, len(rehearsal.state.tickets)
    replies = await rehearsal.say(said)
    after = rehearsal.state
    return Exchange(said, tuple(replies), own, states, before, after.agreed or len(after.tickets) > filed)


def _patient(rehearsal: Rehearsal, last: Exchange, told: Mapping[str, str]) -> str:
    """What a patient shopper says next: yes to an offer, what was asked, else a plain wish for a ticket."""
    state = rehearsal.state
    if state.phase is Phase.OFFERED:
        return "yes please"
    if state.agreed:
        asked = next((t.asks for t in reversed(last.replies) if t.asks), ()) or state.missing
        return ", ".join(told[f] for f in asked if f in told)
    return "please open a ticket for me"


# ---------------------------------------------------------------- what came of it


def useless(chat: Played) -> bool:
    """The stated matter got nothing: no reply to the person's own words answered, redirected, offered a ticket or
    collected for one. (Not understood, small talk, greetings, thanks, "no article" without an offer.)"""
    return not any(e.acts & HELPFUL for e in chat.own)


def reason_asked(chat: Played) -> bool:
    """The reason was asked for, at any time, though the person had stated it by then."""
    stated = False
    for e in chat.exchanges:
        stated = stated or e.states
        if stated and "reason" in e.asks:
            return True
    return False


def no_ticket(chat: Played) -> bool:
    """The patient shopper asked in plain words, said yes and answered whatever was asked, and no ticket was filed."""
    return not chat.tickets


def poor_reason(chat: Played) -> bool:
    """The first ticket's reason lacks more than half of the words that stated the matter; False without a ticket."""
    return bool(chat.tickets) and held(chat.tickets[0]["reason"], str(chat.row["reason_text"])) < 0.5


def asked_again(chat: Played) -> bool:
    """The address, or the full name, was asked for after the shopper had given it. A name counts in each form that the
    files give for it."""
    names = {bare(v) for v in (chat.name, *(chat.row.get("name_variants") or ())) if len(v.split()) > 1}
    name = email = False
    for e in chat.exchanges:
        said = bare(e.said)
        email = email or chat.email.casefold() in e.said.casefold()
        name = name or any(v in said for v in names)
        if (email and "email" in e.asks) or (name and "name" in e.asks):
            return True
    return False


def useless_in_a_row(chat: Played) -> int:
    """The longest run of replies to the person's own words that brought nothing (`Exchange.brushed_off`)."""
    longest = now = 0
    for e in chat.own:
        now = now + 1 if e.brushed_off else 0
        longest = max(longest, now)
    return longest


def doubled(chat: Played) -> bool:
    """Two tickets for one matter: half or more of the words of one reason stand in the other's."""
    reasons = [t["reason"] for t in chat.tickets]
    return any(max(held(a, b), held(b, a)) >= 0.5 for n, a in enumerate(reasons) for b in reasons[n + 1 :])


def consent_from_refusal(chat: Played) -> bool:
    """Where a ticket was offered, the person refused in plain words (a no in front, and no wish behind it), and
    consent stood after that."""
    return any(
        e.before is Phase.OFFERED and e.agreed and _REFUSES.match(e.said) and not _WISHES.search(e.said)
        for e in chat.own
    )


def rated_too_early(chat: Played) -> bool:
    """A rating was invited before the conversation had come to an end (R19): in the reply that filed, before the person
    stated the matter, or in reply to words of theirs that neither thank nor take leave."""
    last = max((i for i, e in enumerate(chat.own) if e.states), default=-1)
    return any(
        Act.INVITE_RATING in e.acts
        and (Act.TICKET_FILED in e.acts or (e.own and (i < last or not _LEAVES.search(e.said))))
        for i, e in enumerate(chat.exchanges)
    )


#: What may go wrong in a chat, by the figure's name; `no_ticket` and `poor_reason` say of which chats in `chats`.
FAULTS = {
    "useless": useless,
    "reason_asked": reason_asked,
    "no_ticket": no_ticket,
    "asked_again": asked_again,
    "doubled": doubled,
    "consent_from_refusal": consent_from_refusal,
    "rated_too_early": rated_too_early,
}


async def chats(rows: Rows, player: Player, way: str, step: Step) -> Measured:
    """Shares of the chats that state a matter, played one way, in which something went wrong: each of `FAULTS` as its
    docstring says; `poor_reason` of the chats with a ticket alone; `three_useless` of those with three or more useless
    replies in a row, and `most_useless` the most of any chat."""
    m = Measured()
    played: list[Played] = []
    for row in rows:
        step()
        if row["reason_text"]:
            played.append(await player.play(row, way))
    for name, wrong in FAULTS.items():
        m.figures[name] = share(_note(m, name, [c for c in played if wrong(c)]), len(played))
    filed = [c for c in played if c.tickets]
    m.figures["poor_reason"] = share(_note(m, "poor_reason", [c for c in filed if poor_reason(c)]), len(filed))
    m.figures["filed_rows"] = len(filed)
    runs = {id(c): useless_in_a_row(c) for c in played}
    m.figures["three_useless"] = share(_note(m, "three_useless", [c for c in played if runs[id(c)] >= 3]), len(played))
    m.figures["most_useless"] = max(runs.values(), default=0)
    m.figures["rows"] = len(played)
    return m


def _note(m: Measured, name: str, wrong: Sequence[Played]) -> int:
    """Keeps the chats in which `name` went wrong, for people to look at; gives back how many."""
    for chat in wrong:
        told = " ⏎ ".join(f"{e.said} ⟶ {_told(e)}" for e in chat.exchanges)
        filed = " / ".join(t["reason"] for t in chat.tickets) or "no ticket"
        m.errors.append(Error(chat.row, name.replace("_", " "), told, str(chat.row["reason_text"]), filed))
    return len(wrong)


def _told(e: Exchange) -> str:
    return f"[{', '.join(sorted(e.acts)) or 'nothing'}]" + (f" asks {', '.join(sorted(e.asks))}" if e.asks else "")
