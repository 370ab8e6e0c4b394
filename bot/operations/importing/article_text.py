"""An article written in the form that `kb_answers.library` reads."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

import yaml

from kb_answers.library import Article

#: Ways to ask that a page's headings may give, and how long one may be.
_MOST, _LONGEST = 30, 200
_WIDTH = 118


def written(article: Article) -> str:
    """The text of an article. What is read from it equals it, where its passages are on one line each."""
    header: dict[str, object] = {"id": article.id, "title": article.title}
    if article.language == "en":
        if article.topic:
            header["topic"] = article.topic
        header |= {"sources": list(article.sources), "revised": article.revised}
    else:
        header |= {"language": article.language, "renders": article.revised}
    if article.review:
        header["review"] = article.review
    if article.questions:
        header["questions"] = list(article.questions)
    top = yaml.safe_dump(header, allow_unicode=True, sort_keys=False, width=1_000_000)
    paragraphs = (textwrap.fill(p, _WIDTH, break_long_words=False, break_on_hyphens=False) for p in article.passages)
    return f"---\n{top}---\n" + "\n\n".join(paragraphs) + "\n"


def questions_of(title: str, headings: Iterable[str], before: Iterable[str] = ()) -> tuple[str, ...]:
    """Ways to ask for an article: those it had, its title, and its headings of two words or more, each once."""
    asked: dict[str, str] = {}
    for question in (*before, title, *(h for h in headings if len(h.split()) > 1)):
        if question and len(question) <= _LONGEST:
            asked.setdefault(question.casefold().rstrip("?!.: "), question)
    return tuple(asked.values())[: max(_MOST, len(tuple(before)))]
