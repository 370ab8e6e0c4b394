"""How well shoppers are served in each language, on rows of the project's own (`bot/evals/rows_by_language/*.tsv`):
written apart from the training lines, by other hands, and never trained on.

    python -m bot.evals.by_language [--save] [--show KIND] [LANGUAGE ...]

prints a table, a column a language; `--save` renews the one in docs/languages.md; `--show` prints the rows of a kind
that went wrong. Nothing tells the bot which language a row is in: the page has no locale.
"""

from __future__ import annotations

import argparse
import asyncio
import pathlib
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.chat.phrases import languages
from bot.evals.measures import f1_scores
from bot.replay.rehearsal import Stagehand
from bot.settings import read_settings
from bot.store.records import Turn
from dialogue.understanding.rules import understand_anew
from dialogue.vocabulary import Act, Field

FOLDER = pathlib.Path(__file__).parent / "rows_by_language"
DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "languages.md"
KINDS = ("intent", "answer", "issue", "faq", "nofaq", "contact", "status", "wish", "name")
_ALL_FIELDS = (Field.NAME, Field.EMAIL, Field.REASON)
_NAME, _EMAIL = "Robin Castell", "robin.castell@mail.example"


@dataclass(frozen=True)
class Row:
    """What somebody typed, and what should come of it; what that is, is a matter of `kind`."""

    kind: str
    text: str
    wanted: str


@dataclass(frozen=True)
class Tried:
    """A row and what came of it."""

    row: Row
    got: str
    right: bool


def rows_of(language: str) -> list[Row]:
    """The rows of one language. Raises `ValueError` with file and line for one that is none."""
    path = FOLDER / f"{language}.tsv"
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        parts = line.split("\t")
        if len(parts) != 3 or parts[0] not in KINDS:
            raise ValueError(f"{path.name}:{number}: wants kind, text and what is wanted, parted by tabs")
        found.append(Row(*parts))
    return found


class Trial:
    """Tries rows, each in a conversation of its own."""

    def __init__(self, hand: Stagehand) -> None:
        self._hand = hand
        self._ways: dict[str, Callable[[Row], Awaitable[Tried]]] = {
            "intent": self._intent, "answer": self._answer, "name": self._name, "issue": self._issue,
            "faq": self._article, "nofaq": self._article, "contact": self._act, "status": self._act, "wish": self._act,
        }  # fmt: skip

    async def take(self, row: Row) -> Tried:
        """What comes of one row."""
        return await self._ways[row.kind](row)

    async def _intent(self, row: Row) -> Tried:
        got = understand_anew(row.text).intents[0].name.value
        return Tried(row, got, got == row.wanted)

    async def _answer(self, row: Row) -> Tried:
        answer = understand_anew(row.text, "offer").answer
        got = answer.value if answer else "neither"
        return Tried(row, got, got == row.wanted)

    async def _name(self, row: Row) -> Tried:
        got = understand_anew(row.text, _ALL_FIELDS).name or ""
        return Tried(row, got, got == row.wanted)

    async def _replies(self, *said: str) -> list[Turn]:
        rehearsal = self._hand.begin()
        for text in said:
            await rehearsal.say(text)
        return [t for t in rehearsal.turns if t.who == "bot"]

    async def _act(self, row: Row) -> Tried:
        wanted = {"contact": Act.CONTACT, "status": Act.UPDATE_REDIRECT, "wish": Act.ASK}[row.kind]
        acts = [str(t.act) for t in await self._replies(row.text)]
        return Tried(row, " ".join(acts), str(wanted) in acts)

    async def _article(self, row: Row) -> Tried:
        answers = [t for t in await self._replies(row.text) if t.act == Act.ANSWER]
        got = answers[0].sources[0].article if answers and answers[0].sources else ""
        return Tried(row, got, got == row.wanted)

    async def _issue(self, row: Row) -> Tried:
        """The issue is offered a ticket; its button and the fields file it, with the reason that was told."""
        rehearsal = self._hand.begin()
        await rehearsal.say(row.text)
        choices = [t.choices for t in rehearsal.turns if t.choices]
        await rehearsal.say(choices[-1][0] if choices else f"{_NAME}, {_EMAIL}")
        if choices:
            await rehearsal.say(f"{_NAME}, {_EMAIL}")
        tickets = rehearsal.state.tickets
        got = tickets[0].reason if tickets else ""
        return Tried(row, got, _bare(row.wanted) in _bare(got) and len(tickets) == 1)


