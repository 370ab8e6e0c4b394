"""What is left out of the reader is left out, and what is compared with it is the reader of the bot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bot.evals import ablation
from bot.evals.rows import Data
from dialogue.understanding.learned.encoder import encode
from dialogue.understanding.learned.heads import INTENT, heads
from dialogue.understanding.learned.ngrams import features
from dialogue.understanding.rules import understand_anew
from dialogue.vocabulary import IntentName

TEXTS = ("where has my parcel got to", "the vase came in pieces", "many thanks", "please open a ticket for me")


def test_a_view_alone_knows_nothing_of_the_other() -> None:
    head = heads().heads[INTENT]
    one, other = encode(TEXTS[:2])
    vector, words = ablation.vector_alone(head, TEXTS), ablation.words_alone(head, TEXTS)
    assert vector.weigh(one, features(TEXTS[0])) == vector.weigh(one, features(TEXTS[1])) != vector.weigh(other, {})
    assert words.weigh(one, features(TEXTS[0])) == words.weigh(other, features(TEXTS[0])) != words.weigh(one, {})


def test_a_view_left_out_says_what_it_says_on_average() -> None:
    """Where there is one text alone, that is what both say of it, but for how surely."""
    head = heads().heads[INTENT]
    vector, found = encode(TEXTS[:1])[0], features(TEXTS[0])
    both = head.weigh(vector, found)
    for alone in (ablation.vector_alone(head, TEXTS[:1]), ablation.words_alone(head, TEXTS[:1])):
        assert replace(alone, sharpness=head.sharpness).weigh(vector, found) == pytest.approx(both, rel=1e-4)


def test_both_in_the_bot_are_the_bots_own_reader() -> None:
    reads = ablation.in_the_bot(heads())
    assert [reads(text) for text in TEXTS] == [understand_anew(text).intents[0].name.value for text in TEXTS]


def test_without_the_pull_of_words_the_heads_decide() -> None:
    """Heads that take everything for small talk are overruled in the bot by a plain wish, and not without it."""
    head = heads().heads[INTENT]
    chatty = np.where(np.array(head.labels) == "other", 1.0, 0.0)
    trained = ablation.with_intents(
        replace(head, dense=0 * head.dense, table=0 * head.table, bias=chatty, sharpness=1.0)
    )
    wish = "please open a ticket for me"
    assert ablation.without_words_pull(trained)(wish) == "other"
    assert ablation.in_the_bot(trained)(wish) == "request_ticket"
    assert ablation.without_words_pull(trained)("…") == "other"


def test_labels_that_no_line_has_are_there_and_all_but_impossible() -> None:
    head = heads().heads[INTENT]
    few = replace(head, labels=head.labels[:3], dense=head.dense[:, :3], bias=head.bias[:3], table=head.table[:, :3])
    weight = ablation.with_every_label(few).weigh(encode(TEXTS[:1])[0], features(TEXTS[0]))
    assert set(weight) == {name.value for name in IntentName}
    assert sum(weight[label] for label in few.labels) == pytest.approx(1.0)


def test_the_table_has_people_and_two_shops_read_and_blind() -> None:
    rows = [
        {"text": text, "label": "greet", "alt": ["other"], "templated": n == 0} for n, text in enumerate("abcdefgh")
    ]
    data = Data({"intents": rows, "intents_two_shops": rows})
    steps: list[None] = []
    found = ablation.figures(data, lambda text: "other" if text < "e" else "thanks", lambda: steps.append(None))
    shops = [[r["text"] < "e" for r in data.half(half)["intents_two_shops"]] for half in ("read", "blind")]
    assert found[2:] == [sum(each) / len(each) for each in shops]
    assert 0 < found[0] < 1 and len(steps) == 7 + 8
    assert (
        ablation.table({"both": [1.0, 0.5, 0.25, 0.0]}).splitlines()[-1] == "| both | 100.0% | 50.0% | 25.0% | 0.0% |"
    )
