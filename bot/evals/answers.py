"""Retrieval and abstention, measured on real questions: an article of the right family first, and none where there is
none. The files label a question with a topic and not with one article, so the family is all that can be judged."""

from __future__ import annotations

from bot.chat.workshop import Understander
from bot.evals.measures import Error, Measured, Step, share
from bot.evals.rows import Rows
from dialogue.vocabulary import IntentName
from kb_answers.answer import Answers

#: The family of a topic: which of our articles answer it, by the questions' own labels. Labels without an article are
#: left out: there the right answer is none.
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
#: Topics that the shop's documents speak of in part ("where do I see how to pay" has its article, "may I pay by cheque"
#: has none): the label does not tell which, so silence is right, and so is an article of the topic.
IN_PART = {
    "account": {"account-access"},
    "payment": {"payment-methods", "payment-problems"},
}


async def faq(rows: Rows, mind: Understander, answers: Answers, outside: Rows, step: Step) -> Measured:
    """`rows` are shop questions by topic, `outside` are rows of no shop's business. A question how to reach people is
    right where it is understood as one, for the approved answer of R14 or a ticket follows then, whatever the articles
    say."""
    m = Measured()
    right = wrong = abstained = without = silent = in_part = 0
    for row in rows:
        found = answers.ask(row["question"])
        got = found.sources[0].article if found.sources else ""
        topics = {row["topic"], *row["alt_topics"]}
        step()
        if row["topic"] in IN_PART:
            if got in IN_PART[row["topic"]]:
                in_part += 1
                continue
            without += 1
            silent += not got
            if got:
                m.errors.append(Error(row, "answered without an article", row["question"], "none", got))
            continue
        wanted = set().union(*(ARTICLES_OF.get(t, set()) for t in topics))
        if not got and "contact" in topics:
            first = (await mind.understand(row["question"], None)).intents[0].name
            got = "support-channels" if first in (IntentName.CONTACT, IntentName.REQUEST_TICKET) else ""
        if not got:
            abstained += 1
            m.errors.append(
                Error(row, "abstained though there is an article", row["question"], row["topic"], found.why)
            )
        elif got in wanted:
            right += 1
        else:
            wrong += 1
            m.errors.append(Error(row, "an article of another family", row["question"], row["topic"], got))
    spoke = 0
    for row in outside:
        found = answers.ask(row["text"])
        spoke += bool(found.sources)
        if found.sources:
            m.errors.append(Error(row, "answered what is out of scope", row["text"], "none", found.sources[0].article))
        step()
    asked = right + wrong + abstained
    m.figures = {
        "family_first": share(right, asked),
        "another_family": share(wrong, asked),
        "abstained": share(abstained, asked),
        "rows": asked,
        "family_of_answered": share(right, right + wrong),
        "silent_without_article": share(silent, without),
        "without_article_rows": without,
        "answered_in_part_rows": in_part,
        "silent_out_of_scope": 1 - share(spoke, len(outside)),
        "out_of_scope_rows": len(outside),
        "score": share(right - 5 * (wrong + without - silent), asked),
    }
    return m
