"""Runs every measure with one understander, on all rows and on each half, and gathers the figures under
`measure.figure`."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.chat.workshop import Understander
from bot.evals import measures
from bot.evals.answers import faq
from bot.evals.chats import WAYS, Player, chats
from bot.evals.consent import beside_yes, beside_yes_list, consent, own_list
from bot.evals.measures import Error, Measured, Step
from bot.evals.overlap import Likeness, overlap
from bot.evals.rows import HALVES, Data, Rows, Veil
from bot.evals.shops import two_shops
from bot.replay.rehearsal import Stagehand
from bot.settings import Settings
from dialogue import events
from dialogue.understanding.reader import Asked
from kb_answers.answer import Answers

#: Begins a part: its name and how many steps it will take; gives back what to call after each.
Begin = Callable[[str, int], Step]
#: A measure, of the files' rows.
Part = Callable[[Data, Step], Awaitable[Measured]]


@dataclass
class Run:
    """What one understander reached: `parts` on all rows, `halves` on each of `HALVES` by name."""

    by: str
    halves: dict[str, dict[str, Measured]] = field(default_factory=lambda: {half: {} for half in HALVES})

    @property
    def parts(self) -> dict[str, Measured]:
        """The measures on all rows."""
        return self.halves["all"]

    @property
    def figures(self) -> dict[str, dict[str, float]]:
        """By half, every figure as `measure.figure`, rounded to a tenth of a percent and less."""
        return {
            half: {f"{part}.{name}": round(v, 4) for part, m in parts.items() for name, v in m.figures.items()}
            for half, parts in self.halves.items()
        }


class AskedOnce:
    """An understander that is asked once for the same words: the same text means the same (R16), and rows are measured
    as part of all and as part of their half."""

    def __init__(self, other: Understander) -> None:
        self._other = other
        self.name = other.name
        self._known: dict[tuple[str, Asked], events.Understanding] = {}

    async def understand(self, text: str, asked: Asked = None) -> events.Understanding:
        if (text, asked) not in self._known:
            self._known[(text, asked)] = await self._other.understand(text, asked)
        return self._known[(text, asked)]

    async def ready(self) -> bool:
        return await self._other.ready()

    async def close(self) -> None:
        await self._other.close()


def _parts(mind: Understander, answers: Answers, settings: Settings) -> dict[str, tuple[tuple[str, ...], Part]]:
    """Every measure by name, with the files whose rows it goes through."""
    hand = Stagehand(settings, understander=mind, answers=answers)
    player, like = Player(hand), Likeness()

    def outside(data: Data) -> Rows:
        return [r for r in data["intents"] if r["label"] == "other" and not r["alt"]]

    async def emails(data: Data, step: Step) -> Measured:
        return measures.emails(data["emails_syntax"])

    def played(way: str) -> Part:
        return lambda d, s: chats(d["conversations"], player, way, s)

    return {
        "intents": (("intents",), lambda d, s: measures.intents(d["intents"], mind, s)),
        "overlap": (("intents",), lambda d, s: overlap(d["intents"], d["intents_two_shops"], mind, like, s)),
        "two_shops": (("intents_two_shops",), lambda d, s: two_shops(d["intents_two_shops"], mind, hand, s)),
        **{f"chats_{way}": (("conversations",), played(way)) for way in WAYS},
        "contact": (("contact",), lambda d, s: measures.contact(d["contact"], mind, s)),
        "names": (("names_multiscript",) * 4, lambda d, s: measures.names(d["names_multiscript"], mind, s)),
        "yes_no": (("yesno",), lambda d, s: measures.yes_no(d["yesno"], mind, s)),
        "consent": (("yesno",), lambda d, s: consent(d["yesno"], d["no_consent"], hand, s)),
        "beside_yes": (("beside_yes",), lambda d, s: beside_yes(d["beside_yes"], hand, s)),
        "fields": (("conversations",), lambda d, s: measures.fields_of_chats(d["conversations"], mind, s)),
        "faq": (("faq", "intents"), lambda d, s: faq(d["faq"], mind, answers, outside(d), s)),
        "emails": ((), emails),
    }


def _veiled(m: Measured, veil: Veil) -> Measured:
    """`m`, where an error that holds a blind row's words keeps its cause alone, whichever row it comes of."""
    m.errors = [Error(None, e.cause, "", "", "") if veil.covers(e.text, e.wanted, e.got) else e for e in m.errors]
    return m


async def run(by: str, mind: Understander, data: Data, answers: Answers, begin: Begin, settings: Settings) -> Run:
    """All measures, one after the other, each on all rows and on each half."""
    done = Run(by)
    data = Data(data.rows | {"no_consent": own_list(), "beside_yes": beside_yes_list()})
    veil = Veil(data)
    halves = {half: data.half(half) for half in HALVES}
    for part, (files, measure) in _parts(AskedOnce(mind), answers, settings).items():
        step = begin(f"{by}: {part.replace('_', ' ')}", sum(len(d[f]) for d in halves.values() for f in files))
        for half, rows in halves.items():
            done.halves[half][part] = _veiled(await measure(rows, step), veil)
    took = done.parts["intents"].milliseconds  # of the first time that each was asked: all rows come first
    cuts = statistics.quantiles(took, n=100)
    figures = {"p50_ms": statistics.median(took), "p95_ms": cuts[94], "p99_ms": cuts[98]}
    done.parts["latency"] = Measured(figures)
    return done
