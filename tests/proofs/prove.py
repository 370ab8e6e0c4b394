"""`make prove`: the strict rules tried by exhaustion and at random, far beyond what every test run can afford.

    python -m tests.proofs.prove [--minutes 5] [--steps 1000000] [--conversations 20000] [--consents 500] [--seed 1]

Exhaustive: every state reachable within as many messages as fit into the time, over a finite alphabet of understandings
and outcomes; every path's last exchange is judged by the referee, every table row that decided is counted, and from
every state some short path must file, save or give the support email.

Random: conversations of understandings right, wrong and hostile, judged whole.

Whole conversations: the engine with its storage, two replicas, duplicates and a helpdesk that fails in every way
(`tests.proofs.storm`).

Fences: so many lives of an outbox between two couriers with leases, clocks that are set and late reports
(`tests.proofs.fences`).

Sieges: so many consents with two couriers killed at every step, on the built-in desk, and on a real Request Tracker
behind a network that spoils connections, where it is installed (`tests.ticket_bridge.helpdesks.siege`).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import logging
import os
import pathlib
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed

from dialogue import events as e
from dialogue.effects import Effect, FileTicket, Say, Search
from dialogue.policy import Policy
from dialogue.referee.judge import judge
from dialogue.states import Phase, State
from dialogue.tracker import IllegalEvent, step
from dialogue.transitions import TABLE
from dialogue.vocabulary import Act, Answer, Field, Signal
from tests.dialogue.published import news
from tests.dialogue.referee.recording import Recording
from tests.dialogue.referee.said_in import LANGUAGES
from tests.proofs.fences import late_reports, try_fences
from tests.proofs.storm import MOODS, Chat, converse, storm
from tests.ticket_bridge.helpdesks.siege import sieges

POLICY = Policy()
FOUND: tuple[e.Happening, ...] = (
    e.ArticleFound("60 days", (e.Passage("a", "A", "60 days"),)),
    e.NothingFound(),
    e.NothingFound(False),
)
_NAMES = ["Jane Doe", "José Núñez-O'Connor", "李伟", "Sukarno", "12345", "a@b.example", " ", "Bob\nSmith"]
_EMAILS = ["jane@example.com", "j@new.example", "no-at", "x@y", "", "a b@c.d", "jörg@exämple.de"]
_REASONS = ["my order never arrived", "I still have not received my order", "the lamp is broken", "charged twice",
            "follow up", "", " ", "?!", "the box is torn and something was stolen", "order 1111 is late",
            "order 2222 is late", "following up on my sofa", "that is unfair", "unfair about the lamp",
            "the lamp is broken; order 2222 is late"]  # fmt: skip
_QUESTIONS = ["how long?", "is it oak?", "", "?", "is the lamp broken"]


def said(**more: object) -> e.ShopperSaid:
    """A message of which `more` was understood; signals as a set."""
    signals = frozenset(more.pop("signals", ()))  # type: ignore[call-overload]
    return e.ShopperSaid(e.Understanding("", signals=signals, **more))  # type: ignore[arg-type]


def alphabet() -> list[e.Happening]:
    """Each field right, wrong and corrected, each answer, each signal, pairs that meet in one message, and the world's
    words."""
    wish = {Signal.WANTS_TICKET}
    rejected = (e.RejectedValue(Field.EMAIL, "x", "email_no_at"),)
    messages = [
        said(), said(name="Jane Doe"), said(name="Joan Roe"), said(name="12345"), said(email="jane@example.com"),
        said(email="j@new.example"), said(email="nope"), said(rejected=rejected),
        said(rejected=rejected, name="Jane Doe"),
        said(reason="the lamp is broken"), said(reason="charged twice"), said(reason="?"), said(question="how long?"),
        said(answer=Answer.AFFIRM), said(answer=Answer.DENY), said(answer=Answer.DENY, email="j@new.example"),
        said(answer=Answer.AFFIRM, name="Jane Doe", email="jane@example.com"),
        said(answer=Answer.AFFIRM, reason="the lamp is broken"),
        said(reason="the lamp is broken", question="how long?"),
        said(name="Jane Doe", email="jane@example.com", reason="the lamp is broken", signals=wish),
        said(reason="charged twice", signals=wish), said(question="how long?", signals=wish),
        said(reason="follow up", signals={Signal.FOLLOWS_UP}), said(reason="unfair", signals={Signal.DISPUTES}),
        said(reason="order 1111 is late"), said(reason="order 2222 is late"), said(question="?"),
        said(question="is the lamp broken"), said(reason="follow up on my sofa", signals={Signal.FOLLOWS_UP}),
        said(reason="unfair", signals={Signal.DISPUTES, Signal.WANTS_REVIEW}),
        said(signals={Signal.WANTS_TICKET, Signal.ABOUT_THAT}),
        said(signals={Signal.WANTS_TICKET, Signal.ANOTHER_TICKET}),
        said(signals={Signal.ASKS_UPDATE, Signal.WANTS_TICKET}),
        said(reason="charged twice", signals={Signal.ASKS_UPDATE}),
        said(answer=Answer.AFFIRM, signals={Signal.CANCELS}), said(signals={Signal.CANCELS, Signal.WANTS_TICKET}),
        said(signals={Signal.THANKS, Signal.GOODBYE}), said(score=4), said(greeting_name="Jane"),
        *(said(signals={s}) for s in Signal),
    ]  # fmt: skip
    world = [
        e.TicketAccepted("AO-P-1"), e.TicketDelayed("AO-P-1"), e.CustomerIdentified("Jane Doe", "jane@example.com"),
        *map(news, ("how long?", "is the lamp broken")),
    ]  # fmt: skip
    help = [
        e.AgentJoined("Maya", "stay"), e.AgentJoined("Noor", "other"), e.AgentSaid(),
        e.AgentLeft(), e.AgentLeft(settled=True),
    ]  # fmt: skip
    help += [e.AgentLeft(gone="stay"), e.AgentLeft(gone="an earlier one")]
    return [*messages, *world, e.ShopperRated(5), e.FilesSent(), *help]


def pairs() -> list[e.Happening]:
    """Every two signals in one message, every signal beside a yes, a no, an issue, a question and a field."""
    signals = sorted(Signal)
    beside: list[dict[str, object]] = [
        {"answer": Answer.AFFIRM}, {"answer": Answer.DENY}, {"reason": "the lamp is broken"}, {"question": "how long?"},
        {"name": "Jane Doe"}, {"email": "jane@example.com"},
    ]  # fmt: skip
    found = [said(signals={one, two}) for one, two in itertools.combinations(signals, 2)]
    return [*found, *(said(signals={signal}, **more) for signal in signals for more in beside)]


def advance(state: State, told: e.Happening, recording: Recording, rows: Counter[str], found: e.Happening) -> State:
    """One happening and, where it searches, the search's outcome; recorded for the referee."""
    decision = step(POLICY, state, told)
    recording.add(told, decision)
    rows.update(decision.rows)
    if any(isinstance(effect, Search) for effect in decision.effects):
        answer = step(POLICY, decision.state, found)
        recording.add(found, answer)
        rows.update(answer.rows)
        return answer.state
    return decision.state


