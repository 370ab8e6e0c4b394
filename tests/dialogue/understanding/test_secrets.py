"""R17: what a secret is, in six languages; what only speaks of one; and what holds for every text."""

from __future__ import annotations

import re
import sys
import uuid
from collections.abc import Callable
from types import FrameType
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum import iban, luhn

from bot.chat.phrases import ENGLISH, catalogue, languages
from bot.store.words import masked_json
from dialogue.understanding.secrets import Masked, is_card_number, mask, may_hold_secret
from dialogue.understanding.secrets.constructions import LANGUAGES, Construction, lexicon
from dialogue.understanding.secrets.plain import ACCOUNT, CARD, CODE, PASSWORD
from kb_answers.library import ARTICLES

NOTE = re.compile("|".join(map(re.escape, (CARD, CODE, PASSWORD, ACCOUNT))))
CONSTRUCTIONS = lexicon().constructions
#: What people and programs put between the groups of a card: nothing that is a letter.
BETWEEN = ("", " ", "    ", "\t", "\n", "-", " - ", ".", ",", "/", "\\", "_", "=", "~", "#", "+", "'", "’", ";", ":", "|", "*", ")(", "][",
           "\u200b", "\u00ad", "\u2060", "\ufeff", "\u00a0", "\u3000", "–", "—", "·", "、", "🙂", "\u200d", "\r\n", " / ")  # fmt: skip
SCRIPTS = (
    "0123456789",
    "٠١٢٣٤٥٦٧٨٩",
    "۰۱۲۳۴۵۶۷۸۹",
    "०१२३४५६७८९",
    "０１２３４５６７８９",
    "০১২৩৪৫৬৭৮৯",
    "๐๑๒๓๔๕๖๗๘๙",
    "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
)
PREFIXES = (
    "4",
    "51",
    "55",
    "2221",
    "2720",
    "34",
    "37",
    "6011",
    "65",
    "35",
    "36",
    "38",
    "300",
    "62",
    "50",
    "58",
    "63",
    "67",
    "2200",
    "60",
    "81",
)


@pytest.mark.parametrize("line", CONSTRUCTIONS, ids=lambda line: line.where)
def test_each_construction_masks_its_sentence_and_leaves_the_other(line: Construction) -> None:
    shares = re.sub(r"[{}]", "", line.shares)
    assert mask(shares) == re.sub(r"\{.*?\}", line.note, line.shares)
    assert mask(line.speaks) == line.speaks


def test_every_language_can_say_every_secret() -> None:
    for language in LANGUAGES:
        own = [c for c in CONSTRUCTIONS if c.where.startswith(f"{language}.txt")]
        said = {element.written.rstrip("?") for c in own for element in c.elements}
        assert {"@password", "@cvv", "@onetime", "@pin", "@code"} <= said, language
    assert {*languages(), "en"} <= set(LANGUAGES)


SHARED = [
    ("my password is hunter2 and my order is late", f"my password is {PASSWORD} and my order is late"),
    ("My password is correct horse battery staple.", f"My password is {PASSWORD}."),
    ('the password is "the quick brown fox", thanks', f'the password is "{PASSWORD}", thanks'),
    ("my Passwort is hunter2", f"my Passwort is {PASSWORD}"),
    ("the password for jane@example.com is hunter2", f"the password for jane@example.com is {PASSWORD}"),
    ("password1: abc123, password2: abc124", f"password1: {PASSWORD}, password2: {PASSWORD}"),
    ("my password is - letmein", f"my password is - {PASSWORD}"),
    ("password: " + "aB3$" * 99 + " thanks", f"password: {PASSWORD} thanks"),
    ("my pass is hunter2", f"my pass is {PASSWORD}"),
    ("pw: x", f"pw: {PASSWORD}"),
    ("Username: jane\nPassword: hunter2\nPlease help", f"Username: jane\nPassword: {PASSWORD}\nPlease help"),
    ("pass\u00adword\u200b: hunter2", f"pass\u00adword\u200b: {PASSWORD}"),
    ("ｐａｓｓｗｏｒｄ： hunter2", f"ｐａｓｓｗｏｒｄ： {PASSWORD}"),
    ("password 🔑: hunter2", f"password 🔑: {PASSWORD}"),
    ('{"password":"hunter2","email":"jane@x.example"}', f'{{"password":"{PASSWORD}","email":"jane@x.example"}}'),
    ("password=hunter2&order=100234", f"password={PASSWORD}&order=100234"),
    ("my passwords are hunter2 and hunter3", f"my passwords are {PASSWORD}"),
    ("cvv:\n123", f"cvv:\n{CODE}"),
    ("c v v 1 2 3", f"c v v {CODE}"),
    ("C.V.V: 123", f"C.V.V: {CODE}"),
    ("the code is 482913", f"the code is {CODE}"),
    ("482913 is my otp", f"{CODE} is my otp"),
    ("your verification code 48 29 13", f"your verification code {CODE}"),
    ("G-482913 is your Google verification code.", f"{CODE} is your Google verification code."),
    ("cvv ٣٤٥", f"cvv {CODE}"),
    ("cvv 1️⃣2️⃣3️⃣ ok", f"cvv {CODE} ok"),
    ("IBAN DE89 3704 0044 0532 0130 00 please", f"IBAN {ACCOUNT} please"),
    ("4️⃣2️⃣4️⃣2️⃣ 4️⃣2️⃣4️⃣2️⃣ 4️⃣2️⃣4️⃣2️⃣ 4️⃣2️⃣4️⃣2️⃣!", f"{CARD}!"),
    ("(4242) (4242) (4242) (4242)", f"({CARD})"),
    ("4242 4242 4242 4242 cvv 123 pin 4711 password hunter2", f"{CARD} cvv {CODE} pin {CODE} password {PASSWORD}"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "masked"), SHARED)
