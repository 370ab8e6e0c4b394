"""Reads email addresses. `email-validator` judges them; this file only finds what to judge, says what is wrong, and
whose it is.

An address is the shopper's when it is given as theirs (R6). One inside a link is part of the link; the shop's own is
nobody's; one that the sentence says is another person's, or that it takes back ("not a@x but b@y"), is none of the
shopper's. Where it is nearly that of a great mail provider, the likely one is told beside it (`providers`).
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass, replace

from email_validator import EmailNotValidError, validate_email

from dialogue.understanding.contact_words import AT, DOT
from dialogue.understanding.providers import likely_domain
from dialogue.understanding.text import plain, with_plain_signs

# Each pattern begins only where a run of its characters begins: it would find the same from within, at a cost that grows with
# the square of the run.
_CANDIDATE = re.compile(r"(?<![^\s@<>()\[\],;:\"“”|])[^\s@<>()\[\],;:\"“”|]+\s?@\s?[^\s@<>()\[\],;:\"“”|/?!]+")
_ODD_AT = re.compile(r"(?<!\S)\S*@\S*")
#: Where an address is spelled: "jane at example dot com", "jane arroba example punto com".
_SAID_AT = rf"(?:\s?(?:\(at\)|\[at\]|\{{at\}})\s?|\s(?:at|{AT})\s)"
_SAID_DOT = rf"(?:\s?(?:\(dot\)|\[dot\])\s?|\s(?:dot|{DOT})\s)"
_SPELLED = re.compile(
    rf"(?<![\w+%-])(?<![\w+%-]\.)(?P<local>[\w+%-]+(?:(?:{_SAID_DOT}|\.)[\w+%-]+){{0,6}}){_SAID_AT}"
    rf"(?P<domain>[\w-]+(?:(?:{_SAID_DOT}|\.)[\w-]+){{1,5}})",
    re.IGNORECASE,
)
_DOT = re.compile(_SAID_DOT, re.IGNORECASE)
_ATTEMPT = re.compile(
    rf"^\W*(?:it'?s |my e-?mail(?: address)? is |e-?mail:? )?(?P<value>[\w.+-]+ (?:at|{AT}) [\w.-]+(?: [\w.-]+)?)\W*$"
)
_LOCAL_WORDS = frozenset(
    """me us look arrived ordered was is bought delivered available reached contacted today still not""".split()
)
#: The addresses of one message that are read, from its end (the last one stands, R5).
_MOST = 20
_TRAILING = ".,;:!?'’\"”*_~`"
#: Marks of writing direction, which stand beside an address in right-to-left text.
_UNSEEN = "\u200b\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
#: "jane@gmail,com", "jane@gmail com": what stands where the rest of a provider's name should.
_CUT_OFF = re.compile(r"(?:[,;_](?P<rest>[a-z]{2,4}(?:\.[a-z]{2})?)|[,;_]?\s(?P<com>com))(?![\w@]|\.\w)", re.IGNORECASE)


#: A link, with a scheme or without one ("shop.example/track?to=..."): what stands in it is part of it.
_LINK = re.compile(
    r"(?<![^\s(<\[{\"'“‘,;|])(?:[a-z][a-z0-9+.\-]{1,20}://|www\.|[^\W_](?:[\w\-]|"
    r"\.(?=[^\W_])){0,250}\.[^\W\d_]{2,24}(?::\d{1,5})?[/?#])[^\s<>\"“”]*|[a-z][a-z0-9+.\-]{1,20}://[^\s<>\"“”]*|"
    r"(?<![\w.@+-])[\w.+-]{1,64}@[\w.-]{1,250}:(?:\d|"
    r"[\w.~-]{1,64}/)[^\s<>\"“”]*",
    re.IGNORECASE,
)
#: Mailboxes of a role and not of a person (RFC 2142 and what shops call theirs): in the shop's own domain they are
#: the shop's.
_ROLES = frozenset(
    """support help info contact service sales order orders returns return refund refunds noreply no-reply donotreply
    hello team admin administrator office care customer-service customerservice customercare billing shop store
    complaints feedback privacy postmaster webmaster abuse security marketing hostmaster accounts shipping delivery
    news newsletter helpdesk desk tickets""".split()
)
_PEOPLE = (
    r"(?:friend|wife|husband|partner|mother|father|mom|mum|dad|parent|son|daughter|brother|sister|sibling|cousin|"
    r"uncle|aunt|niece|nephew|grand\w+|girlfriend|boyfriend|fianc[eé]e?|boss|manager|colleague|co-?worker|assistant|"
    r"secretary|roommate|flatmate|neighbou?r|seller|sender|vendor|supplier|courier|driver|carrier|recipient|receiver|"
    r"agent|rep|representative|stranger|scammer|guy|landlord|teacher)s?"
)
#: "My company's mail" is the shopper's all the same, and "here's my mail" names nobody.
_NOBODY_ELSE = (
    r"(?:company|work|office|business|firm|school|university|job|account|it|that|here|there|what|let|name|e-?mail|"
    r"address|this|who|where)"
)
#: What stands right before an address and makes it another's: something went to them or came from them, it is their
#: mailbox, or they are named.
_OTHERS = re.compile(
    r"(?:\b(?:sent|shipped|delivered|gifted|gave|given|mailed|e-?mailed|forwarded|went|goes|addressed|written|"
    r"wrote|posted|dispatched|transferred|paid|sold|ship|deliver|gift|dispatch|present|voucher|"
    r"gift card)\b[^.?!;\n@]{0,60}?\b(?:to|for)|\b(?:wrote|writes|written|came|comes|got|received|e-?mails?|"
    r"messages?|letters?|mails?|answer|reply|heard|contacted|told|spam)\b[^.?!;,\n@]{0,40}?\b(?:from|by)"
    rf"|\b(?:(?!{_NOBODY_ELSE}'s)[\w-]+'s|his|her|their|your|ur)\s+(?:(?!my\b)\w+\s+)?(?:e-?mail|mail|address|id|"
    rf"contact)"
    r"(?:\s+(?:address|id))?(?:\s*(?:is|was|at|:|=|,|-))?"
    rf"|\b(?:my|the|a|an|our|your|his|her|their|some)\s+(?:\w+\s+){{0,2}}{_PEOPLE}(?:\s+(?!and\b|or\b|but\b)[\w'-]+)?"
    r"(?:\s*(?:is|was|at|via|under|has|uses|used|:|=|,))?)\s*[\"'(<\[]?\s*$"
)
#: Something that happened, and no address given: "I sent it to bob@x.example".
_NARRATES = re.compile(
    r"\b(?:sent|shipped|delivered|gifted|gave|mailed|forwarded|went|addressed|wrote|came|got|received|heard|"
    r"contacted|told)\b"
)
#: The shopper speaks of themselves: "I ordered from jane@x.example", "send it to me at", "I'm the recipient, ...".
_OWN = re.compile(
    r"(?:\bi(?:'m| am|'ve| have)? (?:always |just |already |usually |also |did |have |had )*(?:write|writing|"
    r"wrote|order(?:ed)?|bought|paid|register(?:ed)?|sign(?:ed)?|log(?:ged)?|mail(?:ed)?|e-?mail(?:ed)?|used|"
    r"use) (?:\w+ ){0,3}?(?:from|with|under|by|via|at)|\b(?:to|for) me (?:at|on|via|under|to)|\bmy (?:own |new |"
    r"correct |right |other |private |personal |work )*(?:e-?mail|mail|address|id)(?: address| id)?(?: (?:is|was|to|"
    r":))?|\bi(?:'m| am) (?:a|an|the|his|her|their|your) (?:[\w'-]+ ){0,3}[\w'-]*\W{0,3})\s*[\"'(<\[]?\s*$"
)
#: Taken back before it: "not a@x.example", "instead of"; or after it: "a@x.example is wrong".
_TAKEN_BACK = re.compile(
    r"\b(?:not|isn't|never|instead of|rather than|no longer|don't use|do not use|in place of)(?:\s+(?:to|at|on|use|"
    r"the|my|old|wrong|other|one|e-?mail|mail|address|from|this|that)\b)*\s*[:\"'(<\[]?\s*$"
)
_IS_WRONG = re.compile(
    r"[\s\"')>\],]*(?:(?:which|that|it)\s+)?(?:is|was|'s)\s+(?:(?!not\b)\w+\s+)?(?:wrong|old|outdated|dead|incorrect|"
    r"not\b(?! wrong)|no longer|a typo|a mistake)\b"
)
#: Words right before a spaced at sign that are no part of the address: "my email is jane @ x.example".
_LEADS_IN = re.compile(
    r"(?:(?:^|[\s,;:(<\[|])(?:is|at|on|via|under|to|with|use|e-?mail|mail|address|id|and|me|it's|its|or|but|mean|"
    r"meant|sorry)|[^\w\s]|\n)\s*$"
)


@dataclass(frozen=True)
class EmailReading:
    """`value` as typed, or None with `why` (a phrase key) where it cannot be an address; `span` in the text.
    `theirs`: it is an address, and not the shopper's; `of_shop`: it is the shop's own; `taken_back`: it is not any more,
    and `span` holds the words that say so. `likely`: the address that was meant, where this one looks like a slip."""

    value: str | None
    why: str
    text: str
    span: tuple[int, int]
    theirs: bool = False
    of_shop: bool = False
    taken_back: bool = False
    likely: str | None = None


def _as_ascii(text: str) -> str:
    """Full-width letters and signs, and the digits of any script, as ASCII; every character stays where it was."""
    return text if text.isascii() else "".join(map(_ascii, text))


@functools.lru_cache(maxsize=4096)
def _ascii(char: str) -> str:
    if "\uff01" <= char <= "\uff5e":
        return chr(ord(char) - 0xFEE0)
    return str(unicodedata.decimal(char, char))


def _unmarked(text: str) -> str:
    """Without the marks of writing direction and other signs that nobody sees: they are part of no address."""
    return text if text.isascii() else "".join(c for c in text if unicodedata.category(c) != "Cf")


def _likely(address: str) -> str | None:
    """The address with the provider's name that was likely meant; None where there is no sign of a slip."""
    local, at, domain = address.rpartition("@")
    meant = likely_domain(domain) if at and local else None
    return f"{local}@{meant}" if meant and not judge(f"{local}@{meant}") else None


