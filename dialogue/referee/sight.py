"""The referee's second pair of eyes: what words alone can tell, whatever was understood.

The first pair (`dialogue.referee.judge`) believes what was understood of a message, and so takes a conversation that
was misread for a lawful one. These eyes never look at it: they see the shopper's words, the page's own customer, what
the bot did, asked and filed. Findings carry the rule's name behind `words:`, such as `words:R6`.

They are one-sided: what is not certain from the words is passed over in silence. Where a person of the shop took
part, what they and the shopper agreed on is not judged.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from dialogue.referee import sets as sets
from dialogue.referee.losses import losses, unsaid_words
from dialogue.referee.sets import folded
from dialogue.referee.transcript import NOT_SAID, Passed, Seen, Transcript, Violation, exchanges
from dialogue.referee.words import holds_card, holds_secret

PREFIX = "words:"
#: Everything a finding may be named.
RULES = tuple(f"{PREFIX}R{n}" for n in (2, 3, 6, 7, 10, 12, 13, 17, 19))
_TICKET = ("ticket_filed", "ticket_saved")
_STOPPED = ("declined", "cancelled")
_USELESS = ("clarify", "smalltalk")
#: Replies without progress in a row, after which the way out must have been named (R13).
_PATIENCE = 3
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
LINK = re.compile(r"(?:\bhttps?://|\bwww\.)\S+", re.I)
ADDRESS = re.compile(r"(?<![\w.+%'-])[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
#: An address that nobody doubts.
_PLAIN_ADDRESS = re.compile(r"[a-z0-9][a-z0-9._+-]*@[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*\.[a-z]{2,}", re.I)
_EMAIL_LABEL = re.compile(
    r"(?:my |meine |mon |mi |meu |o meu )?(?:e-?mail(?:[ -]?(?:address|adresse))?|adresse e-?mail|"
    r"correo(?: electrónico)?|البريد الإلكتروني|بريدي)(?: is| ist| est| es| é|\s*[:=]| هو)\s*(?P<value>\S+?)[.!]?",
    re.I,
)
#: What somebody is called by, told in passing: no full name, and not nothing (R6).
_CALLED = re.compile(r"(?:i'?m|i am|this is|ich bin|je suis|c'est|soy|(?:eu )?sou|أنا) \S{1,40}", re.I)
_NAME_LABEL = re.compile(
    r"(?:(?:my )?full name|my name|name|mein name|nombre|nom|nome|meu nome)"
    r"(?: is| ist| est| es| é|\s*[:=])\s*(?P<value>.+?)[.!]?|"
    r"(?:je m'appelle|me llamo|ich heiße|(?:eu )?me chamo|اسمي(?: هو)?)\s+(?P<value2>.+?)[.!]?",
    re.I,
)
#: A number to call, or a link: where the reply to words of danger says that help is to be had (R21).
_LEADS_TO_HELP = re.compile(r"\d{2,}|https?://")
_FULL_NAME = re.compile(r"[^\W\d_][^\W\d_'’-]*[^\W\d_](?: [^\W\d_][^\W\d_'’-]*[^\W\d_]){1,3}")
_TOLD_OF = re.compile(r"@|://")


#: Where most mailboxes are.
_GREAT = ("gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com")


def _looks_like_a_slip(address: str) -> bool:
    """Whether its domain has the letters of a great one but for two at most, and is another."""
    domain = address.rpartition("@")[2]
    own = Counter(domain)
    return any(domain != great and ((own - Counter(great)) + (Counter(great) - own)).total() <= 2 for great in _GREAT)


@dataclass
class _Chat:
    """Where the walk stands, as far as words tell it."""

    offered: Seen | None = None  # the offer that the very next message answers
    open: bool = False  # an offer or a collection is: what is told is added to the reason (R4)
    told: frozenset[str] = frozenset()  # its issue's words, and those that useless replies met since
    refused: bool = False
    #: Useless replies in a row: the words that clarified, and whether the message may have told a detail.
    useless: list[tuple[str, bool]] = field(default_factory=list)
    issue: tuple[str, ...] = ()  # the words of the message that the last offer answered
    #: Words whose offer was plainly refused, and whether it followed a search that had found nothing.
    declined: list[tuple[tuple[str, ...], bool]] = field(default_factory=list)
    sought: bool = False  # whether the offer made last did
    given: dict[str, int] = field(default_factory=dict)  # field said plainly -> the turn it was said in


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text in order, folded."""
    return tuple(_WORD.findall(folded(text)))


