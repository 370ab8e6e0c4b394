"""How a run of fixtures went: for people, for CI (JUnit, GitHub's annotations) and as JSON; and the files it is written
to."""

from __future__ import annotations

import pathlib
import xml.etree.ElementTree as ET
from collections.abc import Iterable

import click
import orjson
from rich.console import Console
from rich.text import Text

from bot.replay.play import Outcome, Played
from bot.replay.printable import for_github, in_xml, plain, words


def show(console: Console, outcome: Outcome, *, quiet: bool) -> None:
    """One case for people. Whatever shoppers, fixtures and articles say is shown and does nothing to the terminal."""
    name = words(outcome.case.name)
    if not outcome.problems:
        if not quiet:
            console.print(Text.assemble(("pass ", "green"), name), soft_wrap=True)
        return
    if not outcome.faults:
        console.print(Text.assemble(("NOT PLAYED ", "yellow"), name), soft_wrap=True)
    else:
        console.print(Text.assemble(("FAIL ", "red"), name), soft_wrap=True)
        for line in outcome.transcript:
            style = {"-": "red", "+": "green"}.get(line[1:2], "")
            console.print(Text.assemble("  ", words(line, style)), soft_wrap=True)
    for line in outcome.problems:
        console.print(Text.assemble("  ", words(line, "bold")), soft_wrap=True)


def junit(played: Played, *, allow_unplayable: bool = False) -> bytes:
    """JUnit's XML, one test case a case. What could not be played is a failure, or skipped where it may be left out."""
    skipped = len(played.unplayable) if allow_unplayable else 0
    failures = len(played.outcomes) - len(played.passed) - skipped
    attributes = {"name": "askonce replay", "tests": str(len(played.outcomes)), "failures": str(failures),
                  "skipped": str(skipped), "time": f"{sum(played.seconds):.3f}"}  # fmt: skip
    suite = ET.Element("testsuite", attributes)
    for outcome, seconds in zip(played.outcomes, played.seconds, strict=True):
        named = {"classname": in_xml(outcome.case.file), "name": in_xml(outcome.case.name), "time": f"{seconds:.3f}"}
        case = ET.SubElement(suite, "testcase", named)
        if outcome.problems:
            tag = "skipped" if allow_unplayable and not outcome.faults else "failure"
            told = ET.SubElement(case, tag, {"message": in_xml(outcome.problems[0])})
            told.text = in_xml("\n".join((*outcome.transcript, *outcome.problems)))
    return bytes(ET.tostring(suite, encoding="utf-8", xml_declaration=True))


def as_json(played: Played) -> bytes:
    """What was played, as JSON."""
    cases = [
        {
            "file": o.case.file,
            "line": o.case.line,
            "case": o.case.name,
            "passed": not o.problems,
            "problems": o.problems,
            "unplayable": [{"line": u.line, "column": u.column, "why": u.why} for u in o.left_out],
            "turns": [{"seq": t["seq"], "act": t["act"], "text": t["text"]} for t in o.turns],
            "seconds": round(seconds, 4),
        }
        for o, seconds in zip(played.outcomes, played.seconds, strict=True)
    ]
    whole = {"passed": len(played.passed) == len(played.outcomes), "cases": cases}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2)


def github_lines(outcomes: Iterable[Outcome], *, allow_unplayable: bool = False) -> list[str]:
    """GitHub's annotations, each beside the step that it speaks of: an error for what went otherwise and for what could
    not be played, a warning where that may be left out."""
    return [
        f"::{level} file={for_github(o.case.file, property=True)},line={fault.line},col={fault.column},"
        f"title={for_github(o.case.name, property=True)}::{for_github(fault.what)}"
        for o in outcomes
        for fault in o.all_faults
        for level in ("warning" if allow_unplayable and fault not in o.faults else "error",)
    ]


# ---------------------------------------------------------------- files


def check_output(option: str, path: pathlib.Path) -> None:
    """That `path` can be written, without writing: a file that was not there is gone again. Raises
    `click.ClickException`."""
    try:
        there = path.exists()
        if there and not path.is_file():
            raise click.ClickException(f"{option} {plain(str(path))}: is there already, and no file")
        with path.open("ab"):
            pass
        if not there:
            path.unlink()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise click.ClickException(f"{option} {plain(str(path))}: cannot be written: {why}") from error


def write_output(option: str, path: pathlib.Path, content: bytes) -> None:
    """Raises `click.ClickException` with one line."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{option} {plain(str(path))}: cannot be written: {error.strerror}") from error