def judge(candidate: str) -> str:
    """Empty where `candidate` is an address, else why it cannot be one (R6)."""
    if "@" not in candidate:
        return "email_no_at"
    domain = candidate.rpartition("@")[2]
    if "." not in domain.strip("."):
        return "email_no_top_level"
    try:
        # Reserved names such as example.com and company-internal domains are real to whoever types them.
        validate_email(candidate, check_deliverability=False, allow_smtputf8=True, globally_deliverable=False)
    except EmailNotValidError:
        return "email_malformed"
    top_level = domain.rsplit(".", 1)[-1]
    if len(top_level) < 2 or (any(map(str.isdigit, top_level)) and not top_level.lower().startswith("xn--")):
        return "email_no_top_level"
    return "" if _could_be_local(candidate.rpartition("@")[0]) else "email_malformed"


def _could_be_local(local: str) -> bool:
    """At most 64 octets, and beyond ASCII only letters, marks and digits (no pictures of control characters)."""
    return len(local.encode()) <= 64 and all(c.isascii() or unicodedata.category(c)[0] in "LMN" for c in local)


def find_links(text: str) -> list[tuple[int, int]]:
    """The spans of the links in `text`, closing punctuation left out."""
    spans = []
    for match in _LINK.finditer(text):
        link = match.group().rstrip(_TRAILING + ")]}>")
        spans.append((match.start(), match.start() + len(link)))
    return spans


