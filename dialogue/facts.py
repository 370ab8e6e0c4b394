"""From one `Understanding` to the facts it carries, in the one order in which the table takes them.

Pure and total: any understanding, however wrong, gives a tuple of at least one fact. The order is part of the rules:
secrets first (R17), a refusal before the fields beside it
(a no to the offer is never overruled by a signature, R10), fields before wishes (so that a message with everything files at once, R8), the issue before the
consent that speaks of it (R3), questions last among the substance (a digression is answered once the fields are in, R9).
"""

from __future__ import annotations

from collections.abc import Iterator

from dialogue import events as e
from dialogue.vocabulary import Answer, Signal


def facts(understood: e.Understanding) -> tuple[e.Fact, ...]:
    """The facts of one message, ordered; `Mumbled` where nothing was recognised."""
    found = tuple(_unpack(understood))
    telling = [f for f in found if not isinstance(f, e.SecretMasked)]
    return found if telling else (*found, e.Mumbled())


def _unpack(u: e.Understanding) -> Iterator[e.Fact]:
    signals = u.signals
    if Signal.SECRET in signals:
        yield e.SecretMasked()
    if Signal.GREETING in signals or u.greeting_name:
        yield e.Greeted(u.greeting_name)
    if Signal.CANCELS in signals:
        yield e.Cancelled()
    if u.answer is Answer.DENY:
        yield e.Denied(beside_field=bool(u.email or u.name or u.reason))
    if u.email:
        yield e.EmailGiven(u.email)
    if u.name:
        yield e.NameGiven(u.name)
    for field, value in u.extra:
        yield e.ExtraGiven(field, value)
    given = {"email": u.email, "name": u.name}
    for rejected in u.rejected:
        if not given.get(rejected.field):
            yield e.ValueRejected(rejected.field, rejected.why)
    if Signal.UNHELPED in signals and not u.reason:
        yield e.Unhelped()
    if u.reason and Signal.DISPUTES in signals and Signal.WANTS_REVIEW in signals:
        yield e.ReviewDemanded(u.reason)
    elif u.reason and Signal.FOLLOWS_UP in signals and Signal.DISPUTES not in signals:
        yield e.FollowedUp(u.reason)
    elif u.reason:
        yield e.IssueStated(u.reason, dispute=Signal.DISPUTES in signals)
    if u.answer is Answer.AFFIRM:
        yield e.Affirmed()
    if Signal.WANTS_TICKET in signals:
        yield e.TicketWanted(another=Signal.ANOTHER_TICKET in signals, about_that=Signal.ABOUT_THAT in signals)
    if Signal.ASKS_UPDATE in signals:
        yield e.UpdateAsked(u.kept)
    if Signal.ASKS_CONTACT in signals:
        yield e.ContactAsked()
    if u.question:
        yield e.QuestionAsked(u.question)
    if u.score is not None:
        yield e.ScoreSaid(u.score)
    if Signal.THANKS in signals:
        yield e.Thanked()
    if Signal.GOODBYE in signals:
        yield e.SaidGoodbye()
    if Signal.CHATS in signals:
        yield e.Chatted()
