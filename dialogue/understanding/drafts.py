"""What patterns made of one message, before it is weighed. Data, and the two ways in which it changes."""

from __future__ import annotations

from dataclasses import dataclass, field

from dialogue.events import RejectedValue
from dialogue.understanding.names import NameReading
from dialogue.understanding.pieces import BORDER, Sentence, Span, Squeezed
from dialogue.understanding.text import WORD
from dialogue.vocabulary import Answer, Signal

#: What was just asked: None, "offer", or the fields asked for.
Asked = str | tuple[str, ...] | None


@dataclass
class Draft:
    """What patterns made of a message. `kept`: as it is stored. `text`: the same with long white space read as short;
    every span points into it. `body`: `text` as it is judged, letter for letter, with borders where something was
    taken out."""

    kept: str
    asked: Asked
    text: Squeezed
    sentences: list[Sentence] = field(default_factory=list)
    signals: set[Signal] = field(default_factory=set)
    answer: Answer | None = None
    name: NameReading | None = None
    email: str | None = None
    rejected: list[RejectedValue] = field(default_factory=list)
    score: int | None = None
    #: The message without contact data: what it says, not who says it.
    said: str = ""
    body: str = ""
    low: str = ""
    #: Stretches that are no reason: contact data, courtesies, wishes; and sentences that these cannot be taken out of.
    left_out: list[Span] = field(default_factory=list)
    broken: set[Span] = field(default_factory=set)
    links: list[Span] = field(default_factory=list)
    #: Contact data: where its label begins, where it begins itself, where it ends.
    contact: list[tuple[int, int, int]] = field(default_factory=list)
    #: Stretches that are no clause, and what each was taken for: for people who ask (`readings`), and for nothing else.
    aside: list[tuple[Span, str]] = field(default_factory=list)

    @property
    def ask(self) -> str:
        """What is worth asking another classifier: what words did not settle. Empty: nothing."""
        return " ".join(s.text for s in self.sentences if s.kind == "open" and WORD.search(s.text))

    def take_out(self, span: Span) -> None:
        """Leave a stretch out of what is judged and of the reason."""
        self.left_out.append(span)
        border = BORDER * (span[1] - span[0])
        self.body = self.body[: span[0]] + border + self.body[span[1] :]
        self.low = self.low[: span[0]] + border + self.low[span[1] :]
