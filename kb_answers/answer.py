"""Answers one question from the articles, quoting a passage with its source, or abstains and says why (R15)."""

from __future__ import annotations

import copy
import functools
import pathlib
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kb_answers import fusion
from kb_answers.apart import apart
from kb_answers.grounding import ranked_by_words, threshold
from kb_answers.library import ARTICLES, Article, read_library, translations
from kb_answers.meaning import Encode, Meanings
from kb_answers.search import Index, terms
from kb_answers.topics import Topic, read_topics

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: How near an article must be in meaning and letters, more of it for a question that may be no shop's business, and how
#: much nearer than any other article. Chosen on the rows of `bot.evals.by_language`, a wrong answer counted as three
#: that are missing.
NEARNESS, STRICTER_OUTSIDE, MARGIN = 0.44, 0.1, 0.03
#: The same for English questions, by words and meaning together: the least that keeps silent for more than nine in ten
#: of the development questions that no article answers (`make eval`).
TOGETHER, TOGETHER_OUTSIDE = 0.48, 0.2
#: How much more than that an answer to a question that goes on from another needs, to stand by itself.
SURE_ALONE = 0.1
#: How near in meaning what such a question asks of must be to a word of the one before it.
OF_ONE_KIND = 0.32
#: So many words of the question before are looked at.
_MOST_WORDS = 60
#: How near an article must be to be shown to somebody who searches, by itself and as a share of the nearest. What is
#: shown is no answer: they choose themselves.
WORTH_SHOWING, BESIDE_THE_NEAREST = 0.3, 0.6
#: So many texts at once are an index's, and remembered; fewer are a question.
_MANY = 20
#: What stands between two answers in one reply.
BETWEEN = "\n\n"


@dataclass(frozen=True)
class Source:
    """Where an answer stands: the article's id and title, and the passage that was quoted."""

    article: str
    title: str
    passage: str


@dataclass(frozen=True)
class Answer:
    """`text` is None where nothing rests on an article; `why` then says so in plain words, for people at a console."""

    question: str
    text: str | None
    sources: tuple[Source, ...] = ()
    why: str = ""
    confidence: float = 0.0
    language: str = "en"  # that the article is in
    choices: tuple[str, ...] = ()  # questions that people mean who name this topic and nothing else


@dataclass(frozen=True)
class Hit:
    """An article that a search found, in the reader's language where it is translated, and the passage that comes
    nearest; `answers`: the chat would answer the question with it."""

    article: Article
    passage: str
    answers: bool