def is_of_shop(address: str, support_email: str) -> bool:
    """The shop's own support address, or a mailbox of a role in the same domain."""
    own, given = support_email.casefold(), address.casefold()
    if not own:
        return False
    local, _, domain = given.rpartition("@")
    return given == own or (domain == own.rpartition("@")[2] and re.split(r"[+.]", local)[0] in _ROLES)


def _whose(found: EmailReading, low: str, others: int, *, asked: bool, support_email: str) -> EmailReading:
    """`found` with what the words around it say of whose it is. `others`: how many more addresses there are."""
    start, end = found.span
    if is_of_shop(found.value or found.text, support_email):
        return replace(found, theirs=True, of_shop=True)
    before = low[max(0, start - 120) : start]
    wrong = _IS_WRONG.match(low, end)
    if wrong or _TAKEN_BACK.search(before):
        return replace(found, theirs=True, taken_back=True, span=(start, wrong.end() if wrong else end))
    told = _OTHERS.search(before)
    if not told or _OWN.search(before):
        return found
    if asked and not others and not _NARRATES.search(told.group()):
        return found  # "use my wife's, anna@x.example": given where one was asked for
    return replace(found, theirs=True)


def read_emails(text: str, *, asked: bool, support_email: str = "") -> list[EmailReading]:
    """Every address in `text`, in order, and what was meant as one; none of those in links. `asked`: an address was
    just asked for; `support_email`: the shop's own."""
    for start, end in find_links(text):
        text = text[:start] + " " * (end - start) + text[end:]  # same length: spans carry over
    text = _as_ascii(with_plain_signs(text))
    found = [_doubted(r, text, support_email) for r in _read(text, asked=asked)]
    low = plain(text)
    return [_whose(r, low, len(found) - 1, asked=asked, support_email=support_email) for r in found]


