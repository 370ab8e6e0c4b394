"""`askonce replay --diff`: stored conversations through the working tree's table, phrases and articles; which would go
differently.

What was understood is taken as it was stored, so that a difference is the rule's, the phrase's or the article's; with
`--understander rules` the words are understood anew as well.
"""

from __future__ import annotations

import asyncio
import dataclasses
import pathlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

import orjson
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from bot.factories import make_answers
from bot.history import views
from bot.replay.printable import words
from bot.replay.rehearsal import Rehearsal, Stagehand
from bot.replay.report import check_output, write_output
from bot.settings import Settings
from bot.store.database import Store
from bot.store.edited_articles import EditedArticles
from bot.store.happened import with_their_turns
from bot.store.opened import opened
from bot.store.records import Turn
from dialogue import events

_EXAMPLES = 3
_CHUNK = 200


@dataclass
class Difference:
    """The first turn that would be another. `rule` names the row that decided it, before and now."""

    conversation: str
    seq: int
    rule: str
    heard: str
    before: str
    now: str


@dataclass
class Diff:
    """What a comparison found: how many conversations and turns were played again, and which would differ."""

    conversations: int = 0
    turns: int = 0
    found: list[Difference] = field(default_factory=list)

    def add(self, other: Diff) -> None:
        """Take another comparison's findings in."""
        self.conversations += other.conversations
        self.turns += other.turns
        self.found += other.found


async def compare(store: Store, hand: Stagehand, id: str, *, anew: bool) -> Diff:
    """One stored conversation, played again."""
    found = await store.load(id)
    if found is None:
        return Diff()
    stored = await store.turns(id, limit=100_000)
    start = found.state.beginning
    rehearsal = hand.begin(locale=found.locale, required=start.required, stem=start.stem)
    rehearsal.files = False  # the helpdesk's word comes from what was stored
    words = {t.seq: t.text for t in stored if t.who in ("shopper", "agent")}
    for seq, told in with_their_turns(await store.happenings(id)):
        await _tell(rehearsal, told, words.get(seq, ""), anew=anew)
    return Diff(1, len(stored), _first_difference(id, stored, rehearsal.turns))


async def _tell(rehearsal: Rehearsal, told: events.Happening, text: str, *, anew: bool) -> None:
    if isinstance(told, events.ShopperSaid):
        await rehearsal.say(text, None if anew else told.understood)
    elif isinstance(told, events.AgentSaid):
        await rehearsal.agent(text)
    elif isinstance(told, events.FilesSent):
        await rehearsal.send_files(told.count)
    elif not isinstance(told, events.ArticleFound | events.NothingFound):  # the articles are asked again
        await rehearsal.tell(told)


def _shown(turn: Turn | None) -> str:
    if turn is None:
        return "(no turn)"
    asks = f" asks {', '.join(turn.asks)}" if turn.asks else ""
    return f"{turn.who} [{turn.act or '–'}{asks}] {turn.text}"


def _said(turn: Turn) -> str:
    """Its words; of files only that they came, for a rehearsal has none."""
    return "files" if turn.files else turn.text


def _first_difference(id: str, stored: Sequence[Turn], now: Sequence[Turn]) -> list[Difference]:
    heard = ""
    for place in range(max(len(stored), len(now))):
        old = stored[place] if place < len(stored) else None
        new = now[place] if place < len(now) else None
        if old is not None and old.who == "shopper":
            heard = old.text
        same = old is not None and new is not None and (old.who, old.act, old.asks, _said(old), old.choices) == (
            new.who, new.act, new.asks, _said(new), new.choices)  # fmt: skip
        if not same:
            rules = [t.rule or "(shopper)" if t else "(nothing)" for t in (old, new)]
            rule = rules[0] if rules[0] == rules[1] else f"{rules[0]} → {rules[1]}"
            return [Difference(id, place + 1, rule, heard, _shown(old), _shown(new))]
    return []


async def stagehand(settings: Settings, store: Store) -> Stagehand:
    """Rehearsals with the articles that answer now: the files', and over them what was edited in the console."""
    answers = make_answers(settings)
    await EditedArticles(store, answers).look()
    return Stagehand(settings, answers=answers)


async def _chunk(settings: Settings, ids: Sequence[str], anew: bool) -> Diff:
    found = Diff()
    async with opened(settings, migrating=False) as store:
        hand = await stagehand(settings, store)
        for id in ids:
            found.add(await compare(store, hand, id, anew=anew))
    return found


def _in_process(settings: Settings, ids: Sequence[str], anew: bool) -> Diff:
    return asyncio.run(_chunk(settings, ids, anew))


async def run_diff(
    settings: Settings, *, since: str | None, anew: bool, parallel: int, as_json: pathlib.Path | None = None
) -> bool:
    """Print what would go differently, grouped by rule, and write all of it to `as_json`; True where nothing would."""
    if as_json:
        check_output("--json", as_json)
    async with opened(settings) as store:
        ids = [id async for id, _, seq in views.changed(store, since) if seq]
    found = Diff()
    chunks = [ids[n : n + _CHUNK] for n in range(0, len(ids), _CHUNK)]
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Playing stored conversations", total=len(ids))
        if parallel > 1:
            with ProcessPoolExecutor(parallel) as pool:
                loop = asyncio.get_running_loop()
                for part in asyncio.as_completed(
                    [loop.run_in_executor(pool, _in_process, settings, c, anew) for c in chunks]
                ):
                    done = await part
                    found.add(done)
                    progress.advance(task, done.conversations)
        else:
            for chunk in chunks:
                found.add(await _chunk(settings, chunk, anew))
                progress.advance(task, len(chunk))
    show(Console(highlight=False), found)
    if as_json:
        write_output("--json", as_json, in_json(found))
    return not found.found


def in_json(found: Diff) -> bytes:
    """Every difference, for programs."""
    listed = sorted(found.found, key=lambda d: (d.rule, d.conversation))
    whole = {
        "conversations": found.conversations, "turns": found.turns, "different": len(listed),
        "found": [dataclasses.asdict(d) for d in listed],
    }  # fmt: skip
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2)


def show(console: Console, found: Diff) -> None:
    """Grouped by the rule that decided the first differing turn, the largest group first. What shoppers wrote is shown
    and does nothing to the terminal."""
    groups: dict[str, list[Difference]] = {}
    for difference in found.found:
        groups.setdefault(difference.rule, []).append(difference)
    for rule, members in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0])):
        console.print(words(f"{len(members)} × {rule}", "bold"), soft_wrap=True)
        for one in sorted(members, key=lambda d: d.conversation)[:_EXAMPLES]:
            title = words(f"{one.conversation}#{one.seq}, after “{one.heard[:80]}”")
            table = Table("before", "now", title=title, title_justify="left")
            table.add_row(words(one.before), words(one.now))
            console.print(table)
    played = f"{found.conversations:,} conversations with {found.turns:,} turns played again"
    console.print(Text(f"{played}: {len(found.found):,} would go differently."))
