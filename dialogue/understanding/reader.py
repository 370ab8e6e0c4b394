"""Reads one message: deterministic parts here, a classifier's opinion where it can change the decision.

Two halves, so that a slow classifier (Rasa, over HTTP) can stand between them and its absence changes nothing but
quality. `draft(text, asked)` masks secrets, reads fields, cuts the message into sentences and recognises what word
patterns can recognise; `Draft.ask` is what a classifier should be asked about (empty: its answer could change nothing).
`weighing.finish(draft, opinion)` weighs the classifier's ranked intents and gives the `Understanding`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from dialogue.events import RejectedValue
from dialogue.sameness import substance
from dialogue.understanding import cues
from dialogue.understanding.answers import read_answer, refuses_a_field
from dialogue.understanding.emails import read_emails
from dialogue.understanding.names import NameReading, digits_for_name, looks_like_name, read_name
from dialogue.understanding.secrets import mask
from dialogue.understanding.text import WORD, plain
from dialogue.validity import could_be_email, could_be_name
from dialogue.vocabulary import Answer, Field, Signal

#: What was just asked: None, "offer", or the fields asked for.
Asked = str | tuple[str, ...] | None

_SENTENCE_END = re.compile(r"[?!]+|\.{2,}|…|\.(?=\s|$|[A-Z])(?<!\b[A-Za-z]\.)|[\n;؟。！？]+|\s[-–—]+\s")
#: Where a sentence can change from telling to asking: a comma, or "and do you ...", "but when will ...".
_COMMA = re.compile(
    r"\s*,\s+|\s*,(?=\D)|\s+(?:and|but|plus|also)(?:\s+also)?\s+(?=(?:do|does|did|can|could|is|are|will|would|should|may|how|what|"
    r"when|where|which|who|why)\s+(?:you|i|we|my|the|it|there|your|this|that|is|are|do|does|can|will|long|much|many|soon|often|about)\b)",
    re.I,
)
_TIDY = re.compile(
    r"^(?:[\s,.:;!?\-–—*|/)\]]|\b(?:and|but|so|because|also|ok|okay|well|hi|hello|hey|please|plus|then|yes|yeah|no)\b(?=[\s,.:;!\-–—]))+",
    re.I,
)
_TIDY_END = re.compile(r"(?:[\s,:;\-–—*|/(\[]|\b(?:and|but|so|because|also|please|pls)\b\s*$)+$", re.I)
#: What introduces contact data and is left over when the data is taken out: "my lamp broke, my email is ...".
_LEFTOVER = re.compile(r"(?:[\s,:;\-–—(]|\b(?:and|my|i'm|i am|email|e-mail|at|is|name|it's|on|via|with)\b\s*$)+$", re.I)
_CONTACT_LABEL = re.compile(
    r"\b(?:you can |please |pls |just )?(?:(?:reach|contact|email|e-mail|mail|write|answer|reply to|ping|get) me(?: back)?|my (?:e-?mail|mail|contact)(?: (?:address|id|is))*|e-?mail(?: (?:address|id))?|mail(?: id)?|(?:the |it'?s |its )?address)\s*(?:is|at|on|via|under|to|by|:|=|-|–|as)*\s*$",
    re.I,
)
#: A form filled in by hand: "reason: the zip is broken".
_LABEL = re.compile(r"^\W*(?:(?:the|my) )?(?:reason|issue|problem|subject|message|query|question)\s*[:=]\s*", re.I)
HYPOTHETICAL = re.compile(
    r"\b(?:if|in case|what happens|do you|does (?:your|the|it)|can (?:i|you|we|one)|could (?:i|you|we)|how (?:do|can|to|long|much|many|does|are|is|would|should)|is it possible|is there|are there|what (?:is|are|do|should|can|if|about|kind)|may i|am i (?:able|allowed)|will (?:i|you)|would (?:i|you)|who pays|when (?:do|will|can|does|is) (?:i|the|my|a|you)|should i|which|policy|procedure|process for|eligible)\b"
)


#: Longer runs of white space are read as one of this length: patterns take time that grows with its square, and shoppers mean
#: nothing by it. What is stored keeps every character.
_LONGEST_SPACE = 24
_SPACE = re.compile(rf"\s{{{_LONGEST_SPACE + 1},}}")


@dataclass
class Sentence:
    """A stretch of the message, contact data and courtesies taken out. `text` keeps the shopper's words."""

    text: str
    asks: bool = False
    kind: str = "statement"
    after_wish: bool = False


