"""`askonce replay`, `explain` and `fixture`: for whoever changes a rule, a phrase or an article."""

from __future__ import annotations

import asyncio
import contextlib
import pathlib
import sys
from typing import Any

import click
import orjson

from bot.commands.options import ROOT, read_since, settings_to_try
from bot.settings import Settings, read_settings


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=pathlib.Path))
@click.option("--url", help="Play against a running bot over its WebSocket, e.g. http://127.0.0.1:8000.")
@click.option("-k", "only", help="Only cases whose name holds this text.")
@click.option("-x", "stop", is_flag=True, help="Stop at the first difference.")
@click.option("-q", "--quiet", is_flag=True, help="Show only what failed.")
@click.option(
    "--understander",
    type=click.Choice(["recorded", "rules", "rasa"]),
    default="recorded",
    show_default=True,
    help="recorded: what a fixture says was understood, else the rules.",
)
@click.option("--parallel", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes to play in.")
@click.option(
    "--times",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="Play as often, and fail where runs differ (R16).",
)
@click.option("--watch", is_flag=True, help="Play again whenever a fixture, the table, a phrase or an article changes.")
@click.option("--junit", type=click.Path(path_type=pathlib.Path, dir_okay=False), help="Write JUnit XML for CI.")
@click.option(
    "--json", "as_json", type=click.Path(path_type=pathlib.Path, dir_okay=False), help="Write what was played as JSON."
)
@click.option("--github", is_flag=True, help="Print GitHub's annotations for what failed.")
@click.option(
    "--coverage",
    type=click.Path(path_type=pathlib.Path, dir_okay=False),
    help="Show what the cases exercise, and write it as HTML.",
)
@click.option(
    "--allow-unplayable", is_flag=True, help="Let a case pass whose steps cannot all be played (Rasa's, or over --url)."
)
@click.option("--diff", is_flag=True, help="Instead of fixtures: which stored conversations would go differently now.")
@click.option("--since", help="With --diff: only conversations that changed at or after this date (UTC).")
def replay(paths: tuple[pathlib.Path, ...], watch: bool, diff: bool, since: str | None, **given: Any) -> None:
    """Replay dialogue fixtures; the status is non-zero on any difference."""
    from bot.replay.run import Options, run_replay
    from bot.replay.watch import watch as run_again

    settings = settings_to_try()
    if diff:
        _diff(settings, paths, since, watch=watch, **given)
        return
    if since is not None:
        raise click.UsageError("--since goes with --diff")
    if given["url"] and (given["understander"] != "recorded" or given["coverage"]):
        raise click.UsageError(
            "a bot behind --url understands and decides by itself; leave out --understander and --coverage"
        )
    if not paths:
        raise click.UsageError("name a fixture or a folder of fixtures, such as tests/dialogues")
    if watch:
        command = [sys.executable, "-m", "bot.cli", *(a for a in sys.argv[1:] if a != "--watch")]
        with contextlib.suppress(KeyboardInterrupt):
            run_again(command, [*paths, *(ROOT / name for name in ("bot", "dialogue", "kb_answers"))])
        return
    if not asyncio.run(run_replay(list(paths), settings=settings, options=Options(**given))):
        raise click.exceptions.Exit(1)


def _diff(settings: Settings, paths: tuple[pathlib.Path, ...], since: str | None, **given: Any) -> None:
    """`--diff` and what goes with it; anything else would be passed over, and is refused."""
    from bot.replay.diff import run_diff

    if paths:
        raise click.UsageError("--diff replays stored conversations; leave out the fixtures")
    usual = {
        "times": 1,
        "parallel": given["parallel"],
        "as_json": given["as_json"],
        "understander": given["understander"],
    }
    if other := [name for name, value in given.items() if value and value != usual.get(name)]:
        named = {"only": "-k", "stop": "-x", "quiet": "-q"}.get(other[0], f"--{other[0].replace('_', '-')}")
        raise click.UsageError(f"{named} does not go with --diff")
    if given["understander"] == "rasa":
        raise click.UsageError("--diff understands as it is stored, or anew with --understander rules")
    work = run_diff(
        settings,
        since=read_since(since),
        anew=given["understander"] == "rules",
        parallel=given["parallel"],
        as_json=given["as_json"],
    )
    if not asyncio.run(work):
        raise click.exceptions.Exit(1)


@click.command()
@click.argument("place", metavar="ID[#SEQ]")
def explain(place: str) -> None:
    """Why a stored conversation went as it did: for one turn (ID#SEQ) or all of them."""
    from bot.replay.explain import run_explain

    asyncio.run(run_explain(read_settings(), place))


@click.group()
def fixture() -> None:
    """Dialogue fixtures: made from life, and their form."""


@fixture.command("new")
@click.option("--conversation", "id", required=True, help="The stored conversation to make it of.")
@click.option("--name", help="The case's name.")
@click.option("--shrink", is_flag=True, help="Drop turns that do not matter for what the referee or --until finds.")
@click.option("--until", "act", help="With --shrink: keep what leads to this act of the bot.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=pathlib.Path, dir_okay=False),
    help="Write it there; else it is printed.",
)
@click.option(
    "--replace", multiple=True, metavar="WORD=OTHER", help="Put another word in the place of one that is left."
)
@click.option("--looked", is_flag=True, help="Say that somebody has looked at the words that are left.")
def fixture_new(output: pathlib.Path | None, replace: tuple[str, ...], looked: bool, **given: Any) -> None:
    """A fixture of a stored conversation: what was understood recorded, invented people in the place of real ones.
    Nothing finds all of them, so what is left is shown, and somebody must look before it is written."""
    from bot.replay.new_fixture import new_fixture
    from bot.replay.pseudonyms import put, shown
    from bot.replay.report import check_output

    if output:
        check_output("-o", output)
    text, people = asyncio.run(new_fixture(read_settings(), **given))
    for pair in replace:
        word, sign, other = pair.partition("=")
        if not (word and sign):
            raise click.UsageError(f"--replace {pair}: write it as WORD=OTHER")
        text = put(text, word, other)
    if not looked:
        click.echo(shown(text, people.replaced), err=True)
        if not sys.stdin.isatty():
            raise click.ClickException(
                "not written: look at what is left of people above, marked »so«, then run it again with --looked, "
                "and with --replace WORD=OTHER for each word that must go"
            )
        click.confirm("Is nothing left in it that tells who somebody is?", abort=True, err=True)
    if output:
        from bot.store.private import write_private

        write_private(output, text)
        click.echo(f"Written to {output}; play it with: askonce replay {output}", err=True)
    else:
        click.echo(text, nl=False)


@fixture.command("schema")
def fixture_schema() -> None:
    """The JSON Schema of fixtures, for editors."""
    from bot.replay.schema import schema

    click.echo(orjson.dumps(schema(), option=orjson.OPT_INDENT_2).decode())
