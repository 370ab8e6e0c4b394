"""What a change of the articles would do to the questions that shoppers have asked: `kb_answers.impact` with the bot's
own encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from dialogue.understanding.opinions import read_asked
from kb_answers.answer import Answers
from kb_answers.asked import Asked
from kb_answers.impact import Impact, Question, impact

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Hears what is being done, how much of it is done, and of how much, None where that is not known.
Told = Callable[[str, int, int | None], None]
READING, ASKING = "Reading the questions", "Asking them again"


def impact_of(
    questions: Iterable[Question], before: Answers, after: Answers, told: Told = lambda what, done, of_all: None
) -> Impact:
    """As `kb_answers.impact.impact`. What was read of a question is kept beside the bot's other tables, and forgotten
    with the next conversation that is erased."""

    def know(called: str, texts: tuple[str, ...]) -> Asked:
        told(READING, 0, None)

        def read(parts: Sequence[str], whole: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
            return read_asked(parts, whole, lambda done: told(READING, done, None), called=called)

        return Asked.of(texts, read)

    return impact(questions, before, after, know, lambda done, of_all: told(ASKING, done, of_all))
