"""What came of an import, for the person who asked for it and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.operations.importing.drafting import Draft
from bot.operations.importing.looked_at import Problem
from bot.operations.importing.pieces import Left


@dataclass(frozen=True)
class Report:
    """`done` says what became of the articles: `drafted`, `written`, or `would be taken` where nothing was kept."""

    read: int
    done: str
    articles: Sequence[Draft]
    left: Sequence[Left]
    problems: Sequence[Problem]

    def causes(self) -> dict[str, int]:
        """How many were left, by their cause, the most frequent first."""
        return dict(Counter(one.cause for one in self.left).most_common())

    def as_json(self) -> dict[str, object]:
        """Everything, for a program."""
        return {
            "read": self.read,
            "done": self.done,
            "articles": [
                {
                    "id": a.id, "title": a.title, "language": a.language, "revised": a.revised.isoformat(),
                    "source": a.source, "under": a.under, "passages": a.passages, "images_left_out": a.images,
                    "replaces": a.replaces,
                }
                for a in self.articles
            ],
            "left": [{"source": o.source, "cause": o.cause, "detail": o.detail} for o in self.left],
            "causes": self.causes(),
            "problems": [
                {"source": p.source, "line": p.line, "kind": p.kind, "told": p.told} for p in self.problems
            ],
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """Everything, for a person: each article, what was left and why, what to look at, and the count."""
        for a in self.articles:
            more = " (a new version)" if a.replaces else ""
            images = f", {a.images} images left out" if a.images else ""
            where = a.id if a.language == "en" else f"{a.language}/{a.id}"
            yield f"{where}: {a.title}{more} - {a.passages} passages{images}, from {a.source}"
        for cause in self.causes():
            yield f"\nLeft, {cause}:"
            for one in self.left:
                if one.cause == cause:
                    yield f"  {one.source}" + (f" - {one.detail}" if one.detail else "")
        if self.problems:
            yield "\nTo be looked at before it is published:"
            for p in self.problems:
                yield f"  {p.source}" + (f":{p.line}" if p.line else "") + f": {p.kind}: {p.told}"
        yield ""
        yield f"{self.read:,} read, {len(self.articles):,} {self.done}, {len(self.left):,} left" + self._summed()

    def _summed(self) -> str:
        causes = ", ".join(f"{n:,} {cause}" for cause, n in self.causes().items())
        images = sum(a.images for a in self.articles)
        return (
            (f" ({causes})" if causes else "")
            + f", {len(self.problems):,} to be looked at"
            + (f", {images:,} images left out" if images else "")
            + "."
        )
