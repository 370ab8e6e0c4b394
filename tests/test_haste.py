"""The browser's tests never look at a page in haste: between what is done to a page and what is read from it, something
that is to be seen is waited for. Whoever reads at once reads the page before, or one that is half there, on the day
on which the machine is busy."""

from __future__ import annotations

import ast

from tests.links import ROOT

#: What is done to a page; what it shows comes later.
DONE = {
    "check",
    "choose",
    "click",
    "dblclick",
    "drop",
    "menu",
    "press",
    "select_option",
    "set_input_files",
    "tap",
    "uncheck",
}
#: What waits until something is to be seen.
WAITS = {"expect", "goto", "heard", "opened", "reload", "say", "until"}
#: What tells how the page is at that very moment.
READS = {
    "all_inner_texts", "all_text_contents", "bounding_box", "content", "count", "evaluate", "get_attribute",
    "inner_html", "inner_text", "input_value", "is_checked", "is_hidden", "is_visible", "problems", "screenshot",
    "text_content", "turns",
}  # fmt: skip


def _name(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _of_a_page(call: ast.Call) -> bool:
    """No `words.count("a")`, which is a list's or a text's."""
    return not (_name(call) == "count" and call.args)


def _is_a_walk(node: ast.AST) -> bool:
    """A loop that goes on until what it reads is there, as somebody who walks with Tab does."""
    return isinstance(node, ast.While) or (
        isinstance(node, ast.For) and any(isinstance(inner, ast.Break) for inner in ast.walk(node))
    )


def hasty(source: str) -> list[int]:
    """Lines of functions that read from a page what something just done to it may not have brought yet."""
    found = []
    for function in (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)):
        walked = {id(call) for loop in ast.walk(function) if _is_a_walk(loop)
                  for call in ast.walk(loop) if isinstance(call, ast.Call)}  # fmt: skip
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call) and id(node) not in walked]
        done = False
        for call in sorted(calls, key=lambda call: (call.end_lineno or 0, call.end_col_offset or 0)):
            name = _name(call)
            if name in WAITS or name.startswith(("expect_", "wait_for")):
                done = False
            elif name in DONE:
                done = True
            elif name in READS and _of_a_page(call) and done:
                found.append(call.lineno)
                done = False
    return found


def test_no_test_reads_a_page_in_haste() -> None:
    files = sorted((ROOT / "tests" / "browser").glob("test_*.py"))
    assert len(files) > 15
    assert {file.name: lines for file in files if (lines := hasty(file.read_text(encoding="utf-8")))} == {}


def test_haste_is_noticed() -> None:
    planted = """
def test_it(page):
    page.get_by_role("button").click()
    assert page.locator("img").count() == 1
    page.keyboard.press("Enter")
    expect(page.locator("img")).to_be_visible()
    assert page.locator("img").count() == 1 and words.count("a") == 1
    page.get_by_role("link").click()
    found = problems(page)
"""
    assert hasty(planted) == [4, 9]