def _disputes(words: Sequence[str]) -> bool:
    """Whether words in order say that something is disputed."""
    joined = f" {' '.join(words)} "
    return bool(set(words) & sets.DISPUTING) or any(f" {p} " in joined for p in sets.DISPUTING_TOGETHER)


def _plain(text: str) -> str:
    return " ".join(words_of(text))


def holds(longer: Sequence[str], shorter: Sequence[str]) -> bool:
    """True where `shorter` stands in `longer` as it is, in one piece."""
    size = len(shorter)
    return any(tuple(longer[n : n + size]) == tuple(shorter) for n in range(len(longer) - size + 1))


def _leans(said: Sequence[str]) -> bool:
    """Whether words may name no matter of their own, but one that was told before: "unfair", "it never came"."""
    return not set(said) - sets.EVERYDAY - sets.WISHES - sets.DISPUTING or bool(set(said[:3]) & sets.POINTING)


def asked_plainly_before(text: str) -> Iterator[str]:
    """The fields that a message says plainly: alone in a line, or behind their label."""
    for line in text.splitlines():
        line = line.strip()
        if len(line) > 320:
            continue
        labelled = _EMAIL_LABEL.fullmatch(line)
        if _PLAIN_ADDRESS.fullmatch(labelled["value"] if labelled else line):
            yield "email"
        named = _NAME_LABEL.fullmatch(line)
        value = (named["value"] or named["value2"]) if named else None
        if value and _FULL_NAME.fullmatch(value) and all(word[0] == word[0].upper() for word in value.split()):
            if not set(words_of(value)) & (sets.WISHES | sets.EVERYDAY):
                yield "name"


