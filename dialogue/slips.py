"""What a message says to the question whether an address is a slip (R6): asked about once, never twice.

Pure. It comes between understanding a message and unpacking it into facts, for it needs to know what was asked about,
and gives an understanding in which the address is simply given. What it leaves as it was, the table asks about.
"""

from __future__ import annotations

from dataclasses import replace

from dialogue.events import RejectedValue, Understanding
from dialogue.states import ATTENDED, COLLECTING, IDLE, OPEN, SILENT, State
from dialogue.validity import could_be_email
from dialogue.vocabulary import Answer, Field, Signal

#: Where a bare no is to the proposal.
_NO_IS_TO_IT = (COLLECTING, IDLE)


def settle(understood: Understanding, state: State) -> Understanding:
    """With the address that the message settles on: one repeated as it was typed, or taken from the bot's proposal with
    a plain yes, or kept against it with a plain no. An address that cannot be one at all is not kept by repeating it:
    then the proposal is meant."""
    slip = next((r for r in understood.rejected if r.field is Field.EMAIL and r.likely), None)
    if slip is None:
        return _answered(understood, state)
    repeated = state.doubted is not None and state.doubted.typed.casefold() == slip.text.casefold()
    # Nobody asks in these phases (R9), and a correction while a ticket is collected stands without a question (R5).
    unasked = state.phase in (SILENT, ATTENDED) or (state.phase in OPEN and state.email is not None)
    if not (repeated or unasked):
        return understood
    return _with(understood, slip, slip.text if could_be_email(slip.text) else slip.likely if repeated else None)


def _with(understood: Understanding, slip: RejectedValue, email: str | None) -> Understanding:
    if email is None:
        return understood
    return replace(understood, email=email, rejected=tuple(r for r in understood.rejected if r is not slip))


def _answered(understood: Understanding, state: State) -> Understanding:
    """A plain yes or no to "did you mean ...?". A no beside an open offer declines the offer (R10), for it
    may be meant so."""
    slip = state.doubted
    if not (state.proposes and slip) or understood.email or understood.rejected:
        return understood
    if understood.answer is Answer.AFFIRM:
        return replace(understood, email=slip.likely, answer=None)
    if understood.answer is Answer.DENY and Signal.CANCELS not in understood.signals and state.phase in _NO_IS_TO_IT:
        email = slip.typed if could_be_email(slip.typed) and not understood.name else None
        return replace(understood, email=email, answer=None)
    return understood
