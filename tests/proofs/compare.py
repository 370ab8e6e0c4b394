"""`make compare`: the same dialogues played against Askonce and against a stock Rasa form bot; writes docs/compared.md.

    python -m tests.proofs.compare [--save]

What is counted needs no knowledge of any bot's inside. From a case: what its tickets must hold, and so from when on
each field had been said. From the bot: what it asked for, what it filed. The referee judges each bot by what that bot
itself understood. Where the case's words have run out and a ticket it wants is not filed, a patient shopper answers
whatever is still asked, with the right value.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import pathlib
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from bot.bootstrap import Bot, run_bot
from bot.history.transcripts import transcript
from bot.operations.progress import tell
from bot.operations.rasa_service import RasaService
from bot.replay.fixtures import Case, matches, read_fixtures
from bot.settings import Settings, read_settings
from dialogue import events
from dialogue.referee.judge import judge
from dialogue.referee.transcript import Passed, Seen, Transcript
from dialogue.states import TicketStatus
from tests.patience import patient
from tests.peers.stock import Stock

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "dialogues"
#: The acceptance cases; the other files are the project's own, written with its own bot at hand.
ACCEPTANCE = ("after_filing.yml", "answers.yml", "capture.yml", "consent.yml")
SUPPORT = "support@example.com"
PATIENCE = 6
FIELDS = ("name", "email", "reason")
#: The stock bot has no helpdesk behind it, so nothing is held against it that only a helpdesk could give.
NOT_ASKED_OF_STOCK = frozenset({"R1", "R13"})
BOTS = {"rasa": "(a) Askonce with Rasa", "rules": "(b) Askonce by rules", "stock": "(c) stock Rasa form bot"}
BEGIN, END = "<!-- compared: begin -->", "<!-- compared: end -->"


@asynccontextmanager
async def in_process(settings: Settings) -> AsyncIterator[Bot]:
    """A bot of its own with a database that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="askonce-replay-") as folder:
        own = settings.model_copy(
            update={"database_url": f"sqlite+aiosqlite:///{folder}/replay.db", "helpdesk": "desk", "workers": 1}
        )
        async with run_bot(own) as running:
            yield running


@dataclass
class Played:
    """A case as one bot played it: `asked`, for each message what the bot then asked for; the tickets it filed, in
    order."""

    asked: list[set[str]] = field(default_factory=list)
    tickets: list[dict[str, str]] = field(default_factory=list)
    offers: bool = False  # the last thing said was the offer of a ticket
    transcript: Transcript = field(default_factory=lambda: Transcript(()))


# ---------------------------------------------------------------- the bots


def next_words(case: Case, played: Played) -> str | None:
    """What the shopper says next: the case's own words, then patient answers; None at the end."""
    place = len(played.asked)
    if place < len(case.steps):
        return case.steps[place].user
    wanted = expected_tickets(case)
    if len(played.tickets) >= len(wanted) or place >= len(case.steps) + PATIENCE:
        return None
    if played.offers:
        return "yes please"
    asked = next((f for f in FIELDS if f in played.asked[-1]), None)
    if asked is None:
        return None
    anybody = {"name": "Jane Doe", "email": "jane@example.com", "reason": case.steps[0].user}
    pattern = wanted[len(played.tickets)].get(asked, anybody[asked])
    if not pattern.startswith("/"):
        return pattern
    return next((step.user for step in case.steps if matches(pattern, step.user)), pattern.strip("/"))


