"""`docs/rules.md` and the code agree, both ways: nothing cites a rule that the page lacks, and no rule in force stands
on paper alone."""

from __future__ import annotations

import pytest

from bot.chat.phrases import ENGLISH
from tests import rules_cited
from tests import rules_page as page
from tests.rules_cited import OWN, ROOT, Evidence, Found, cited, evidence, tracked
from tests.rules_page import PAGE

TEXT = PAGE.read_text(encoding="utf-8")
RULES = [f"R{n}" for n in range(1, 22)]
TO_COME = ["R20"]


@pytest.fixture(scope="module")
def held() -> Evidence:
    return evidence()


def test_every_rule_has_its_section_in_order_with_anchor_reason_and_lists() -> None:
    assert list(page.rules_on(TEXT)) == RULES
    assert page.unmarked(TEXT) == []
    assert page.in_force(TEXT) == [rule for rule in RULES if rule not in TO_COME]


def test_the_approved_contact_answer_stands_to_the_letter() -> None:
    assert f"> {ENGLISH['contact']}\n" in page.rules_on(TEXT)["R14"]


def test_no_code_no_test_and_no_page_cites_a_rule_that_is_not_written_down() -> None:
    files = {n: (ROOT / n).read_text(encoding="utf-8", errors="replace") for n in tracked() if n not in OWN}
    assert page.unknown(TEXT, files) == []


def test_every_rule_in_force_has_a_row_a_check_and_a_test_or_says_where_it_is_held(held: Evidence) -> None:
    assert page.unheld(TEXT, held) == []
    assert page.badly_excused(TEXT, held) == []


def test_a_rule_to_come_is_named_nowhere_as_if_it_stood(held: Evidence) -> None:
    for rule in TO_COME:
        assert not [f for part in (*page.PARTS, "code") for f in held.of(part, rule)], (
            f"{rule}: say that it is in force"
        )


def test_the_lists_are_what_the_code_has_now(held: Evidence) -> None:
    assert page.renewed(TEXT, held) == TEXT, "renew them: python -m tests.rules_page"


def test_every_row_of_a_rule_is_listed_once_for_each_rule_it_names(held: Evidence) -> None:
    for row in held.rows:
        for rule in row.rules:
            assert page.rules_on(TEXT)[rule].count(f"\n  - {row.name}\n") == 1, row.name


# ---------------------------------------------------------------- each of these can fail


def without(rule: str) -> str:
    return TEXT.replace(page.rules_on(TEXT)[rule], "")


def test_a_rule_that_is_missing_from_the_page_is_noticed() -> None:
    assert "R7" not in page.rules_on(without("R7"))
    assert page.unknown(without("R7"), {"bot/x.py": "# R7: consent"}) == [
        "bot/x.py cites R7, which docs/rules.md lacks"
    ]
    assert page.unknown(TEXT, {"a": "as R22 says", "b": "R1-R24 hold"}) == [
        "a cites R22, which docs/rules.md lacks",
        "b cites R22, which docs/rules.md lacks",
        "b cites R23, which docs/rules.md lacks",
        "b cites R24, which docs/rules.md lacks",
    ]


@pytest.mark.parametrize("part", page.PARTS)
def test_a_rule_in_force_that_nothing_holds_is_noticed(held: Evidence, part: str) -> None:
    lists = {name: getattr(held, name) for name in (*page.PARTS, "code")}
    bare = Evidence(**(lists | {part: tuple(f for f in lists[part] if "R11" not in f.rules)}))
    assert page.unheld(TEXT, bare) == [f"R11 is in force and has no {part}"]
    assert page.unheld(TEXT.replace("<!-- elsewhere -->", ""), held) == [
        "R4 is in force and has no checks",
        "R16 is in force and has no rows",
    ]


def test_a_rule_that_comes_into_force_must_be_held(held: Evidence) -> None:
    stands = TEXT.replace("**Not in force.**", "")
    assert [f"R20 is in force and has no {part}" for part in page.PARTS] == page.unheld(stands, held)
    assert "R20 has no reason" in page.unmarked(stands)


