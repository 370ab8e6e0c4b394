"""Two real shops' messages: what they are after, and what the bot does about a question on a product."""

from __future__ import annotations

from bot.chat.workshop import Understander
from bot.evals.chats import HELPFUL
from bot.evals.measures import Error, Measured, Step, f1_scores, share
from bot.evals.rows import Rows
from bot.replay.rehearsal import Stagehand

#: The topic of questions on products, prices and stock in the files.
_PRODUCT = "faq_product"


async def two_shops(rows: Rows, mind: Understander, hand: Stagehand, step: Step) -> Measured:
    """`accuracy_lenient` and `macro_f1_lenient` of the intents. `brushed_off`: of the questions on products, prices and
    stock, the share to which the bot, hearing one as a chat's first message, only says that it did not understand,
    talks small, greets or is silent: it neither answers nor offers a ticket."""
    m = Measured()
    pairs: list[tuple[str, str]] = []
    asked = dropped = 0
    for row in rows:
        step()
        got, label = (await mind.understand(row["text"], None)).intents[0].name.value, row["label"]
        fair = got in {label, *row["alt"]}
        pairs.append((label, label if fair else got))
        if not fair:
            m.errors.append(Error(row, f"{label} taken for {got}", row["text"], label, got))
        if row["topic"] != _PRODUCT:
            continue
        asked += 1
        acts = {str(t.act) for t in await hand.begin().say(row["text"])}
        if not acts & HELPFUL:
            dropped += 1
            got = ", ".join(sorted(acts)) or "nothing"
            m.errors.append(
                Error(row, "a question on a product brushed off", row["text"], "an answer or an offer", got)
            )
    scores = f1_scores(pairs)
    m.figures = {
        "accuracy_lenient": share(sum(a == b for a, b in pairs), len(pairs)),
        "macro_f1_lenient": share(sum(s[2] for s in scores.values()), len(scores)),
        "rows": len(pairs),
        "brushed_off": share(dropped, asked),
        "product_rows": asked,
    }
    return m
