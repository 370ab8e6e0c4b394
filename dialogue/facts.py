"""From one `Understanding` to the facts it carries, in the one order in which the table takes them.

Pure and total: any understanding, however wrong, gives a tuple of at least one fact. The order is part of the rules:
secrets first (R17), words of danger before all that they set aside (R21), a refusal before the fields beside it (a no
to the offer is never overruled by a signature, R10), fields before wishes (so that a message with everything files at
once, R8), the issue before the consent that speaks of it (R3), questions last among the substance (a digression is
answered once the fields are in, R9).
"""

from __future__ import annotations

from collections.abc import Iterator

from dialogue import events as e
from dialogue.validity import could_be_email, could_be_name
from dialogue.vocabulary import Answer, Signal


def facts(understood: e.Understanding) -> tuple[e.Fact, ...]:
    """The facts of one message, ordered; `Mumbled` where nothing was recognised."""
    found = tuple(_unpack(understood))
    telling = [f for f in found if not isinstance(f, e.SecretMasked)]
    return found if telling else (*found, e.Mumbled())


# A branch for each fact, in the order that the rules give them: in parts the order could not be read any more.
def _unpack(understood: e.Understanding) -> Iterator[e.Fact]:  # noqa: PLR0912
    signals = understood.signals
    if Signal.SECRET in signals:
        yield e.SecretMasked()
    if Signal.IN_DANGER in signals:
        yield from _in_danger(understood)
        return
    if Signal.GREETING in signals or understood.greeting_name:
        yield e.Greeted(understood.greeting_name)
    if Signal.CANCELS in signals:
        yield e.Cancelled()
    if understood.answer is Answer.DENY:
        yield e.Denied(beside_field=bool(understood.email or understood.name or understood.reason))
    if understood.email:
        yield e.EmailGiven(understood.email)
    if understood.name:
        yield e.NameGiven(understood.name, aside=Signal.NAME_ASIDE in signals)
    for field, value in understood.extra:
        yield e.ExtraGiven(field, value)
    given = {
        "email": could_be_email(understood.email or ""),
        "name": could_be_name(understood.name or ""),
    }
    for rejected in understood.rejected:
        if not given.get(rejected.field):  # what stands beside a good one is nothing to be asked about (R6)
            yield e.ValueRejected(
                rejected.field, rejected.why, rejected.text if rejected.likely else "", rejected.likely
            )
    if Signal.UNHELPED in signals and not understood.reason:
        yield e.Unhelped()
    if understood.reason and Signal.DISPUTES in signals and Signal.WANTS_REVIEW in signals:
        yield e.ReviewDemanded(understood.reason)
    elif understood.reason and Signal.FOLLOWS_UP in signals and Signal.DISPUTES not in signals:
        yield e.FollowedUp(understood.reason)
    elif understood.reason:
        yield e.IssueStated(understood.reason, dispute=Signal.DISPUTES in signals)
    if understood.answer is Answer.AFFIRM:
        yield e.Affirmed()
    if Signal.WANTS_TICKET in signals:
        yield e.TicketWanted(another=Signal.ANOTHER_TICKET in signals, about_that=Signal.ABOUT_THAT in signals)
    if Signal.ASKS_UPDATE in signals:
        yield e.UpdateAsked(understood.kept)
    if Signal.ASKS_CONTACT in signals:
        yield e.ContactAsked()
    if understood.question:
        yield e.QuestionAsked(understood.question)
    if understood.score is not None:
        yield e.ScoreSaid(understood.score)
    abuse = Signal.ABUSES in signals and not _brings_matter(understood)
    if Signal.THANKS in signals and not abuse:
        yield e.Thanked()
    if Signal.GOODBYE in signals:
        yield e.SaidGoodbye()
    if abuse:
        yield e.Insulted()
    elif Signal.CHATS in signals:
        yield e.Chatted()


def _in_danger(understood: e.Understanding) -> Iterator[e.Fact]:
    """R21: neither a yes nor a no, no wish, no issue and no question is read from words of danger; what must never be
    asked for again is kept (R2)."""
    yield e.DangerTold()
    if understood.email:
        yield e.EmailGiven(understood.email)
    if understood.name:
        yield e.NameGiven(understood.name)
    for field, value in understood.extra:
        yield e.ExtraGiven(field, value)


#: Signals that leave a message without a matter of its own.
_TONE = frozenset(
    {Signal.SECRET, Signal.GREETING, Signal.THANKS, Signal.GOODBYE, Signal.CHATS, Signal.ABUSES, Signal.IN_DANGER}
)


def _brings_matter(understood: e.Understanding) -> bool:
    """Anything beside courtesy and tone: then that is answered, and an insult beside it gets no lecture (R3)."""
    told = (understood.answer, understood.name, understood.email, understood.reason, understood.question)
    given = any(told) or understood.score is not None or bool(understood.rejected or understood.extra)
    return given or bool(understood.signals - _TONE)