def _doubted(found: EmailReading, text: str, support_email: str) -> EmailReading:
    """`found` with the address that was likely meant, where it looks like a slip; with what of it stands beyond a comma."""
    typed, (start, end) = found.value or found.text, found.span
    if found.why == "email_no_top_level" and (rest := _CUT_OFF.match(text, end)):
        if likely := _likely(f"{typed},{rest['rest'] or rest['com']}"):
            return replace(found, text=text[start : rest.end()], span=(start, rest.end()), likely=likely)
    if typed.rpartition("@")[2].casefold() == support_email.rpartition("@")[2].casefold():
        return found
    return replace(found, likely=_likely(typed))


def _runs_on(text: str, start: int, local: str) -> bool:
    """True where a spaced at sign follows several words of which it is not plain which belong to the address."""
    before = text[max(0, start - 60) : start]
    words = re.findall(r"\w+", before.rsplit("\n", 1)[-1])
    if not words or _LEADS_IN.search(plain(before)):
        return False
    return not any(len(w) > 2 and w.casefold() in local.casefold() for w in words[-3:])


def _read(text: str, *, asked: bool) -> list[EmailReading]:
    found: list[EmailReading] = []
    for match in list(_CANDIDATE.finditer(text))[-_MOST:]:
        start, raw = match.start(), match.group()
        stripped = raw.rstrip(_TRAILING + _UNSEEN)
        lead = len(stripped) - len(stripped.lstrip(".'’\"“*_~`!#<-–—" + _UNSEEN))
        lead = max(lead, len("mailto:") if stripped.lower().startswith("mailto:") else 0)
        candidate = _unmarked(stripped[lead:].replace(" ", ""))
        if not candidate.strip("@"):
            continue
        why = judge(candidate)
        if why and " " in raw:  # "call me @ 5pm": a spaced at sign that makes no address is just a word
            continue
        span = (start + lead, start + len(stripped))
        if not why and " " in raw and _runs_on(text, start + lead, candidate.rpartition("@")[0]):
            first = re.search(r"\S+\s*$", text[: start + lead])
            begin = first.start() if first else start + lead
            found.append(EmailReading(None, "email_malformed", text[begin : span[1]], (begin, span[1])))
            continue
        found.append(EmailReading(None if why else candidate, why, candidate, span))
    if not found:
        found = [
            EmailReading(candidate, "", match.group(), match.span())
            for match in _SPELLED.finditer(text)
            if not judge(candidate := _DOT.sub(".", f"{match['local']}@{match['domain']}").strip("."))
            and match["local"].lower() not in _LOCAL_WORDS
            and (_DOT.search(match.group()) or asked)
        ]
    if not found:
        found = [
            EmailReading(None, judge(m.group()) or "email_malformed", m.group(), m.span())
            for m in list(_ODD_AT.finditer(text))[-_MOST:]
            if len(m.group().strip("@.,")) > 2
            and (asked or (m.group().strip("@")[:1] and not m.group().startswith("@")))
        ]
    if not found and asked and (attempt := _ATTEMPT.match(plain(text))):
        if attempt["value"].split()[0] not in _LOCAL_WORDS:
            found = [EmailReading(None, "email_no_at", attempt["value"], attempt.span("value"))]
    if not found and asked and re.fullmatch(r"\W*[\w.+-]*[\w]+\.(?:com|net|org|co|de|fr|uk|in|io|edu)\W*", plain(text)):
        found = [EmailReading(None, "email_no_at", text.strip(), (0, len(text)))]
    return found
