"""Takes secrets out of a message before anything else sees it (R17). Deterministic; runs before understanding.

Payment card numbers are found by issuer prefix, length and Luhn's check digit, however they are spaced; security codes,
passwords and one-time codes by the words around them. Where in doubt a number is masked: a shopper can repeat an order
number, but nobody can take back a card number.
"""

from __future__ import annotations

import re
import unicodedata

_SEPARATORS = r"[\s.\-–—‐‑_/\\·,:|*]{0,3}"
_RUN = re.compile(rf"\d(?:{_SEPARATORS}\d){{12,}}")
_GROUP = re.compile(r"\d+")

CARD, CODE, PASSWORD = "[card number removed]", "[security code removed]", "[password removed]"

_CVV = re.compile(
    r"(?P<lead>\b(?:cvv2?|cvc2?|csc|cvn|cid|(?:card |my )?security (?:code|number)|card (?:verification )?code|card pin)\b"
    r"[^\d\n]{0,20}?)(?P<secret>(?<!\d)\d{3,4}(?!\d))",
    re.IGNORECASE,
)
_CVV_AFTER = re.compile(
    r"(?P<secret>(?<!\d)\d{3,4}(?!\d))(?P<tail>\s*(?:is|=|-|–)\s*(?:my|the)?\s*(?:cvv|cvc|security code)\b)", re.I
)
_ONE_TIME = re.compile(
    r"(?P<lead>\b(?:otp|one[- ]?time (?:pass(?:word|code)?|pin|code)|(?:verification|authentication|auth|2fa|login|log-in|"
    r"sign[- ]?in|sms|access|security|confirmation|reset) code|passcode|(?:the |my )code (?:you|i|that|they)\b[^.\n\d]{0,30}?)"
    r"\b[^\d\n]{0,16}?)(?P<secret>(?<![\w-])(?=[A-Z0-9\-]*\d)[A-Z0-9]{1,4}[- ]?[A-Z0-9]{2,6}(?![\w-]))",
    re.IGNORECASE,
)
_PIN = re.compile(r"(?P<lead>\bpin(?: code| number)?\s*(?:is|was|[:=#-])\s*)(?P<secret>\d[\d ]{2,7}\d?)", re.IGNORECASE)
_PASSWORD = re.compile(
    r"(?P<lead>\b(?:password|passwd|passphrase|pass ?word|pwd|pw)\b(?:\s+(?:for|to|on|of)\s+(?:my|the|your)?\s*\w+)?"
    r"\s*(?P<link>is|was|[:=]|->|→)\s*[\"'“”‘’]?)(?P<secret>[^\s\"'“”‘’,;]+)",
    re.IGNORECASE,
)
#: After "my password is ..." these speak about the password and are not it.
_NOT_A_PASSWORD = frozenset(
    """not no wrong incorrect invalid expired forgotten lost reset resetting being been the a an to too very still
    always never correct right same rejected refused unknown compromised stolen hacked blocked locked required
    needed missing broken working asked asking in on what where why how and but it that this set changed""".split()
)


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _issuer(digits: str) -> bool:
    """Visa, Mastercard, Amex, Discover, JCB, Diners, UnionPay, Maestro, Mir, RuPay, Elo, Verve and their like."""
    two, three, four = int(digits[:2]), int(digits[:3]), int(digits[:4])
    return (
        digits[0] in "456"
        or two in (30, 34, 35, 36, 37, 38, 39, 81, 82)
        or 2200 <= four <= 2204
        or 2221 <= four <= 2720
        or three in (508, 353, 356)
    )


def is_card_number(digits: str) -> bool:
    """True for 13 to 19 digits with a valid check digit and an issuer's prefix (R17)."""
    return 13 <= len(digits) <= 19 and _issuer(digits) and _luhn(digits) and len(set(digits)) > 1


def _mask_cards(text: str) -> str:
    ascii_digits = "".join(
        str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() and unicodedata.digit(c, -1) >= 0 else c
        for c in text
    )
    spans: list[tuple[int, int]] = []
    for run in _RUN.finditer(ascii_digits):
        groups = [(m.start() + run.start(), m.end() + run.start()) for m in _GROUP.finditer(run.group())]
        first = 0
        while first < len(groups):
            for last in range(min(len(groups), first + 19), first, -1):  # 19 digits are in 19 groups at most
                digits = "".join(ascii_digits[a:b] for a, b in groups[first:last])
                if len(digits) <= 19 and is_card_number(digits):
                    spans.append((groups[first][0], groups[last - 1][1]))
                    first = last - 1
                    break
            first += 1
    for start, end in reversed(spans):
        text = text[:start] + CARD + text[end:]
    return text


def _password(match: re.Match[str]) -> str:
    secret = match["secret"]
    if match["link"].lower() in ("is", "was") and secret.lower().strip(".!?") in _NOT_A_PASSWORD:
        return match.group()
    return match["lead"] + PASSWORD


def mask(text: str) -> str:
    """`text` with every secret replaced by a bracketed note; unchanged where there is none."""
    if any(c.isdigit() for c in text):
        text = _mask_cards(text)
        text = _CVV.sub(lambda m: m["lead"] + CODE, text)
        text = _CVV_AFTER.sub(lambda m: CODE + m["tail"], text)
        text = _ONE_TIME.sub(lambda m: m["lead"] + CODE, text)
        text = _PIN.sub(lambda m: m["lead"] + CODE, text)
    return _PASSWORD.sub(_password, text)