def paths(state: State, messages: list[e.Happening]) -> Iterator[tuple[e.Happening, e.Happening]]:
    """Every message, with every outcome of a search where it searches."""
    for told in messages:
        try:
            decision = step(POLICY, state, told)
        except IllegalEvent:
            continue
        searches = any(isinstance(effect, Search) for effect in decision.effects)
        for found in FOUND if searches else FOUND[:1]:
            yield told, found


def exhaust(seconds: float, tell: Callable[[str], None], rows: Counter[str]) -> tuple[int, list[str]]:
    """Breadth first until the time is up: states reached, and what is wrong. The first two messages are taken from the
    pairs too."""
    start = State(stem="P")
    single, double = alphabet(), [*alphabet(), *pairs()]
    history: dict[State, tuple[tuple[e.Happening, e.Happening], ...]] = {start: ()}
    frontier, depth, moves, problems = [start], 0, 0, list[str]()
    deadline = time.monotonic() + seconds
    while frontier and time.monotonic() < deadline:
        depth += 1
        following: list[State] = []
        for place, state in enumerate(frontier):
            if time.monotonic() > deadline:
                tell(f"  depth {depth}: stopped after {place} of {len(frontier)} states of depth {depth - 1}")
                break
            for told, found in paths(state, double if depth <= 2 else single):
                recording = Recording()
                now = start
                for before in (*history[state], (told, found)):
                    now = advance(now, before[0], recording, Counter(), before[1])
                moves += 1
                advance(state, told, Recording(), rows, found)
                for v in judge(recording.transcript()):
                    problems.append(f"{v.rule} at turn {v.seq}: {v.reason} (depth {depth})")
                problems += [f"{wrong} (depth {depth})" for wrong in waiting(state, told, found)]
                if now not in history:
                    history[now] = (*history[state], (told, found))
                    following.append(now)
        else:
            tell(
                f"  depth {depth}: {len(following)} new states, {moves} messages tried so far, {len(problems)} "
                f"violations"
            )
        frontier = following
    stuck = [state for state in history if not _way_out(state)]
    problems += [f"a dead end: {state}" for state in stuck[:5]]
    tell(f"  {len(history)} states, {moves} messages tried, {len(stuck)} dead ends")
    return len(history), problems