def _bare(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


Measures = dict[str, float]


def figures(tried: Sequence[Tried]) -> Measures:
    """The figures of one language, by what they are called in the table."""

    def of(kind: str) -> list[Tried]:
        return [t for t in tried if t.row.kind == kind]

    def right(kind: str) -> float:
        return sum(t.right for t in of(kind)) / max(1, len(of(kind)))

    scores = f1_scores([(t.row.wanted, t.got) for t in of("intent")])
    answered = [t for t in of("faq") if t.got]
    return {
        "intents, macro-F1": sum(f1 for _, _, f1, _ in scores.values()) / max(1, len(scores)),
        "yes, no or neither": right("answer"),
        "refusals taken for consent": float(sum(t.got == "affirm" and t.row.wanted == "deny" for t in of("answer"))),
        "issues that reach a ticket with their reason": right("issue"),
        "questions answered by the right article": right("faq"),
        "questions answered by a wrong one": sum(not t.right for t in answered) / max(1, len(of("faq"))),
        "silent where no article answers": right("nofaq"),
        "how to reach the shop": right("contact"),
        "existing tickets sent to the support email": right("status"),
        "a ticket or a person wished for": right("wish"),
        "names read": right("name"),
        "something else stored as a name": float(sum(bool(t.got) and not t.row.wanted for t in of("name"))),
    }


async def measure(language: str, hand: Stagehand) -> list[Tried]:
    """Every row of a language, tried."""
    trial = Trial(hand)
    return [await trial.take(row) for row in rows_of(language)]


def table(measured: dict[str, Measures]) -> str:
    """The figures as Markdown, a column a language. What is counted is a number, what is a share in per cent."""
    lines = ["| figure | " + " | ".join(measured) + " |", "|---|" + "---|" * len(measured)]
    counted = ("refusals taken for consent", "something else stored as a name")
    for name in next(iter(measured.values())):
        cells = [f"{m[name]:.0f}" if name in counted else f"{m[name] * 100:.1f}%" for m in measured.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def save(drawn: str, path: pathlib.Path = DOCS) -> None:
    """Put the table where the last one stands."""
    text = path.read_text(encoding="utf-8")
    found = re.sub(r"(<!-- figures -->\n).*?(\n<!-- /figures -->)", lambda m: m[1] + drawn + m[2], text, flags=re.S)
    path.write_text(found, encoding="utf-8")


async def _all(asked: argparse.Namespace) -> None:
    hand = Stagehand(read_settings(hours="Mon-Fri 09:00-17:00 UTC"))  # or articles are held back that need them
    measured = {}
    for language in asked.languages or sorted(languages()):
        tried = await measure(language, hand)
        measured[language] = figures(tried)
        for t in tried:
            if t.row.kind == asked.show and not t.right:
                print(f"{language}: {t.row.text!r} -> {t.got!r}, not {t.row.wanted!r}")
    print(drawn := table(measured))
    if asked.save:
        save(drawn)


def main() -> None:
    """The command in this module's head."""
    parser = argparse.ArgumentParser(description="How well shoppers are served in each language.")
    parser.add_argument("languages", nargs="*", metavar="LANGUAGE")
    parser.add_argument("--save", action="store_true", help="Renew the table in docs/languages.md.")
    parser.add_argument("--show", choices=KINDS, help="Print the rows of this kind that went wrong.")
    asyncio.run(_all(parser.parse_args()))


if __name__ == "__main__":
    main()
