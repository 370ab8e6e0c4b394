"""Retrieval and abstention, measured on real questions: the right article first, and nothing where there is none."""

from __future__ import annotations

from bot.chat.workshop import Understander
from bot.evals.measures import Error, Measured, Rows, Step
from dialogue.vocabulary import IntentName
from kb_answers.answer import Answers

#: Which of our articles answer a topic of the questions' own labels. Labels without an article are left out: there the
#: right answer is none.
ARTICLES_OF = {
    "returns": {"return-window", "start-a-return", "return-cost", "return-eligibility", "exchange"},
    "refunds": {"refund-time", "refund-method", "request-a-refund"},
    "shipping_time": {"delivery-time", "dispatch-time", "late-order", "ship-worldwide"},
    "order_status": {"track-order", "late-order"},
    "not_received": {"late-order", "track-order"},
    "order_change": {"change-order", "cancel-order", "wrong-details"},
    "defective_items": {"defective-item"},
    "wrong_item": {"wrong-item"},
    "missing_parts": {"missing-parts"},
    "contact": {"support-channels", "live-agents", "reply-time"},
    "shipping_cost": {"shipping-cost"},
}
_NO_ARTICLE = {"account", "payment"}


async def faq(rows: Rows, mind: Understander, answers: Answers, outside: Rows, step: Step) -> Measured:
    """`rows` are shop questions by topic, `outside` are rows of no shop's business. A question how to reach people is
    right where it is understood as one, for the approved answer of R14 or a ticket follows then, whatever the articles
    say."""
    m = Measured()
    right = wrong = abstained = without = silent = 0
    for row in rows:
        found = answers.ask(row["question"])
        got = found.sources[0].article if found.sources else ""
        topics = {row["topic"], *row["alt_topics"]}
        step()
        if row["topic"] in _NO_ARTICLE:
            without += 1
            silent += not got
            if got:
                m.errors.append(Error("answered without an article", row["question"], "none", got))
            continue
        wanted = set().union(*(ARTICLES_OF.get(t, set()) for t in topics))
        if not got and "contact" in topics:
            first = (await mind.understand(row["question"], None)).intents[0].name
            got = "support-channels" if first in (IntentName.CONTACT, IntentName.REQUEST_TICKET) else ""
        if not got:
            abstained += 1
            m.errors.append(Error("abstained though there is an article", row["question"], row["topic"], found.why))
        elif got in wanted:
            right += 1
        else:
            wrong += 1
            m.errors.append(Error("a wrong article", row["question"], row["topic"], got))
    spoke = 0
    for row in outside:
        found = answers.ask(row["text"])
        spoke += bool(found.sources)
        if found.sources:
            m.errors.append(Error("answered what is out of scope", row["text"], "none", found.sources[0].article))
        step()
    asked = right + wrong + abstained
    m.figures = {
        "right_first": right / asked,
        "wrong": wrong / asked,
        "abstained": abstained / asked,
        "rows": asked,
        "right_of_answered": right / (right + wrong),
        "silent_without_article": silent / without,
        "without_article_rows": without,
        "silent_out_of_scope": 1 - spoke / len(outside),
        "out_of_scope_rows": len(outside),
        "score": (right - 5 * (wrong + without - silent)) / asked,
    }
    return m