async def play_askonce(running: Bot, case: Case) -> Played:
    """Through the engine, as a replay does, but to the end of the case whatever is answered."""
    conversation, _ = await running.hub.begin(channel="compare")
    if case.customer:
        await conversation.tell(events.CustomerIdentified(case.customer.get("name"), case.customer.get("email")))
    played = Played()
    while (words := next_words(case, played)) is not None:
        before = conversation.seq
        await conversation.hear(uuid.uuid4().hex, words)
        async with patient():
            while any(t.status is TicketStatus.SENT for t in conversation.state.tickets):
                await asyncio.sleep(0.01)
        turns = await conversation.turns_after(before)
        played.asked.append({f for t in turns for f in t.asks})
        played.offers = turns[-1].act == "offer_ticket"
        played.tickets = [{"name": t.name, "email": t.email, "reason": t.reason} for t in conversation.state.tickets]
    played.transcript = await transcript(running.store, conversation.id, support_email=SUPPORT, settled=True)
    played.tickets = [dict(t.fields) for t in played.transcript.tickets]
    return played


_STOCK_ACTS = {
    "utter_greet": "greet", "utter_goodbye": "goodbye", "utter_thanks": "thanks", "utter_help": "clarify",
    "utter_offer": "offer_ticket", "utter_stop": "cancelled", "utter_contact": "contact",
    "utter_update": "update_redirect",
}  # fmt: skip
_STOCK_SIGNALS = {"request_ticket": "wants_ticket", "ticket_update": "asks_update", "contact": "asks_contact"}


def _stock_understood(heard: dict[str, Any], slots: dict[str, str]) -> dict[str, Any]:
    """What the stock bot itself made of a message: its intent, and the slots it filled."""
    intent = heard["parse_data"]["intent"].get("name")
    answer = {"affirm": "affirm", "deny": "deny"}.get(intent)
    signals = [_STOCK_SIGNALS[intent]] if intent in _STOCK_SIGNALS else []
    question = heard["text"] if intent == "question" else None
    return {**slots, "answer": answer, "signals": signals, "question": question}


def read_stock(found: list[dict[str, Any]], reference: str) -> Played:
    """A stock conversation from the events of Rasa's tracker."""
    played, turns, slots = Played(), list[Seen](), dict[str, str]()
    tickets: list[Passed] = []
    page: list[Seen] = []

    def add(who: str, text: str, **more: Any) -> None:
        turns.append(Seen(len(turns) + 1, who, text, **more))

    for place, event in enumerate(found):
        if event["event"] == "user" and event.get("text"):
            until = next((n for n in range(place + 1, len(found)) if found[n]["event"] == "user"), len(found))
            filled = {
                e["name"]: e["value"]
                for e in found[place:until]
                if e["event"] == "slot" and e["name"] in FIELDS and e["value"]
            }
            add("shopper", event["text"], understood=_stock_understood(event, filled))
            played.asked.append(set())
        elif event["event"] == "slot" and event["name"] in FIELDS and event["value"]:
            slots[event["name"]] = str(event["value"])
            if not turns:  # the page's word on its signed-in customer, before anybody has spoken
                page.append(Seen(0, "page", understood={event["name"]: event["value"]}))
        elif event["event"] == "bot" and played.asked:
            action = (event.get("metadata") or {}).get("utter_action", "")
            if action.startswith("utter_ask_"):
                asked = action.removeprefix("utter_ask_")
                played.asked[-1].add(asked)
                add("bot", event["text"], act="ask", asks=(asked,))
            elif action == "utter_submit":
                ticket = {"reference": f"{reference}-{len(tickets) + 1}", "status": "filed"}
                tickets.append(Passed(ticket["reference"], dict(slots), dict(slots)))
                add("bot", event["text"], act="ticket_filed", ticket=ticket)
            else:
                add("bot", event["text"], act=_STOCK_ACTS.get(action, "clarify"))
    played.offers = bool(turns) and turns[-1].act == "offer_ticket"
    played.tickets = [dict(t.fields) for t in tickets]
    played.transcript = Transcript((*page, *turns), SUPPORT, tuple(tickets), settled=True)
    return played


