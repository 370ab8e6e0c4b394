"""What rows do with files that a shopper sends: they are thanked for, and what is asked stands (R1).

A file is no field, no consent, no refusal and no reason, and it is never asked for. So nothing of what is open changes
here, neither the phase nor what was said last: a yes after a file answers the very question that a yes before it would
have answered. Words beside a file are an ordinary message.
"""

from __future__ import annotations

from dialogue import events as e
from dialogue.closing import YES_NO
from dialogue.effects import Say
from dialogue.outcomes import Outcome
from dialogue.policy import Policy
from dialogue.states import State, changed
from dialogue.vocabulary import Act


def thank(state: State, fact: e.FilesSent, policy: Policy) -> Outcome:
    """Nothing is open: thanks, and whoever has said nothing yet is told that they may."""
    alone = not (state.reason or state.tickets or state.danger or state.last_acts)
    return _thanked(state, Say(Act.THANKS, "thanks_files_alone") if alone else Say(Act.THANKS, "thanks_files"))


def thank_beside_offer(state: State, fact: e.FilesSent, policy: Policy) -> Outcome:
    """R7, R10: the offer stands, with its choices."""
    return _thanked(state, Say(Act.THANKS, "thanks_files_offer", choices=YES_NO))


def thank_while_asking(state: State, fact: e.FilesSent, policy: Policy) -> Outcome:
    """R9: what was asked stands. It is not asked again, and nothing is counted."""
    return _thanked(state, Say(Act.THANKS, "thanks_files_open"))


def show_the_person(state: State, fact: e.FilesSent, policy: Policy) -> Outcome:
    """The bot is silent; the shopper waits for the person's word (R13)."""
    return changed(state, has_files=True, waits=True), ()


def _thanked(state: State, thanks: Say) -> Outcome:
    """R17: what is in a picture cannot be masked, so with the first the shopper is told once what to leave out."""
    if state.files_told:
        return changed(state, has_files=True), (thanks,)
    return changed(state, has_files=True, files_told=True), (thanks, Say(Act.PRIVACY, "files_privacy"))
