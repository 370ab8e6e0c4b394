"""Words and meaning together: which English article answers a question, told by what both searches see of it.

By words alone an article is missed where a shopper says it otherwise; by meaning alone one is found that is only alike.
Of each sentence of a question, and of the whole, the best that an article shows counts, for the rest is circumstance.
"""

from __future__ import annotations

import numpy as np

from kb_answers.grounding import ground, parts_of
from kb_answers.meaning import Meanings
from kb_answers.search import Index

#: What each sign weighs: how much of the question's words the article covers, how like one of its questions they are,
#: how near its three nearest questions are in meaning and its nearest one, and in letters the three nearest.
COVERED, LIKE, NEAR_THREE, NEAR_ONE, LETTERS = 0.1, 0.1, 0.5, 0.1, 0.2
#: Of what a question is about, an article must speak of so much, and one of its own questions must be so like it,
#: however alike the two are in meaning: "can I buy skis here" is not answered by how to return them.
COVERED_AT_LEAST, LIKE_AT_LEAST = 0.2, 0.2
#: Articles that are looked at by their words, of those nearest in meaning.
LOOKED_AT = 8


def ranked(index: Index, meanings: Meanings, question: str) -> dict[str, float]:
    """How well articles answer a question (0..1), by id, best first; empty where there are none."""
    if not index.articles:
        return {}
    asked = parts_of(index, question)
    signs = meanings.signs(list(asked))
    by_meaning = NEAR_THREE * signs.three + NEAR_ONE * signs.one + LETTERS * signs.letters
    place = {article.id: n for n, article in enumerate(index.articles)}
    looked_at = {int(n) for n in np.argsort(-by_meaning)[:LOOKED_AT]}
    looked_at |= {place[hit.article.id] for found in asked.values() for hit in index.search(found)}
    found = {}
    for n in sorted(looked_at):
        article = index.articles[n]
        grounds = [ground(index, part, frozenset(terms), article) for part, terms in asked.items()]
        if any(g.coverage >= COVERED_AT_LEAST and g.likeness >= LIKE_AT_LEAST for g in grounds):
            by_words = max(COVERED * g.coverage + LIKE * g.likeness for g in grounds)
            found[article.id] = float(by_meaning[n]) + by_words
    return dict(sorted(found.items(), key=lambda item: -item[1]))
