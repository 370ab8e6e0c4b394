"""Finds articles: SQLite's FTS5 (BM25), over Snowball stems, with synonyms folded to one word on both sides."""

from __future__ import annotations

import functools
import math
import pathlib
import re
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import Stemmer
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from ruamel.yaml import YAML

from kb_answers.library import Article

_SYNONYMS = pathlib.Path(__file__).parent / "synonyms.yml"
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
#: Words a question is made of and not about.
_EMPTY = frozenset(
    """a an the this that these those it its it's is are was were be been am do does did have has had having can could
    will would should shall may might must i i'm i've i'd me my mine we us our you your yours u ur he she they them
    their his her of to in on at by for from with about into over as if or and but so than then there here what
    what's which who whom whose how why where please pls thanks thank hello hi hey just also still yet already
    really very too any some all no not nor don't doesn't didn't isn't aren't can't cannot won't want wants need
    needs like know tell explain let give get got make made use go going want wanna wondering wonder question ask
    asking help use would've hi there ok okay well um way guys someone something somebody anything anyone one ones
    yes sure possible someone's able kind sort much many now after before again once need information info find
    finding trying try tried looking look show wish recently several just please regarding concerning assist assistance
    kindly sure wants hoping hope think thinking thought point rather together new next last purpose idea chance ways
    everything else ever never dont cant im ive id
    whats hows sir madam says said say see take does happen happens happened currently actually usually
    exactly""".split()
)


@dataclass(frozen=True)
class Hit:
    """An article and how well it matched; `score` is BM25, higher is better."""

    article: Article
    score: float


@functools.cache
def _folding() -> tuple[re.Pattern[str], dict[str, str]]:
    groups = YAML(typ="safe").load(_SYNONYMS)
    table = {str(word).lower(): str(group[0]).lower() for group in groups for word in group}
    ordered = sorted(table, key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(map(re.escape, ordered)) + r")\b"), table


@functools.lru_cache(maxsize=4096)
def terms(text: str) -> tuple[str, ...]:
    """The stems a text is about, synonyms folded, in order; without the words that questions are made of."""
    pattern, table = _folding()
    folded = pattern.sub(lambda m: f" {table[m.group()]} ", text.lower().replace("’", "'"))
    stem = _stemmer().stemWord
    return tuple(stem(w) for w in _WORD.findall(folded) if w not in _EMPTY and not w.isdigit())


def mendable(text: str) -> set[str]:
    """The words of a text that an index may take for others."""
    return set(filter(_may_be_slip, _WORD.findall(text.lower().replace("’", "'"))))


def mended(text: str, slips: Mapping[str, str]) -> str:
    """A text with what is meant in the place of `slips`, in small letters."""
    return _WORD.sub(lambda m: slips.get(m[0], m[0]), text.lower().replace("’", "'"))


def _may_be_slip(word: str) -> bool:
    return len(word) >= 5 and word.isalpha() and word not in _EMPTY


_local = threading.local()


def _stemmer() -> Stemmer.Stemmer:
    if not hasattr(_local, "stemmer"):
        _local.stemmer = Stemmer.Stemmer("english")
    stemmer: Stemmer.Stemmer = _local.stemmer
    return stemmer


class Index:
    """An index in memory over some articles. Making one takes milliseconds, so an edited article needs no
    retraining."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self.articles = tuple(articles)
        self._db = sqlite3.connect(":memory:", check_same_thread=False)
        self._lock = threading.Lock()
        self._db.execute("CREATE VIRTUAL TABLE article USING fts5(title, questions, body, tokenize='unicode61')")
        self.vocabulary: Counter[str] = Counter()
        self._mended: dict[str, str] = {}
        self._words: set[str] = set(_WORD.findall(" ".join(_folding()[1]).lower()))
        for place, article in enumerate(self.articles):
            columns = (article.title, "\n".join(article.questions), "\n".join(article.passages))
            stems = [terms(column) for column in columns]
            self._words.update(_WORD.findall(" ".join(columns).lower()))
            self._db.execute(
                "INSERT INTO article(rowid, title, questions, body) VALUES (?, ?, ?, ?)",
                (place, *(" ".join(s) for s in stems)),
            )
            self.vocabulary.update({t for column in stems for t in column})
        self._long: dict[int, list[str]] = {}  # the words that a slip may be meant for, by their length
        for word in self._words:
            if len(word) >= 5:
                self._long.setdefault(len(word), []).append(word)
        self._rarity = {t: self._idf(count) for t, count in self.vocabulary.items()}
        self._unknown = self._idf(0)
        #: Of each article, by its id: all its terms, and the terms of its title and of each of its questions with their
        #: weight.
        self.whole: dict[str, frozenset[str]] = {}
        self.asks: dict[str, tuple[tuple[frozenset[str], float], ...]] = {}
        for article in self.articles:
            self.whole[article.id] = frozenset(
                terms(" . ".join((article.title, *article.questions, *article.passages)))
            )
            own = [frozenset(terms(known)) for known in (article.title, *article.questions)]
            self.asks[article.id] = tuple((stems, self.weight(stems)) for stems in own if stems)

    def terms(self, question: str) -> tuple[str, ...]:
        """The terms of a question; a word that no article knows is taken for the known one it is a slip away from."""
        text = question.lower().replace("’", "'")
        mended = _WORD.sub(lambda m: self.mend(m.group()), text)
        return terms(mended)

    def mend(self, word: str) -> str:
        """`word`, or the one known word that differs by a single slip; short words and known ones stay as they are."""
        if not _may_be_slip(word) or word in self._words:
            return word
        if terms(word) and terms(word)[0] in self.vocabulary:
            return word
        if word not in self._mended:
            if len(self._mended) > 10_000:
                self._mended.clear()
            near = [
                w
                for length in (len(word) - 1, len(word), len(word) + 1)
                for w in self._long.get(length, ())
                if w[0] == word[0] or w[1:] == word[1:]
            ]
            found = process.extractOne(word, sorted(near), scorer=DamerauLevenshtein.distance, score_cutoff=1)
            self._mended[word] = found[0] if found else word
        return self._mended[word]

    def _idf(self, count: int) -> float:
        return math.log(1 + len(self.articles) / (0.5 + count))

    def rarity(self, term: str) -> float:
        """Inverse document frequency; a term that no article knows weighs most."""
        return self._rarity.get(term, self._unknown)

    def weight(self, stems: Iterable[str]) -> float:
        """The rarities of some terms together, the same in whatever order they come (R16)."""
        return math.fsum(map(self.rarity, stems))

    def search(self, asked: Iterable[str], limit: int = 8) -> list[Hit]:
        """The best articles for a question's terms, best first; empty where none is known."""
        known = dict.fromkeys(t for t in asked if t in self.vocabulary)
        if not known:
            return []
        match = " OR ".join(f'"{t}"' for t in known)
        with self._lock:
            rows = self._db.execute(
                "SELECT rowid, bm25(article, 3.0, 2.0, 1.0) FROM article WHERE article MATCH ? ORDER BY 2 LIMIT ?",
                (match, limit),
            ).fetchall()
        return [Hit(self.articles[rowid], -score) for rowid, score in rows]
