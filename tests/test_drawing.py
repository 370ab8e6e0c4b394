"""`docs/how-it-decides.md` shows the table as it is."""

from __future__ import annotations

from dialogue.states import Phase
from tests.drawing import BEGIN, END, PAGE, arrows, drawn


def test_the_page_shows_the_table_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page.split(BEGIN)[1].split(END)[0].strip() == drawn(), "renew it: python -m tests.drawing"


def test_every_phase_can_be_entered_and_left() -> None:
    edges = set(arrows())
    for phase in Phase:
        assert any(after == phase.value for _, after in edges)
        assert any(before == phase.value for before, _ in edges)
