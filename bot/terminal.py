"""`askonce chat`: a conversation at the keyboard, through the same engine as the widget's."""

from __future__ import annotations

import asyncio
import sys

from rich.console import Console
from rich.markup import escape

from bot.replay import InProcess, in_process
from bot.settings import Settings


async def chat_in_terminal(settings: Settings) -> None:
    """Until the end of input. Works from a pipe as well: one message a line."""
    console = Console(highlight=False)
    interactive = sys.stdin.isatty()
    async with in_process(settings) as running:
        conversation, _ = await running.hub.begin(channel="terminal")
        stage = InProcess(running, conversation)
        if interactive:
            console.print("[dim]Nothing said here is kept. Ctrl-D ends the chat.[/dim]")
        while True:
            if interactive:
                console.print("[bold]you>[/bold] ", end="")
            line = await asyncio.to_thread(sys.stdin.readline)
            if not line:
                break
            text = line.strip()
            if not text:
                continue
            if len(text) > 4000:
                console.print("[yellow]A message may have up to 4,000 characters.[/yellow]")
                continue
            await stage.say(text)
            while (turn := await stage.next_turn(6.0)) is not None:
                console.print(
                    f"[bold cyan]bot>[/bold cyan] {escape(turn['text'])} [dim]({turn['act']})[/dim]", soft_wrap=True
                )
                for source in turn["sources"]:
                    console.print(f"     [dim]— {escape(source['title'])}[/dim]", soft_wrap=True)
                if turn["choices"]:
                    console.print(f"     [dim]{escape(' / '.join(turn['choices']))}[/dim]", soft_wrap=True)
