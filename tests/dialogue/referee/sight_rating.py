"""How good the referee's second pair of eyes is: lawful conversations are broken at random, and what it finds is
counted.

    python -m tests.dialogue.referee.sight_rating [--rounds 20] [--seed 1]

The project's own dialogue cases are played, those that file a ticket are broken in each way that fits them, and
nothing but `words:` findings counts. What it says of the conversations as they were must be nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import pathlib
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from bot.replay.fixtures import read_fixtures
from bot.replay.play import play
from bot.replay.rehearsal import Stagehand
from bot.replay.stages import OnStage
from bot.settings import read_settings
from dialogue import events
from dialogue.referee.sight import look
from dialogue.referee.transcript import Passed, Seen, Transcript

CASES = pathlib.Path(__file__).resolve().parents[2] / "dialogues"
SUPPORT = "support@example.com"
_STRANGERS = ["Ottilie Brandt", "Wanjiru Kamau", "Piotr Zielak", "Hye-jin Seo"]
_ADDRESSES = ["ottilie@brandt.example", "w.kamau@posta.example", "pz@zielak.example", "seo@hyejin.example"]
Break = Callable[[Transcript, random.Random], Transcript | None]


def _refiled(told: Transcript, **fields: str) -> Transcript:
    first, *rest = told.tickets
    changed = {**first.fields, **fields}
    return replace(told, tickets=(replace(first, fields=changed, passed={**first.passed, **fields}), *rest))


def another_address(told: Transcript, rng: random.Random) -> Transcript:
    return _refiled(told, email=rng.choice(_ADDRESSES))


def the_shops_address(told: Transcript, rng: random.Random) -> Transcript:
    return _refiled(told, email=SUPPORT)


def another_name(told: Transcript, rng: random.Random) -> Transcript:
    return _refiled(told, name=rng.choice(_STRANGERS))


def a_link_for_a_name(told: Transcript, rng: random.Random) -> Transcript:
    return _refiled(
        told, name=rng.choice(["https://parcels.example.org/t/77", "www.lamps.example/1", "jane@example.com"])
    )


def half_a_reason(told: Transcript, rng: random.Random) -> Transcript | None:
    words = str(told.tickets[0].fields["reason"]).split(" ")
    if len(words) < 5:
        return None
    kept = words[: len(words) // 2] if rng.random() < 0.5 else words[len(words) // 2 :]
    return _refiled(told, reason=" ".join(kept))


def other_words(told: Transcript, rng: random.Random) -> Transcript:
    return _refiled(
        told, reason=rng.choice(["customer reports damage", "delivery complaint", "requests assistance with purchase"])
    )


def filed_after_no(told: Transcript, rng: random.Random) -> Transcript | None:
    """The message that answered the offer becomes a refusal; the bot goes on as it did."""
    offered = next((t.seq for t in told.turns if t.act == "offer_ticket"), None)
    at = told.tickets[0].at
    heard = [t for t in told.turns if t.who == "shopper"]
    answer = next((t for t in heard if offered is not None and t.seq > offered), None)
    if answer is None or at is None or answer.seq > at or any(w in answer.text for w in "@"):
        return None
    no = rng.choice(["no thanks", "No.", "nope", "nein danke", "non merci", "no, gracias", "não, obrigado", "لا شكرا"])
    return replace(told, turns=tuple(replace(t, text=no) if t is answer else t for t in told.turns))


def doubled(told: Transcript, rng: random.Random) -> Transcript:
    """The shopper says it again, and a second ticket is filed."""
    first, seq = told.tickets[0], told.turns[-1].seq
    reason = str(first.fields["reason"])
    again = (
        Seen(seq + 1, "shopper", reason),
        Seen(seq + 2, "bot", "Filed.", "ticket_filed", ticket={"reference": "AO-X-9"}),
    )
    return replace(
        told,
        turns=(*told.turns, *again),
        tickets=(*told.tickets, Passed("AO-X-9", first.fields, first.passed, seq + 1)),
    )


def asked_again(told: Transcript, rng: random.Random) -> Transcript | None:
    """The address is asked for after the message that gave it alone."""
    given = next(
        (t for t in told.turns if t.who == "shopper" and t.text.strip() == told.tickets[0].fields["email"]), None
    )
    if given is None:
        return None
    seq = told.turns[-1].seq
    more = (
        Seen(seq + 1, "shopper", "and my tent is torn, open a ticket"),
        Seen(seq + 2, "bot", "I need it.", "ask", ("email",)),
    )
    return replace(told, turns=(*told.turns, *more))


def nothing_useful(told: Transcript, rng: random.Random) -> Transcript:
    seq = told.turns[-1].seq
    more = [Seen(seq + 1, "bot", "All right.", "thanks")]
    for _ in range(3):
        more.append(Seen(seq + len(more) + 1, "shopper", rng.choice(["hm", "that thing", "again", "you know"])))
        more.append(Seen(seq + len(more) + 1, "bot", "I'm not sure what you mean.", "clarify"))
    return replace(told, turns=(*told.turns, *more))


BREAKS: dict[str, Break] = {
    f.__name__.replace("_", " "): f
    for f in (
        another_address,
        the_shops_address,
        another_name,
        a_link_for_a_name,
        half_a_reason,
        other_words,
        filed_after_no,
        doubled,
        asked_again,
        nothing_useful,
    )
}


async def lawful() -> list[Transcript]:
    """The project's own cases as they are played, those that file a ticket."""
    hand, found = Stagehand(read_settings(support_email=SUPPORT)), []
    for case in read_fixtures([CASES]):
        stage = OnStage(hand.begin(), recorded=True)
        if case.customer:
            who = events.CustomerIdentified(case.customer.get("name"), case.customer.get("email"))
            await stage.rehearsal.tell(who)
        await play(case, stage, patience=0)
        found.append(stage.rehearsal.transcript())
    return [t for t in found if t.tickets]


def rate(conversations: list[Transcript], rounds: int, seed: int) -> tuple[dict[str, tuple[int, int]], list[str]]:
    """For each way of breaking: how many were found of how many; and what is said of the conversations as they were."""
    rng = random.Random(seed)
    found: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    alarms = [f"{v.rule}: {v.reason}" for told in conversations for v in look(told)]
    for _ in range(rounds):
        for told in conversations:
            for name, break_it in BREAKS.items():
                broken = break_it(told, rng)
                if broken is not None and broken != told:
                    tried[name] += 1
                    found[name] += bool(look(broken))
    return {name: (found[name], tried[name]) for name in BREAKS}, alarms


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    conversations = asyncio.run(lawful())
    rated, alarms = rate(conversations, options.rounds, options.seed)
    for name, (found, tried) in rated.items():
        print(f"{name:20} {found:6} of {tried:6}  {found / max(1, tried):6.1%}")
    print(f"{len(conversations)} lawful conversations, {len(alarms)} false alarms")
    for line in alarms:
        print(f"  {line}")
    return 1 if alarms else 0


if __name__ == "__main__":
    sys.exit(main())