def test_a_secret_alone_is_taken_out(text: str, masked: str) -> None:
    assert mask(text) == masked
    assert mask(masked) == masked


SPOKEN_OF = """I forgot my password|forgotten my password :(|my password is not working|reset my password|where do I find the cvv
the code is not working|I never got the otp|my promo code is SAVE10|my order number is 100234|tracking code 12345678|call +49 151 23456789
my postal code is 28013|the gift card code is 1234 5678|my password was changed without my knowledge|is the code 4 or 6 digits
how do I change my password to something else|my password is 8 characters long|the password reset email never arrived|what is my password?
it is my password that fails|my password is the same as before|the boat pass is expensive|password? I forgot.|I have a pass for 2024
Mein Passwort funktioniert nicht|Passwort vergessen :(|der Gutscheincode lautet SAVE10|meine Postleitzahl ist 10115|der Code ist abgelaufen
J'ai oublié mon mot de passe|mon code postal est 75011|mon code promo est SAVE10|le code ne fonctionne pas|mon mot de passe est incorrect
olvidé mi contraseña|mi contraseña no funciona|mi código postal es 28013|la clave del problema es el envío|esqueci a senha e o login
minha senha não funciona|meu código postal é 1000-001|نسيت كلمة المرور|كلمة السر لا تعمل|الرمز البريدي 11564|رمز الخصم SAVE10
the pin of the zipper is broken|I ordered 2 lamps on 2024-05-12 at 14:33 for 49.99|+4915123456789|ISBN 9780306406157""".replace(
    "\n", "|"
).split("|")


@pytest.mark.parametrize("text", SPOKEN_OF)
def test_to_speak_of_a_secret_shares_none(text: str) -> None:
    assert mask(text) == text
    assert Masked.of(text).held is False


@st.composite
def cards(draw: st.DrawFn) -> str:
    """13 to 19 digits with an issuer's prefix that pass Luhn's check."""
    prefix, length = draw(st.sampled_from(PREFIXES)), draw(st.integers(13, 19))
    body = prefix + draw(st.text("0123456789", min_size=length - len(prefix) - 1, max_size=length - len(prefix) - 1))
    return body + luhn.calc_check_digit(body)


@st.composite
def layouts(draw: st.DrawFn) -> tuple[str, str]:
    """A card and a way to write it: groups of any size, anything but letters between them, digits of any script."""
    digits = draw(cards())
    written, at = "", 0
    while at < len(digits):
        size = draw(st.integers(1, 8))
        script = draw(st.sampled_from(SCRIPTS))
        written += draw(st.sampled_from(BETWEEN)) if at else ""
        written += "".join(script[int(d)] for d in digits[at : at + size])
        at += size
    return digits, written


@given(
    layouts(),
    st.sampled_from(["", "my card is ", "Karte: ", "بطاقتي ", "(", "a"]),
    st.sampled_from(["", ".", ") thanks", " exp", "x"]),
)
@settings(max_examples=max(300, settings().max_examples))
def test_no_card_remains_however_it_is_written(card: tuple[str, str], before: str, after: str) -> None:
    digits, written = card
    masked = mask(before + written + after)
    if is_card_number(digits):
        assert masked == before + CARD + after
    else:
        assert len(set(digits)) == 1


@given(st.integers(10**12, 10**19 - 1))
def test_the_running_sums_say_what_the_library_says(number: int) -> None:
    digits = str(number)
    assert (mask(digits) == CARD) == is_card_number(digits)
    assert not is_card_number(digits) or luhn.is_valid(digits)


@given(st.text("0123456789", min_size=18, max_size=18), st.sampled_from([" ", "-", "", "  ", "\u00a0"]))
def test_a_bank_account_is_one_where_its_checksum_is_right(bban: str, between: str) -> None:
    whole = "DE" + iban.calc_check_digits("DE00" + bban) + bban
    written = between.join(whole[n : n + 4] for n in range(0, 22, 4))
    assert mask(f"refund to {written} please") == f"refund to {ACCOUNT} please"