async def play_stock(http: httpx.AsyncClient, case: Case) -> Played:
    """Over its REST channel; a signed-in customer goes in as slots, as Rasa's documentation has it."""
    sender = uuid.uuid4().hex
    for name, value in (case.customer or {}).items():
        event = {"event": "slot", "name": name, "value": value}
        (await http.post(f"/conversations/{sender}/tracker/events", json=event)).raise_for_status()
    played = Played()
    while (words := next_words(case, played)) is not None:
        answer = await http.post("/webhooks/rest/webhook", json={"sender": sender, "message": words})
        answer.raise_for_status()
        tracker = await http.get(f"/conversations/{sender}/tracker", params={"include_events": "ALL"})
        played = read_stock(tracker.json()["events"], sender[:8])
    return played


# ---------------------------------------------------------------- counting


def expected_tickets(case: Case) -> list[dict[str, str]]:
    """What each ticket of the case must hold, as patterns; `ticket_saved` and `ticket_filed` of one ticket count
    once."""
    found = []
    for step in case.steps:
        told = [x for x in step.expected if x.act in ("ticket_filed", "ticket_saved")]
        if told:
            found.append(next((dict(x.ticket) for x in told if x.ticket), {}))
    return found


def said_by(case: Case) -> list[set[str]]:
    """For each message, the fields whose right values have been said by then (or the page gave)."""
    patterns: dict[str, list[str]] = {}
    for ticket in expected_tickets(case)[:1]:  # after a ticket another issue has its own reason
        for name, pattern in ticket.items():
            patterns.setdefault(name, []).append(pattern)
    said, known = [], set(case.customer or ())
    for place, _ in enumerate(case.steps):
        words = "\n".join(step.user for step in case.steps[: place + 1])
        known |= {
            name
            for name, all_of in patterns.items()
            if any(matches(p, words) if p.startswith("/") else p.casefold() in words.casefold() for p in all_of)
        }
        said.append(set(known))
    return said


def count(case: Case, played: Played, *, excused: frozenset[str] = frozenset()) -> Counter[str]:
    """What went wrong in one case."""
    found: Counter[str] = Counter()
    said = said_by(case)
    for place, asked in enumerate(played.asked):
        found["re-asks"] += len(asked & said[min(place, len(said) - 1)])
    wanted = expected_tickets(case)
    found["tickets"] = len(wanted)
    found["missing"] = max(0, len(wanted) - len(played.tickets))
    found["extra"] = max(0, len(played.tickets) - len(wanted))
    for patterns, ticket in zip(wanted, played.tickets, strict=False):
        found["wrong fields"] += sum(not matches(p, ticket.get(name, "")) for name, p in patterns.items())
    for violation in judge(played.transcript):
        if violation.rule not in excused:
            found["violations"] += 1
            found[f"rule {violation.rule}"] += 1
    return found


# ---------------------------------------------------------------- the whole run


def add_up(cases: Sequence[Case], all_played: Sequence[Played], *, stock: bool) -> dict[str, int]:
    total: Counter[str] = Counter({"cases": len(cases)})
    for case, played in zip(cases, all_played, strict=True):
        found = count(case, played, excused=NOT_ASKED_OF_STOCK if stock else frozenset())
        total += found
        total["cases without a fault"] += not (set(+found) - {"tickets"})
    return dict(total)


async def _askonce(cases: Sequence[Case], rasa_url: str) -> list[Played]:
    settings = read_settings(support_email=SUPPORT, rasa_url=rasa_url, rasa_timeout=10)
    async with in_process(settings) as running:
        return [await play_askonce(running, case) for case in cases]


async def _stock(cases: Sequence[Case], url: str) -> list[Played]:
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        return [await play_stock(http, case) for case in cases]


