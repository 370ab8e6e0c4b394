"""Hypothesis strategies for understandings: right, wrong, hostile. The rules must hold under all of them."""

from __future__ import annotations

from hypothesis import strategies as st

from dialogue.events import Intent, RejectedValue, Understanding
from dialogue.vocabulary import Answer, Field, IntentName, Signal

NAMES = st.sampled_from(
    ["Jane Doe", "José Núñez-O'Connor", "李伟", "Sukarno", "12345", "a@b.example", " ", "x" * 500, "Bob\nSmith"]
)
EMAILS = st.sampled_from(["jane@example.com", "j@new.example", "no-at", "x@y", "", "a b@c.d", "@", "jörg@exämple.de"])
REASONS = st.sampled_from(
    [
        "my order never arrived",
        "I still have not received my order",
        "the lamp is broken",
        "I was charged twice for the mugs",
        "follow up on my order",
        "",
        " ",
        "?!",
        "x" * 4000,
        "<script>alert(1)</script>",
        "the box is torn and something was stolen",
    ]
)
WHYS = st.sampled_from(["email_no_at", "email_no_top_level", "email_malformed", "email_of_shop", "name_digits"])
SLIPS = st.sampled_from(
    [
        RejectedValue(Field.EMAIL, "j@gmial.com", "email_slip", "j@gmail.com"),
        RejectedValue(Field.EMAIL, "j@gmail", "email_no_top_level", "j@gmail.com"),
    ]
)

understandings = st.builds(
    Understanding,
    kept=st.text(max_size=20),
    intents=st.lists(st.builds(Intent, st.sampled_from(IntentName), st.floats(0, 1)), max_size=3).map(tuple),
    answer=st.none() | st.sampled_from(Answer),
    name=st.none() | NAMES,
    greeting_name=st.none() | NAMES,
    email=st.none() | EMAILS,
    reason=st.none() | REASONS,
    question=st.none() | st.sampled_from(["how long does delivery take?", "is the desk oak?", ""]),
    rejected=st.lists(
        st.builds(RejectedValue, st.sampled_from(list(Field)[:2]), st.just("x"), WHYS) | SLIPS, max_size=2
    ).map(tuple),
    signals=st.frozensets(st.sampled_from(Signal), max_size=4),
    score=st.none() | st.integers(-1, 7),
    extra=st.just(())
    | st.just(())
    | st.sampled_from([(("order_number", "AB123456"),), (("order_number", " "),), (("shoe", "44"),)]),
)
