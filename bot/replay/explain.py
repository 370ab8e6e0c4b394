"""`askonce explain`: event, understanding, rows, state change and effects of a stored turn, in the console's words."""

from __future__ import annotations

import click
from rich.console import Console

from bot.factories import stored
from bot.history.readings import told
from bot.replay.printable import markup
from bot.replay.stages import describe
from bot.settings import Settings
from bot.store.happened import Happened
from bot.store.records import Turn
from dialogue import events
from dialogue.policy import Policy
from dialogue.states import State
from dialogue.tracker import step


def understood_words(u: events.Understanding) -> list[str]:
    """What was understood of a message, a line each; at the end what each of its sentences was taken for, and why."""
    intents = ", ".join(f"{i.name.value.replace('_', ' ')} {i.confidence:.0%}" for i in u.intents[:3]) or "nothing"
    found = [f"understood by {u.by}: {intents}"]
    for name in ("answer", "name", "greeting_name", "email", "reason", "question", "score"):
        if (value := getattr(u, name)) is not None:
            found.append(f"{name.replace('_', ' ')}: {value}")
    if u.signals:
        found.append(f"signals: {', '.join(sorted(s.value.replace('_', ' ') for s in u.signals))}")
    found += [f"rejected {r.field}: {r.text!r} ({r.why.replace('_', ' ')})" for r in u.rejected]
    return found + [one.line() for one in told(u)]


def changes_between(before: State, after: State) -> list[str]:
    """What a message changed in the state, a line each."""
    names = (
        "phase",
        "name",
        "greeting_name",
        "email",
        "reason",
        "declined",
        "fruitless",
        "last_question",
        "agent",
        "invited",
        "rated",
    )
    found = []
    for name in names:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            found.append(
                f"{name.replace('_', ' ')}: {old if old is not None else '–'} → {new if new is not None else '–'}"
            )
    found += [f"ticket {t.reference}: {t.status.value}" for t in after.tickets if before.ticket(t.reference) != t]
    return found


async def run_explain(settings: Settings, place: str) -> None:
    """Print why. Raises `click.ClickException` where there is no such conversation or turn."""
    id, _, wanted = place.partition("#")
    if wanted and not wanted.isdigit():
        raise click.ClickException(f"{place}: after the # comes the number of a turn, such as {id}#3")
    console = Console(highlight=False, emoji=False)
    async with stored(settings, id) as (store, found):
        turns = await store.turns(id, limit=100_000)
        if wanted and not 1 <= int(wanted) <= found.seq:
            raise click.ClickException(f"conversation {id} has turns 1 to {found.seq}")
        state = found.state.beginning
        for happened in await store.happenings(id):
            before = state
            for happening in happened.told:
                state = step(Policy(), state, happening).state
            mine = [t for t in turns if happened.first <= t.seq <= happened.seq]
            if not wanted or any(t.seq == int(wanted) for t in mine):
                _print(console, happened, mine, before, state)
        if not wanted:
            console.print(f"[dim]now: {markup(describe(found.state))}[/dim]", soft_wrap=True)


def _print(console: Console, happened: Happened, turns: list[Turn], before: State, after: State) -> None:
    names = " then ".join(type(happening).__name__ for happening in happened.told)
    console.print(f"[bold]{names}[/bold] [dim]{happened.at}, {happened.milliseconds} ms[/dim]")
    for happening in happened.told:
        if isinstance(happening, events.ShopperSaid):
            for line in understood_words(happening.understood):
                console.print(f"  {markup(line)}", soft_wrap=True)
    for name in happened.rows:
        console.print(f"  row: {markup(name)}", soft_wrap=True)
    for line in changes_between(before, after):
        console.print(f"  [yellow]{markup(line)}[/yellow]", soft_wrap=True)
    for turn in turns:
        act = f" [{turn.act}{' asks ' + ', '.join(turn.asks) if turn.asks else ''}]" if turn.act else ""
        rule = f"  ({turn.rule})" if turn.rule else ""
        console.print(
            f"  #{turn.seq} {turn.who}{markup(act)}: {markup(turn.text)}[dim]{markup(rule)}[/dim]", soft_wrap=True
        )
    console.print()
