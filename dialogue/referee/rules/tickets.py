"""Rules about tickets: the word that one is filed or saved, what was passed to the helpdesk, and how many there may be.

Each rule is a function that yields what is wrong, with the rule in its docstring, and changes nothing. `place` is
the ticket's among those that were passed.
"""

from __future__ import annotations

from collections.abc import Iterator

from dialogue.referee import words
from dialogue.referee.beliefs import Belief
from dialogue.referee.transcript import NOT_SAID, Passed, Seen, Transcript, Violation

_THREE = frozenset({"name", "email", "reason"})
#: What a helpdesk call may carry beside the three fields (R1): a subject, and a technical envelope of these.
_BESIDE = frozenset({"subject", "envelope"})
_ENVELOPE = frozenset({"reference", "disputes", "key", "queue", "priority", "tags", "language", "evidence"})


# ---------------------------------------------------------------- the word that a ticket is filed or saved


def reference_in(turn: Seen) -> str:
    """The reference of the ticket that a turn tells of; empty where it names none."""
    return str((turn.ticket or {}).get("reference") or "")


def r13_announces_with_a_reference(turn: Seen) -> Iterator[Violation]:
    """R13: the shopper is told with a reference."""
    if not reference_in(turn):
        yield Violation("R13", turn.seq, "a ticket is announced without its reference")