@dataclass
class Draft:
    kept: str
    asked: Asked
    sentences: list[Sentence] = field(default_factory=list)
    signals: set[Signal] = field(default_factory=set)
    answer: Answer | None = None
    name: NameReading | None = None
    email: str | None = None
    rejected: list[RejectedValue] = field(default_factory=list)
    score: int | None = None
    #: The message without contact data: what it says, not who says it.
    said: str = ""

    @property
    def ask(self) -> str:
        """What is worth asking a classifier: the substance no pattern has settled. Empty: nothing."""
        open_kinds = {"statement", "question", "reply"}
        return " ".join(s.text for s in self.sentences if s.kind in open_kinds and WORD.search(s.text))


def draft(text: str, asked: Asked = None) -> Draft:
    """Everything that can be read without a classifier. Never raises, whatever the text."""
    masked = mask(text)
    kept = _SPACE.sub(lambda run: run.group()[:_LONGEST_SPACE], masked)
    d = Draft(kept, asked)
    if masked != text:
        d.signals.add(Signal.SECRET)
    asked_fields = asked if isinstance(asked, tuple) else ()
    low = plain(kept)
    if score := cues.SCORE.match(low):
        d.score = int(score[1])
    spans = _contact_data(d, low, asked_fields)
    body = d.said = _blank(kept, spans)
    body = _courtesies(d, body)
    d.answer = read_answer(plain(body), asked)
    for piece, asks in _sentences(body):
        _sentence(d, piece, asks)
    if d.score is not None and not asked_fields:
        d.sentences = []
    _resolve(d)
    d.kept = masked
    return d


def add_name(d: Draft, names: Sequence[str]) -> None:
    """A full name that a classifier found in free text, where the readers found none: taken only where the word lists
    agree, for an invented name costs more than a question."""
    if d.name is not None and d.name.full:
        return
    for name in names:
        if len(name.split()) >= 2 and name in d.kept and looks_like_name(name, lenient=False) and could_be_name(name):
            start = d.kept.index(name)
            d.name = NameReading(name, True, (start, start + len(name)))
            for s in d.sentences:
                s.text = _tidy(_LEFTOVER.sub("", s.text.replace(name, "")))
            d.sentences = [s for s in d.sentences if WORD.search(s.text)]
            return


# ---------------------------------------------------------------- fields


