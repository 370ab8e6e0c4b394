"""Every word the bot says, in catalogues: approved phrases or nothing. No randomness (R16), no fourth field (R1), no
promise and no status (R15), never "re-open" (R11). English is here, the other languages are in `bot/chat/locales`, with
the widget's words beside them. `tests/bot/chat/test_phrases.py` reads every line of all of them.

The approved contact answer (R14) is in no other catalogue: until a shop approves a translation, it is said as it was
approved.
"""

from __future__ import annotations

import functools
import pathlib
import re
from collections.abc import Mapping
from typing import Any

import orjson
from babel.lists import format_list

from dialogue.states import State
from dialogue.vocabulary import Answer

LOCALES = pathlib.Path(__file__).resolve().parent / "locales"

#: What a language is called in ISO 639; a page may say anything.
_CODE = re.compile(r"[a-z]{2,3}")

#: Phrases that say nothing but that a message was not understood: what the console counts as such.
NOT_UNDERSTOOD = ("clarify",)

#: The approved English phrases have no comma before the last "and", which is how British English writes a list.
_LISTS = {"en": "en_GB"}

FIELD_NAMES = {"name": "your full name", "email": "your email address", "reason": "the reason for the issue"}

ENGLISH: Mapping[str, str] = {
    # R14: the approved answer, to the letter.
    "contact": "You can contact support at {support_email} or open a support ticket through the helpdesk. If live chat "
    "offers escalation, provide your full name, email address, and the reason for the issue.",
    "greet": "Hello! How can I help you today?",
    "greet_name": "Hello {name}! How can I help you today?",
    "answer": "{answer}",
    "answer_published": "You asked: “{question}” There is an article about it now:\n\n{answer}",
    "no_answer": "I'm sorry, I have no published article that answers this, so I won't guess.",
    "untranslated": "I have this article in English only:",
    "no_answer_here": "I can't answer that here.",
    "smalltalk": "I'm the shop's assistant, so I can only help with orders, delivery, returns, refunds and support.",
    "calm": "I can hear that you are upset. Whenever you like, I'm here to help with orders, delivery, returns, "
    "refunds and support.",
    # R21: a shop says it in its own words, or names whom to call (`bot.chat.own_words`); else this is said.
    "danger": "I'm so sorry that you are going through this. I'm only a shop's assistant and can't give you the help "
    "that you deserve, but there are people who can, right now. {help} You are not alone.",
    "danger_help": "If you or somebody near you is in danger, please call your local emergency number, such as 112 or "
    "911. People who listen, in confidence and free of charge, are listed for your country at "
    "https://findahelpline.com.",
    "offer_ticket": "Would you like me to open a support ticket for this?",
    "offer_ticket_lost": "Would you like me to open a support ticket, so that the team writes to you by email?",
    "offer_stands": "The offer of a support ticket for this stands: just say yes or no.",
    "offer_stands_same_reason": "I have that noted already. Shall the team look into it with a ticket? Just say yes "
    "or no.",
    "offer_stands_detail": "Thanks, I have added that. The offer of a support ticket stands: just say yes or no.",
    "offer_stands_email": "Thanks, I have noted the new email address. The offer of a support ticket stands: just say "
    "yes or no.",
    "offer_stands_name": "Thanks, I have noted the new name. The offer of a support ticket stands: just say yes or no.",
    "thanks_offer": "You're welcome. The offer of a support ticket stands, if you want one.",
    "ask": "To open the ticket I need {missing}.",
    "remind": "For the ticket I still need {missing}.",
    "invalid_email_no_at": "That doesn't look like an email address: it has no @ sign. Which email address shall I "
    "use?",
    "invalid_email_of_shop": "That is the shop's own address. Which email address of yours shall I use?",
    "invalid_email_no_top_level": "That email address lacks its ending, such as .com. What is the whole address?",
    "invalid_email_malformed": "That email address can't be right. Could you check it and write it once more?",
    "invalid_name_digits": "A number can't be a name. What is your full name?",
    "unusable_email_no_at": "That doesn't look like an email address: it has no @ sign, so I have not stored it.",
    "unusable_email_of_shop": "That is the shop's own address, so I have not stored it.",
    "unusable_email_no_top_level": "That email address lacks its ending, such as .com, so I have not stored it.",
    "unusable_email_malformed": "That email address can't be right, so I have not stored it.",
    "unusable_name_digits": "A number can't be a name, so I have not stored it.",
    "did_you_mean": "{typed} looks like a slip. Did you mean {likely}? "
    "If it is right as you wrote it, just send it once more.",
    "did_you_mean_whole": "{typed} can't be an email address. Did you mean {likely}?",
    "ticket_filed": "Your support ticket is filed. Its reference is {reference}. The team writes to you by email; a "
    "first acknowledgement comes within 24-48 hours.",
    "ticket_filed_dispute": "Your request for a review is filed. Its reference is {reference}. It gets an independent "
    "review, and the outcome comes in the same case thread by email; a first acknowledgement comes within 24-48 hours.",
    # The mail to somebody who has left the chat: between these stand the words of the turn that they missed.
    "mail_subject": "Your support request {reference} is filed",
    "mail_greeting": "Hello {name},",
    "mail_reason": "What you told us:",
    "mail_answer": "For anything about this request, answer this mail or write to {support_email}, and mention the "
    "reference {reference}.",
    # The mail to somebody who asked what no article answered, once one does: between these stand their question, the
    # article's title and passage.
    "mail_published_subject": "The answer to your question",
    "mail_published_hello": "Hello,",
    "mail_published_asked": "In our chat you asked what we could not answer then:",
    "mail_published_answer": "There is an article about it now, “{title}”:",
    "mail_published_link": "The whole article: {link}",
    "mail_published_why": "You get this mail once, because you asked and gave us your address. If it does not answer "
    "your question, answer this mail or write to {support_email}.",
    "ticket_saved": "Your request is saved under the reference {reference}. The helpdesk can't be reached right now; "
    "it will be filed as soon as it can be, and you need not do anything. A first acknowledgement comes within 24-48 "
    "hours after that.",
    "ticket_saved_dispute": "Your request for an independent review is saved under the reference {reference}. The "
    "helpdesk can't be reached right now; it will be filed as soon as it can be, and you need not do anything. The "
    "outcome comes in the same case thread. A first acknowledgement comes within 24-48 hours after that.",
    "ticket_exists": "Your ticket is with the team already: its reference is {reference}. They write to you by email.",
    "update_redirect": "Live chat can't confirm the status of support tickets or change them. For anything about an "
    "existing ticket, please write to {support_email}.",
    "update_redirect_known": "Live chat can't confirm the status of support tickets or change them. For anything "
    "about ticket {reference}, please write to {support_email} and mention that reference.",
    "cancelled": "All right, I've stopped. Nothing was filed.",
    "declined": "All right, no ticket. I'm here if anything else comes up.",
    "noted_declined": "I have that noted. No ticket was opened; if you want one, just say so.",
    "nothing_to_cancel": "No problem. Nothing is being prepared here at the moment.",
    "give_email": "I'll stop asking. You can write to {support_email} at any time. If you send {missing} here, "
    "I'll file the ticket at once.",
    "give_email_lost": "I'm sorry that I could not help so far. You can write to {support_email} at any time.",
    "give_email_offer": "You can also write to {support_email} at any time. The offer of a "
    "support ticket stands: just say yes or no.",
    "give_email_alone": "I'm sorry that you were left waiting. You can write to "
    "{support_email} at any time, or tell me here what you need.",
    "give_email_alone_open": "I'm sorry that you were left waiting. You can write to "
    "{support_email} at any time. If you send {missing} here, I'll file the ticket at once.",
    "privacy": "For your safety I have removed what looked like a card number, code or password from your message. "
    "Please never share such details in chat.",
    "noted": "Thanks, I have noted that. How can I help you?",
    "noted_after_filing": "Thanks, I have noted that for any further ticket. A ticket that is filed stays as it is; "
    "to change something about it, please write to {support_email}.",
    "clarify": "I'm not sure what you mean. You can ask me about orders, delivery, returns or refunds, or say that "
    "you would like a support ticket.",
    "all_right": "All right. Is there anything else I can help you with?",
    "thanks": "You're welcome!",
    "thanks_rating": "Thank you for your feedback!",
    "goodbye": "Goodbye, and thank you for stopping by!",
    "goodbye_open": "Goodbye! Nothing has been filed so far; you can come back here or write to {support_email} at "
    "any time.",
    "invite_rating": "If you like, rate this chat from 1 to 5, with a comment if you wish. It's fine to skip this.",
    "agent_joined": "{agent} from our support team has joined this chat. The assistant is silent while they are here.",
    "agent_left": "{agent} has left this chat. The assistant is here again.",
    "agent_gone": "{agent} is no longer in this chat. The assistant is here again.",
    # Files that a shopper sends (R1); `file_…`: why one is not taken.
    "thanks_files": "Thank you, that is in this chat now, where our team can see it.",
    "thanks_files_alone": "Thank you, that is in this chat now, where our team can see it. How can I help you with it?",
    "thanks_files_offer": "Thank you, that is in this chat now, where our team can see it. The offer of a support "
    "ticket stands: just say yes or no.",
    "thanks_files_open": "Thank you, that is in this chat now, where our team can see it. What I asked before still "
    "stands.",
    "files_privacy": "One request: please never send a payment card, a password or a code, in a file either. I can't "
    "look into files, so I can't remove it there.",
    "file_empty": "This file is empty. Please choose another one.",
    "file_kind": "This kind of file can't be sent here. JPEG, PNG, WebP, HEIC, PDF and plain text can.",
    "file_animated": "Animated files can't be sent here. A single still one can.",
    "file_pixels": "This file has too many pixels. Please send it in a smaller size, up to {most} megapixels.",
    "file_broken": "This file can't be opened: it may be damaged or cut off. Please try another copy.",
    "file_big": "This file is too big. A file may have up to {most} MB.",
    "file_many": "This chat holds as many files as it can. You can write to {support_email} for more.",
    "file_fast": "Many files have come from your address lately. Please try again in a while.",
    "file_full": "No more files can be taken right now. You can write to {support_email} instead.",
    "file_late": "The file could not be checked in time. Please try again in a moment.",
    "file_virus": "This file can't be taken: our virus scanner found something in it. Please send another one.",
    "file_unscanned": "Files can't be checked for viruses right now. Please try again in a moment.",
    # Beside what CLDR knows of hours and days.
    "hours_daily": "daily",
    "hours_all_day": "24 hours",
    "hours_closed": "Closed: {days}",
    "choice_yes": "Yes, open a ticket",
    "choice_no": "No, thanks",
    "choice_address": "{likely}",
}


