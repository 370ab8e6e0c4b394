"""The strict rules, checked from outside on any transcript: who said what, with which act, asking for what.

Shares no code and no words with the transition table or the phrases; it knows the rules and the protocol's names, nothing
else, so that a fault in the table cannot hide in the judge. What was understood may be missing (a transcript from elsewhere);
then the checks that need it are left out, and none is guessed.

It is one-sided: where the rules leave the bot a choice, or a judgement of sameness or wording would be needed, it says nothing.
R16 compares conversations and has a function of its own, `unequal`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dialogue.referee import words as words
from dialogue.referee.sight import look
from dialogue.referee.transcript import Seen, Transcript, Violation, exchanges

_ASKING = {"ask", "remind", "invalid"}
_TICKET = {"ticket_filed", "ticket_saved"}
_ANSWERED = {"answer", "contact", "update_redirect"}
_USELESS = {"clarify", "smalltalk", "greet", "privacy"}
_CLOSING = {"thanks", "invite_rating", "privacy"}
#: What a helpdesk call may carry beside the three fields (R1): a subject, and a technical envelope of these.
_BESIDE = {"subject", "envelope"}
_ENVELOPE = {"reference", "disputes", "key", "queue", "priority", "tags", "language"}


@dataclass
class _Belief:
    """What the rules say must be known by now. `reason` is None where it cannot be told from outside."""

    name: str | None = None
    email: str | None = None
    reason: bool | None = False
    consent: bool | None = False
    offer: bool = False
    offered_once: bool = False  # for the present issue
    refused: bool = False
    gave_up: bool = False
    fruitless: int = 0
    digressions: set[str] = field(default_factory=set)  # answered while this ticket is collected, nothing given since
    useless: int = 0  # replies in a row without progress, as far as that is certain
    dull: int = 0  # replies in a row that said nothing useful, whatever the messages brought
    greeted: str | None = None  # the name they greeted with
    answered: bool = False
    invited: bool = False
    dispute: bool | None = False
    unsure: bool = False  # whether a ticket was completed cannot be told any more
    open_yes: bool = False  # this very message may be consent
    extra: set[str] = field(default_factory=set)  # fields the helpdesk requires beside the three, and known
    maybe: set[str] = field(default_factory=set)  # known, unless a ticket was completed meanwhile
    said: list[str] = field(default_factory=list)
    due: list[tuple[int, str | None, str | None, bool | None]] = field(default_factory=list)
    announced: dict[str, str] = field(default_factory=dict)

    def missing(self, required: Iterable[str]) -> set[str]:
        three = {n for n, known in (("name", self.name), ("email", self.email), ("reason", self.reason)) if not known}
        return three | (set(required) - self.extra - self.maybe)


class _Judge:
    def __init__(self, transcript: Transcript) -> None:
        self.t = transcript
        self.b = _Belief()
        self.helped = False  # a person of the shop took part: what they agreed with the shopper cannot be judged
        self.found: list[Violation] = []

    def say(self, rule: str, seq: int, reason: str) -> None:
        self.found.append(Violation(rule, seq, reason))

    # ------------------------------------------------------------ the walk

    def run(self) -> list[Violation]:
        expected = 1
        turns = [x for x in self.t.turns if x.who != "page"]
        for turn in turns:
            if turn.seq != expected:
                self.say(
                    "protocol", turn.seq, f"turn {expected} was expected: a turn is missing, doubled or out of order"
                )
            expected = turn.seq + 1
        for head, replies in exchanges(self.t.turns):
            for reply in replies:
                self._words(reply)
            if head is None:
                self._unprompted(replies)
            elif head.who == "page":
                self._page(head)
                self._unprompted(replies)
            else:
                self._exchange(head, replies)
            if any(r.who in ("agent", "system") for r in replies):
                self.helped = True
                self.b.unsure, self.b.consent, self.b.reason, self.b.offer = True, None, None, False
        self._tickets()
        return sorted(self.found, key=lambda v: (v.seq, v.rule))

    def _page(self, turn: Seen) -> None:
        u = turn.understood or {}
        self.b.name = self.b.name or words.name_or_none(u.get("name"))
        self.b.email = self.b.email or words.email_or_none(u.get("email"))
        self._complete(turn.seq)

    # ------------------------------------------------------------ one message and what was said to it

    def _exchange(self, turn: Seen, replies: Sequence[Seen]) -> None:
        b = self.b
        b.said.append(turn.text)
        b.open_yes = False
        if words.holds_card(turn.text):
            self.say("R17", turn.seq, "a payment card number is stored")
        direct = [r for r in replies if r.act not in _TICKET]
        acts = [r.act or "" for r in direct]
        u = turn.understood
        if self.helped:
            self._blind(turn, direct)
            for r in replies:
                if r.act in _TICKET:
                    self._announced(r)
            return
        if u is None:
            self._blind(turn, direct)
        else:
            before = (b.consent, b.offer)
            gained = self._hear(u, acts)
            self._replies(turn, u, direct, before, gained)
        completes = self._complete(turn.seq, asked=any(r.asks for r in direct))
        if completes:
            for r in direct:
                if r.act in _ASKING or r.act in ("offer_ticket", "invite_rating", "give_email"):
                    rule = "R19" if r.act == "invite_rating" else "R8"
                    self.say(rule, r.seq, f"`{r.act}` in the reply that files: consent and all three fields are there")
        elif completes is False and not direct and not self.b.open_yes and not any(r.who == "agent" for r in replies):
            self.say("R13", turn.seq, "the message got no reply")
        for r in replies:
            if r.act in _TICKET:
                self._announced(r)

    def _blind(self, turn: Seen, direct: Sequence[Seen]) -> None:
        """Without knowing what was understood only acts and words can be judged."""
        self.b.reason, self.b.unsure = None, True
        for r in direct:
            if len(r.asks) > 1 and r.act == "invalid":
                self.say("R6", r.seq, "more than the one impossible field is asked for")
            self._once(r)

    def _hear(self, u: Mapping[str, Any], acts: Sequence[str]) -> bool:
        """Take in what one message brought; True where it brought a field that was missing, or consent."""
        b = self.b
        signals = set(u.get("signals") or ())
        name, email = words.name_or_none(u.get("name")), words.email_or_none(u.get("email"))
        reason = words.reason_or_none(u.get("reason"))
        denied = u.get("answer") == "deny" or "cancels" in signals
        extra = {n for n, v in u.get("extra") or () if n in self.t.required_fields and words.reason_or_none(v)}
        fills = bool((name and not b.name) or (email and not b.email) or extra - b.extra - b.maybe)
        followed_up = "follows_up" in signals and "disputes" not in signals
        fills = fills or bool(reason and b.reason is False and not followed_up)
        # Consent, if a ticket took the earlier value along, or if no issue stood behind the offer (R13).
        perhaps = b.offer and not denied and bool(extra & b.maybe or (reason and b.reason is None and not followed_up))
        wish = "wants_ticket" in signals and "ticket_exists" not in acts
        affirmed = u.get("answer") == "affirm" and not denied and "ticket_exists" not in acts
        if (
            affirmed and b.refused and not b.offer and "offer_ticket" not in acts
        ):  # a yes right after a refusal: the rules leave it open
            b.unsure = b.open_yes = True
        agrees = affirmed and (b.offer or (b.refused and bool({"ask", "remind", "invalid"} & set(acts))))
        review = bool(reason and {"disputes", "wants_review"} <= signals)
        consents = wish or agrees or review or (b.offer and fills and not denied)
        begins = consents and (not b.consent or bool({"cancelled", "declined"} & set(acts)))
        gained = bool(name or email or reason or extra) or begins
        b.extra, b.maybe = b.extra | extra, b.maybe - extra
        self._hear_dispute(
            signals,
            reason,
            review=review,
            unanswered="no_answer" in acts or bool({"unhelped", "about_that"} & signals),
            refused=bool({"cancelled", "declined"} & set(acts)),
        )
        b.name, b.email = name or b.name, email or b.email
        if b.offer and b.reason is False and u.get("question") and not consents and not reason:
            b.offer = False  # the way out was offered for no issue, and gives way to a question
        self._hear_reason(u, signals, acts, reason)
        b.refused = False
        if {"cancelled", "declined"} & set(acts):
            if not denied:
                self.say("R13", 0, "stopped, though the shopper refused nothing")
            b.consent, b.offer, b.refused, b.gave_up, b.fruitless = False, False, True, False, 0
        if (
            review
            and (b.due or b.announced or b.unsure)
            and {"update_redirect", "ticket_exists", "offer_ticket"} & set(acts)
        ):
            # Perhaps the review asked for is filed already (R12): sameness is not judged here.
            b.unsure, b.consent, b.offer, b.reason = True, None, False, None
            b.refused = b.refused or bool({"cancelled", "declined"} & set(acts))
        elif perhaps and not consents:
            b.unsure, b.consent, b.offer, b.reason = True, None, False, None
        elif consents:
            if not b.consent:
                b.gave_up, b.fruitless = False, 0
            b.consent, b.offer, b.refused = True, False, False
        if b.open_yes and not b.consent:
            b.reason = None  # it may have filed just now
            b.extra, b.maybe = set(), b.maybe | b.extra
        if "answer" in acts and not b.consent:
            b.answered = True
        return gained

    def _hear_dispute(
        self, signals: set[str], reason: str | None, *, review: bool, unanswered: bool, refused: bool
    ) -> None:
        """Whether the present issue is a dispute; None where another issue may have taken its place."""
        b = self.b
        if refused and (reason or unanswered):  # declined, or taken over in the same breath: only the table knows
            b.dispute = None if b.dispute or "disputes" in signals else b.dispute
        elif reason and "disputes" in signals:
            b.dispute = b.dispute or ((review or b.reason is False) and not (b.due or b.announced or b.unsure)) or None
        elif (reason or unanswered) and b.dispute and not b.consent:
            b.dispute = None

    def _hear_reason(self, u: Mapping[str, Any], signals: set[str], acts: Sequence[str], reason: str | None) -> None:
        b = self.b
        repeats = bool(b.due or b.announced or b.unsure) and {"update_redirect", "ticket_exists"} & set(acts)
        if reason and repeats and not b.consent:
            b.reason = None if not b.reason else b.reason  # the filed issue again, or another: not told from outside
        elif reason:
            b.reason = True
        elif "no_answer" in acts and "offer_ticket" in acts:
            b.reason = True  # R3; while a ticket is being collected the reason stays as it is (R15)
        elif "no_answer" in acts and not b.consent and "update_redirect" not in acts:
            b.reason = (
                b.reason or None
            )  # declined before, perhaps, and then it is the reason of whoever asks for a ticket (R10)
        elif b.answered and ("unhelped" in signals or {"wants_ticket", "about_that"} <= signals):
            b.reason = b.reason or None if b.reason is not True else True
        if reason or u.get("question") or "unhelped" in signals:
            b.offered_once = False

    def _replies(
        self, turn: Seen, u: Mapping[str, Any], direct: Sequence[Seen], before: tuple[bool | None, bool], gained: bool
    ) -> None:
        b = self.b
        acts = [r.act or "" for r in direct]
        signals = set(u.get("signals") or ())
        for r in direct:
            known = {n for n in ("name", "email", "reason") if getattr(b, n)} | b.extra
            for asked in sorted(set(r.asks) & known):
                self.say("R2", r.seq, f"{asked} is asked for, though it was given")
            if r.act in ("ask", "remind") and b.reason is not None and set(r.asks) < b.missing(self.t.required_fields):
                self.say(
                    "R9",
                    r.seq,
                    f"does not name all that is missing: {sorted(b.missing(self.t.required_fields) - set(r.asks))} left out",
                )
            if r.act == "invalid" and len(r.asks) != 1:
                self.say("R6", r.seq, "asks for more, or less, than the one impossible field")
            if r.asks and b.consent is False:
                self.say("R7", r.seq, "asks for fields without consent")
            if r.asks and b.gave_up:
                self.say("R9", r.seq, "goes on asking after it gave the support email as the way out")
            if r.act == "offer_ticket":
                self._offer(r, bool(before[0] and b.consent))
            self._once(r)
        self._fruit(direct, acts, bool(before[0] and b.consent) and not gained)
        way_out = b.dull >= 2 and {"give_email", "offer_ticket"} <= set(acts)
        greeted, b.greeted = b.greeted, u.get("greeting_name") or b.greeted
        self._use(turn, acts, gained or b.open_yes or greeted != b.greeted)
        if "asks_update" in signals and "disputes" not in signals and "update_redirect" not in acts:
            self.say("R11", turn.seq, "a question about an existing ticket did not get the support email")
        only_update = not (u.get("reason") or u.get("question") or "unhelped" in signals)
        if "asks_update" in signals and only_update and "offer_ticket" in acts:
            self.say("R11", turn.seq, "a question about an existing ticket got an offer")
        if "asks_contact" in signals and "contact" not in acts:
            self.say("R14", turn.seq, "a question how to reach people did not get the approved answer")
        if "secret" in signals and acts[:1] != ["privacy"]:
            self.say("R17", turn.seq, "a secret was masked and the shopper was not told")
        if "chats" in signals and only_update and "unhelped" not in signals and "offer_ticket" in acts and not way_out:
            self.say("R15", turn.seq, "chit-chat got an offer")
        if (
            {"disputes", "wants_review"} <= signals
            and words.reason_or_none(u.get("reason"))
            and "offer_ticket" in acts
            and not b.unsure
        ):
            self.say("R18", turn.seq, "a demand for review is consent at once and got an offer")
        if "invite_rating" in acts and not signals & {"thanks", "goodbye"}:
            self.say("R19", turn.seq, "a rating was invited before the conversation had come to an end")

    def _offer(self, r: Seen, consent: bool) -> None:
        b = self.b
        if consent:
            self.say("R7", r.seq, "a ticket is offered though consent was given")
        if b.offered_once:
            self.say("R10", r.seq, "a second offer for the same issue")
        if r.asks:
            self.say("R10", r.seq, "an offer is a plain yes-or-no question and asks for no field")
        if not b.consent:
            b.consent, b.offer, b.offered_once, b.refused = False, True, True, False

    def _fruit(self, direct: Sequence[Seen], acts: Sequence[str], unfruitful: bool) -> None:
        b = self.b
        asking = [r for r in direct if r.asks]
        answered = {r.text for r in direct if r.act in _ANSWERED}
        fresh = answered - b.digressions
        b.digressions = b.digressions | answered if unfruitful else set()
        if not unfruitful or fresh:
            b.fruitless = 0
        elif asking:
            b.fruitless += 1
            if b.fruitless >= 3:
                self.say("R9", asking[0].seq, "asks on after three fruitless questions")
        if "give_email" in acts and b.consent:
            b.gave_up = True

    def _use(self, turn: Seen, acts: Sequence[str], progress: bool) -> None:
        """R13: whoever got three replies in a row without progress has heard the way out by the third."""
        b = self.b
        useful = set(acts) - _CLOSING
        b.dull = 0 if useful - _USELESS else b.dull + bool(acts)
        if progress or (set(acts) - _USELESS and not set(acts) <= _CLOSING):
            b.useless = 0
        elif set(acts) <= _USELESS and acts:
            b.useless += 1
            if b.useless >= 3:
                self.say("R13", turn.seq, "three replies in a row without progress, and the way out was not named")

    # ------------------------------------------------------------ completion and tickets

    def _complete(self, seq: int, *, asked: bool = False) -> bool | None:
        """True where a ticket is complete now; None where it may be, for whether its reason stands cannot be told."""
        b = self.b
        wanting = set(self.t.required_fields) - b.extra
        if b.consent is False or not (b.name and b.email) or b.reason is False or wanting - b.maybe:
            return False
        if b.reason is None or b.consent is None or wanting:
            if not asked:
                b.extra, b.maybe = set(), b.maybe | b.extra
                b.unsure, b.consent, b.offer, b.reason = True, None, False, None
            return None
        b.due.append((seq, b.name, b.email, b.dispute))
        b.reason, b.consent, b.offer, b.offered_once, b.refused = False, False, False, False, False
        b.gave_up, b.fruitless, b.answered, b.dispute, b.extra, b.maybe = False, 0, False, False, set(), set()
        return True

    def _unprompted(self, replies: Sequence[Seen]) -> None:
        for r in replies:
            if r.act in _TICKET:
                self._announced(r)
            elif r.who == "bot":
                self._once(r)
                if r.asks and self.t.turns[0].who != "bot" and not self.helped:
                    self.say("R9", r.seq, "asks without a message to answer")

    def _announced(self, r: Seen) -> None:
        b = self.b
        reference = str((r.ticket or {}).get("reference") or "")
        if not reference:
            self.say("R13", r.seq, "a ticket is announced without its reference")
            return
        if reference not in b.announced:
            if len(b.announced) >= len(b.due) and not b.unsure:
                self.say("R7", r.seq, "a ticket nobody had agreed to, or that lacked a field")
        elif r.act == "ticket_saved" or b.announced[reference] == "ticket_filed":
            self.say("R12", r.seq, f"the ticket {reference} is announced again")
        b.announced[reference] = r.act or ""
        if reference not in r.text:
            self.say("R13", r.seq, "the reference is not said")
        if not words.FIRST_ANSWER.search(r.text):
            self.say("R13", r.seq, "does not say that a first acknowledgement comes within 24-48 hours")
        order = [t.reference for t in self.t.tickets] or list(b.announced)
        place = order.index(reference) if reference in order else len(b.due)
        if place < len(b.due) and b.due[place][3] and not b.unsure and not words.SAME_THREAD.search(r.text):
            self.say("R18", r.seq, "a dispute, and the case thread of the outcome is not named")

    def _tickets(self) -> None:
        b = self.b
        last = self.t.turns[-1].seq if self.t.turns else 0
        if self.t.settled and len(b.announced) < len(b.due) and not b.unsure:
            seq = b.due[len(b.announced)][0]
            self.say("R8", seq, "consent and all three fields were there, and no ticket was filed or saved")
        said = words.bag(" ".join(b.said))
        seen: set[str] = set()
        for place, ticket in enumerate(self.t.tickets):
            if ticket.reference in seen:
                self.say("R12", last, f"the ticket {ticket.reference} was passed twice")
            seen.add(ticket.reference)
            allowed = {"name", "email", "reason", *self.t.required_fields}
            if set(ticket.fields) - allowed or not {"name", "email", "reason"} <= set(ticket.fields):
                self.say("R1", last, f"the ticket {ticket.reference} carries {sorted(ticket.fields)}")
            envelope = ticket.passed.get("envelope") or {}
            if extra := (set(ticket.passed) - allowed - _BESIDE) | (set(envelope) - _ENVELOPE):
                self.say("R1", last, f"the helpdesk call of {ticket.reference} carries {sorted(extra)}")
            name, email = words.name_or_none(ticket.fields.get("name")), words.email_or_none(ticket.fields.get("email"))
            if not name or not email or not words.reason_or_none(ticket.fields.get("reason")):
                self.say("R6", last, f"the ticket {ticket.reference} carries a value that cannot be its field")
            if any(words.holds_card(str(v)) for v in ticket.fields.values()):
                self.say("R17", last, f"the ticket {ticket.reference} carries a payment card number")
            if place < len(b.due) and (name, email) != b.due[place][1:3] and not b.unsure:
                self.say(
                    "R5", b.due[place][0], f"the ticket {ticket.reference} does not carry the latest name and address"
                )
            if said and (foreign := words.bag(str(ticket.fields.get("reason"))) - said):
                self.say(
                    "R3", last, f"the reason of {ticket.reference} is not in the shopper's words: {sorted(foreign)[:5]}"
                )
        if len(seen) > len(b.due) and not b.unsure:
            self.say("R12", last, f"{len(seen)} tickets for {len(b.due)} consents")

    # ------------------------------------------------------------ words, whoever asked

    def _once(self, r: Seen) -> None:
        if r.act == "invite_rating":
            if self.b.invited:
                self.say("R19", r.seq, "a rating is invited a second time")
            self.b.invited = True

    def _words(self, r: Seen) -> None:
        if r.who != "bot":
            return
        allowed = {"name", "email", "reason", *self.t.required_fields}
        if extra := set(r.asks) - allowed:
            self.say("R1", r.seq, f"asks for {sorted(extra)}")
        for rule, reason in words.faults(r.act or "", r.text, self.t.support_email, self.t.required_fields):
            self.say(rule, r.seq, reason)
        if r.act == "answer":
            passages = [str(s.get("passage", "")) for s in r.sources]
            if not passages or not all(s.get("article") for s in r.sources):
                self.say("R15", r.seq, "an answer without its source")
            elif not any(r.text in p or p in r.text for p in passages):
                self.say("R15", r.seq, "an answer that is not what its source says")


def judge(transcript: Transcript) -> list[Violation]:
    """Every violation of R1-R15 and R17-R19 that can be seen from outside, in order; empty for a lawful conversation. What
    words alone tell is named `words:` and the rule (`dialogue.referee.sight`)."""
    return sorted([*_Judge(transcript).run(), *look(transcript)], key=lambda v: (v.seq, v.rule))


def unequal(transcripts: Iterable[Transcript]) -> list[str]:
    """R16: the same messages, understood the same, in the same order get the same replies. A line for each that differ;
    tickets' own words are left out, for they are the helpdesk's doing."""
    told: dict[tuple[str, ...], tuple[str, ...]] = {}
    problems = []
    for transcript in transcripts:
        path: tuple[str, ...] = ()
        for turn, replies in exchanges(transcript.turns):
            heard = repr(sorted((turn.understood or {"text": turn.text}).items(), key=str)) if turn else ""
            path = (*path, heard)
            said = tuple(
                f"{r.act}: {re.sub(r'AO-[A-Z0-9]+-', 'AO-', r.text)}"
                for r in replies
                if r.who == "bot" and r.act not in _TICKET
            )
            if told.setdefault(path, said) != said:
                problems.append(f"R16: {told[path]} and {said} for the same words")
    return problems