def _contact_data(d: Draft, low: str, asked: Sequence[str]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    wants_email = Field.EMAIL in asked
    emails = read_emails(d.kept, asked=wants_email)
    for reading in emails:
        start = reading.span[0]
        if label := _CONTACT_LABEL.search(low[:start]):
            start = label.start()
        spans.append((start, reading.span[1]))
        if reading.value and could_be_email(reading.value):
            d.email = reading.value  # the last one stands (R5)
        else:
            d.rejected.append(RejectedValue(Field.EMAIL, reading.text, reading.why or "email_malformed"))
    if d.email:
        d.rejected.clear()
    attempt_only = bool(d.rejected) and not d.email
    wish = cues.WISH.search(low)
    asked_name = Field.NAME in asked and not (attempt_only and not re.search(r"[,;\n]", d.kept))
    refuses = bool(cues.CANCEL.search(low) or refuses_a_field(low.strip()) or cues.GREETING.fullmatch(low.strip()))
    d.name = read_name(
        d.kept, asked=asked_name and not refuses, emails=tuple(r.span for r in emails), beside_wish=bool(wish)
    )
    if d.name and not could_be_name(d.name.value):
        d.name = None
    if d.name:
        spans.append(d.name.span)
    elif tuple(asked) == (Field.NAME,) and digits_for_name(d.kept):
        d.rejected.append(RejectedValue(Field.NAME, d.kept.strip(), "name_digits"))
        spans.append((0, len(d.kept)))
    return spans


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    """Contact data becomes a sentence border; brackets around it go with it."""
    for start, end in sorted(spans, reverse=True):
        text = _LEFTOVER.sub("", text[:start].rstrip("(<[ ")) + " \n " + text[end:].lstrip(")>] ")
    return text


# ---------------------------------------------------------------- courtesies, yes and no


def _courtesies(d: Draft, body: str) -> str:
    low = plain(body)
    if match := cues.GREETING.match(low):
        d.signals.add(Signal.GREETING)
        body, low = body[match.end() :], low[match.end() :]
    if cues.HOW_ARE_YOU.search(low) and not cues.SHOP.search(low):
        d.signals.add(Signal.GREETING)
        body = cues.HOW_ARE_YOU.sub(" ", body)
        low = plain(body)
    if (cues.GOODBYE.search(low) and not (isinstance(d.asked, tuple) and d.asked)) or (
        isinstance(d.asked, tuple) and re.search(r"\b(?:good ?bye|bye+|farewell|cya)\b", low)
    ):
        d.signals.add(Signal.GOODBYE)
    if cues.THANKS.search(low):
        d.signals.add(Signal.THANKS)
    if cues.UNHELPED.search(low):
        d.signals.add(Signal.UNHELPED)
    return body


# ---------------------------------------------------------------- sentences


def _sentences(body: str) -> list[tuple[str, bool]]:
    pieces, start = [], 0
    for match in _SENTENCE_END.finditer(body):
        pieces.append(
            (body[start : match.start()], "?" in match.group() or "؟" in match.group() or "？" in match.group())
        )
        start = match.end()
    pieces.append((body[start:], False))
    return [(p, asks) for p, asks in pieces if WORD.search(p)]


def _tidy(text: str) -> str:
    text = _LABEL.sub("", text)
    previous = None
    while previous != text:
        previous = text
        text = _TIDY_END.sub("", _TIDY.sub("", text)).strip()
    return text


def _cut(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after a wish, its politeness and its connector gone."""
    low = plain(text)
    lead = cues.WISH_LEAD.search(low[:start])
    left = text[: lead.start()] if lead else text[:start]
    tail = cues.WISH_TAIL.match(low[end:])
    right = text[end + (tail.end() if tail else 0) :]
    return left, right


def _sentence(d: Draft, text: str, asks: bool) -> None:
    text = text.strip()
    low = plain(text)
    disputed = bool(cues.DISPUTE.search(low))
    wish = cues.WISH.search(low)
    if wish and not disputed:
        if _negated(low, wish):
            if not cues.UPDATE.search(low) and d.answer is not Answer.AFFIRM:
                d.answer = Answer.DENY
                return
        else:
            left, right = _cut(text, *wish.span())
            rest = plain(right).strip(" ,.")
            about_case = re.match(r"(?:my|the|that|an existing|this|our)\s+(?:\w+\s+)?(?:tickets?|case|claim)\b", rest)
            on_case = re.search(r"\bescalat\w* (?:my|the|that|this|our) (?:\w+ )?(?:ticket)", low)
            if about_case or on_case:
                d.signals.add(Signal.ASKS_UPDATE)
                d.sentences.append(Sentence(_tidy(text), asks, "update"))
                return
            d.signals.add(Signal.WANTS_TICKET)
            if cues.ANOTHER.search(low):
                d.signals.add(Signal.ANOTHER_TICKET)
            if cues.ABOUT_THAT.search(low):
                d.signals.add(Signal.ABOUT_THAT)
            for part in (left, right):
                if WORD.search(_tidy(part)):
                    before = len(d.sentences)
                    _sentence(d, part, asks and cues.QUESTION_START.match(plain(part).strip()) is not None)
                    for new in d.sentences[before:]:
                        new.after_wish = True
            return
    pieces = [p for p in _COMMA.split(text) if WORD.search(p)]
    if not disputed and len(pieces) > 1 and not cues.UPDATE.search(low):
        groups = _regroup(pieces)
        if len(groups) > 1:
            for place, group in enumerate(groups):
                _clause(
                    d, group, asks and (place == len(groups) - 1 or cues.QUESTION_START.match(plain(group)) is not None)
                )
            return
    _clause(d, text, asks)


def _regroup(pieces: list[str]) -> list[str]:
    """Comma pieces put back together, unless a question and a statement share the sentence."""
    groups: list[tuple[bool, str]] = []
    for piece in pieces:
        question = bool(cues.QUESTION_START.match(plain(piece).strip()))
        if groups and groups[-1][0] == question:
            groups[-1] = (question, f"{groups[-1][1].strip()}, {piece.strip()}")
        else:
            groups.append((question, piece))
    return [text for _, text in groups]


def _negated(low: str, wish: re.Match[str]) -> bool:
    match = None
    for match in cues.NOT_A_WISH.finditer(low, 0, wish.end()):
        if match.end() >= wish.start() - 6 and not re.search(r"[,;]", low[match.end() : wish.start()]):
            return not re.match(r"(?:why|already|i|we)\b.{0,8}\b(?:don'?t you|not)\b", low)
    return False


def _clause(d: Draft, text: str, asks: bool) -> None:
    labelled = _LABEL.match(text)
    tidy = _tidy(text)
    low = plain(tidy)
    if not WORD.search(tidy):
        return
    if labelled and not asks and re.search("reason|issue|problem", labelled.group().lower()):
        d.sentences.append(Sentence(text[labelled.end() :].strip(), False, "issue"))
        return
    question = asks or bool(cues.QUESTION_START.match(low))
    kind = _kind(d, low, question)
    if kind == "courtesy":
        return
    if kind == "wish_negated":
        d.answer = Answer.DENY
        return
    d.sentences.append(Sentence(tidy, question, kind))


def _only_courtesy(low: str) -> bool:
    rest = cues.THANKS.sub(" ", low)
    rest = cues.GOODBYE.sub(" ", rest)
    rest = cues.YES.sub(" ", rest, count=1) if cues.YES.match(rest.strip()) else rest
    rest = cues.NO.sub(" ", rest.strip(), count=1)
    rest = cues.CANCEL.sub(" ", rest)
    rest = cues.UNHELPED.sub(" ", rest)
    rest = cues.INTERJECTION.sub(" ", rest)
    rest = cues.GREETING.sub(" ", rest.strip())
    return not WORD.search(rest) or bool(cues.FILLERS.match(rest))


def _kind(d: Draft, low: str, question: bool) -> str:
    asked_fields = d.asked if isinstance(d.asked, tuple) else ()
    if cues.DISPUTE.search(low):
        if question and cues.DISPUTE_QUESTION.search(low) and not cues.WISH.search(low):
            return "question"
        return "dispute"
    if cues.UPDATE.search(low) or cues.BARE_UPDATE.search(low):
        return "update"
    if cues.CANCEL.search(low) and (d.asked is not None or not re.search(r"\bcancel\b", low)):
        if _only_courtesy(low) or not (cues.LATE.search(low) or cues.TROUBLE.search(low)):
            d.signals.add(Signal.CANCELS)
            return "courtesy" if _only_courtesy(low) else "statement"
    if _only_courtesy(low):
        return "courtesy"
    words = len(low.split())
    if cues.CONTACT.search(low) and (question or words <= 9) and not cues.LATE.search(low):
        return "contact"
    late, trouble, order = cues.LATE.search(low), cues.TROUBLE.search(low), cues.ORDER_STATUS.search(low)
    if cues.FOLLOW_UP.search(low):
        # "Follow up on my order" says nothing new; "following up on my sofa" names its matter and states no trouble.
        bare = not WORD.search(cues.FOLLOW_UP_REST.sub(" ", low))
        if bare or not (late or trouble or question):
            return "follow_up"
    if question:
        mine = re.search(r"\b(?:my|i|i've|i'm|me|we|our|mine)\b", low)
        if (
            late
            and (mine or order)
            and not re.search(
                r"\b(?:if|in case|what happens|do i do|can i do|should i do|when does|how long does|policy)\b", low
            )
        ):
            return "issue"
        if trouble and mine and not HYPOTHETICAL.search(low):
            return "issue"
        if order and not re.search(r"\b(?:refund\w*|money|reimburse\w*|return)\b", low):
            return "order_status"
        if cues.CHAT.search(low) and not cues.SHOP.search(low):
            return "chat"
        return "question"
    if late or trouble:
        return "issue" if not (cues.CHAT.search(low) and not cues.SHOP.search(low) and not trouble) else "chat"
    if order:
        return "order_status"
    if cues.CHAT.search(low) and not cues.SHOP.search(low):
        return "chat"
    if Field.REASON in asked_fields and substance(low):
        return "reply"
    return "statement"


def _resolve(d: Draft) -> None:
    """Signals that follow from the sentences."""
    kinds = {s.kind for s in d.sentences}
    if "update" in kinds:
        d.signals.add(Signal.ASKS_UPDATE)
    if "contact" in kinds:
        d.signals.add(Signal.ASKS_CONTACT)
    if "follow_up" in kinds:
        d.signals.add(Signal.FOLLOWS_UP)
    if "dispute" in kinds:
        d.signals.add(Signal.DISPUTES)
        if any(cues.REVIEW.search(plain(s.text)) for s in d.sentences) or Signal.WANTS_TICKET in d.signals:
            d.signals.add(Signal.WANTS_REVIEW)
    if "chat" in kinds and not kinds & {"issue", "question", "order_status", "dispute"}:
        d.signals.add(Signal.CHATS)
    if Signal.WANTS_TICKET in d.signals and (d.answer is Answer.DENY or d.asked is None):
        d.answer = None
    for s in d.sentences:
        # What a wish is about ("open a ticket for the blue lamp") is the reason where it says anything at all (R3).
        if s.kind == "statement" and s.after_wish and substance(s.text) and len(s.text.split()) >= 2:
            if not re.fullmatch(r"(?:me|that|this|it|us|you|\W)+", plain(s.text)):
                s.kind = "issue"
