"""Topics named alone ("returns", "Versand"): who names one and says nothing else asks about it. The words stand in
`words/topics/*.txt`, a file a language, in sections by topic; what is answered stands with the articles.
"""

from __future__ import annotations

import functools
import re

from dialogue.understanding.text import plain
from dialogue.understanding.word_files import FOLDER as WORD_FILES
from dialogue.understanding.word_files import sections

FOLDER = WORD_FILES / "topics"
SECTIONS = (
    "returns", "delivery", "refunds", "exchanges", "orders", "cancelling", "tracking", "prices", "complaints",
    "privacy", "payment", "account",
)  # fmt: skip
#: Letters of a message that is looked at: a longer one says more than a topic.
_LONGEST = 40
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


@functools.cache
def _topics() -> dict[str, str]:
    found = {path: sections(path, SECTIONS) for path in sorted(FOLDER.glob("*.txt"))}
    return {plain(phrase): topic for of in found.values() for topic, phrases in of.items() for phrase in phrases}


def topic_of(text: str) -> str | None:
    """The topic that a whole message names, in whatever language; None where it names none, or says more."""
    return _topics().get(_EDGES.sub("", plain(text))) if len(text) <= _LONGEST else None
