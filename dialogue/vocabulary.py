"""The closed sets of names that both sides of the house use. Names only; no behaviour."""

from __future__ import annotations

from enum import StrEnum


class Field(StrEnum):
    """The three fields of R1, in the order they are asked for."""

    NAME = "name"
    EMAIL = "email"
    REASON = "reason"


class Answer(StrEnum):
    AFFIRM = "affirm"
    DENY = "deny"


class IntentName(StrEnum):
    """The intents of `askonce understand` (protocol)."""

    GREET = "greet"
    GOODBYE = "goodbye"
    THANKS = "thanks"
    AFFIRM = "affirm"
    DENY = "deny"
    REQUEST_TICKET = "request_ticket"
    REPORT_ISSUE = "report_issue"
    ORDER_STATUS = "order_status"
    TICKET_UPDATE = "ticket_update"
    QUESTION = "question"
    CONTACT = "contact"
    OTHER = "other"


class Signal(StrEnum):
    """Elementary things recognised in a message, beside its fields, answer and intents."""

    GREETING = "greeting"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    WANTS_TICKET = "wants_ticket"
    ANOTHER_TICKET = "another_ticket"
    ABOUT_THAT = "about_that"
    UNHELPED = "unhelped"
    CANCELS = "cancels"
    FOLLOWS_UP = "follows_up"
    ASKS_UPDATE = "asks_update"
    ASKS_CONTACT = "asks_contact"
    DISPUTES = "disputes"
    WANTS_REVIEW = "wants_review"
    CHATS = "chats"
    SECRET = "secret"
    NAME_ASIDE = "name_aside"
    IN_DANGER = "in_danger"
    ABUSES = "abuses"


class Act(StrEnum):
    """What a bot turn does (protocol)."""

    GREET = "greet"
    ANSWER = "answer"
    NO_ANSWER = "no_answer"
    CONTACT = "contact"
    OFFER_TICKET = "offer_ticket"
    ASK = "ask"
    REMIND = "remind"
    INVALID = "invalid"
    TICKET_FILED = "ticket_filed"
    TICKET_SAVED = "ticket_saved"
    TICKET_EXISTS = "ticket_exists"
    UPDATE_REDIRECT = "update_redirect"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    GIVE_EMAIL = "give_email"
    PRIVACY = "privacy"
    INVITE_RATING = "invite_rating"
    THANKS = "thanks"
    GOODBYE = "goodbye"
    SMALLTALK = "smalltalk"
    CLARIFY = "clarify"
