"""The deterministic readers: addresses, names, secrets, yes and no, the reason."""

from __future__ import annotations

import random

import pytest
from faker import Faker
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.facts import facts
from dialogue.understanding.emails import read_emails
from dialogue.understanding.rules import understand, understand_anew
from dialogue.understanding.secrets import is_card_number, mask
from dialogue.validity import could_be_email, could_be_name
from dialogue.vocabulary import Answer, Signal


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("write to jane.doe+shop@mail.example.co.uk.", "jane.doe+shop@mail.example.co.uk"),
        ("(emma@example.com)", "emma@example.com"),
        ("<bob@example.org>,", "bob@example.org"),
        ("mailto:bob@example.org", "bob@example.org"),
        ("jane at example dot com", "jane@example.com"),
        ("j.doe(at)example(dot)org", "j.doe@example.org"),
        ("it's o'neil@example.ie!", "o'neil@example.ie"),
        ("jörg@exämple.de", "jörg@exämple.de"),
        ("JANE@EXAMPLE.COM", "JANE@EXAMPLE.COM"),
        ("my email is jane @ example.com", "jane@example.com"),
    ],
)
def test_addresses_are_found_as_typed(text: str, found: str) -> None:
    assert [r.value for r in read_emails(text, asked=False)] == [found]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("kofi@example", "email_no_top_level"),
        ("kofi at home", "email_no_at"),
        ("kofi@@example.com", "email_malformed"),
        ("kofi@example..com", "email_malformed"),
        ("kofi.example.com", "email_no_at"),
    ],
)
def test_impossible_addresses_are_refused_with_a_reason(text: str, why: str) -> None:
    u = understand(text, ("email",))
    assert u.email is None and [r.why for r in u.rejected] == [why]


def test_the_latest_address_stands() -> None:
    assert understand("old@example.com, sorry, I mean new@example.com").email == "new@example.com"


NAMES = [
    "Jane Doe", "José Ángel Núñez-O'Connor", "Ludwig van Beethoven", "Nguyễn Thị Minh Khai", "Åsa Öberg", "Jean-Luc Picard",
    "Siobhán O'Brien", "Rose Price", "April May", "Emma Brown", "Mary Ann de la Cruz", "Иван Петров", "Ольга Сидорова",
    "李伟", "محمد علي", "आरती शर्मा", "דנה כהן", "สมชาย ใจดี", "김민준", "Κώστας Παπαδόπουλος", "J. R. Hartley", "Dr. Amara Okafor",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_in_every_place(name: str) -> None:
    assert understand(name, ("name",)).name == name
    assert understand(f"my name is {name}, my order never came").name == name
    assert understand(f"{name}, a1b2@example.com", ("name", "email")).name == name
    assert understand(f"ok, {name}", ("name", "email")).name == name
    assert understand(f"my name is {name}, my order never came").reason == "my order never came"


@pytest.mark.parametrize("name", [n for n in NAMES if n.isascii() and "." not in n])
def test_names_in_lower_case(name: str) -> None:
    low = name.lower()
    assert understand(low, ("name",)).name == low
    assert understand(f"my name is {low} and my order is late").name == low


def test_names_from_many_countries() -> None:
    """At least 97 of 100 random names survive, asked for and volunteered."""
    chance = random.Random(5)
    kept = total = 0
    for locale in (
        "en_US",
        "de_DE",
        "fr_FR",
        "es_MX",
        "pl_PL",
        "tr_TR",
        "pt_BR",
        "sv_SE",
        "ru_RU",
        "ja_JP",
        "ko_KR",
        "en_IN",
    ):
        fake = Faker(locale)
        fake.seed_instance(chance.randrange(10**6))
        for _ in range(40):
            name = f"{fake.first_name()} {fake.last_name()}"
            total += 2
            kept += understand(name, ("name",)).name == name
            kept += understand(f"Hello, I'm {name} and I'd like to open a ticket").name == name
    assert kept / total >= 0.97, f"{kept} of {total}"


@pytest.mark.parametrize("text", ["ok thanks", "why do you need that?", "the zip is broken", "hmm", "12345", "london", "yes", "jane@example.com", "never mind", "my blue lamp", "hello", "what?"])  # fmt: skip
def test_what_is_no_name(text: str) -> None:
    assert understand(text, ("name",)).name is None


@pytest.mark.parametrize("text", ["I'm waiting for my order", "this is ridiculous", "I am very angry", "Walnut Desk", "hi Jesse", "I'm from London", "it's broken", "my name is on the order"])  # fmt: skip
def test_no_name_is_invented_in_passing(text: str) -> None:
    u = understand(text)
    assert u.name is None and u.greeting_name is None


def test_one_word_in_passing_is_a_greeting_name_and_in_answer_the_name() -> None:
    assert (understand("Hi, I'm Jane").name, understand("Hi, I'm Jane").greeting_name) == (None, "Jane")
    assert understand("Sukarno", ("name",)).name == "Sukarno"


@pytest.mark.parametrize(
    "text",
    ["4242 4242 4242 4242", "4242-4242-4242-4242", "4242.4242.4242.4242", "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2", "５５５５５５５５５５５５４４４４",
     "3782 822463 10005", "card 6011111111111117 exp 12/27", "order 77, card4242424242424242"],
)  # fmt: skip
def test_card_numbers_are_masked_however_they_are_spaced(text: str) -> None:
    masked = mask(f"I paid with {text} yesterday")
    assert "[card number removed]" in masked
    assert sum(c.isdigit() for c in masked) <= 6


@pytest.mark.parametrize(
    "text", ["order 100234", "call 9791521233", "tracking 1Z999AA10123456784", "4242 4242 4242 4241", "my password is not working",
             "I forgot my password", "promo code SAVE20", "ISBN 9780306406157"],
)  # fmt: skip
def test_other_numbers_and_words_stay(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "secret"),
    [("cvv 123", "123"), ("my security code is 9876", "9876"), ("password: hunter2", "hunter2"), ("my password is s3cret!", "s3cret"),
     ("the otp is 482913", "482913"), ("verification code 77A1B2", "77A1B2"), ("pin: 4711", "4711"), ("pwd=abc123", "abc123")],
)  # fmt: skip
def test_codes_and_passwords_are_masked(text: str, secret: str) -> None:
    u = understand(text)
    assert secret not in u.kept and "removed]" in u.kept and Signal.SECRET in u.signals


