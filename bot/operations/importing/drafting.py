"""Pieces as articles in the project's own form: which are taken and which are left, what each is called, and what is to
be looked at before anybody publishes it. Nothing is stored here."""

from __future__ import annotations

import dataclasses
import datetime
import pathlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from slugify import slugify

from bot.operations.editing import LONGEST
from bot.operations.importing.article_text import questions_of, written
from bot.operations.importing.files import title_of
from bot.operations.importing.from_html import markdown_of
from bot.operations.importing.looked_at import Problem, problems_in
from bot.operations.importing.pieces import Left, Piece
from bot.operations.importing.readable import Passage, Readable, plain, readable
from dialogue.understanding.secrets import mask
from dialogue.understanding.tongues import identify
from kb_answers.library import Article, ArticleError, parse_article

_LONGEST_ID = 80
#: A page with fewer words, in fewer letters, says nothing yet: "Coming soon."
_STUB_WORDS, _STUB_LETTERS = 8, 40
#: Words from which on a page's language is told by them where nothing else tells it.
_TELLING = 30
ORIGINALS = "en"


@dataclass(frozen=True)
class Draft:
    """One article that is to become a draft or a file. `replaces`: an article of its id stands already; `images` were
    left out of it."""

    id: str
    language: str
    title: str
    revised: datetime.date
    source: str
    text: str
    passages: int
    images: int = 0
    replaces: bool = False
    under: str = ""


@dataclass
class Outcome:
    """What came of all pieces, in their order."""

    read: int = 0
    drafts: list[Draft] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _Taken:
    piece: Piece
    said: Readable
    language: str