def waiting(state: State, told: e.Happening, found: e.Happening) -> list[str]:
    """Who would wait without a bound after `told` (R13): a message is answered in the very step that hears it, by words
    or by a ticket, whose word comes in seconds; or a person is here, whose lease runs out within its bound, and then
    the bot is back with a reply of its own. A search is over within the step that asked for it. Empty where nobody
    waits."""
    after, effects = outcome(state, told, found)
    if after.phase is Phase.LOOKING_UP:
        return [f"a search without an end: {after}"]
    if not isinstance(told, e.ShopperSaid | e.FilesSent):
        return []
    if after.phase is not Phase.ATTENDED:
        return [] if any(isinstance(x, Say | FileTicket) for x in effects) else [f"no reply to {told} in {state}"]
    if not after.waits:
        return [] if any(isinstance(x, FileTicket) for x in effects) or state.waits else [f"nobody waits? {after}"]
    alone, effects = outcome(after, e.AgentLeft(gone=after.presence), found)
    if alone.phase is Phase.ATTENDED or not any(isinstance(x, Say) for x in effects):
        return [f"left alone without a reply: {after}"]
    return []


def outcome(state: State, told: e.Happening, found: e.Happening) -> tuple[State, tuple[Effect, ...]]:
    """The state after `told` and, where it searches, after `found`; and the effects of both."""
    decision = step(POLICY, state, told)
    if not any(isinstance(effect, Search) for effect in decision.effects):
        return decision.state, decision.effects
    answer = step(POLICY, decision.state, found)
    return answer.state, (*decision.effects, *answer.effects)


def _way_out(state: State) -> bool:
    """From here a short plain path files, saves or gives the email."""
    plain = said(
        name="Jane Doe", email="jane@example.com", reason="something else entirely", signals={Signal.WANTS_TICKET}
    )
    for told in (plain, said(signals={Signal.ASKS_CONTACT})):
        decision = step(POLICY, state, told)
        if any(isinstance(x, FileTicket) or (isinstance(x, Say) and x.act is Act.CONTACT) for x in decision.effects):
            return True
    return False


