"""Reads one message: deterministic parts here, a classifier's opinion where it can change the decision.

Two halves, so that a slow classifier (Rasa, over HTTP) can stand between them and its absence changes nothing but
quality. `draft(text, asked)` masks secrets, reads fields, cuts the message into clauses and recognises what word
patterns can recognise (`clauses`; which stretches of it are the reason, `pieces` says); `Draft.ask` is what a
classifier should be asked about (empty: its answer could change nothing). `weighing.finish(draft, opinion)` weighs
the classifier's ranked intents and gives the `Understanding`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from dialogue.events import RejectedValue
from dialogue.understanding import contact_words, cues, request_words
from dialogue.understanding.answers import read_answer, refuses_a_field
from dialogue.understanding.clauses import BORDERS, read_sentence, sentences, tidy
from dialogue.understanding.distress import heed
from dialogue.understanding.drafts import Asked as Asked
from dialogue.understanding.drafts import Draft as Draft
from dialogue.understanding.emails import find_links, read_emails
from dialogue.understanding.names import NameReading, digits_for_name, looks_like_name, read_name
from dialogue.understanding.never_names import is_latin
from dialogue.understanding.pieces import SIGN, Span, Squeezed
from dialogue.understanding.secrets import mask
from dialogue.understanding.text import WORD, plain
from dialogue.validity import could_be_email, could_be_name
from dialogue.vocabulary import Answer, Field, Signal

#: Longer runs of white space are read as one of this length: patterns take time that grows with its square, and
#: shoppers mean nothing by it. What is stored keeps every character.
_LONGEST_SPACE = 24
#: How often a name that is said again is taken out.
_MOST_TIMES = 20
#: A label is no longer than this.
_LABEL = 80
_CONTACT_LABEL = re.compile(
    r"\b(?:you can |please |pls |just )?(?:(?:reach|contact|email|e-mail|mail|write|answer|reply to|ping|get) me(?: back)?|my (?:e-?mail|mail|contact)(?: (?:address|id|is))*|e-?mail(?: (?:address|id))?|mail(?: id)?|(?:the |it'?s |its )?address)\s*(?:is|at|on|via|under|to|by|:|=|-|–|as)*\s*$",
    re.I,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,31}\d{0,2});", re.I)


def draft(text: str, asked: Asked = None, *, support_email: str = "", guesses: bool = True) -> Draft:
    """Everything that can be read without a classifier; `support_email` is the shop's own address. Without `guesses`, words
    are no name merely because they look like one. Never raises, whatever the text."""
    masked = mask(text)
    d = Draft(masked, asked, Squeezed(masked, _LONGEST_SPACE))
    if masked != text:
        d.signals.add(Signal.SECRET)
    asked_fields = asked if isinstance(asked, tuple) else ()
    low = plain(d.text.text)
    if score := cues.SCORE.match(low):
        d.score = int(score[1])
    _contact_data(d, low, asked_fields, support_email, guesses)
    d.said = BORDERS.sub(" \n ", d.body)
    _courtesies(d)
    d.answer = read_answer(BORDERS.sub(" \n ", d.low), asked)
    for start, end, mark, asks in sentences(d.body):
        read_sentence(d, start, end, mark, asks)
    if d.score is not None and not asked_fields:
        d.sentences = []
        d.aside = [((0, len(d.body)), "rating")]
    heed(d)
    return d


def add_name(d: Draft, names: Sequence[str]) -> None:
    """A full name that a classifier found in free text, where the readers found none: taken only where the word lists
    agree, for an invented name costs more than a question; at an offer, where it would be consent, not at all."""
    if (d.name is not None and d.name.full) or d.asked == "offer":
        return
    for name in names:
        start = d.body.find(name)
        if len(name.split()) >= 2 and start >= 0 and looks_like_name(name, lenient=False) and could_be_name(name):
            d.name = NameReading(name, True, (start, start + len(name)))
            for s in d.sentences:
                if s.start <= start < s.end:
                    s.text = tidy(s.text.replace(name, ""))
            d.sentences = [s for s in d.sentences if WORD.search(s.text)]
            return


# ---------------------------------------------------------------- fields


def guessed_name(d: Draft) -> str | None:
    """A name that nothing tells but its looks; or that nobody asked for and nothing introduced, in letters that have no
    capitals to tell it by."""
    asked = isinstance(d.asked, tuple) and Field.NAME in d.asked
    if d.name is not None and d.name.guessed:
        return d.name.value
    if d.name is None or asked or is_latin(d.name.value[0]):
        return None
    return d.name.value if d.text.text.startswith(d.name.value, d.name.span[0]) else None


def _contact_data(d: Draft, low: str, asked: Sequence[str], support_email: str, guesses: bool) -> None:
    """Reads addresses and the name, and takes them out of what is judged. What belongs to somebody else, or to a
    link, stays."""
    text = d.text.text
    emails = read_emails(text, asked=Field.EMAIL in asked, support_email=support_email)
    own = [r for r in emails if not r.theirs]
    for reading in own:
        if reading.likely:
            why = "email_slip" if reading.value else reading.why
            d.email = None  # what is said last stands (R5), and this is to be asked about first (R6)
            d.rejected = [RejectedValue(Field.EMAIL, reading.value or reading.text, why, reading.likely)]
        elif reading.value and could_be_email(reading.value):
            d.email = reading.value  # the last one stands (R5)
        else:
            d.rejected.append(RejectedValue(Field.EMAIL, reading.text, reading.why or "email_malformed"))
    if not own and Field.EMAIL in asked and (shops := next((r for r in emails if r.of_shop), None)):
        d.rejected.append(RejectedValue(Field.EMAIL, shops.text, "email_of_shop"))
    if d.email:
        d.rejected.clear()
    d.links = find_links(text)
    opaque = [*d.links, *(r.span for r in emails if r.theirs and not r.taken_back)]
    spans = [r.span for r in emails if not r.theirs or r.taken_back]
    attempt_only = bool(d.rejected) and not d.email and not any(r.likely for r in d.rejected)
    asked_name = Field.NAME in asked and not (attempt_only and not re.search(r"[,;\n]", text))
    d.name = _name(d, low, opaque, spans, asked_name=asked_name)
    if not guesses and guessed_name(d):
        d.name = None
        d.signals.discard(Signal.NAME_ASIDE)
    if d.name:
        spans += _wherever(text, d.name, taken=[*opaque, *spans])
    elif tuple(asked) == (Field.NAME,) and digits_for_name(text):
        d.rejected.append(RejectedValue(Field.NAME, text.strip(), "name_digits"))
        spans.append((0, len(text)))
    d.body = _filled(text, opaque)
    d.low = plain(d.body)
    for start, end in sorted(spans):
        d.contact.append((_label_before(d.low, start), start, end))
    for begin, _, end in d.contact:
        d.take_out((begin, end))
        d.aside.append(((begin, end), "contact_data"))


def _label_before(low: str, start: int) -> int:
    """Where the label of a field begins that stands at `start`; `start` where it has none."""
    if label := _CONTACT_LABEL.search(low[:start]):
        return label.start()
    begin = max(0, start - _LABEL)
    told = contact_words.ADDRESS.search(low[begin:start]) or contact_words.AND.search(low[begin:start])
    return begin + told.start() if told else start


def _wherever(text: str, name: NameReading, *, taken: Sequence[Span]) -> list[Span]:
    """The span of a name, and of the same full name said again."""
    found = [name.span]
    if name.full and " " in name.value:
        for match in itertools.islice(re.finditer(rf"(?<!\w){re.escape(name.value)}(?!\w)", text), _MOST_TIMES):
            if not any(a < match.end() and match.start() < b for a, b in (*taken, *found)):
                found.append(match.span())
    return found


def _filled(text: str, opaque: Sequence[Span]) -> str:
    """`text` with each link and each address of somebody else's as one long word, and HTML entities as signs: of the
    same length, and nothing in it to be read."""
    text = _ENTITY.sub(lambda m: SIGN * len(m.group()), text)
    for start, end in opaque:
        text = text[:start] + "l" + "x" * (end - start - 1) + text[end:]
    return text


def _name(
    d: Draft, low: str, opaque: Sequence[Span], emails: Sequence[Span], *, asked_name: bool
) -> NameReading | None:
    text = d.text.text
    labels = [(_label_before(low, start), start) for start, _ in emails]
    for start, end in (*opaque, *labels):
        text = text[:start] + "@" * (end - start) + text[end:]
    wish = cues.WISH.search(low) or request_words.find_wish(low)
    given_up = cues.CANCEL.search(low) or (d.asked is not None and request_words.takes_back(low))
    refuses = bool(given_up or refuses_a_field(low.strip()) or cues.GREETING.fullmatch(low.strip()))
    agreed = bool(wish) or read_answer(low, d.asked) is Answer.AFFIRM
    found = read_name(
        text, asked=asked_name and not refuses, emails=tuple(emails), beside_wish=bool(wish),
        bare=d.asked != "offer" or agreed,
    )  # fmt: skip
    if not found and d.asked == "offer" and not refuses:
        # A name that stands alone is kept at an offer (R2), and consents to nothing (R7); whether it is one the head
        # for names says (`opinions`), and what the head for answers takes for a yes or a no is none (`weighing`).
        found = read_name(text, asked=False)
        if found and found.guessed:
            d.signals.add(Signal.NAME_ASIDE)
        else:
            found = None
    return found if found and could_be_name(found.value) else None


# ---------------------------------------------------------------- courtesies, yes and no


def _courtesies(d: Draft) -> None:
    if match := cues.GREETING.match(d.low):
        d.signals.add(Signal.GREETING)
        d.take_out((0, match.end()))
        d.aside.append(((0, match.end()), "courtesy"))
    if cues.HOW_ARE_YOU.search(d.low):
        d.signals.add(Signal.GREETING)
        for match in cues.HOW_ARE_YOU.finditer(d.low):
            d.take_out(match.span())
            d.aside.append((match.span(), "courtesy"))
    low = d.low
    if (cues.GOODBYE.search(low) and not (isinstance(d.asked, tuple) and d.asked)) or (
        isinstance(d.asked, tuple) and re.search(r"\b(?:good ?bye|bye+|farewell|cya)\b", low)
    ):
        d.signals.add(Signal.GOODBYE)
    if cues.THANKS.search(low):
        d.signals.add(Signal.THANKS)
    if cues.UNHELPED.search(low):
        d.signals.add(Signal.UNHELPED)
