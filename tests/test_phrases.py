"""Every word the bot can say."""

from __future__ import annotations

import inspect
import re

import pytest

from bot.phrases import ENGLISH, join_fields, render
from dialogue import transitions

VALUES = {"answer": "An answer.", "missing": ("name", "email", "reason"), "reference": "AO-X-1", "name": "Jane"}


@pytest.mark.parametrize("phrase", sorted(ENGLISH))
def test_no_phrase_breaks_a_rule(phrase: str) -> None:
    words = render(phrase, VALUES, support_email="support@example.com")
    assert words and "{" not in words
    assert not re.search(r"re-?open|(open|create|file|submit|raise) (a|another) new ticket", words, re.I), "R11"
    fourth = r"order number|phone|telephone|photo|summary|more detail|characters|describe|category"
    assert not re.search(fourth, words, re.I), "R1"
    assert not re.search(r"shall i go ahead|is that correct|please confirm|do you confirm", words, re.I), "R8"
    assert not re.search(r"on its way|arriv|guarantee|we promise|will be resolved|is being processed", words, re.I), (
        "R15"
    )


def test_the_approved_contact_answer_to_the_letter() -> None:
    assert render("contact", {}, support_email="help@shop.example") == (
        "You can contact support at help@shop.example or open a support ticket through the helpdesk. If live chat offers "
        "escalation, provide your full name, email address, and the reason for the issue."
    )


def test_ways_out_name_the_support_email() -> None:
    for phrase in ("update_redirect", "update_redirect_known", "give_email", "goodbye_open", "contact"):
        assert "support@example.com" in render(phrase, VALUES, support_email="support@example.com")


def test_tickets_are_told_with_reference_and_time() -> None:
    for phrase in ("ticket_filed", "ticket_saved", "ticket_filed_dispute", "ticket_saved_dispute"):
        words = render(phrase, VALUES, support_email="s@example.com")
        assert "AO-X-1" in words and "24-48 hours" in words
        assert ("independent review" in words and "same case thread" in " ".join(words.split())) == phrase.endswith(
            "dispute"
        )


def test_every_phrase_the_table_uses_is_there_and_none_is_left_over() -> None:
    source = inspect.getsource(transitions)
    used = set(re.findall(r'Say\(\s*Act\.\w+,\s*"(\w+)"', source)) | set(re.findall(r'"(choice_\w+)"', source))
    made = {"invalid_", "unusable_", "offer_stands", "ticket_filed", "ticket_saved", "greet", "noted", "all_right", "clarify",
            "update_redirect", "mail_subject"}  # fmt: skip
    for phrase in used:
        assert phrase in ENGLISH
    left = {p for p in ENGLISH if p not in used and not any(p.startswith(m) for m in made)}
    assert not left


def test_fields_are_listed_in_english() -> None:
    assert join_fields(("name",)) == "your full name"
    assert join_fields(("name", "email", "reason")) == "your full name, your email address and the reason for the issue"
