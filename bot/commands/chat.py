"""`askonce chat`: a conversation at the keyboard, through the same engine as the widget's; slash commands look into
it."""

from __future__ import annotations

import asyncio
import pathlib
import re
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from bot.commands.options import settings_to_try
from bot.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

    from bot.replay.rehearsal import Rehearsal, Stagehand
    from bot.store.records import Turn

_LONGEST = 4000
_HELP = (
    "/state what is known and open · /why the last message, row by row · /undo takes it back · "
    "/save NAME writes a fixture · /quit"
)


@click.command()
def chat() -> None:
    """A conversation in the terminal, through the same engine. Leave with Ctrl-D."""
    asyncio.run(chat_in_terminal(settings_to_try()))


@dataclass
class Session:
    """What was said at the keyboard, and the conversation it made."""

    hand: Stagehand
    rehearsal: Rehearsal
    said: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, settings: Settings) -> Session:
        """Nothing said yet."""
        from bot.replay.rehearsal import Stagehand

        hand = Stagehand(settings)
        return cls(hand, hand.begin())

    async def say(self, text: str) -> list[Turn]:
        """A message; the turns that answer it."""
        turns = await self.rehearsal.say(text)
        self.said.append(text)
        return turns

    async def undo(self) -> str | None:
        """Take the last message back: everything before it is said again, to the same end (R16). The message, or
        None."""
        if not self.said:
            return None
        *before, last = self.said
        self.rehearsal, self.said = self.hand.begin(), []
        for text in before:
            await self.say(text)
        return last

    def why(self) -> list[str]:
        """Understanding, rows and state change of the last message, a line each."""
        from bot.replay.explain import changes_between, understood_words
        from dialogue import events

        if not self.rehearsal.changes:
            return ["nothing was said yet"]
        place = max(n for n, c in enumerate(self.rehearsal.changes) if any(t.who == "shopper" for t in c.turns))
        change = self.rehearsal.changes[place]
        before = self.rehearsal.changes[place - 1].state if place else self.rehearsal.state.beginning
        lines = [
            line
            for told in change.happenings
            if isinstance(told, events.ShopperSaid)
            for line in understood_words(told.understood)
        ]
        return [*lines, *(f"row: {row}" for row in change.rows), *changes_between(before, change.state)]

    async def fixture(self, name: str) -> str:
        """The session as a fixture: the messages, what was understood of them, and what the bot did."""
        from bot.replay.new_fixture import Move, as_yaml, play
        from dialogue import events

        moves = [
            Move(told, kept.text)
            for change in self.rehearsal.changes
            for told in change.happenings
            if isinstance(told, events.ShopperSaid)
            for kept in change.turns[:1]
        ]
        _, after = await play(self.hand, moves)
        return as_yaml(name, moves, after)


async def chat_in_terminal(settings: Settings) -> None:
    """Until the end of input. Works from a pipe as well: one message a line."""
    from rich.console import Console

    console = Console(highlight=False, emoji=False)
    interactive = sys.stdin.isatty()
    session = Session.begin(settings)
    if interactive:
        console.print(f"[dim]Nothing said here is kept. Ctrl-D ends the chat. {_HELP}[/dim]")
    while True:
        if interactive:
            console.print("[bold]you>[/bold] ", end="")
        line = await asyncio.to_thread(sys.stdin.readline)
        if not line or line.strip() == "/quit":
            break
        text = line.strip()
        if text.startswith("/"):
            await command(session, text, console)
        elif len(text) > _LONGEST:
            console.print(f"[yellow]A message may have up to {_LONGEST:,} characters.[/yellow]")
        elif text:
            for turn in await session.say(text):
                _show(console, turn)


async def command(session: Session, text: str, console: Console) -> None:
    """One slash command."""
    from bot.replay.printable import markup
    from bot.replay.stages import describe

    name, _, rest = text[1:].partition(" ")
    if name == "state":
        console.print(f"[dim]{markup(describe(session.rehearsal.state))}[/dim]", soft_wrap=True)
    elif name == "why":
        for line in session.why():
            console.print(f"[dim]{markup(line)}[/dim]", soft_wrap=True)
    elif name == "undo":
        back = await session.undo()
        console.print(f"[dim]{'taken back: ' + markup(back) if back else 'nothing was said yet'}[/dim]", soft_wrap=True)
    elif name == "save":
        await _save(session, rest, console)
    else:
        console.print(f"[yellow]{_HELP}[/yellow]", soft_wrap=True)


async def _save(session: Session, name: str, console: Console) -> None:
    """The session as a fixture in this folder; its name is somebody's words, and so masked (R17)."""
    from bot.replay.printable import markup
    from bot.store.private import write_private
    from dialogue.understanding.secrets import mask

    case = " ".join(mask(name).split())
    if not case or not session.said:
        console.print("[yellow]/save NAME, once something was said: /save a late order is an issue[/yellow]")
        return
    path = pathlib.Path(re.sub(r"\W+", "_", case).strip("_")[:60] + ".yml")
    if path.exists():
        console.print(f"[yellow]{path} is there already; choose another name.[/yellow]")
        return
    try:
        write_private(path, await session.fixture(case))
    except OSError as error:
        console.print(f"[yellow]{markup(str(path))} cannot be written: {markup(error.strerror or '')}[/yellow]")
        return
    console.print(f"[dim]Written to {path}; play it with: askonce replay {path}[/dim]", soft_wrap=True)


def _show(console: Console, turn: Turn) -> None:
    from bot.replay.printable import markup

    lines = "\n".join(markup(line) for line in turn.text.split("\n"))
    console.print(f"[bold cyan]bot>[/bold cyan] {lines} [dim]({turn.act})[/dim]", soft_wrap=True)
    for source in turn.sources:
        console.print(f"     [dim]— {markup(source.title)}[/dim]", soft_wrap=True)
    if turn.choices:
        console.print(f"     [dim]{markup(' / '.join(turn.choices))}[/dim]", soft_wrap=True)
