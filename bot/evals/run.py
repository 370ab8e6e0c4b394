"""Runs every measure with one understander and gathers the figures under `measure.figure`."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.chat.workshop import Understander
from bot.evals import measures
from bot.evals.answers import faq
from bot.evals.measures import Measured, Step
from bot.evals.overlap import overlap
from bot.evals.rows import Data
from kb_answers.answer import Answers

#: Begins a part: its name and how many steps it will take; gives back what to call after each.
Begin = Callable[[str, int], Step]


@dataclass
class Run:
    """What one understander reached."""

    by: str
    parts: dict[str, Measured] = field(default_factory=dict)

    @property
    def figures(self) -> dict[str, float]:
        """Every figure as `measure.figure`, rounded to a tenth of a percent and less."""
        return {f"{part}.{name}": round(v, 4) for part, m in self.parts.items() for name, v in m.figures.items()}


async def run(by: str, mind: Understander, data: Data, answers: Answers, begin: Begin) -> Run:
    """All measures, one after the other."""
    outside = [r for r in data["intents"] if r["label"] == "other" and not r["alt"]]
    done = Run(by)
    parts: dict[str, tuple[int, Callable[[Step], Awaitable[Measured]]]] = {
        "intents": (len(data["intents"]), lambda s: measures.intents(data["intents"], mind, s)),
        "overlap": (len(data["intents"]), lambda s: overlap(data["intents"], mind, s)),
        "contact": (len(data["contact"]), lambda s: measures.contact(data["contact"], mind, s)),
        "names": (4 * len(data["names_multiscript"]), lambda s: measures.names(data["names_multiscript"], mind, s)),
        "yes_no": (len(data["yesno"]), lambda s: measures.yes_no(data["yesno"], mind, s)),
        "conversations": (
            len(data["conversations"]),
            lambda s: measures.conversations(data["conversations"], mind, s),
        ),
        "faq": (len(data["faq"]) + len(outside), lambda s: faq(data["faq"], mind, answers, outside, s)),
    }
    for part, (steps, measure) in parts.items():
        done.parts[part] = await measure(begin(f"{by}: {part.replace('_', ' ')}", steps))
    done.parts["emails"] = measures.emails(data["emails_syntax"])
    took = done.parts["intents"].milliseconds
    done.parts["latency"] = Measured(
        {"p50_ms": statistics.median(took), "p95_ms": statistics.quantiles(took, n=20)[-1]}
    )
    return done
