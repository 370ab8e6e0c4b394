"""THE table: what the bot does, for every phase and every fact.

How to read it. A shopper's message is unpacked into facts (`dialogue.facts`), and each fact goes through this table in
turn: the row for the present phase and that fact changes the state and may ask for effects. When the last fact is in,
`TurnEnded` goes through the table too, and its row says what is still to be said: the offer, the question for what is
missing, the ticket. So "Hi, Jane Doe, jane@x.example, my order never came, please open a ticket" is six small steps
(greeting, email, name, issue, wish, end of turn), and its last step files.

    IDLE        nothing open                       an issue -> OFFERED, a wish -> COLLECTING
    OFFERED     a ticket was offered (R10)         yes, a wish or a missing field -> COLLECTING; no -> IDLE
    COLLECTING  consent is there (R7)              all three fields -> filed, IDLE (R8); three fruitless -> SILENT (R9)
    SILENT      consent is there, no more asking   all three fields -> filed, IDLE (R9)
    LOOKING_UP  a search is under way              its outcome -> back to where it came from
    ATTENDED    a person of the shop is here       they leave -> COLLECTING or SILENT where it was so, else IDLE

Nobody waits for ever (R13). A person who is here holds a lease, which the shell lets run out when they are gone: the
bot is back, says so, and whoever was left without a reply gets one. And where three replies in a row brought a shopper
nothing, the third names the support email and offers a ticket; that is the one offer that may be made without an issue.

Words of danger to life set all of this aside (R21): whatever the phase, they get one fixed reply and a flag for a
person, and what was open stays open in silence. Only name and address are taken from beside them, and a ticket that
these complete is filed with the next message.

A question that no article answered is remembered. When one is published that does, whoever asked hears it, once, as
news and not as a reply: nothing is agreed to, counted or set aside by it, and what stood open is said once more behind
it (R9, R10).

While ATTENDED the bot says nothing of its own, but it goes on taking in what the rules say must never be asked for
again, and a ticket that was agreed to and becomes complete is filed as ever (R8).

Consent is not a flag: it *is* the phases COLLECTING and SILENT, so it cannot be asked for twice. A field is never asked
for when it is there, because the only words that ask are made from `State.missing`. A ticket is filed in one place,
`dialogue.closing.finish`, which both phases reach at the end of every turn; nothing can stand between completeness and
filing. A reason is set in one place too, the gate of `dialogue.reasons`, which says of any wording whether it is filed,
refused, said already, more, or new.

Each row: a name that begins with the rule it serves, the phases, the fact, the action, an optional guard. Rows of
one phase and fact are tried from top to bottom and the last has no guard, so the table is total;
`tests/dialogue/test_table.py` holds that. A row whose action is `refuse` raises `IllegalEvent` and changes nothing.
When a row holds is said in `guards`, what it does in `actions` while a message is taken in, in `closing` at its end,
in `attended` while a person of the shop is there, in `evidence` with files, and in `published` when what was asked is
answered later. Rows' names are stored with every turn: they stay to the letter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dialogue import actions, attended, closing, evidence, published
from dialogue import events as e
from dialogue import guards as g
from dialogue.outcomes import Action
from dialogue.states import ATTENDED, COLLECTING, IDLE, LOOKING_UP, OFFERED, OPEN, SILENT, Phase, State, TicketStatus
from dialogue.vocabulary import Act

Guard = Callable[[State, Any], bool]


@dataclass(frozen=True)
class Row:
    """One line of the table: in these phases `do` decides this event, where `when` holds. `name` begins with the
    rule."""

    name: str
    phases: tuple[Phase, ...]
    event: type
    do: Action
    when: Guard | None = None


_TALKING = (IDLE, OFFERED, COLLECTING, SILENT)
_HEARD = (*_TALKING, ATTENDED)
_ALL = tuple(Phase)

TABLE: tuple[Row, ...] = (
    # Illegal while a search is under way: one message is decided before the next is heard.
    *(
        Row(f"order: {event.__name__} waits for the search", (LOOKING_UP,), event, actions.refuse)
        for event in (
            e.SecretMasked, e.DangerTold, e.Greeted, e.NameGiven, e.EmailGiven, e.ExtraGiven, e.ValueRejected,
            e.IssueStated, e.ReviewDemanded, e.FollowedUp, e.Unhelped, e.Cancelled, e.Denied, e.Affirmed,
            e.TicketWanted, e.UpdateAsked, e.ContactAsked, e.QuestionAsked, e.Thanked, e.SaidGoodbye, e.Chatted,
            e.Insulted, e.Mumbled, e.ScoreSaid, e.TurnEnded, e.CustomerIdentified, e.AnswerPublished, e.ShopperRated,
            e.FilesSent,
            e.AgentJoined, e.AgentSaid, e.AgentLeft,
        )
    ),
    Row("order: an article nobody asked for", _HEARD, e.ArticleFound, actions.refuse),
    Row("order: an empty search nobody asked for", _HEARD, e.NothingFound, actions.refuse),
    # R17
    Row("R17 a secret was masked: say so", _HEARD, e.SecretMasked, actions.privacy),
    # R21
    Row("R21 words of danger: the fixed reply, and a flag", _TALKING, e.DangerTold, actions.reply_to_danger),
    Row("R21 words of danger told to a person: the flag", (ATTENDED,), e.DangerTold, attended.flag_danger),
    # R2, R5, R6, R7: fields
    Row("R6 not a name: not stored", _HEARD, e.NameGiven, actions.keep, g.bad_name),
    Row("R5 another name replaces, and is no consent", _HEARD, e.NameGiven, actions.replace_name, g.name_known),
    Row("R21 a name beside words of danger is kept, and is no consent", (OFFERED,), e.NameGiven, actions.keep_name,
        g.in_danger),
    Row("R2 a bare name beside an offer is kept, and is no consent", (OFFERED,), e.NameGiven, actions.keep_name,
        g.said_aside),
    Row("R7 a missing name answers the offer", (OFFERED,), e.NameGiven, actions.name_at_offer),
    Row("R2 a name is kept", (IDLE, COLLECTING, SILENT, ATTENDED), e.NameGiven, actions.keep_name),
    Row("R6 not an address: not stored", _HEARD, e.EmailGiven, actions.keep, g.bad_email),
    Row("R5 another address replaces, and is no consent", _HEARD, e.EmailGiven, actions.replace_email, g.email_known),
    Row("R21 an address beside words of danger is kept, and is no consent", (OFFERED,), e.EmailGiven,
        actions.keep_email, g.in_danger),
    Row("R7 a missing address answers the offer", (OFFERED,), e.EmailGiven, actions.email_at_offer),
    Row("R2 an address is kept", (IDLE, COLLECTING, SILENT, ATTENDED), e.EmailGiven, actions.keep_email),
    Row("R1 a field that nobody requires: not stored", _HEARD, e.ExtraGiven, actions.keep, g.not_required),
    Row("R5 another value of a required field replaces, and is no consent", _HEARD, e.ExtraGiven, actions.replace_extra,
        g.extra_known),
    Row("R21 a required field beside words of danger is kept, and is no consent", (OFFERED,), e.ExtraGiven,
        actions.keep_extra, g.in_danger),
    Row("R7 a missing required field answers the offer", (OFFERED,), e.ExtraGiven, actions.extra_at_offer),
    Row("R1 a field that the helpdesk requires is kept", (IDLE, COLLECTING, SILENT, ATTENDED), e.ExtraGiven,
        actions.keep_extra),
    Row("R6 an impossible value is not stored", _TALKING, e.ValueRejected, actions.say_invalid_later),
    Row("R2 the page's customer fills blanks", _HEARD, e.CustomerIdentified, closing.fill_from_page),
    # R1: files are thanked for, and change nothing that is open
    Row("R1 files are thanked for", (IDLE,), e.FilesSent, evidence.thank),
    Row("R1 files beside an offer: thanked for, and the offer stands", (OFFERED,), e.FilesSent,
        evidence.thank_beside_offer),
    Row("R1 files while a ticket is collected: thanked for, and what was asked stands", OPEN, e.FilesSent,
        evidence.thank_while_asking),
    Row("R1 files are shown to the person", (ATTENDED,), e.FilesSent, evidence.show_the_person),
    # a person of the shop in the chat: nothing is said, and nothing that was said is lost
    Row("help: a person joins, and the bot falls silent", _TALKING, e.AgentJoined, attended.fall_silent),
    Row("help: another person takes over", (ATTENDED,), e.AgentJoined, attended.take_over, g.another_agent),
    Row("help: here already", (ATTENDED,), e.AgentJoined, actions.keep),
    Row("help: a person answers", (ATTENDED,), e.AgentSaid, attended.answered_by_person),
    Row("help: a person's words are their own", _TALKING, e.AgentSaid, actions.keep),
    Row("R13 an earlier stay ran out, and this one goes on", (ATTENDED,), e.AgentLeft, actions.keep, g.ran_out_earlier),
    Row("R21 the person is gone, and words of danger are unanswered: the fixed reply", (ATTENDED,), e.AgentLeft,
        attended.left_alone_in_danger, g.left_in_danger),
    Row("R13 the person is gone: the bot is back, with a reply for who waits", (ATTENDED,), e.AgentLeft,
        attended.left_alone,
        g.ran_out),
    Row("help: the person leaves, and the bot is back", (ATTENDED,), e.AgentLeft, attended.come_back),
    Row("help: nobody is here to leave", _TALKING, e.AgentLeft, actions.keep),
    # R3, R4, R10, R12, R18: issues
    Row("R6 not a reason: not stored", _HEARD, e.IssueStated, actions.keep, g.bad_reason),
    Row("R12 the issue of a filed ticket again", _TALKING, e.IssueStated, actions.repeat_of_ticket,
        g.issue_of_a_ticket),
    Row("R10 the refused issue again: no second offer", (IDLE,), e.IssueStated, actions.same_reason,
        g.issue_just_refused),
    Row("R10 an issue without consent: offer", (IDLE,), e.IssueStated, actions.offer),
    Row("R4 the same reason again changes nothing", (OFFERED, *OPEN), e.IssueStated, actions.same_reason,
        g.nothing_new),
    Row("R4 new detail is appended", (OFFERED, *OPEN), e.IssueStated, actions.append_detail, g.has_reason),
    Row("R7 a missing reason answers the offer", (OFFERED,), e.IssueStated, actions.reason_at_offer),
    Row("R3 the reason was missing", OPEN, e.IssueStated, actions.first_reason),
    Row("R3 an issue told to a person is the reason", (ATTENDED,), e.IssueStated, attended.told_the_agent),
    Row("R6 a review without words: not stored", _HEARD, e.ReviewDemanded, actions.keep, g.bad_reason),
    Row("R12 the review asked for is filed already", _TALKING, e.ReviewDemanded, actions.repeat_of_ticket,
        g.issue_of_a_ticket),
    Row("R12 asked a person for the review that is filed", (ATTENDED,), e.ReviewDemanded, actions.keep,
        g.issue_of_a_ticket),
    Row("R18 a review asked of a person: issue and consent", (ATTENDED,), e.ReviewDemanded,
        attended.review_told_the_agent),
    Row("R18 disagreement that asks for review: issue and consent", _TALKING, e.ReviewDemanded, actions.review),
    Row("R6 not a follow-up: not stored", _HEARD, e.FollowedUp, actions.keep, g.bad_reason),
    Row("R3 told a person to follow up: the issue", (ATTENDED,), e.FollowedUp, attended.told_the_agent),
    Row("R12 follow-up after filing is an update", _TALKING, e.FollowedUp, actions.repeat_of_ticket,
        g.issue_of_a_ticket),
    Row("R4 follow-up on a refused issue", (IDLE,), e.FollowedUp, actions.same_reason, g.issue_just_refused),
    Row("R4 follow-up is the reason again", _TALKING, e.FollowedUp, actions.same_reason, g.nothing_new),
    Row("R3 a follow-up states the issue", (IDLE,), e.FollowedUp, actions.offer),
    Row("R4 a follow-up names more", (OFFERED, *OPEN), e.FollowedUp, actions.append_detail, g.has_reason),
    Row("R3 a follow-up is the missing reason", (OFFERED, *OPEN), e.FollowedUp, actions.first_reason),
    Row("R12 the answer did not help, and its question is filed", (IDLE,), e.Unhelped, actions.repeat_of_ticket,
        g.issue_of_a_ticket),
    Row("R10 the answer did not help, and the ticket was declined", (IDLE,), e.Unhelped, actions.same_reason,
        g.issue_just_refused),
    Row("R3 the answer did not help: its question is the issue", (IDLE,), e.Unhelped, actions.question_becomes_issue,
        g.answered_before),
    Row("R4 not helped, nothing answered before", _TALKING, e.Unhelped, actions.keep),
    # R7, R9, R10, R12: consent and refusal
    Row("R10 never mind declines the offer", (OFFERED,), e.Cancelled, actions.decline),
    Row("R10 never mind stops the collection", OPEN, e.Cancelled, actions.cancel),
    Row("R10 nothing is open to cancel", (IDLE,), e.Cancelled, actions.nothing_to_cancel),
    Row("R10 no to the offer", (OFFERED,), e.Denied, actions.decline),
    Row("R7 a no beside a field is no refusal", OPEN, e.Denied, actions.keep, g.field_comes_too),
    Row("R10 no while collecting stops it", OPEN, e.Denied, actions.cancel),
    Row("R10 no, and nothing was asked", (IDLE,), e.Denied, actions.no_to_nothing),
    Row("R7 a yes before the offer is made agrees to nothing", (OFFERED,), e.Affirmed, actions.keep, g.offer_due),
    Row("R7 yes to the offer", (OFFERED,), e.Affirmed, actions.agree),
    Row("R7 yes after all", (IDLE,), e.Affirmed, actions.agree, g.just_refused),
    Row("R12 yes to a ticket already filed", (IDLE,), e.Affirmed, actions.point_at_ticket, g.just_filed),
    Row("R7 yes, and nothing was asked", (IDLE,), e.Affirmed, actions.all_right),
    Row("R7 consent is there already", OPEN, e.Affirmed, actions.keep),
    Row("R12 wished for, and the ticket was pointed at already", (IDLE,), e.TicketWanted, actions.keep,
        g.pointed_already),
    Row("R12 a ticket about a question that is filed", (IDLE,), e.TicketWanted, actions.point_at_answered,
        g.about_a_filed_answer),
    Row("R3 a ticket about the question just answered", (IDLE,), e.TicketWanted, actions.agree_about_answer,
        g.about_the_answer),
    Row("R12 the ticket wished for is filed already", (IDLE,), e.TicketWanted, actions.point_at_ticket,
        g.asks_again_for_filed),
    Row("R12 wished for beside an offer, and filed already", (OFFERED,), e.TicketWanted, actions.point_at_ticket,
        g.repeats_a_ticket),
    Row("R12 asked a person for a ticket already filed", (ATTENDED,), e.TicketWanted, actions.keep,
        g.asks_again_for_filed),
    Row("R7 a ticket asked of a person is consent", (ATTENDED,), e.TicketWanted, attended.agree_beside_agent),
    Row("R7 asking for a ticket is consent", (IDLE, OFFERED), e.TicketWanted, actions.agree),
    Row("R7 asked for again: consent is there already", OPEN, e.TicketWanted, actions.keep),
    # R11, R14, R15: answers
    Row("R11 an update: the support email", _TALKING, e.UpdateAsked, actions.redirect),
    Row("R14 the approved contact answer", _TALKING, e.ContactAsked, actions.contact),
    Row("R15 a question is looked up", _TALKING, e.QuestionAsked, actions.look_up),
    Row("R15 an article answers", (LOOKING_UP,), e.ArticleFound, actions.answer),
    Row("R10 no article for an issue: the offer alone", (LOOKING_UP,), e.NothingFound, actions.no_article_for_issue,
        g.for_issue),
    Row("R15 not the shop's matter", (LOOKING_UP,), e.NothingFound, actions.not_our_matter, g.not_ours),
    Row("R15 no article while collecting", (LOOKING_UP,), e.NothingFound, actions.cannot_answer_here, g.resumes_open),
    Row("R6 no article, and no words that could be a reason", (LOOKING_UP,), e.NothingFound, actions.gap_without_words,
        g.no_words),
    Row("R12 no article, and the question is filed", (LOOKING_UP,), e.NothingFound, actions.gap_about_ticket,
        g.issue_of_a_ticket),
    Row("R10 no article, and the ticket was declined", (LOOKING_UP,), e.NothingFound, actions.gap_refused,
        g.issue_just_refused),
    Row("R15 no article: a gap, and the question is the reason", (LOOKING_UP,), e.NothingFound, actions.gap),
    # R15: an article is published that answers what was asked before
    Row("R15 an answer that nobody here waits for", _HEARD, e.AnswerPublished, actions.keep, g.not_awaited),
    Row("help: an answer is published, and the person tells it", (ATTENDED,), e.AnswerPublished, actions.keep),
    Row("R21 after words of danger no published answer is told", _TALKING, e.AnswerPublished, actions.keep,
        g.danger_heard),
    Row("R15 the chat has come to an end, and no published answer is told", _TALKING, e.AnswerPublished, actions.keep,
        g.has_ended),
    Row("R15 who asked hears that it is answered", (IDLE,), e.AnswerPublished, published.tell),
    Row("R10 who asked hears that it is answered, and the offer stands", (OFFERED,), e.AnswerPublished,
        published.tell_beside_offer),
    Row("R9 who asked hears that it is answered, and what is missing is asked once more", (COLLECTING,),
        e.AnswerPublished, published.tell_and_ask_again),
    Row("R9 who asked hears that it is answered, and no more is asked", (SILENT,), e.AnswerPublished,
        published.tell_alone),
    # courtesy and R19
    Row("courtesy: a greeting", _TALKING, e.Greeted, actions.greet),
    Row("courtesy: thanks", _TALKING, e.Thanked, actions.courtesy(Act.THANKS)),
    Row("courtesy: goodbye", _TALKING, e.SaidGoodbye, actions.courtesy(Act.GOODBYE)),
    Row("R15 chit-chat gets a fixed reply", _TALKING, e.Chatted, actions.chat),
    Row("R15 abuse with nothing beside it gets one calm reply", _TALKING, e.Insulted, actions.calm, g.not_calmed),
    Row("R15 abuse again is chit-chat", _TALKING, e.Insulted, actions.chat),
    Row("R9 nothing was recognised", _TALKING, e.Mumbled, actions.keep),
    Row("R19 a score in words, when it was invited", _TALKING, e.ScoreSaid, actions.rate_in_words, g.just_invited),
    Row("R19 a number nobody asked for", _TALKING, e.ScoreSaid, actions.keep),
    Row("R19 rated already, or not a rating", _HEARD, e.ShopperRated, actions.keep, g.bad_score),
    Row("R19 a rating is kept once", _HEARD, e.ShopperRated, actions.rate),
    *(
        Row(f"help: {event.__name__} is said to the person", (ATTENDED,), event, actions.keep)
        for event in (
            e.Greeted, e.ValueRejected, e.Unhelped, e.Cancelled, e.Denied, e.Affirmed, e.UpdateAsked, e.ContactAsked,
            e.Thanked, e.SaidGoodbye, e.Chatted, e.Insulted, e.Mumbled, e.ScoreSaid,
        )
    ),
    Row("help: QuestionAsked is said to the person", (ATTENDED,), e.QuestionAsked, attended.ask_the_person),
    # R8, R12, R13: the helpdesk's word
    Row("R8 the helpdesk has it", _ALL, e.TicketAccepted,
        actions.ticket_outcome(Act.TICKET_FILED, TicketStatus.FILED, "filed"), g.known_and_unfiled),
    Row("R12 said already, or not ours", _ALL, e.TicketAccepted, actions.keep),
    Row("R13 the helpdesk is slow or down: saved", _ALL, e.TicketDelayed,
        actions.ticket_outcome(Act.TICKET_SAVED, TicketStatus.SAVED, "saved"), g.known_and_sent),
    Row("R13 said already, or not ours", _ALL, e.TicketDelayed, actions.keep),
    Row("R12 a reference is one ticket's alone: another stem", _ALL, e.ReferenceTaken, actions.other_stem),
    # the end of a turn
    Row("R21 beside the reply to danger nothing is offered, asked or filed", _TALKING, e.TurnEnded,
        closing.end_in_danger, g.in_danger),
    Row("R21 beside words of danger to a person nothing is filed", (ATTENDED,), e.TurnEnded, attended.end_attended,
        g.in_danger),
    Row("R15 first the article", _TALKING, e.TurnEnded, closing.search_first, g.search_due),
    Row("R8 complete means file", OPEN, e.TurnEnded, closing.finish, g.complete),
    Row("R8 complete means file, beside a person too", (ATTENDED,), e.TurnEnded, closing.file, g.agreed_and_complete),
    Row("help: the answer is the person's", (ATTENDED,), e.TurnEnded, attended.end_attended),
    Row("R13 goodbye with a ticket half collected", OPEN, e.TurnEnded, closing.leave_open, g.says_goodbye),
    Row("R6 say what was wrong with a value", (COLLECTING,), e.TurnEnded, closing.say_invalid, g.rejected_missing),
    Row("R9 ask for all that is missing", (COLLECTING,), e.TurnEnded, closing.ask, g.gave),
    Row("R9 remind, or stop asking", (COLLECTING,), e.TurnEnded, closing.remind),
    Row("R13 no more asking, and three replies brought nothing: the email", (SILENT,), e.TurnEnded, closing.email_again,
        g.third_useless),
    Row("R9 no more asking", (SILENT,), e.TurnEnded, closing.still_silent),
    Row("R10 the offer is made", (OFFERED,), e.TurnEnded, closing.make_offer, g.offer_due),
    Row("R13 an offer, and three replies brought nothing: the email too", (OFFERED,), e.TurnEnded,
        closing.way_out_beside_offer,
        g.third_useless),
    Row("R10 the offer stands", (OFFERED,), e.TurnEnded, closing.offer_stands),
    Row("R13 three replies brought nothing: the email, and the offer", (IDLE,), e.TurnEnded, closing.way_out,
        g.third_useless),
    Row("courtesy: what is left to say", (IDLE,), e.TurnEnded, closing.end_idle),
)  # fmt: skip

#: The rows of one phase and event, in the order in which they are tried.
INDEX: dict[tuple[Phase, type], list[Row]] = {}
for _row in TABLE:
    for _phase in _row.phases:
        INDEX.setdefault((_phase, _row.event), []).append(_row)


def find(state: State, event: e.TableEvent) -> Row:
    """The row that decides `event` in `state`. Total: `tests/dialogue/test_table.py` tries every phase and event."""
    return next(row for row in INDEX[state.phase, type(event)] if row.when is None or row.when(state, event))
