"""Words that the project's own lines use in one language and hardly in another: "versand" is German here, "pedido" is
in no one language. They tell the language of a few words, where an identifier that knows fifty languages is not sure.

`python -m dialogue.understanding.learned.own_words`, and `askonce train`, write `lexicons/own_words.txt` from the
lines.
"""

from __future__ import annotations

import functools
import pathlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from dialogue.understanding.learned.lines import PROJECT, answer_rows, lines_of

FILE = pathlib.Path(__file__).resolve().parents[1] / "lexicons" / "own_words.txt"
LANGUAGES = ("ar", "de", "en", "es", "fr", "pt")
#: So many lines of a language must hold a word, and so much of its use, by how often a language's lines hold it, must
#: be that language's.
_LEAST_LINES, _SHARE = 2, 0.95
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def words_in(text: str) -> list[str]:
    """The words of a text as they stand in the file."""
    return _WORD.findall(text.lower().replace("’", "'"))


def _lines() -> Iterator[tuple[str, str]]:
    for path in sorted((PROJECT / "data").glob("*.yml")):
        language = path.stem if path.stem in LANGUAGES else "en"
        yield from ((language, text) for _, text in lines_of(path))
    yield from ((language, text) for _, language, text in answer_rows() if language in LANGUAGES)


def made() -> str:
    """The file as the lines give it: a line a language, its words in order."""
    lines, uses = Counter[str](), {language: Counter[str]() for language in LANGUAGES}
    for language, text in _lines():
        lines[language] += 1
        uses[language].update({word for word in words_in(text) if len(word) > 1})
    rows = []
    for language in LANGUAGES:
        told = []
        for word, count in uses[language].items():
            often = {other: uses[other][word] / lines[other] for other in LANGUAGES}
            if count >= _LEAST_LINES and often[language] >= _SHARE * sum(often.values()):
                told.append(word)
        rows.append(f"{language} {' '.join(sorted(told))}\n")
    return "".join(rows)


def renew() -> bool:
    """Write the file; False where it stood so already."""
    new = made()
    if FILE.exists() and FILE.read_text(encoding="utf-8") == new:
        return False
    FILE.write_text(new, encoding="utf-8")
    return True


@functools.cache
def language_by_word() -> dict[str, str]:
    """Word -> the language that it tells."""
    rows = FILE.read_text(encoding="utf-8").splitlines()
    return {word: language for language, *words in map(str.split, rows) for word in words}


def told_by(words: Sequence[str]) -> Counter[str]:
    """How many of some words tell which language."""
    known = language_by_word()
    return Counter(known[word] for word in words if word in known)


if __name__ == "__main__":
    print(f"{FILE} is new" if renew() else f"{FILE} stood so already")
