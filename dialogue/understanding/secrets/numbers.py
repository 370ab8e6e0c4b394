"""Payment cards and bank accounts, found by their own check digits, however they are spaced (R17).

A card is 13 to 19 digits with an issuer's prefix that pass Luhn's check. Its groups are whole runs of digits with anything but
letters between them. The sums are kept as the digits come, so that each further group costs the same however long the text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dialogue.understanding.secrets.plain import DIGITS, GLUED, SIGN, WORD, Token

_SHORTEST, _LONGEST = 13, 19
#: Signs between two groups of one card.
_BETWEEN = 6
_IBAN_SHORTEST, _IBAN_LONGEST = 15, 34
_VALUES = {ord(letter): str(value) for value, letter in enumerate("abcdefghijklmnopqrstuvwxyz", 10)}
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


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
    from stdnum import luhn  # loaded where a number is long enough, and by no other message

    right_length = _SHORTEST <= len(digits) <= _LONGEST and len(set(digits)) > 1
    return right_length and _issuer(digits) and bool(luhn.is_valid(digits))


def _is_telephone(digits: str) -> bool:
    import phonenumbers

    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}")))
    except phonenumbers.NumberParseException:
        return False


def _runs(tokens: Sequence[Token]) -> Iterator[list[int]]:
    """Places of digits that only signs and white space stand between."""
    run: list[int] = []
    signs = 0
    for place, token in enumerate(tokens):
        if token.kind == DIGITS:
            run.append(place)
            signs = 0
        elif token.kind == SIGN and signs < _BETWEEN:
            signs += 1
        elif run:
            yield run
            run = []
    if run:
        yield run


def cards(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """First and last token of each card number. Those that overlap are one."""
    found: list[tuple[int, int]] = []
    for run in _runs(tokens):
        for first, last in _cards_of(tokens, run):
            a, b = run[first], run[last]
            if found and a <= found[-1][1]:
                found[-1] = (found[-1][0], max(b, found[-1][1]))
            else:
                found.append((a, b))
    return found


def _cards_of(tokens: Sequence[Token], run: Sequence[int]) -> Iterator[tuple[int, int]]:
    groups = [tokens[place].plain for place in run]
    digits = "".join(groups)
    if len(digits) < _SHORTEST:
        return
    borders, even, odd = [0], [0], [0]
    for group in groups:
        borders.append(borders[-1] + len(group))
    for place, digit in enumerate(map(int, digits)):
        even.append(even[-1] + (_DOUBLED[digit] if place % 2 == 0 else digit))
        odd.append(odd[-1] + (_DOUBLED[digit] if place % 2 else digit))
    last = 0
    for first in range(len(groups)):
        start, best = borders[first], -1
        last = max(last, first)
        while last + 1 < len(groups) and borders[last + 2] - start <= _LONGEST:
            last += 1
        for end in range(last, first - 1, -1):
            length = borders[end + 1] - start
            if length < _SHORTEST:
                break
            sums = odd if borders[end + 1] % 2 else even  # the last digit but one is doubled
            if length <= _LONGEST and (sums[borders[end + 1]] - sums[start]) % 10 == 0:
                number = digits[start : borders[end + 1]]
                if is_card_number(number) and not (_after_plus(tokens, run[first]) and _is_telephone(number)):
                    best = end
                    break
        if best >= 0:
            yield first, best


def _after_plus(tokens: Sequence[Token], place: int) -> bool:
    return place > 0 and tokens[place - 1].plain == "+" and tokens[place].gap == GLUED


def accounts(tokens: Sequence[Token]) -> list[tuple[int, int]]:
    """First and last token of each international bank account number whose checksum is right."""
    found: list[tuple[int, int]] = []
    for place, token in enumerate(tokens[:-1]):
        after = tokens[place + 1]
        if token.kind == WORD and len(token.plain) == 2 and after.kind == DIGITS and after.gap == GLUED:
            if not found or place > found[-1][1]:
                found += _account_at(tokens, place)
    return found


def _adds_up(written: str) -> bool:
    """The checksum of ISO 13616, which the library asks for as well, among much that takes longer."""
    return written.isascii() and int((written[4:] + written[:4]).translate(_VALUES)) % 97 == 1


def _account_at(tokens: Sequence[Token], place: int) -> list[tuple[int, int]]:
    from stdnum import iban

    written, best, at, signs = "", -1, place, 0
    while at < len(tokens) and len(written) < _IBAN_LONGEST:
        token = tokens[at]
        if token.kind == SIGN and signs < 2:
            signs += 1
        elif token.kind in (WORD, DIGITS):
            written, signs = written + token.plain, 0
            if _IBAN_SHORTEST <= len(written) <= _IBAN_LONGEST and _adds_up(written) and iban.is_valid(written):
                best = at
        else:
            break
        at += 1
    return [(place, best)] if best >= 0 else []