def test_an_excuse_must_be_needed_and_lead_to_a_place_that_exists(held: Evidence) -> None:
    def row(rule: str, part: str, places: str) -> list[str]:
        sections = TEXT.split("## Where a rule")[1].split("\n\n<a id", 1)[1]
        table = f"<!-- elsewhere -->\n\n| {rule} | {part} | {places} | because |\n"
        return page.badly_excused(f"{table}\n## \n\n<a id{sections}", held)

    weigh = "[`weigh`](../dialogue/reasons.py)"
    assert row("R4", "checks", weigh) == []
    assert row("R7", "rows", weigh) == ["R7 is said to have no rows, and has some"]
    assert row("R4", "checks", "somewhere") == ["R4, checks: no place is named"]
    assert row("R4", "checks", "[`weigh`](../dialogue/gone.py)") == ["R4, checks: dialogue/gone.py does not exist"]
    assert row("R4", "checks", "[`weighs_it`](../dialogue/reasons.py)") == [
        "R4, checks: dialogue/reasons.py holds no weighs_it"
    ]
    assert row("R20", "rows", weigh) == ["R20, rows: nothing that needs an excuse"]


def test_old_lists_are_noticed(held: Evidence) -> None:
    more = Evidence(
        (*held.rows, Found("dialogue/transitions.py", "R2 a row of tomorrow", cited("R2"))),
        held.checks,
        held.tests,
        held.code,
    )
    assert "  - R2 a row of tomorrow\n" in page.renewed(TEXT, more)
    assert page.renewed(TEXT.replace("  - R7 yes to the offer\n", ""), held) == TEXT


@pytest.mark.parametrize("cut", ['<a id="r9"></a>', "<!-- R9: begin -->", "**Why.**"])
def test_a_section_that_lacks_a_part_is_noticed(cut: str) -> None:
    assert any(wrong.startswith("R9 has no") for wrong in page.unmarked(TEXT.replace(cut, "")))


# ---------------------------------------------------------------- how the code is read


def test_rules_are_read_from_text_alone_and_in_ranges() -> None:
    assert cited("R7, (R8) and R1-R3; not AR7, R7x, R123, x/R5 or r9") == {"R7", "R8", "R1", "R2", "R3"}


def test_the_referees_findings_are_read_with_the_words_beside_them() -> None:
    source = """
def _walk(self):
    self.say("R7", 3, f"a ticket {x} nobody wanted")
    rule = "R19" if late else "R8"
    yield ("R1" if a else "R2"), "asks too much"
    return f"R16: {a} and {b}"
"""
    found = [(f.name, set(f.rules)) for f in rules_cited.checks_in("x.py", source)]
    assert found[0] == ("_walk: a ticket … nobody wanted", {"R7"})
    assert [rules for _, rules in found] == [{"R7"}, {"R19"}, {"R8"}, {"R1"}, {"R2"}, {"R16"}]
    assert found[3][0] == "_walk: asks too much"
    assert next(iter(rules_cited.checks_in("x.py", 'PREFIX = "words:"\n' + source))).name.startswith(
        "_walk: words:a ticket"
    )


def test_tests_are_read_by_docstring_name_comment_and_value() -> None:
    source = '''"""About R3."""
BROKEN = {"too much": ("R1", 1), "lawful": ("", 2)}
def test_r5_wins():
    pass
def test_b():
    """R6 and R9."""
def test_c():
    # R10: once
    assert rules == {"R2"} | ALL - {"R4"}
def test_d():
    assert row == "R12 yes to a ticket already filed" and text == "as R13 says"
'''
    found = [(f.name, set(f.rules)) for f in rules_cited.tests_in("tests/x.py", source)]
    assert found == [
        ("", {"R3"}),
        ("BROKEN: too much", {"R1"}),
        ("test_r5_wins", {"R5"}),
        ("test_b", {"R6", "R9"}),
        ("test_c", {"R2", "R10"}),
        ("test_d", {"R12"}),
    ]


def test_fixtures_are_read_by_their_head_and_their_cases() -> None:
    text = "# R7-R9\ntest_cases:\n- test_case: R12 again\n  steps: []\n- test_case: plain\n"
    assert [(f.name, set(f.rules)) for f in rules_cited.cases_in("x.yml", text)] == [
        ("", {"R7", "R8", "R9"}),
        ("R12 again", {"R12"}),
    ]


def test_what_is_listed_exists(held: Evidence) -> None:
    for place in (*held.rows, *held.checks, *held.tests, *held.code):
        assert (ROOT / place.path).is_file()