_HELP: tuple[e.Happening, ...] = (
    e.AgentJoined("Maya", "stay"), e.AgentJoined("Maya", "stay"), e.AgentJoined("Noor", "other"), e.AgentSaid(),
    e.AgentLeft(), e.AgentLeft(settled=True), e.AgentLeft(gone="stay"), e.AgentLeft(gone="other"),
)  # fmt: skip


def hostile(rng: random.Random) -> e.ShopperSaid:
    """An understanding of anything at all."""

    def maybe(values: list[str]) -> str | None:
        return rng.choice(values) if rng.random() < 0.4 else None

    signals = rng.sample(list(Signal), rng.choice([0, 0, 1, 1, 2, 3]))
    if rng.random() < 0.04:  # what takes two to be heard at all (R18)
        signals = [Signal.DISPUTES, Signal.WANTS_REVIEW]
    rejected = (
        (e.RejectedValue(rng.choice([Field.NAME, Field.EMAIL]), "x", "email_no_at"),) if rng.random() < 0.2 else ()
    )
    return said(
        answer=rng.choice([None, None, *Answer]), name=maybe(_NAMES), email=maybe(_EMAILS), reason=maybe(_REASONS),
        question=maybe(_QUESTIONS), rejected=rejected, score=rng.choice([None, None, None, 4, 9]),
        greeting_name=maybe(["Bo"]), extra=(("order_number", "AB123456"),) if rng.random() < 0.2 else (),
        signals=signals, language=rng.choice([None, None, *LANGUAGES]),
    )  # fmt: skip


def wander(steps: int, seed: int, tell: Callable[[str], None], rows: Counter[str]) -> tuple[int, list[str]]:
    """Random conversations of up to 20 happenings, judged whole: how many, and what is wrong."""
    rng = random.Random(seed)
    taken = conversations = 0
    problems: list[str] = []
    last = time.monotonic()
    while taken < steps:
        required = ("order_number",) if conversations % 4 == 3 else ()
        state, recording = State(stem="P", required=required), Recording(required)
        heard: list[e.Happening] = []
        for _ in range(rng.randint(4, 20)):
            roll = rng.random()
            told: e.Happening = hostile(rng)
            if roll < 0.1 and heard:
                told = rng.choice(heard)  # people say the same again
            heard.append(told)
            if roll > 0.9:
                told = e.CustomerIdentified(rng.choice([None, *_NAMES]), rng.choice([None, *_EMAILS]))
            elif roll > 0.8 and state.tickets:
                kind = rng.choice([e.TicketAccepted, e.TicketDelayed])
                told = kind(rng.choice(state.tickets).reference)
            if conversations % 10 == 9 and 0.6 < roll < 0.8:  # a person helps, of whom the referee judges nothing
                told = rng.choice(_HELP) if roll > 0.65 else said(signals=[Signal.IN_DANGER])
            if 0.01 < roll < 0.015:
                told = e.ShopperRated(rng.randint(-1, 7))
            if 0.015 < roll < 0.075:
                told = news(rng.choice([*(state.unanswered or _QUESTIONS), "how long?"]))
            if roll < 0.01:
                told = e.ReferenceTaken(f"P{rng.randrange(10)}")
            state = advance(state, told, recording, rows, rng.choice(FOUND))
            taken += 1
        conversations += 1
        problems += [
            f"{v.rule} at turn {v.seq}: {v.reason} (seed {seed}, conversation {conversations})"
            for v in judge(recording.transcript())
        ]
        if time.monotonic() - last > 10:
            last = time.monotonic()
            tell(f"  {taken} of {steps} steps, {conversations} conversations, {len(problems)} violations")
    return conversations, problems


_BATCH = 200


