"""An article that was published and answers what was asked before, as the tracker is told of it."""

from __future__ import annotations

from dialogue import events as e


def news(question: str) -> e.AnswerPublished:
    """It answers `question` (R15)."""
    return e.AnswerPublished(question, "60 days", (e.Passage("a", "A", "60 days"),))