@given(st.integers(10**12, 10**19 - 1))
@settings(max_examples=300)
def test_a_card_number_never_survives(number: int) -> None:
    digits = str(number)
    if is_card_number(digits):
        assert digits not in mask(f"it is {digits}.")


YES = ["yes", "Yes please", "yeah go ahead", "sure why not", "ok do it then", "👍", "no, go ahead", "no problem, do it", "of course",
       "y", "please do", "that would be great", "yes, open it", "absolutely!", "ok", "Yes, open a ticket"]  # fmt: skip
NO = ["no", "No, thanks", "nah", "don't bother", "not yet", "no need", "nope, I'm good", "not now", "ok no", "👎", "rather not",
      "don't open a ticket", "I'd rather not", "that's all, thank you", "no thank you"]  # fmt: skip
NEITHER = ["how long does delivery take?", "jane@example.com", "the lamp is blue", "hmm", "what is a ticket?"]


@pytest.mark.parametrize(("texts", "answer"), [(YES, Answer.AFFIRM), (NO, Answer.DENY), (NEITHER, None)])
def test_yes_no_and_neither_to_an_offer(texts: list[str], answer: Answer | None) -> None:
    wrong = []
    for text in texts:
        u = understand(text, "offer")
        cancels = Signal.CANCELS in u.signals and answer is Answer.DENY
        wishes = Signal.WANTS_TICKET in u.signals and answer is Answer.AFFIRM
        if u.answer is not answer and not cancels and not wishes:
            wrong.append((text, u.answer))
    assert not wrong


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("I still have not received my order", "I still have not received my order"),
        ("Hi, Jane Doe, jane@x.example, my order never came, please open a ticket", "my order never came"),
        ("please open a ticket because my lamp is broken", "my lamp is broken"),
        ("can I speak to someone about my missing refund?", "my missing refund"),
        ("My mug came cracked. I ordered it on the 3rd. Thanks, bye", "My mug came cracked. I ordered it on the 3rd."),
        ("I want a human", None),
        ("open a ticket", None),
        ("hello there", None),
        ("how long does delivery take?", None),
    ],
)
def test_the_reason_in_the_shoppers_own_words(text: str, reason: str | None) -> None:
    assert understand(text).reason == reason


@given(st.text(max_size=300), st.sampled_from([None, "offer", ("name",), ("email",), ("name", "email", "reason")]))
@settings(max_examples=max(400, settings().max_examples))
def test_any_text_is_understood_somehow_and_no_value_is_impossible(text: str, asked: object) -> None:
    u = understand(text, asked)  # type: ignore[arg-type]
    assert facts(u) and u.intents
    assert u.name is None or could_be_name(u.name)
    assert u.email is None or could_be_email(u.email)
    assert understand_anew(text, asked) == u, "the same text was understood differently (R16)"  # type: ignore[arg-type]