#: Bits that secrets are told with, thrown together: whatever comes of it, the laws below hold.
BITS = st.sampled_from(
    ["my password is ", "hunter2", "password", ": ", " is ", " and ", "the code ", "482913", "cvv", "123", "\n", "4242 4242 4242 4242", ", ", ". ",
     " my otp", '"', "(", ")", "pin ", "was changed to ", "wrong", "not ", CARD, PASSWORD, CODE, "[password", "removed]", "mot de passe ", " est ",
     "é ", "senha ", "كلمة السر ", "هي ", "\u200b", "️⃣", "order ", "promo ", "=", "&", "@", "x@y.example", "-", "12 ", "DE89370400440532013000",
     "+49", "c v v ", "I ", "for the shop ", "here is ", "½", "⑽", "ﬁ", "[", "]", "…", "as my password", "credentials: ", " / "]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=200), st.lists(BITS, max_size=14).map("".join), layouts().map(lambda c: c[1]))


@given(TEXTS)
@example("my password is [password remo")
@example("½ password: ½")
@example("promo pw: promo code 482913")
@settings(max_examples=max(1500, settings().max_examples))
def test_masking_twice_changes_nothing_and_what_is_no_secret_stays(text: str) -> None:
    masked = mask(text)
    assert mask(masked) == masked
    kept = NOTE.split(masked)
    place = 0
    for piece in kept:  # what stands between the notes stood there before, in this order, to the letter
        found = text.find(piece, place)
        assert found >= 0 and (found == 0 or place or not piece or kept[0] != piece)
        place = found + len(piece)
    assert masked == text or NOTE.search(masked)
    assert may_hold_secret(text) or masked == text


def _steps(work: Callable[[], Any]) -> int:
    """Lines of the masker that ran, and characters its patterns read are no more than the text is long, once a pattern."""
    count = 0

    def local(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return local

    def trace(frame: FrameType, event: str, arg: Any) -> Any:
        return local if "understanding/secrets" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


HARD = ["password for" + " " * 3_900, "my password is " * 60, "4" * 900, "4 5 " * 200, "password:" * 100, "cvv 123 " * 100, "the code is 12 " * 60,
        "password is " + "a.b" * 300, "password for a b c d e " * 40, "de89 " * 150, "+4 " * 250, "is my password " * 60, "4\u200b" * 400, '"password"' * 80,
        "code 1 code 2 " * 60, "[" * 900, "pin-" * 200, "c v v " * 150, "كلمة السر " * 80, f"{PASSWORD} password " * 30, "1-" * 450,
        "a-" * 450 + "password", "1:" * 300 + "otp", "is " * 300 + "code 1", "- that's " * 90 + "otp 1"]  # fmt: skip


@pytest.mark.parametrize("text", HARD, ids=range(len(HARD)))
def test_the_cost_grows_with_the_length_and_no_faster(text: str) -> None:
    """Counted in steps, not by a clock: four times the text costs at most five times as much."""
    mask(text)  # what is loaded once is loaded now
    twice, eight_times = _steps(lambda: mask(text * 2)), _steps(lambda: mask(text * 8))
    assert eight_times <= 5 * twice + 2_000, (twice, eight_times)
    assert twice <= 1_000 * len(text) + 2_000


_DRAWN = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_NAMES_OF_SECRETS = sorted(w.upper() for w in lexicon().triggers if set(w.upper()) <= set(_DRAWN) and len(w) < 9)


@given(st.text(_DRAWN, min_size=12, max_size=12), st.sampled_from(_NAMES_OF_SECRETS), st.integers(0, 11), st.booleans())
@example("XXXXXX482913", "PW", 4, False)
def test_what_the_bot_drew_by_chance_is_no_secret(drawn: str, name: str, at: int, digits: bool) -> None:
    stem = (drawn[:at] + name + (re.sub("[A-Z]", "7", drawn) if digits else drawn))[:12]
    for text in (f"AO-{stem}-1", f"Your ticket AO-{stem}-12 is filed.", f"ao-{stem.lower()}-1 is late"):
        assert mask(text) == text
    for kept in ("stem", "began"):
        assert orjson.loads(masked_json(orjson.dumps({kept: stem}).decode())) == {kept: stem}
    assert mask(f"my password for ticket AO-{stem}-1 is hunter2") == f"my password for ticket AO-{stem}-1 is {PASSWORD}"


@given(st.uuids(), st.integers(0, 29), st.integers(10**5, 10**6 - 1))
def test_an_id_is_no_secret_whatever_its_digits_spell(drawn: uuid.UUID, at: int, code: int) -> None:
    id = (drawn.hex[:at] + f"2fa{code}")[:32].ljust(32, "a")
    assert mask(id) == id and mask(f"agent:{id}") == f"agent:{id}"


def test_what_the_bot_says_of_itself_holds_no_secret() -> None:
    for language in ("en", *languages()):
        phrases = ENGLISH if language == "en" else catalogue(language)["bot"]
        for key, words in phrases.items():
            assert mask(words) == words, (language, key)
    for path in ARTICLES.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert mask(text) == text, path.name


def test_the_masked_remember_that_they_held_a_secret() -> None:
    told = Masked.of("my card is 4242424242424242")
    assert (told, told.held) == (f"my card is {CARD}", True)
    assert Masked.of(told) is told
