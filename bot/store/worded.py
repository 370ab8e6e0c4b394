"""Errors whose words are for a person, kept apart from the values in them, so that a page can say them in its language.
Which languages there are is not known here."""

from __future__ import annotations


class Worded(Exception):
    """`words` hold `%(names)s` for the `values`; `detail`, where there is one, is another library's and English."""

    def __init__(self, words: str, *, detail: str = "", **values: object) -> None:
        said = words % values if values else words
        super().__init__(f"{said} ({detail})" if detail else said)
        self.words, self.values = words, values