@functools.cache
def catalogue(language: str) -> Mapping[str, Any]:
    """What `bot/chat/locales` holds for a language: `fields`, `bot`, `widget`, `direction`, `name`."""
    found: dict[str, Any] = orjson.loads((LOCALES / f"{language}.json").read_bytes())
    return found


def direction(language: str) -> str:
    """`rtl` where a language is written from right to left, else `ltr`."""
    return "ltr" if language == "en" else str(catalogue(language)["direction"])


@functools.cache
def languages() -> frozenset[str]:
    """The languages beside English."""
    return frozenset(path.stem for path in LOCALES.glob("*.json"))


def base_language(locale: str | None) -> str | None:
    """The language of a locale such as `de-AT` or `pt_BR`, spoken here or not."""
    return (locale or "").replace("_", "-").split("-")[0].lower() or None


def language_of(locale: str | None) -> str:
    """The language to speak for a locale; English where there is no catalogue for it."""
    language = base_language(locale) or ""
    return language if language in languages() else "en"


def spoken(state: State, locale: str | None) -> str:
    """The language to speak in a conversation: that of the shopper's words, the page's until they told."""
    return language_of(state.language or locale)


def language_in_use(state: State, locale: str | None) -> str:
    """The language of a conversation, whether it is spoken here or not: that of the shopper's words, the page's until
    they told; English where neither says one."""
    paged = base_language(locale) or ""
    return state.language or (paged if _CODE.fullmatch(paged) else "en")