def r7_files_what_was_agreed_to(turn: Seen, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R7, R8: a ticket takes consent and all three fields."""
    new = reference_in(turn) not in belief.announced
    if new and len(belief.announced) >= len(belief.due) and not belief.unsure:
        yield Violation("R7", turn.seq, "a ticket nobody had agreed to, or that lacked a field")


def r12_announces_once(turn: Seen, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R12: one consent makes one ticket, and its shopper is told once; where it was saved, again when it is filed
    (R13)."""
    reference = reference_in(turn)
    before = belief.announced.get(reference)
    if before is not None and (turn.act == "ticket_saved" or before == "ticket_filed"):
        yield Violation("R12", turn.seq, f"the ticket {reference} is announced again")


def r13_names_the_reference(turn: Seen, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R13: the shopper is told with a reference."""
    if reference_in(turn) not in turn.text:
        yield Violation("R13", turn.seq, "the reference is not said")


def r13_says_when_the_first_answer_comes(turn: Seen, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R13: nobody is left to wonder: the first acknowledgement of a ticket comes within 24 to 48 hours."""
    if not words.FIRST_ANSWER.search(turn.text):
        yield Violation("R13", turn.seq, "does not say that a first acknowledgement comes within 24-48 hours")


def r18_names_the_case_thread(turn: Seen, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R18: filed, the shopper is told that the outcome comes in the same case thread after an independent review."""
    reference = reference_in(turn)
    passed = [ticket.reference for ticket in transcript.tickets]
    order = passed or list(dict.fromkeys([*belief.announced, reference]))
    place = order.index(reference) if reference in order else len(belief.due)
    disputed = place < len(belief.due) and belief.due[place].dispute
    if disputed and not belief.unsure and not words.SAME_THREAD.search(turn.text):
        yield Violation("R18", turn.seq, "a dispute, and the case thread of the outcome is not named")


# ---------------------------------------------------------------- a ticket as it was passed to the helpdesk


def last_seq(transcript: Transcript) -> int:
    """The number of the last turn; 0 where there is none."""
    return transcript.turns[-1].seq if transcript.turns else 0


def r12_passes_a_ticket_once(place: int, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R12: however often a message is resent, one consent makes one ticket."""
    reference = transcript.tickets[place].reference
    if any(ticket.reference == reference for ticket in transcript.tickets[:place]):
        yield Violation("R12", last_seq(transcript), f"the ticket {reference} was passed twice")


def r1_passes_three_fields(place: int, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R1: exactly the three fields are passed, and those that the helpdesk itself requires."""
    ticket = transcript.tickets[place]
    fields = set(ticket.fields)
    if fields - _THREE - set(transcript.required_fields) or not fields >= _THREE:
        yield Violation("R1", last_seq(transcript), f"the ticket {ticket.reference} carries {sorted(fields)}")


def r1_passes_nothing_beside(place: int, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R1: a helpdesk call carries the three, a subject cut from the reason, and a technical envelope: nothing else."""
    ticket = transcript.tickets[place]
    envelope = ticket.passed.get("envelope") or {}
    beside = set(ticket.passed) - _THREE - set(transcript.required_fields) - _BESIDE
    if extra := beside | (set(envelope) - _ENVELOPE):
        reason = f"the helpdesk call of {ticket.reference} carries {sorted(extra)}"
        yield Violation("R1", last_seq(transcript), reason)


def r6_passes_real_values(place: int, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R6: a value that cannot be the field is not stored."""
    ticket = transcript.tickets[place]
    if not (_name(ticket) and _email(ticket) and words.reason_or_none(ticket.fields.get("reason"))):
        reason = f"the ticket {ticket.reference} carries a value that cannot be its field"
        yield Violation("R6", last_seq(transcript), reason)


def r17_passes_no_card(place: int, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R17: payment card numbers are masked before anything is passed on."""
    ticket = transcript.tickets[place]
    if any(words.holds_card(str(value)) for value in ticket.fields.values()):
        reason = f"the ticket {ticket.reference} carries a payment card number"
        yield Violation("R17", last_seq(transcript), reason)


def r5_passes_the_latest_values(place: int, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R5: corrections win; the latest explicit statement stands."""
    if place >= len(belief.due) or belief.unsure:
        return
    ticket, due = transcript.tickets[place], belief.due[place]
    if (_name(ticket), _email(ticket)) != (due.name, due.email):
        reason = f"the ticket {ticket.reference} does not carry the latest name and address"
        yield Violation("R5", due.seq, reason)


def r3_passes_the_shoppers_words(place: int, belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R3: the reason is kept in the shopper's own words."""
    ticket = transcript.tickets[place]
    said = words.bag(" ".join(belief.said))
    if said and (foreign := words.bag(str(ticket.fields.get("reason"))) - said):
        reason = f"the reason of {ticket.reference} is not in the shopper's words: {sorted(foreign)[:5]}"
        yield Violation("R3", last_seq(transcript), reason)


def _name(ticket: Passed) -> str | None:
    return words.name_or_none(ticket.fields.get("name"))


def _email(ticket: Passed) -> str | None:
    return words.email_or_none(ticket.fields.get("email"))


# ---------------------------------------------------------------- the whole conversation


def turns_follow_one_another(transcript: Transcript) -> Iterator[Violation]:
    """The protocol: turns are numbered from 1, and none is missing, doubled or out of order."""
    expected = 1
    for turn in transcript.turns:
        if turn.who in NOT_SAID:
            continue
        if turn.seq != expected:
            reason = f"turn {expected} was expected: a turn is missing, doubled or out of order"
            yield Violation("protocol", turn.seq, reason)
        expected = turn.seq + 1


def r8_complete_means_file(belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R8: the moment consent and all three fields are there, the ticket is filed; it must have been spoken of by
    now."""
    if transcript.settled and len(belief.announced) < len(belief.due) and not belief.unsure:
        reason = "consent and all three fields were there, and no ticket was filed or saved"
        yield Violation("R8", belief.due[len(belief.announced)].seq, reason)


def r12_one_consent_makes_one_ticket(belief: Belief, transcript: Transcript) -> Iterator[Violation]:
    """R12: one consent makes one ticket."""
    tickets = len({ticket.reference for ticket in transcript.tickets})
    if tickets > len(belief.due) and not belief.unsure:
        yield Violation("R12", last_seq(transcript), f"{tickets} tickets for {len(belief.due)} consents")


# ---------------------------------------------------------------- when they are asked

#: Of the word that a ticket with a reference is filed or saved.
OF_AN_ANNOUNCEMENT = (
    r7_files_what_was_agreed_to,
    r12_announces_once,
    r13_names_the_reference,
    r13_says_when_the_first_answer_comes,
    r18_names_the_case_thread,
)
#: Of each ticket as it was passed.
OF_A_TICKET = (
    r12_passes_a_ticket_once,
    r1_passes_three_fields,
    r1_passes_nothing_beside,
    r6_passes_real_values,
    r17_passes_no_card,
    r5_passes_the_latest_values,
    r3_passes_the_shoppers_words,
)