class Drafting:
    """`standing` are the texts of articles that are there, by language and id, drafts before what is published;
    `values` fill articles; `language` is that of pages which do not say theirs, empty where their words may tell."""

    def __init__(
        self, standing: Mapping[tuple[str, str], str], *, values: Mapping[str, str], today: datetime.date,
        replace: bool = False, language: str = "", mail: str = "",
    ) -> None:  # fmt: skip
        self._standing, self._today = standing, today
        self._values = {name: value or "-" for name, value in values.items()}  # so that no article waits for one
        self._replace, self._language, self._mail = replace, language, mail
        self.outcome = Outcome()
        self._ids: set[tuple[str, str]] = set()
        self._by_source = self._sources()

    def _sources(self) -> dict[str, str]:
        """Ids of the articles that stand on one source alone: what is imported again keeps its id."""
        found: dict[str, str] = {}
        for (language, id), text in self._standing.items():
            article = self._parsed(text, language, id) if language == ORIGINALS else None
            if article is not None and len(article.sources) == 1:
                found.setdefault(article.sources[0], id)
        return found

    def make(self, found: Iterable[Piece | Left], step: Callable[[], None] = lambda: None) -> Outcome:
        """Look at every piece; `step` is called after each."""
        taken: list[_Taken] = []
        seen: dict[tuple[str, str], str] = {}
        for piece in found:
            self.outcome.read += 1
            made = piece if isinstance(piece, Left) else self._looked_at(piece, seen)
            if isinstance(made, Left):
                self.outcome.left.append(made)
            else:
                taken.append(made)
            step()
        originals: dict[str, Draft] = {}
        # Articles of ours say their id, so they have theirs before others are called after their titles.
        for one in sorted((t for t in taken if t.language == ORIGINALS), key=lambda t: not t.piece.own):
            self._original(one, originals)
        for one in taken:
            if one.language != ORIGINALS:
                self._translation(one, originals)
        return self.outcome

    def _looked_at(self, piece: Piece, seen: dict[tuple[str, str], str]) -> _Taken | Left:
        if piece.own:
            return _Taken(piece, Readable("", (), ()), piece.language or ORIGINALS)
        said = readable(piece.markdown, html=markdown_of)
        words = " ".join(p.text for p in said.passages)
        if not words:
            return Left(piece.source, "empty")
        if len(words.split()) < _STUB_WORDS and len(words) < _STUB_LETTERS:
            return Left(piece.source, "stub", f"it says no more than: {mask(words)}")
        language = piece.language or self._language
        if not language and len(words.split()) >= _TELLING:
            language = identify(words) or ""
        language = language or ORIGINALS
        if (same := seen.setdefault((language, words.casefold()), piece.source)) != piece.source:
            return Left(piece.source, "duplicate", f"the same text as {same}")
        return _Taken(piece, said, language)

    # ------------------------------------------------------------ originals and translations

    def _original(self, one: _Taken, originals: dict[str, Draft]) -> None:
        piece = one.piece
        if piece.key in originals:
            self.outcome.left.append(Left(piece.source, "duplicate", f"as is {originals[piece.key].source}"))
            return
        id = piece.key if piece.own else self._id(one)
        draft = self._draft(one, id, ORIGINALS, None)
        if isinstance(draft, Draft):
            originals[piece.key] = draft
        self._keep(draft, one)

    def _translation(self, one: _Taken, originals: Mapping[str, Draft]) -> None:
        piece = one.piece
        of = originals.get(piece.key)
        id = of.id if of else piece.key if piece.own else self._by_source.get(mask(plain(piece.cited)), "")
        standing = self._parsed(self._standing.get((ORIGINALS, id), ""), ORIGINALS, id) if id else None
        if of is None and standing is None:
            detail = f"it is in {one.language!r}, and no English page is its original; --language says otherwise"
            self.outcome.left.append(Left(piece.source, "no English original", detail))
            return
        revised = of.revised if of else standing.revised if standing else self._today
        self._keep(self._draft(one, id, one.language, revised), one)

    def _id(self, one: _Taken) -> str:
        """A name for the article that no other of this import has: the one it had before, else made from its title."""
        if known := self._by_source.get(mask(plain(one.piece.cited))):
            return known
        name = slugify(title_of(one.piece, one.said.title), max_length=_LONGEST_ID, word_boundary=True) or "article"
        if mask(f"id: {name}") != f"id: {name}":
            name = "article"  # its words and numbers would be taken for a secret
        id, n = name, 1
        while (ORIGINALS, id) in self._ids:
            n += 1
            id = f"{name[: _LONGEST_ID - 5].strip('-')}-{n}"
        return id

    # ------------------------------------------------------------ one article

    def _draft(self, one: _Taken, id: str, language: str, renders: datetime.date | None) -> Draft | Left:
        piece = one.piece
        if (language, id) in self._ids:
            return Left(piece.source, "duplicate", f"another page is `{id}` in {language!r} already")
        self._ids.add((language, id))
        before = self._standing.get((language, id), "")
        text = mask(piece.own or self._text(one, id, language, renders, before))
        try:
            article = self._parsed_strictly(text, language, id)
        except ArticleError as error:
            told = str(error).replace(str(_place(language, id)), piece.source)
            return Left(piece.source, "not an article", told)
        if mask(before) == text:
            return Left(piece.source, "unchanged", f"article `{id}`")
        if before and not self._replace:
            return Left(piece.source, "clash", f"`{id}` is there already; --replace goes on upon it")
        return Draft(
            id=id, language=language, title=article.title, revised=article.revised, source=piece.source, text=text,
            passages=len(article.passages), images=one.said.images, replaces=bool(before),
            under=piece.under,
        )  # fmt: skip

    def _text(self, one: _Taken, id: str, language: str, renders: datetime.date | None, before: str) -> str:
        """The article in its own form. One that stands keeps its questions, and its day where the source has none."""
        piece, said = one.piece, one.said
        standing = self._parsed(before, language, id) if before else None
        title = plain(title_of(piece, said.title))[:200]
        article = Article(
            id=id,
            title=title,
            sources=(plain(piece.cited)[:500],),
            revised=renders or piece.revised or (standing.revised if standing else self._today),
            questions=questions_of(title, said.headings, standing.questions if standing else ()),
            passages=tuple(p.text for p in said.passages),
            language=language,
            review=standing.review if standing else None,
        )
        return written(dataclasses.replace(article, revised=min(article.revised, renders or self._today)))

    def _keep(self, made: Draft | Left, one: _Taken) -> None:
        if isinstance(made, Left):
            self.outcome.left.append(made)
            return
        self.outcome.drafts.append(made)
        said = one.said
        if one.piece.own:
            article = self._parsed(made.text, made.language, made.id)
            said = Readable("", (), tuple(Passage(p, 0) for p in (article.passages if article else ())))
        self.outcome.problems += problems_in(one.piece, said, self._mail)
        if len(made.text) > LONGEST:
            told = f"longer than the {LONGEST:,} letters that the console's page takes; shorten it at its source"
            self.outcome.problems.append(Problem(made.source, 0, "long", told))

    def _parsed_strictly(self, text: str, language: str, id: str) -> Article:
        article = parse_article(text, _place(language, id), self._values)
        assert article is not None  # it waits for no value: all are filled
        return article

    def _parsed(self, text: str, language: str, id: str) -> Article | None:
        """The article in a text; None where there is none, or it cannot be used."""
        try:
            return self._parsed_strictly(text, language, id)
        except ArticleError:
            return None


def _place(language: str, id: str) -> pathlib.Path:
    return pathlib.Path(language, f"{id}.md")