def language_said(phrase: str, language: str) -> str:
    """The language in which `phrase` is said where `language` is spoken: the approved contact answer has one (R14)."""
    return "en" if phrase == "contact" else language


@functools.cache
def _elsewhere() -> Mapping[str, str]:
    found: dict[str, str] = orjson.loads((LOCALES / "elsewhere" / "sentences.json").read_bytes())
    return found


def elsewhere(language: str, support_email: str) -> str | None:
    """To somebody whose language is spoken by nobody here: what can be done for them all the same, in that language
    (R13). None where it is spoken, or where the sentence is not there."""
    sentence = None if language in ("en", *languages()) else _elsewhere().get(language)
    return sentence.format(support_email=support_email) if sentence else None


@functools.cache
def answers(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words that are a plain yes and a plain no in a language beside English, and the choices a shopper may tap, as
    `plainly` writes them."""
    own = ENGLISH if language == "en" else catalogue(language)["bot"]
    said = {"yes": [], "no": []} if language == "en" else catalogue(language)["answers"]
    yes, no = [*said["yes"], own["choice_yes"]], [*said["no"], own["choice_no"]]
    return frozenset(map(plainly, yes)), frozenset(map(plainly, no))


def plainly(text: str) -> str:
    """A short answer without case, marks and spaces around it."""
    return " ".join("".join(c if c.isalnum() or c in "'’" else " " for c in text.casefold()).split())


def join_fields(fields: tuple[str, ...], labels: Mapping[str, str] = {}, language: str = "en") -> str:
    """The named fields as that language writes a list: "your full name, your email address and the reason for the
    issue"; `labels` are of fields that the helpdesk requires beside the three."""
    known = FIELD_NAMES if language == "en" else catalogue(language)["fields"]
    names = [known[f] if f in FIELD_NAMES else labels[f] for f in fields]
    return format_list(names, locale=_LISTS.get(language, language))


def render(
    phrase: str,
    values: Mapping[str, Any],
    *,
    support_email: str,
    labels: Mapping[str, str] = {},
    language: str = "en",
) -> str:
    """The words of `phrase`. A KeyError here is a fault of ours: `tests/bot/chat/test_phrases.py` renders every
    phrase."""
    filled = dict(values)
    if "missing" in filled:
        filled["missing"] = join_fields(tuple(filled["missing"]), labels, language)
    said = language_said(phrase, language)
    words = ENGLISH if said == "en" else catalogue(said)["bot"]
    if phrase == "danger":
        filled.setdefault("help", words["danger_help"])
    text: str = words[phrase].format(**filled, support_email=support_email)
    return text


@functools.cache
def not_understood(support_email: str) -> frozenset[str]:
    """Every wording, in every language, of a reply that says that a message was not understood."""
    spoken = ("en", *languages())
    return frozenset(
        render(p, {}, support_email=support_email, language=lang) for p in NOT_UNDERSTOOD for lang in spoken
    )


def plain_answer(text: str, language: str) -> Answer | None:
    """A tapped choice, or a plain yes or no in a language that understanding does not speak, to the open offer."""
    if len(text) > 60:
        return None
    yes, no = answers(language)
    said = plainly(text)
    return Answer.AFFIRM if said in yes else Answer.DENY if said in no else None
