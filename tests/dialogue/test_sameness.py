"""Sameness (R4, R12): both its errors within bounds, on pairs written before it; and what must hold of any wording."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.sameness import adds_detail, leans, same_issue, shared, substance, unsaid
from tests.conftest import ROOT
from tests.dialogue import sameness_figures

#: Shares that may not be passed; `docs/quality.md` has the figures. To swallow costs more than to double.
SWALLOWED, DOUBLED = 0.02, 0.16


def test_the_pairs_are_many_and_hard() -> None:
    pairs = sameness_figures.pairs()
    assert len({(p.known, p.later) for p in pairs}) == len(pairs) >= 300
    assert len({p.kind for p in pairs}) >= 12
    assert 0.4 < sum(p.same for p in pairs) / len(pairs) < 0.6
    assert 0.25 < sum(p.blind for p in pairs) / len(pairs) < 0.42
    words = [(set(p.known.lower().split()), set(p.later.lower().split())) for p in pairs]
    alike = [len(a & b) * 2 >= min(len(a), len(b)) for a, b in words]
    near = [
        alike != p.same for p, alike in zip(pairs, alike, strict=True)
    ]  # many words shared and another, or few and the same
    assert sum(near) >= len(pairs) / 2


@pytest.mark.parametrize("blind", [False, True], ids=["read", "blind"])
def test_both_errors_stay_within_their_bounds(blind: bool) -> None:
    found = sameness_figures.figures(p for p in sameness_figures.pairs() if p.blind is blind)
    assert found.swallowed_share <= SWALLOWED
    assert found.doubled_share <= DOUBLED


def test_a_judge_that_looks_at_nothing_is_found_out() -> None:
    pairs = sameness_figures.pairs()
    assert sameness_figures.figures(pairs, lambda known, later: True).swallowed_share == 1
    assert sameness_figures.figures(pairs, lambda known, later: False).doubled_share == 1


def test_the_figures_in_the_docs_are_these() -> None:
    page = (ROOT / "docs" / "quality.md").read_text(encoding="utf-8")
    for line in sameness_figures.table():
        assert line in page, f"docs/quality.md lacks {line!r}; python -m tests.dialogue.sameness_figures"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.sampled_from([p.known for p in sameness_figures.pairs()]))
def test_a_wording_is_the_same_as_itself(text: str) -> None:
    assert same_issue(text, text) and not adds_detail(text, text)
    assert same_issue(f"the vase leaks\n{text}", text) and not adds_detail(f"the vase leaks\n{text}", text)
    assert same_issue(text, f"  {text.upper().lower()} ") or text != text.upper().lower()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=3), st.text(max_size=200))
def test_what_is_left_of_a_wording_stands_in_it_to_the_letter(filed: list[str], text: str) -> None:
    left = unsaid(filed, text)
    assert left in text and bool(left.strip()) == bool(text.strip())
    assert shared(text, text) >= 0 and isinstance(leans(text), bool) and isinstance(substance(text), frozenset)


def test_what_differs_decides() -> None:
    assert same_issue("I still have not received my order", "my order never arrived")
    assert same_issue("the kettle arrived cracked", "my kettle is still cracked")
    assert not same_issue("the kettle arrived cracked", "my kettle never arrived")
    assert not same_issue("my order 1111 is late", "my order 2222 is late")
    assert not same_issue("the lamp is broken\nthe mirror is scratched", "the lamp is scratched")


def test_detail_is_whatever_is_not_said_yet() -> None:
    assert not adds_detail("my order never arrived", "I still have not received my order")
    assert not adds_detail("the lamp is broken", "please, the lamp is broken!!")
    for more in (
        "it's been 3 weeks now",
        "order 2222 never arrived",
        "my order of Monday never arrived",
        "I do not want a refund",
    ):
        assert adds_detail("my order never arrived", more) or (
            "refund" in more and adds_detail("I want a refund", more)
        ), more
    assert adds_detail("I want a refund", "I don't want a refund")
    assert adds_detail("the lamp is broken", "the lamp is cracked")


def test_only_what_can_be_told_apart_is_left_out() -> None:
    filed = ["my order never arrived"]
    assert unsaid(filed, "my lamp is broken; my order still never arrived") == "my lamp is broken"
    assert unsaid(filed, "my order never arrived!\nMy lamp is broken, see https://a.example/b?x=1.") == (
        "My lamp is broken, see https://a.example/b?x=1."
    )
    for whole in (
        "my order never arrived and my lamp is broken",
        "my order never arrived. It was a lamp",
        "The lamp. It never arrived",
        "my order never arrived",
        "order 3 never arrived. The lamp is broken",
    ):
        assert unsaid(filed, whole) == whole
