"""`askonce articles impact`: what a text of an article would do to the questions that shoppers have asked."""

from __future__ import annotations

import asyncio
import pathlib
from typing import TYPE_CHECKING, Any

import click
import orjson

from bot.settings import Settings, read_settings

if TYPE_CHECKING:
    from kb_answers.impact import Effect, Impact, Question

_SHOWN = 20


@click.command()
@click.argument("file", type=click.Path(path_type=pathlib.Path, exists=True, dir_okay=False))
@click.option("--days", type=click.IntRange(1, 800), default=90, show_default=True, help="Questions of so many days.")
@click.option(
    "--questions",
    type=click.Path(path_type=pathlib.Path, exists=True, dir_okay=False),
    help="Ask the questions of this file, one a line, instead of the database's.",
)
@click.option("--language", default="en", show_default=True, help="What the questions of the file are in.")
@click.option("--withdraw", is_flag=True, help="What if the article of FILE's name were withdrawn?")
@click.option("--json", "as_json", is_flag=True, help="Print every effect, before and after, as JSON.")
def impact(
    file: pathlib.Path, days: int, questions: pathlib.Path | None, language: str, withdraw: bool, as_json: bool
) -> None:
    """What changes for shoppers' questions if FILE (named by its id: gift-wrapping.md) is published.

    Which get an answer, which get it from another article, which lose theirs: nothing is stored, and what is shown is
    masked."""
    settings = read_settings()
    try:
        text = "" if withdraw else file.read_text(encoding="utf-8")
        given = questions.read_text(encoding="utf-8").splitlines() if questions else None
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} and the questions must be UTF-8 text ({error})") from error
    found, names = asyncio.run(_impact(settings, file.stem, text, days=days, given=given, language=language))
    click.echo(orjson.dumps(_as_json(found, names)).decode() if as_json else _as_text(found, names))


async def _impact(
    settings: Settings, id: str, text: str, *, days: int, given: list[str] | None, language: str
) -> tuple[Impact, dict[str, set[str]]]:
    """The impact, and of each question the names that are masked in it."""
    import datetime

    from rich.console import Console
    from rich.progress import Progress

    from bot.clock import today
    from bot.factories import make_answers
    from bot.history.asked import looked_up, where_asked
    from bot.history.figures import Days
    from bot.history.impact import impact_of
    from bot.history.shown import names_of_texts
    from bot.store.edited_articles import edited
    from bot.store.opened import opened
    from kb_answers.impact import Question

    answers = make_answers(settings)

    def asked_again(questions: list[Question], now: dict[str, str]) -> Impact:
        before = answers.with_edited(now)
        after = before.with_edited(now | {id: text})
        with Progress(console=Console(stderr=True)) as progress:
            task = progress.add_task("Reading the questions", total=None)

            def told(what: str, done: int, of_all: int | None) -> None:
                progress.update(task, description=what, completed=done, total=of_all)

            return impact_of(questions, before, after, told)

    if given is not None:
        return asked_again([Question(line.strip(), language) for line in given if line.strip()], {}), {}
    async with opened(settings) as store:
        async with store.read() as connection:
            looked = await looked_up(connection, Days(today() - datetime.timedelta(days=days - 1), today()))
        where = where_asked(looked)
        found = asked_again([one.question for one in looked], await edited(store))
        return found, await names_of_texts(store, {e.question.text: where[e.question.text] for e in found.effects})


def _as_json(found: Impact, names: dict[str, set[str]]) -> dict[str, Any]:
    from kb_answers.impact import Kind

    return {
        "questions": found.questions,
        "different": found.different,
        **{kind.value: found.count(kind) for kind in Kind},
        "same": found.same,
        "effects": [_effect(effect, names) for effect in found.effects],
    }


def _effect(effect: Effect, names: dict[str, set[str]]) -> dict[str, Any]:
    from bot.history.masking import masked

    question = effect.question
    return {
        "question": masked(question.text, names.get(question.text, ())),
        "language": question.language,
        "count": question.count,
        "kind": effect.kind.value,
        **{
            when: {"article": answer.sources[0].article, "passage": answer.text} if answer.text else None
            for when, answer in (("before", effect.before), ("after", effect.after))
        },
    }


_WORDS = {
    "gains": "get an answer and had none",
    "moves": "get it from another article",
    "loses": "lose their answer",
    "reworded": "hear another passage of the same article",
}


def _as_text(found: Impact, names: dict[str, set[str]]) -> str:
    from kb_answers.impact import Kind

    lines = [f"{found.questions:,} questions, {found.different:,} different ones: {found.same:,} stay as they are."]
    for kind in Kind:
        effects = found.of(kind)
        if not effects:
            continue
        lines += ["", f"{found.count(kind):,} {_WORDS[kind.value]}:"]
        for effect in (_effect(each, names) for each in effects[:_SHOWN]):
            old, new = (effect[when]["article"] if effect[when] else "no answer" for when in ("before", "after"))
            lines.append(f"  {effect['count']:>5,} ×  {effect['question']}")
            lines.append(f"           {old} → {new}" + (f": {effect['after']['passage']}" if effect["after"] else ""))
        if len(effects) > _SHOWN:
            lines.append(f"  and {len(effects) - _SHOWN:,} different ones more; --json prints all")
    return "\n".join(lines)