class Answers:
    """The shop's articles, ready to be asked. The same question gets the same answer (R16). `outside` tells how
    probable it is (0..1) that a question is no shop's business; without it every question is taken for the shop's.
    `topic_of` gives the name of the topic that a message names and nothing beside it (`kb_answers.topics`).
    `encode_many` is `encode` for what is asked for again in the next process. `values` fill the articles;
    `translated_values` stand in their place in articles of a language."""

    def __init__(
        self,
        folder: pathlib.Path = ARTICLES,
        *,
        values: Mapping[str, str],
        translated_values: Mapping[str, Mapping[str, str]] = {},
        outside: Callable[[str], float] = lambda question: 0.0,
        topic_of: Callable[[str], str | None] = lambda question: None,
        encode: Encode | None = None,
        encode_many: Encode | None = None,
    ) -> None:
        self.folder, self.values, self._translated_values = folder, values, translated_values
        self._outside, self._topic_of = outside, topic_of
        self._making = threading.Lock()
        self._encode = encode and _remembering(encode, encode_many or encode)
        #: Ids of articles that were taken back: nobody is answered from them any more.
        self.withdrawn: frozenset[str] = frozenset()
        self._use(Index(read_library(folder, values)))

    @functools.cached_property
    def translations(self) -> dict[str, tuple[Article, ...]]:
        """The translated articles by language, read when they are first wanted. Raises `ArticleError`."""
        return translations(self.folder, self.values, self._translated_values)

    def _use(self, index: Index) -> None:
        """Answer from `index`. The same question gets the same answer, so those that many ask are remembered."""
        self.index = index
        self._meanings: Meanings | None = None
        self.english = Meanings(index.articles, self._encode) if self._encode else None
        self._remembered = functools.lru_cache(maxsize=2048)(self._find)

    def reload(self, edited: Mapping[str, str]) -> None:
        """Read the articles again, with `edited` in the place of files (see `read_library`), and answer from them from
        now on. Raises `ArticleError`, and then everything stays as it was."""
        self._use(Index(read_library(self.folder, self.values, edited)))
        self.withdrawn = frozenset(id for id, text in edited.items() if not text)

    def check(self, edited: Mapping[str, str]) -> None:
        """Raises `ArticleError` where `reload` would; nothing changes."""
        Index(read_library(self.folder, self.values, edited))

    def with_edited(self, edited: Mapping[str, str]) -> Answers:
        """What `reload(edited)` would answer from, beside this, which stays as it is; what was encoded already is not
        encoded again. Raises `ArticleError`."""
        beside = copy.copy(self)
        beside._use(Index(read_library(self.folder, self.values, edited)))
        beside.withdrawn = frozenset(id for id, text in edited.items() if not text)
        return beside

    def prepare(self) -> None:
        """Make what the first question would wait for."""
        if self.english and self.index.articles:
            self.english.signs(["hello"])

    def needed(self, question: str) -> float:
        """The confidence that an answer to an English `question` needs."""
        outside = self._outside(question)
        return TOGETHER + TOGETHER_OUTSIDE * outside if self.english else threshold(outside)

    def _needed_in(self, language: str, question: str) -> float:
        return self.needed(question) if language == "en" else NEARNESS + STRICTER_OUTSIDE * self._outside(question)

    def confidence(self, question: str) -> dict[str, float]:
        """How well each article answers an English question, by its id: those that are looked at, best first."""
        if self.english:
            return fusion.ranked(self.index, self.english, question)
        return ranked_by_words(self.index, question)

    def ask(self, question: str, language: str = "en") -> Answer:
        """The answer in a language, from the article in another where it is translated into none. Never raises: any
        text gets an answer or an abstention."""
        return self._remembered(question, language)

    def ask_on(self, before: str, question: str, language: str = "en", *, about: str = "") -> tuple[Answer, bool]:
        """The answer to a question that goes on from one answered before, and whether it is that of both together; by
        itself where it surely has one ("and for an exchange?"), for what it leaves out may be all that tells which
        article is meant ("and after it was shipped?"). `about`: what it asks of, where that must be of the kind of
        something that was asked before ("shoes" beside "an item"): what is not, asks something new. Never raises."""
        alone = self.ask(question, language)
        if alone.text is not None and alone.confidence >= self._needed_in(language, question) + SURE_ALONE:
            return alone, False
        if about and not self._of_one_kind(about, before):
            return alone, False
        together = self._one(f"{before} {question}", language)
        return (alone, False) if together.text is None else (together, True)

    def _of_one_kind(self, about: str, before: str) -> bool:
        if self._encode is None:
            return False
        said = set(re.findall(r"[^\W\d_]+", about.lower()))
        asked = [word for word in re.findall(r"[^\W\d_]+", before.lower()) if word not in said]
        vectors = self._encode([about.lower(), *asked[:_MOST_WORDS]])
        lengths = np.maximum(np.linalg.norm(vectors, axis=1), 1e-9)
        near = (vectors[1:] @ vectors[0]) / (lengths[1:] * lengths[0])
        return bool(near.size) and float(near.max()) >= OF_ONE_KIND

    def search(self, question: str, language: str = "en", limit: int = 8) -> list[Hit]:
        """The articles that come nearest to a question, at most `limit`: first the one that `ask` answers with, where
        it answers, then what else is near. Never raises; any text may find nothing."""
        try:
            return self._hits(question, language, limit) if question.strip() else []
        except StopIteration:  # an article was withdrawn meanwhile, in another thread: look at those of now
            return self._hits(question, language, limit)

    def _hits(self, question: str, language: str, limit: int) -> list[Hit]:
        answer = self.ask(question, language)
        best = [source.article for source in answer.sources]
        ranked = self._near(question, language)
        least = max(WORTH_SHOWING, BESIDE_THE_NEAREST * max(ranked.values(), default=0.0))
        near = [id for id, value in ranked.items() if value >= least]
        hits = []
        for id in list(dict.fromkeys((*best, *near)))[:limit]:
            article = self._in(language, id)
            quoted = next((source.passage for source in answer.sources if source.article == id), None)
            hits.append(Hit(article, quoted or self._nearest_passage(article, question), id in best))
        return hits

    def _near(self, question: str, language: str) -> Mapping[str, float]:
        if language == "en" or self._encode is None:
            return self.confidence(question)
        return self._in_all_languages(self._encode).ranked(question, language)

    def _nearest_passage(self, article: Article, question: str) -> str:
        if article.language == "en" or self._encode is None:
            return _passage(article, set(terms(question)))
        return self._in_all_languages(self._encode).passage(article, question)

    def _find(self, question: str, language: str) -> Answer:
        """What is known without a search; else the answer to the whole, or to each question of several where two or
        more of them have articles of their own."""
        if known := self._known(question, language):
            return known
        parts = [(asked, self._one(asked, language)) for asked in apart(question)]
        found = {a.sources[0].article: (asked, a) for asked, a in reversed(parts) if a.text is not None}
        if len(found) < 2:
            return self._one(question, language)
        answers = [a for _, a in reversed(found.values())]
        if len({a.language for a in answers}) > 1:
            return self._one(question, language)  # a reply has one language
        return Answer(
            question,
            BETWEEN.join(a.text for a in answers if a.text is not None),
            tuple(source for a in answers for source in a.sources),
            confidence=min(a.confidence for a in answers),
            language=answers[0].language,
        )

    def _one(self, question: str, language: str) -> Answer:
        """What is found for a text as one question, however many it asks."""
        return self._in_english(question) if language == "en" else self._by_meaning(question, language)

    def _by_meaning(self, question: str, language: str) -> Answer:
        """What is nearest in meaning, as it stands in `language`, or in English where it is not translated."""
        if self._encode is None:
            return Answer(question, None, why="nothing finds articles in other languages here")
        meanings = self._in_all_languages(self._encode)
        near = meanings.nearest(question, language)
        if near is None:
            return Answer(question, None, why="there are no articles")
        needed = self._needed_in(language, question)
        if near.nearness < needed or near.margin < MARGIN:
            return Answer(
                question,
                None,
                why=f"the nearest article, `{near.id}`, is not near enough "
                f"({near.nearness:.2f} of {needed:.2f} needed, {near.margin:.2f} nearer than others)",
                confidence=near.nearness,
            )
        article = self._in(language, near.id)
        passage = meanings.passage(article, question)
        source = Source(article.id, article.title, passage)
        return Answer(question, passage, (source,), confidence=near.nearness, language=article.language)

    def nearness_in_meaning(self, id: str, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """As `Meanings.nearness_in_meaning`, of the articles in all languages; 0 where nothing knows meanings here."""
        if self._encode is None or not self.index.articles:
            return np.zeros(len(vectors))
        return self._in_all_languages(self._encode).nearness_in_meaning(id, vectors)

    def _in_all_languages(self, encode: Encode) -> Meanings:
        with self._making:
            if self._meanings is None:
                there = {article.id for article in self.index.articles}  # a shop may have withdrawn one
                translated = [a for articles in self.translations.values() for a in articles if a.id in there]
                self._meanings = Meanings([*self.index.articles, *translated], encode)
            return self._meanings

    def _in(self, language: str, id: str) -> Article:
        """An article as a reader of `language` gets it: translated where it is."""
        readable = (*self.translations.get(language, ()), *self.index.articles)
        return next(article for article in readable if article.id == id)

    @functools.cached_property
    def topics(self) -> dict[str, dict[str, Topic]]:
        """The topics by language and name, read when they are first wanted. Raises `ArticleError`."""
        return read_topics(self.folder)

    def is_named(self, question: str, language: str = "en") -> bool:
        """Whether no search decides: a topic is named alone, or one of its questions asked."""
        return self._known(question, language) is not None

    def _known(self, question: str, language: str) -> Answer | None:
        """The answer to a topic named alone, with questions to tap; to one of those, that of its article."""
        topics = self.topics.get(language, {})
        there = {article.id for article in self.index.articles}  # a shop may have withdrawn one
        topic = topics.get(self._topic_of(question) or "")
        choices = tuple(asked for asked, leads in topic.ask.items() if leads in there) if topic else ()
        id = topic.article if topic else next((t.ask[question] for t in topics.values() if question in t.ask), "")
        if id not in there:
            return None
        article = self._in(language, id)
        passage = article.passages[0]
        source = Source(article.id, article.title, passage)
        return Answer(question, passage, (source,), confidence=1.0, language=article.language, choices=choices)

    def _in_english(self, question: str) -> Answer:
        asked = set(terms(question))
        if not asked:
            return Answer(question, None, why="the question holds no word to search for")
        return self._quoted(question, asked, self.confidence(question), self.needed(question))

    def quote(self, question: str, id: str) -> Answer:
        """The answer to an English `question` for whoever knows that it stands in the article `id`."""
        article = self._in("en", id)
        passage = _passage(article, set(terms(question)))
        return Answer(question, passage, (Source(article.id, article.title, passage),))

    def ask_of_issue(self, issue: str) -> Answer:
        """The answer to an English issue. It names a thing of the shopper's that no article knows; so what words say
        of the trouble suffices, for an offer follows whatever is quoted (R10). Never raises."""
        found = self.ask(issue)
        if found.text is not None or not (asked := set(terms(issue))):
            return found
        by_words = ranked_by_words(self.index, issue)
        return self._quoted(issue, asked, by_words, threshold(self._outside(issue)))

    def _quoted(self, question: str, asked: set[str], ranked: Mapping[str, float], needed: float) -> Answer:
        if not ranked:
            return Answer(question, None, why="no article speaks of enough of the question")
        id, confidence = next(iter(ranked.items()))
        if confidence < needed:
            return Answer(
                question,
                None,
                why=f"the nearest article, `{id}`, does not carry it ({confidence:.2f} of {needed:.2f} needed)",
                confidence=confidence,
            )
        article = self._in("en", id)
        passage = _passage(article, asked)
        return Answer(question, passage, (Source(article.id, article.title, passage),), confidence=confidence)


def _remembering(encode: Encode, encode_many: Encode) -> Encode:
    """`encode`, that encodes what an article asks once, however often articles are edited."""
    known: dict[str, NDArray[np.float32]] = {}

    def remembered(texts: Sequence[str]) -> NDArray[np.float32]:
        if len(texts) < _MANY:
            return encode(texts)
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if 2 * len(new) > len(texts):
            vectors = encode_many(texts)
            known.update(zip(texts, vectors, strict=True))
            return vectors
        known.update(zip(new, encode(new), strict=True))
        return np.stack([known[text] for text in texts])

    return remembered


def _passage(article: Article, asked: set[str]) -> str:
    """The passage that speaks of most of what was asked; the first where several do."""
    return max(article.passages, key=lambda p: (len(asked & set(terms(p))), p == article.passages[0]))