def run_all(cases: Sequence[Case]) -> dict[str, list[Played]]:
    """Every bot through every case."""
    rasa, stock = RasaService(ROOT, say=tell), Stock(ROOT, say=tell)
    rasa.install()
    played: dict[str, list[Played]] = {}
    for key, service in (("rasa", rasa), ("stock", stock)):
        service.train()
        service.start()
        try:
            assert service.wait_ready(180), f"{BOTS[key]} did not start; see var/rasa/rasa.log and var/peers/stock.log"
            tell(f"playing {len(cases)} cases against {BOTS[key]} …")
            work = _askonce(cases, service.url) if key == "rasa" else _stock(cases, service.url)
            played[key] = asyncio.run(work)
        finally:
            service.stop()
    tell(f"playing {len(cases)} cases against {BOTS['rules']} …")
    played["rules"] = asyncio.run(_askonce(cases, ""))
    return {key: played[key] for key in BOTS}


MEASURES = (
    ("cases without a fault", "cases without any of the faults below"), ("re-asks", "asked for what had been said"),
    ("wrong fields", "fields filed wrong"), ("missing", "tickets missing"),
    ("extra", "tickets nobody wanted, or doubled"), ("violations", "violations of the strict rules, by the referee"),
)  # fmt: skip


def table(saved: dict[str, Any]) -> str:
    """The figures of `docs/compared.json` as the Markdown between the page's two marks."""
    lines = [f"Measured on {saved['date']} with `make compare SAVE=1`."]
    for title, results in saved["results"].items():
        first = next(iter(results.values()))
        lines += ["", f"### {title}: {first['cases']} cases that want {first.get('tickets', 0)} tickets", ""]
        lines += ["| | " + " | ".join(BOTS[key] for key in results) + " |", "|---|" + "---:|" * len(results)]
        for key, what in MEASURES:
            lines.append(f"| {what} | " + " | ".join(str(r.get(key, 0)) for r in results.values()) + " |")
        rules = sorted(
            {k for r in results.values() for k in r if k.startswith("rule ")},
            key=lambda k: (":" in k, int(k.rpartition("R")[2])),
        )
        for rule in rules:
            lines.append(
                f"| … of these {rule[5:]} | " + " | ".join(str(r.get(rule, 0)) for r in results.values()) + " |"
            )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--save", action="store_true", help="write docs/compared.json and docs/compared.md")
    parser.add_argument("--show", help="print how each bot played the cases whose name holds this text")
    options = parser.parse_args()
    cases = read_fixtures([CASES])
    played = run_all(cases)
    results: dict[str, dict[str, dict[str, int]]] = {"The acceptance cases": {}, "All of the project's cases": {}}
    for key, all_played in played.items():
        pairs = list(zip(cases, all_played, strict=True))
        sample = [(c, p) for c, p in pairs if pathlib.Path(c.file).name in ACCEPTANCE]
        for title, chosen in zip(results, (sample, pairs), strict=True):
            results[title][key] = add_up([c for c, _ in chosen], [p for _, p in chosen], stock=key == "stock")
        for case, one in pairs:
            if options.show and options.show in case.name:
                print(f"--- {BOTS[key]}: {case.name}: {dict(+count(case, one))}")
                for turn in one.transcript.turns:
                    print(f"    {turn.who} {turn.act or ''}{list(turn.asks) or ''}: {turn.text}")
                for v in judge(one.transcript):
                    print(f"    {v.rule} at turn {v.seq}: {v.reason}")
    saved = {"date": datetime.datetime.now(datetime.UTC).date().isoformat(), "results": results}
    print(table(saved))
    if options.save:
        docs = ROOT / "docs"
        (docs / "compared.json").write_bytes(orjson.dumps(saved, option=orjson.OPT_INDENT_2) + b"\n")
        page = (docs / "compared.md").read_text(encoding="utf-8")
        before, rest = page.split(BEGIN)
        after = rest.split(END)[1]
        (docs / "compared.md").write_text(f"{before}{BEGIN}\n{table(saved)}\n{END}{after}", encoding="utf-8")
    ours = [results[title][key] for title in results for key in ("rasa", "rules")]
    return 1 if any(r.get("violations") or r.get("re-asks") for r in ours) else 0


if __name__ == "__main__":
    sys.exit(main())
