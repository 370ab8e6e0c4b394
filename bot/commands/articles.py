"""`askonce articles`: articles brought in from where shops have them, as drafts or files; given back as a folder; and
listed."""

from __future__ import annotations

import asyncio
import pathlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bot.commands.impact import impact
from bot.commands.options import settings_to_try

if TYPE_CHECKING:
    from bot.operations.importing.drafting import Outcome
    from bot.operations.importing.exporting import Entry
    from bot.operations.importing.fetching import Fetcher
    from bot.operations.importing.gather import Wanted
    from bot.operations.importing.keeping import Texts
    from bot.operations.importing.report import Report
    from bot.settings import Settings
    from bot.store.database import Store

_KINDS = click.Choice(["zendesk", "freshdesk", "intercom", "markdown", "html", "sitemap"])


@click.group()
def articles() -> None:
    """Articles brought in from where the shop has them, given back as files, and listed."""


articles.add_command(impact)


def _code(context: click.Context, parameter: click.Parameter, value: str) -> str:
    if value and (len(value) != 2 or not value.isascii() or not value.islower()):
        raise click.BadParameter("must be a language's code of two letters, such as en")
    return value


@articles.command("import")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--as", "forced", type=_KINDS, help="What the sources are; else their content says it.")
@click.option("--to", type=click.Path(path_type=pathlib.Path, file_okay=False), help="Write files, no drafts.")
@click.option("--dry-run", is_flag=True, help="Only say what would be taken.")
@click.option("--replace", is_flag=True, help="Go on upon articles that are there already, or overwrite their files.")
@click.option("--as-account", "email", default="", help="The administrator in whose name the drafts are kept.")
@click.option(
    "--language",
    default="",
    callback=_code,
    help="That of pages which do not say theirs, such as en; else their words tell.",
)
@click.option("--most", type=click.IntRange(1, 20_000), default=500, show_default=True, help="Pages at most, a source.")
@click.option(
    "--pause", type=click.FloatRange(0, 60), default=0.5, show_default=True, help="Seconds between two pages."
)
@click.option("--allow-private", is_flag=True, help="Also fetch from this machine and its own network.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_(
    sources: tuple[str, ...], forced: str | None, to: pathlib.Path | None, dry_run: bool, replace: bool, email: str,
    language: str, most: int, pause: float, allow_private: bool, as_json: bool,
) -> None:  # fmt: skip
    """Make drafts of what SOURCE holds: a folder of Markdown or HTML files, a page's address, a file of addresses, a
    sitemap, or an export of Zendesk Guide, Freshdesk Solutions or Intercom Articles.

    Nothing is published: shoppers get a text once somebody has published its draft in the console.
    """
    from bot.operations.importing.fetching import Fetcher
    from bot.operations.importing.gather import Wanted

    wanted = Wanted(sources, forced, most)
    fetcher = Fetcher(allow_private=allow_private, pause=pause)
    work = _Import(settings_to_try(), wanted, fetcher, to, dry_run, replace, email, language)
    with _plain_errors(), fetcher:
        _tell(asyncio.run(work.run()), as_json)


@articles.command("export")
@click.argument("folder", type=click.Path(path_type=pathlib.Path, file_okay=False))
@click.option("--replace", is_flag=True, help="Make FOLDER the same as the library where it holds articles already.")
def export(folder: pathlib.Path, replace: bool) -> None:
    """Write every article as shoppers get it, with its translations, into FOLDER, which can stand in the place of the
    articles' folder (ASKONCE_ARTICLES)."""
    with _plain_errors():
        written = asyncio.run(_export(settings_to_try(), folder, replace))
    click.echo(f"{folder} holds {written:,} articles and translations.")


@articles.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print a list of {id, language, state, title, revised}.")
def list_(as_json: bool) -> None:
    """Every article with its id, language, state (file, edited, withdrawn, draft), day and title."""
    import dataclasses

    import orjson

    with _plain_errors():
        found = asyncio.run(_listed(settings_to_try()))
    if as_json:
        click.echo(orjson.dumps([dataclasses.asdict(entry) for entry in found]).decode())
        return
    wide = max((len(entry.id) for entry in found), default=0)
    for e in found:
        click.echo(f"{e.id:{wide}}  {e.language}  {e.state:9}  {e.revised:10}  {e.title}".rstrip())


