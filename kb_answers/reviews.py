"""When somebody is to look whether an article is still true, and the text of one that was looked at. Pure."""

from __future__ import annotations

import calendar
import datetime
import re

from kb_answers.library import Article

#: After so many months an article is looked at again where nobody chose otherwise.
MONTHS = 12
_KEY = re.compile(r"(?:review|\"review\"|'review')\s*:")


def months_after(day: datetime.date, months: int) -> datetime.date:
    """The same day so many months later, or the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due(article: Article, months: int) -> datetime.date | None:
    """The day on which the article is to be looked at: its own, or `months` after it was revised; None where it names
    none and `months` is 0."""
    if article.review is not None:
        return article.review
    return months_after(article.revised, months) if months else None


def looked_at(text: str, until: datetime.date) -> str:
    """The article's `text`, which must be one (`kb_answers.library`), to be looked at again on the day `until`;
    otherwise to the letter as it was."""
    lines = text.split("\n")
    end = next(n for n, line in enumerate(lines[1:], 1) if line.strip() == "---")
    said = f"review: {until.isoformat()}"
    place = next((n for n, line in enumerate(lines[1:end], 1) if _KEY.match(line)), None)
    return "\n".join(
        [*lines[:end], said, *lines[end:]] if place is None else [*lines[:place], said, *lines[place + 1 :]]
    )