class _Eyes:
    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.support = transcript.support_email.casefold()
        self.found: list[Violation] = []
        self.chat = _Chat()
        self.turns = [turn for turn in transcript.turns if turn.who not in NOT_SAID]
        announced: dict[str, int] = {}
        for turn in self.turns:
            if turn.act in _TICKET and turn.ticket:
                announced.setdefault(str(turn.ticket.get("reference")), turn.seq)
        last = self.turns[-1].seq if self.turns else 0
        #: Each ticket with the last turn before it was filed.
        self.filed: list[tuple[int, Passed]] = [
            (ticket.at if ticket.at is not None else announced.get(ticket.reference, last), ticket)
            for ticket in transcript.tickets
        ]
        self.helped = min((turn.seq for turn in self.turns if turn.who in ("agent", "system")), default=last + 1)

    def say(self, rule: str, seq: int, reason: str) -> None:
        self.found.append(Violation(PREFIX + rule, seq, reason))

    def look(self) -> list[Violation]:
        if not any(turn.who == "shopper" for turn in self.turns):
            return []
        walk = list(exchanges(self.transcript.turns))
        for place, (head, replies) in enumerate(walk):
            following = next((later.seq for later, _ in walk[place + 1 :] if later and later.who == "shopper"), None)
            self._exchange(head, replies, following)
        for turn in self.turns:
            if turn.who in ("shopper", "agent") and (secret := holds_secret(turn.text)):
                self.say("R17", turn.seq, f"{secret} is stored")
        before = 0
        for at, ticket in self.filed:
            self._fields(at, ticket)
            if at < self.helped:
                self._reason(before, at, ticket)
            before = at
        self._doubled()
        return sorted(self.found, key=lambda violation: (violation.seq, violation.rule))

    # ------------------------------------------------------------ turn by turn

    def _exchange(self, head: Seen | None, replies: Sequence[Seen], following: int | None) -> None:
        chat = self.chat
        bot = [reply for reply in replies if reply.who == "bot"]
        if any(reply.who in ("agent", "system") for reply in replies):
            self.chat = _Chat(given=chat.given)  # what was said to a person of the shop is never asked for again
        if head is None or head.who != "shopper":
            chat.useless = []  # the page named its customer, or an answer was published: news (R2, R15)
            return
        if any(reply.who in ("agent", "system") for reply in replies):
            self._given(head, bot)
            return
        self._refusal(head, bot, following)
        self._asked_again(bot)
        self._useless(head, bot, following)
        self._given(head, bot)
        if self._filed_in(head, following):
            self.chat.given.setdefault("email", head.seq)
        self._files_and_invites(head, bot, following)

    def _filed_in(self, head: Seen, following: int | None) -> list[Passed]:
        return [ticket for at, ticket in self.filed if head.seq <= at and (following is None or at < following)]

    def _refusal(self, head: Seen, bot: Sequence[Seen], following: int | None) -> None:
        """R7, R10: a plain refusal of an offer, and what came of it."""
        chat = self.chat
        plain = _plain(head.text)
        acts = [reply.act for reply in bot]
        if chat.offered and plain in sets.PLAIN_NO:
            chat.refused = True
            chat.declined += [(chat.issue, chat.sought)] if chat.issue else []
            if asking := next((reply for reply in bot if reply.asks), None):
                self.say("R7", asking.seq, "asks for fields though the offer was plainly refused")
        elif chat.refused:
            bare = ADDRESS.sub(" ", LINK.sub(" ", head.text))
            chat.refused = _plain(bare) in sets.PLAIN_NO | sets.PLAIN_COURTESY | {""}
        if chat.refused and self._filed_in(head, following):
            self.say(
                "R7", head.seq, "a ticket was filed though the offer was plainly refused, and no wish came after it"
            )
        offer = next((reply for reply in bot if reply.act == "offer_ticket"), None)
        said = words_of(head.text)
        if (
            offer
            and not _disputes(said)  # "unfair" raises again what was refused, beside whatever else is said
            and len(said) > 1
            and any(
                (issue == said or (holds(issue, said) and len(said) > 2))
                and ("no_answer" not in acts or sought)  # else it is offered for a question, and was for the issue
                for issue, sought in chat.declined
            )
        ):
            self.say("R10", offer.seq, "the very words whose offer was plainly refused are offered a ticket again")
        if offer and chat.declined and _leans(said):
            chat.declined.pop()  # the shopper raised it again (R10): what is offered now is about it
        if offer:
            # The way out is offered for no issue (R13); beside an answer it is not told for which part of the message.
            own = type(said)() if {"give_email", "answer"} & set(acts) else said
            chat.refused, chat.issue, chat.open, chat.told = False, own, True, frozenset(own)
            chat.sought = "no_answer" in acts
        elif any(reply.asks for reply in bot):
            chat.open, chat.told = True, chat.told if chat.open else frozenset()
        elif set(acts) & {*_STOPPED, *_TICKET}:
            chat.open = False
        chat.offered = offer
        if self._filed_in(head, following):
            chat.declined, chat.open = [], False

    def _asked_again(self, bot: Sequence[Seen]) -> None:
        """R2: a field that stands plainly in an earlier message."""
        for turn in bot:
            for asked in turn.asks:
                if (seq := self.chat.given.get(asked)) is not None and turn.act in ("ask", "remind"):
                    self.say("R2", turn.seq, f"{asked} is asked for, though it stands plainly in turn {seq}")

    def _given(self, head: Seen, bot: Sequence[Seen]) -> None:
        doubted = {asked for reply in bot if reply.act == "invalid" for asked in reply.asks}
        addresses = {folded(address) for address in ADDRESS.findall(head.text)}
        if any(address in folded(reply.text) for address in addresses for reply in bot if reply.act == "clarify"):
            doubted.add("email")  # it was told that this one cannot be taken
        for name in doubted:
            self.chat.given.pop(name, None)
        for name in asked_plainly_before(head.text):
            own = name == "email" and self.support and self.support in head.text.casefold()
            if name == "email" and all(map(_looks_like_a_slip, addresses)):
                continue  # it is asked about first, now or once nobody else has the word (R6)
            if name in doubted or own:
                self.chat.given.pop(name, None)
            else:
                self.chat.given[name] = head.seq
        for turn in bot:
            for asked in turn.asks:
                if asked in self.chat.given and self.chat.given[asked] == head.seq and turn.act in ("ask", "remind"):
                    self.say("R2", turn.seq, f"{asked} is asked for, though it stands plainly in turn {head.seq}")

    def _useless(self, head: Seen, bot: Sequence[Seen], following: int | None) -> None:
        """R13: the same nothing three times in a row, and no way out named."""
        chat = self.chat
        acts = [reply.act for reply in bot]
        named = bool(self.support) and any(self.support in reply.text.casefold() for reply in bot)
        named = named or any(reply.act == "smalltalk" and _LEADS_TO_HELP.search(reply.text) for reply in bot)
        adds = bool(_TOLD_OF.search(head.text)) or (chat.open and len(words_of(head.text)) > 3)
        lines = [line.strip() for line in head.text.splitlines()]
        adds = adds or any(_NAME_LABEL.fullmatch(line) or _CALLED.fullmatch(line) for line in lines)
        adds = adds or bool(
            self.transcript.required_fields
        )  # whatever is said may be a field whose form only the helpdesk knows
        if not acts or set(acts) - set(_USELESS) or named or adds or self._filed_in(head, following):
            chat.useless = []
            return
        text = "".join(reply.text for reply in bot if reply.act == "clarify")
        row = chat.useless[1 - _PATIENCE :]
        if any(said and text and said != text for said, _ in row):
            row = []
        chat.useless = row = [*row, (text, chat.open and self._tells(head))]
        # Few words may be a detail that was taken in (R4), but not where a message without any met the same reply.
        shrugs = {said for said, detail in row if said and not detail}
        if len(row) == _PATIENCE and all(said in shrugs for said, detail in row if detail):
            self.say("R13", bot[-1].seq, "nothing useful was said three times in a row, and the way out was not named")
            chat.useless = []

    def _tells(self, head: Seen) -> bool:
        """Whether a message says a word, beyond everyday words, that was not told yet; it is told from now on."""
        fresh = frozenset(words_of(head.text)) - sets.EVERYDAY - sets.WISHES - self.chat.told
        self.chat.told |= fresh
        return bool(fresh)

    def _files_and_invites(self, head: Seen, bot: Sequence[Seen], following: int | None) -> None:
        """R19: never in the reply that files."""
        invited = next((reply for reply in bot if reply.act == "invite_rating"), None)
        # The page's word may file when the talk has ended.
        paged = {turn.seq for turn in self.transcript.turns if turn.who == "page"}
        filed = self._filed_in(head, following)
        if invited and any(ticket.at is not None and ticket.at not in paged for ticket in filed):
            self.say("R19", invited.seq, "a rating is invited in the reply that files a ticket")

    # ------------------------------------------------------------ tickets

    def _heard(self, at: int) -> list[Seen]:
        return [turn for turn in self.transcript.turns if turn.who == "shopper" and turn.seq <= at]

    def _pages(self, at: int, name: str) -> list[str]:
        pages = [turn for turn in self.transcript.turns if turn.who == "page" and turn.seq <= at]
        return [str((page.understood or {}).get(name) or "") for page in pages]

    def _fields(self, at: int, ticket: Passed) -> None:
        name, email = ticket.fields.get("name"), ticket.fields.get("email")
        reference = ticket.reference
        if isinstance(name, str) and (wrong := self._wrong_name(name, at)):
            self.say("R6", at, f"the name filed with {reference} {wrong}")
        if isinstance(email, str) and (wrong := self._wrong_email(email, at)):
            self.say("R6", at, f"the address filed with {reference} {wrong}")
        for label, value in ticket.fields.items():
            if isinstance(value, str) and not holds_card(value) and (secret := holds_secret(value)):
                self.say("R17", at, f"{secret} stands in the {label} of {reference}")

    def _wrong_name(self, name: str, at: int) -> str | None:
        if LINK.search(name):
            return "is a link"
        if "@" in name:
            return "is an address"
        if not any(c.isalpha() for c in name):
            return "has no letter"
        if any(folded(name) == folded(page) for page in self._pages(at, "name")):
            return None
        if _plain(name) in sets.NO_NAME:
            return "is a plain answer and no name"
        said = [ADDRESS.sub(" ", LINK.sub(" ", turn.text)) for turn in self._heard(at)]
        whole = folded(" \n ".join([*said, *self._pages(at, "name")]))
        if any(word not in whole for word in words_of(name)):
            return "was never said"
        return None

    def _wrong_email(self, email: str, at: int) -> str | None:
        if any(email.casefold() == page.casefold() for page in self._pages(at, "email")):
            return None
        if self.support and email.casefold() == self.support:
            return "is the shop's own"
        said = [folded(turn.text) for turn in self._heard(at)]
        wanted = folded(email)
        if any(wanted in folded(LINK.sub(" ", turn.text)) for turn in self._heard(at)):
            return None
        if any(wanted in text for text in said):
            return "stands only inside a link"
        proposed = any(wanted in folded(turn.text) for turn in self.turns if turn.who == "bot" and turn.seq <= at)
        whole = " \n ".join(said)
        if not proposed and any(part not in whole for part in _WORD.findall(wanted)):
            return "was never said"
        return None

    def _reason(self, before: int, at: int, ticket: Passed) -> None:
        reason = ticket.fields.get("reason")
        if not isinstance(reason, str):
            return
        heard = self._heard(at)
        if foreign := unsaid_words(reason, [turn.text for turn in heard]):
            what = f"holds words that the shopper had not said: {foreign[:5]}"
            self.say("R3", at, f"the reason of {ticket.reference} {what}")
            return
        known = {word for label in ("name", "email") for word in words_of(str(ticket.fields.get(label) or ""))}
        walk = [
            (head, [reply for reply in replies if reply.who == "bot"])
            for head, replies in exchanges(self.transcript.turns)
            if head and head.who == "shopper" and head.seq <= at
        ]
        for seq, what in losses(reason, walk, since=before, known=known):
            self.say("R3", seq, f"the reason of {ticket.reference} {what}")

    def _doubled(self) -> None:
        """R12: the same words made two tickets."""
        for place, (at, ticket) in enumerate(self.filed):
            reason = words_of(str(ticket.fields.get("reason") or ""))
            envelope: Any = ticket.passed.get("envelope") or {}
            if not reason or envelope.get("disputes") or set(reason) & sets.DISPUTING:
                continue
            for before, other in self.filed[:place]:
                between = [words_of(turn.text) for turn in self._heard(at) if turn.seq > before]
                another = any(_disputes(words) or set(words) & sets.ANOTHER for words in between)
                if another or other.reference == ticket.reference:
                    continue
                known = words_of(str(other.fields.get("reason") or ""))
                more = set(reason) - set(known) - sets.EVERYDAY - sets.WISHES
                if known and (holds(known, reason) or (holds(reason, known) and not more)):
                    self.say("R12", at, f"the same words made {other.reference} and {ticket.reference}")
                    break


def look(transcript: Transcript) -> list[Violation]:
    """What words alone tell of a conversation, in order; empty where nothing is certain."""
    return _Eyes(transcript).look()