async def _weather(conversations: int, seed: int) -> tuple[Counter[str], list[str]]:
    rng = random.Random(seed)
    counts: Counter[str] = Counter()
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="askonce-storm-") as folder:
        async with storm(pathlib.Path(folder), lambda: rng.choice(MOODS)) as weather:
            mood = weather.helpdesk.mood
            for begin in range(0, conversations, _BATCH):
                weather.helpdesk.mood = mood
                many = min(_BATCH, conversations - begin)
                counts["messages"] += sum(await asyncio.gather(*(converse(weather, rng, hostile) for _ in range(many))))
                await weather.calm()
                chats: list[Chat] = list(weather.chats.values())
                for chat in chats:
                    if wrong := await weather.problems(chat):
                        problems += [f"{p} (seed {seed})" for p in wrong] + await weather.shown(chat)
                    await weather.forget(chat)
                counts["conversations"] += many
            counts["tickets"] = len(weather.helpdesk.tickets)
            counts += Counter({f"helpdesk {mood}": n for mood, n in weather.helpdesk.met.items() if mood != "fine"})
    return counts, problems


def share_of_storms(conversations: int, seed: int) -> tuple[Counter[str], list[str]]:
    """So many whole conversations through the engine: what was met, and what is wrong. Its logs are the storm's
    noise."""
    logging.disable(logging.CRITICAL)
    try:
        return asyncio.run(_weather(conversations, seed))
    finally:
        logging.disable(logging.NOTSET)


def storms(conversations: int, seed: int, tell: Callable[[str], None]) -> tuple[Counter[str], list[str]]:
    """`share_of_storms` in a process for every core."""
    share = 500
    shares = [min(share, conversations - begin) for begin in range(0, conversations, share)]
    counts: Counter[str] = Counter()
    problems: list[str] = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        running = [pool.submit(share_of_storms, n, 1000 * seed + place) for place, n in enumerate(shares)]
        for done in as_completed(running):
            more, wrong = done.result()
            counts += more
            problems += wrong
            tell(f"  {counts['conversations']} of {conversations} conversations, {len(problems)} problems")
    return counts, problems


def fences(lives: int, seed: int, tell: Callable[[str], None]) -> list[str]:
    """Two couriers, leases, clocks and late reports; what does not hold, with the steps that lead there."""
    tell(f"Fences, {lives} lives of an outbox between two couriers:")
    before = late_reports()
    try:
        try_fences(lives, steps=60, number=seed)
    except Exception as error:
        return ["fences: " + " | ".join([str(error), *getattr(error, "__notes__", [])])]
    tell(f"  held; {late_reports() - before:g} reports came late")
    return []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0, help="for the exhaustive part")
    parser.add_argument("--steps", type=int, default=1_000_000, help="for the random part")
    parser.add_argument("--conversations", type=int, default=20_000, help="through the whole engine")
    parser.add_argument("--lives", type=int, default=2_000, help="of an outbox between two couriers")
    parser.add_argument("--consents", type=int, default=500, help="in each siege of a helpdesk")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    def tell(line: str) -> None:
        print(line, flush=True)

    rows: Counter[str] = Counter()
    tell(f"Exhaustive, {options.minutes:g} minutes:")
    _, problems = exhaust(60 * options.minutes, tell, rows)
    tell(f"Random, {options.steps} tracker steps:")
    conversations, more = wander(options.steps, options.seed, tell, rows)
    problems += more
    tell(f"Whole conversations, {options.conversations} through the engine, two replicas and a failing helpdesk:")
    counts, more = storms(options.conversations, options.seed, tell)
    problems += more
    tell("  " + ", ".join(f"{n} {what}" for what, n in sorted(counts.items())))
    problems += fences(options.lives, options.seed, tell) if options.lives else []
    problems += sieges(options.consents, options.seed, tell) if options.consents else []
    legal = {row.name for row in TABLE if not row.name.startswith("order")}
    unused = sorted(legal - set(rows))
    tell(
        f"{conversations} random conversations; {len(legal) - len(unused)} of {len(legal)} rows decided; violations: "
        f"{len(problems)}"
    )
    for line in [*(f"never decided: {row}" for row in unused), *problems[:20]]:
        tell(f"  {line}")
    return 1 if problems or unused else 0


if __name__ == "__main__":
    sys.exit(main())
