"""Consent taken where none was given (R7), which is what must never happen: rows that are no yes, said to an offer; and
what a yes means that has something told beside it."""

from __future__ import annotations

import pathlib

from bot.evals.measures import Error, Measured, Step, share
from bot.evals.rows import Rows
from bot.replay.rehearsal import Stagehand
from dialogue.events import Intent, ShopperSaid, Understanding
from dialogue.states import Phase
from dialogue.vocabulary import Answer, IntentName

OWN = pathlib.Path(__file__).with_name("no_consent.txt")
BESIDE_YES = pathlib.Path(__file__).with_name("beside_yes.tsv")
_ISSUE = "the lamp arrived broken"


def own_list() -> Rows:
    """The project's own sentences that consent to nothing, as rows with `text` and the page's `locale`."""
    rows: Rows = []
    locale = ""
    for line in OWN.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            locale = line.strip("[] ")
        elif line.strip() and not line.startswith("#"):
            rows.append({"text": line.strip(), "locale": locale})
    return rows


def beside_yes_list() -> Rows:
    """The project's own replies that begin with a yes, as rows with `label` (`settled`: they tell that the matter is
    settled, `agrees`: they agree), `locale` and `text`."""
    lines = [line for line in BESIDE_YES.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [dict(zip(("label", "locale", "text"), line.split("\t"), strict=True)) for line in lines]


async def _taken(hand: Stagehand, text: str, locale: str | None) -> tuple[bool, bool]:
    """Whether `text`, said to an open offer of a ticket, is read as a yes, and whether consent stands after it."""
    rehearsal = hand.begin(locale=locale)
    issue = (Intent(IntentName.REPORT_ISSUE, 1.0),)
    await rehearsal.say(_ISSUE, Understanding(kept=_ISSUE, intents=issue, reason=_ISSUE))
    if rehearsal.state.phase is not Phase.OFFERED:
        raise AssertionError("an issue without consent gets an offer (R10)")
    before = len(rehearsal.changes)
    await rehearsal.say(text)
    heard = [h.understood.answer for h in rehearsal.changes[before].happenings if isinstance(h, ShopperSaid)]
    return Answer.AFFIRM in heard, rehearsal.state.agreed or bool(rehearsal.state.tickets)


async def consent(rows: Rows, own: Rows, hand: Stagehand, step: Step) -> Measured:
    """Words that are no yes, said to an offer. Of `rows` (the yes-or-no file) those count that are labelled no or
    neither and that no fair judge takes for a yes; `own` is the project's own list, in the languages of the catalogues
    and others. `read_as_yes`: the share read as a yes. `taken`: the share after which consent stands, by whatever way
    (a yes, a name, a wish). `own_taken`: the same of `own`."""
    m = Measured()
    no = [r for r in rows if Answer.AFFIRM not in {r["label"], *r["alt"]}]
    read = taken = own_taken = 0
    for row in no:
        yes, stands = await _taken(hand, row["text"], None)
        read, taken = read + yes, taken + stands
        if yes or stands:
            cause = f"{row['label']} {'read as a yes' if yes else 'taken as consent'}"
            m.errors.append(Error(row, cause, row["text"], "no consent", "consent"))
        step()
    for row in own:
        yes, stands = await _taken(hand, row["text"], row["locale"])
        own_taken += yes or stands
        if yes or stands:
            m.errors.append(Error(row, f"our own {row['locale']}: consent", row["text"], "no consent", "consent"))
    m.figures = {
        "read_as_yes": share(read, len(no)),
        "taken": share(taken, len(no)),
        "rows": len(no),
        "own_taken": share(own_taken, len(own)),
        "own_rows": len(own),
    }
    return m


async def beside_yes(rows: Rows, hand: Stagehand, step: Step) -> Measured:
    """A yes with something told beside it, said to an offer. `settled_taken`: the share of those that tell that the
    matter is settled ("yes, that helped") after which consent stands; `agrees_missed`: the share of those that agree
    ("yes, it still leaks") after which it does not."""
    m = Measured()
    settled = [r for r in rows if r["label"] == "settled"]
    agrees = [r for r in rows if r["label"] == "agrees"]
    wrong = {"settled": 0, "agrees": 0}
    for row in [*settled, *agrees]:
        _, stands = await _taken(hand, row["text"], row["locale"])
        if stands is (row["label"] == "settled"):
            wrong[row["label"]] += 1
            got = "consent" if stands else "no consent"
            m.errors.append(Error(row, f"{row['label']}, {row['locale']}", row["text"], row["label"], got))
        step()
    m.figures = {
        "settled_taken": share(wrong["settled"], len(settled)),
        "settled_rows": len(settled),
        "agrees_missed": share(wrong["agrees"], len(agrees)),
        "agrees_rows": len(agrees),
    }
    return m