class _Import:
    """One import, from its sources to its report."""

    def __init__(
        self, settings: Settings, wanted: Wanted, fetcher: Fetcher, to: pathlib.Path | None, dry_run: bool,
        replace: bool, email: str, language: str,
    ) -> None:  # fmt: skip
        self._settings, self._wanted, self._fetcher, self._to = settings, wanted, fetcher, to
        self._dry_run, self._replace, self._email, self._language = dry_run, replace, email, language

    async def run(self) -> Report:
        """Raises `ImportFault`."""
        from bot.operations.importing.keeping import folder_texts, write_files
        from bot.operations.importing.report import Report

        if self._to is None:
            from bot.store.opened import opened

            async with opened(self._settings) as store:
                return await self._into(store)
        there = folder_texts(self._to) if self._to.is_dir() else {}
        outcome = self._read(there)
        if not self._dry_run:
            with _progress("Writing", len(outcome.drafts)) as step:
                write_files(self._to, outcome.drafts, step)
        done = "would be written" if self._dry_run else f"written into {self._to}"
        return Report(outcome.read, done, outcome.drafts, outcome.left, outcome.problems)

    async def _into(self, store: Store) -> Report:
        from bot.operations.importing.keeping import Importer, importer_of, keep_drafts, standing
        from bot.operations.importing.report import Report
        from kb_answers.library import ARTICLES

        importer = await importer_of(store, self._email) if self._email else Importer()
        there = await standing(store, self._settings.articles or ARTICLES)
        outcome = await asyncio.to_thread(self._read, there)
        if self._dry_run:
            return Report(outcome.read, "would be drafted", outcome.drafts, outcome.left, outcome.problems)
        with _progress("Keeping drafts", len(outcome.drafts)) as step:
            kept, left = await keep_drafts(store, outcome.drafts, importer, step)
        return Report(outcome.read, "drafted", kept, [*outcome.left, *left], outcome.problems)

    def _read(self, there: Texts) -> Outcome:
        from bot.clock import today
        from bot.factories import article_values
        from bot.operations.importing.drafting import Drafting
        from bot.operations.importing.gather import gathered

        drafting = Drafting(
            there, values=article_values(self._settings), today=today(), replace=self._replace,
            language=self._language, mail=self._settings.support_email,
        )  # fmt: skip
        with _progress("Reading", None) as step:
            return drafting.make(gathered(self._wanted, self._fetcher, step))


async def _export(settings: Settings, folder: pathlib.Path, replace: bool) -> int:
    from bot.operations.importing.exporting import export
    from bot.operations.importing.keeping import folder_texts, published_texts
    from bot.store.edited_articles import edited
    from bot.store.opened import opened
    from kb_answers.library import ARTICLES

    async with opened(settings) as store:
        texts = published_texts(folder_texts(settings.articles or ARTICLES), await edited(store))
    with _progress("Writing", len(texts)) as step:
        return export(texts, folder, replace=replace, step=step)


async def _listed(settings: Settings) -> list[Entry]:
    from bot.factories import article_values
    from bot.operations.importing.exporting import listed
    from bot.operations.importing.keeping import folder_texts, published_texts
    from bot.store.edited_articles import drafts_of, edited
    from bot.store.opened import opened
    from kb_answers.library import ARTICLES

    async with opened(settings) as store:
        changed = await edited(store)
        drafts = {version.article: version.text for version in await drafts_of(store)}
    texts = published_texts(folder_texts(settings.articles or ARTICLES), changed)
    return listed(texts, changed, drafts, article_values(settings))


def _tell(report: Report, as_json: bool) -> None:
    """Print the report; a status of 1 where nothing at all could be taken from the sources."""
    import orjson

    if as_json:
        click.echo(orjson.dumps(report.as_json()).decode())
    else:
        for line in report.lines():
            click.echo(line)
    if not report.articles and not any(one.cause == "unchanged" for one in report.left):
        raise click.exceptions.Exit(1)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """What a person can mend, in one line. Raises `click.ClickException`."""
    from bot.operations.importing.pieces import ImportFault
    from bot.store.accounts import AccountError

    try:
        yield
    except (ImportFault, AccountError) as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def _progress(what: str, total: int | None) -> Iterator[Callable[[], None]]:
    """Progress on standard error, a step for each call; where there is no end to be known it counts."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)
