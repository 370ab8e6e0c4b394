"""The `askonce` command. Bad input gives one clear line and a non-zero status; a traceback here is a fault of ours."""

from __future__ import annotations

import asyncio
import errno
import os
import pathlib
import socket
import sys
from collections.abc import Coroutine
from typing import Any

import click
import orjson

from bot.commands.account import account, demo_data, retention
from bot.commands.operate import backup, doctor, kept, restore
from bot.commands.replay import explain, fixture, replay
from bot.settings import DEMO_EMAIL, Settings, SettingsError, read_settings, require_support_email
from bot.telemetry.logs import set_up_logs

ROOT = pathlib.Path(__file__).resolve().parent.parent


class _Friendly(click.Group):
    """Turns the errors that users can mend into one line; anything else keeps its traceback for a bug report."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit):
            raise
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            ctx.exit(130)
        except Exception as error:
            if (line := _in_one_line(error)) is None:
                raise
            raise click.ClickException(line) from error


def _in_one_line(error: Exception) -> str | None:
    """What to mend, where it is the user who can; None for what is a fault of ours. Imports here, so that a command which
    goes well loads no more than it needs."""
    from bot.operations.rasa_service import RasaError
    from bot.replay.fixtures import FixtureError
    from bot.replay.stages import ReplayError
    from bot.store.database import Unavailable
    from bot.store.migrate import MigrationError
    from kb_answers.library import ArticleError

    if isinstance(error, Unavailable):
        return f"the database cannot be used ({error}); check ASKONCE_DATABASE_URL"
    if isinstance(error, (SettingsError, FixtureError, RasaError, ReplayError, MigrationError, ArticleError)):
        return str(error)
    return None


@click.group(cls=_Friendly, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="askonce")
def main() -> None:
    """Askonce: the live-chat bot that never asks twice."""
    if os.environ.get("PYTHONUTF8") != "1":
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="replace")


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


# ---------------------------------------------------------------- serve


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise SettingsError(
                    f"port {port} on {host} is in use; stop what runs there, or choose another with --port"
                ) from error
            raise SettingsError(f"cannot listen on {host}:{port}: {error.strerror}") from error


def _prepare(settings: Settings) -> str | None:
    """Check what can be checked before anything starts, the quickest first; the first administrator's token where one was made."""
    _check_port(settings.host, settings.port)

    from bot.bootstrap import check_articles
    from bot.store.admin_token import first_admin_token
    from bot.store.migrate import migrate

    check_articles(settings)
    migrate(settings.database_url)
    return None if settings.admin_token.get_secret_value() else _run(first_admin_token(settings.database_url))


def _announce(settings: Settings, token: str | None) -> None:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    click.echo(f"Askonce is at http://{host}:{settings.port}", err=True)
    if token:
        click.echo(f"Administrator's token, shown this once (console at /console): {token}", err=True)


def from_environment() -> Any:
    """The application for a worker process of `serve --workers`."""
    from bot.web.app import make_app

    settings = read_settings()
    set_up_logs(settings.log_level, settings.log_format)
    return make_app(settings, own_process=True)


@main.command()
@click.option("--host", help="Address to listen on (ASKONCE_HOST, default 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (ASKONCE_PORT, default 8000).")
@click.option("--workers", type=click.IntRange(1, 64), help="Server processes (ASKONCE_WORKERS, default 1).")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Run the server and its workers, configured by ASKONCE_* variables or a .env file."""
    given = {k: v for k, v in {"host": host, "port": port, "workers": workers}.items() if v is not None}
    settings = read_settings(**given)
    require_support_email(settings)
    set_up_logs(settings.log_level, settings.log_format)
    token = _prepare(settings)

    import uvicorn

    from bot.web.app import make_app
    from bot.web.serving import more_files, uvicorn_options

    _announce(settings, token)
    more_files()
    if settings.workers > 1:
        os.environ.update({"ASKONCE_WORKERS": str(settings.workers)})
        uvicorn.run("bot.cli:from_environment", factory=True, host=settings.host, port=settings.port,
                    workers=settings.workers, **uvicorn_options(drain=settings.drain, silence=settings.limit_silence))  # fmt: skip
    else:
        uvicorn.run(
            make_app(settings, own_process=True),
            host=settings.host,
            port=settings.port,
            **uvicorn_options(drain=settings.drain, silence=settings.limit_silence),
        )


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="Port to listen on (default 8000).")
@click.option("--rasa/--no-rasa", default=True, help="Set up and start Rasa beside the bot.")
def demo(port: int | None, rasa: bool) -> None:
    """What `make run` runs: demo shop, console, built-in desk, and Rasa joining when it is ready."""
    import threading

    import uvicorn

    from bot.operations.rasa_service import RasaService, tell
    from bot.web.app import make_app
    from bot.web.serving import more_files, uvicorn_options

    service = RasaService(ROOT, say=tell) if rasa and not os.environ.get("ASKONCE_RASA_URL") else None
    given: dict[str, Any] = {"demo": True, "rest_channel": True}
    if not os.environ.get("ASKONCE_SUPPORT_EMAIL"):
        given["support_email"] = DEMO_EMAIL
    if port is not None:
        given["port"] = port
    if service:
        given["rasa_url"] = service.url
    settings = read_settings(**given)
    set_up_logs(settings.log_level, settings.log_format)
    token = _prepare(settings)
    _announce(settings, token)
    more_files()
    beside = threading.Thread(target=service.bring_up, daemon=True) if service else None
    if beside:
        beside.start()
    try:
        uvicorn.run(
            make_app(settings, own_process=True),
            host=settings.host,
            port=settings.port,
            **uvicorn_options(drain=0, silence=settings.limit_silence),
        )
    finally:
        if service:
            service.stop()
    click.echo("Stopped.", err=True)


# ---------------------------------------------------------------- asking and chatting


@main.command()
@click.argument("question")
@click.option(
    "--json", "as_json", is_flag=True, help="Print {question, answer, sources}; answer is null where it abstains."
)
def ask(question: str, as_json: bool) -> None:
    """One answer from the knowledge base, with its sources, or "no answer" and why."""
    from bot.bootstrap import make_answers

    found = make_answers(read_settings()).ask(question)
    if as_json:
        sources = [{"article": s.article, "title": s.title, "passage": s.passage} for s in found.sources]
        click.echo(orjson.dumps({"question": question, "answer": found.text, "sources": sources}).decode())
    elif found.text is None:
        click.echo(f"No answer: {found.why}.")
    else:
        click.echo(found.text)
        for source in found.sources:
            click.echo(f"  — {source.title} [{source.article}]")


@main.command()
def chat() -> None:
    """A conversation in the terminal, through the same engine. Leave with Ctrl-D."""
    from bot.commands.chat import chat_in_terminal

    settings = read_settings()
    if not settings.support_email:
        settings = settings.model_copy(update={"support_email": DEMO_EMAIL})
    _run(chat_in_terminal(settings))


@main.command()
@click.option("--understander", type=click.Choice(["rasa", "rules"]), default="rules", show_default=True)
def understand(understander: str) -> None:
    """JSON Lines in, JSON Lines out: what is understood of each {text, asked?}."""
    from bot.commands.understand import understand_lines

    if not _run(understand_lines(sys.stdin, sys.stdout, understander, settings=read_settings(), root=ROOT)):
        raise click.exceptions.Exit(1)


# ---------------------------------------------------------------- training and replaying


@main.command()
@click.option("--force", is_flag=True, help="Train even where a model of the same data is there.")
def train(force: bool) -> None:
    """Train the Rasa model from the project's own data (kept by fingerprint under var/rasa)."""
    from bot.operations.rasa_service import RasaService, tell

    service = RasaService(ROOT, say=tell)
    service.install()
    click.echo(str(service.train(force=force)))


@main.command("eval")
@click.option(
    "--data",
    type=click.Path(path_type=pathlib.Path),
    default=ROOT.parent / "shared" / "data",
    help="The development files.",
)
@click.option(
    "--out", type=click.Path(path_type=pathlib.Path), default=ROOT / "var" / "eval", help="Where the report goes."
)
@click.option("--rules-only", is_flag=True, help="Leave Rasa out.")
@click.option("--check", is_flag=True, help="Fail where a figure fell below docs/quality.json by more than the noise.")
@click.option("--save", is_flag=True, help="Make these the committed figures: docs/quality.json and docs/quality.md.")
def evaluate(data: pathlib.Path, out: pathlib.Path, rules_only: bool, check: bool, save: bool) -> None:
    """Measure understanding and answers on real people's words; writes report.html and figures.json."""
    from bot.evals.command import EvalError
    from bot.evals.command import evaluate as measure

    if save and rules_only:
        raise click.UsageError("the committed figures are made with Rasa beside the rules; leave out --rules-only")
    try:
        fallen = _run(
            measure(data, out, settings=read_settings(), root=ROOT, with_rasa=not rules_only, check=check, save=save)
        )
    except EvalError as error:
        raise click.ClickException(str(error)) from error
    for line in fallen:
        click.echo(f"fell behind: {line}", err=True)
    if fallen:
        raise click.exceptions.Exit(1)


@main.command()
@click.option("--since", help="Only conversations that changed at or after this date or time (UTC), e.g. 2026-11-21.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def audit(since: str | None, form: str) -> None:
    """Check stored conversations against the strict rules; the status is non-zero where one is broken."""
    from bot.commands.audit import read_since, run_audit

    settings = read_settings()
    if not _run(run_audit(settings, since=read_since(since), as_json=form == "json")):
        raise click.exceptions.Exit(1)


@main.group()
def helpdesk() -> None:
    """The helpdesk that tickets go to."""


@helpdesk.command("check")
def check() -> None:
    """Whether the configured helpdesk can be reached, signed in to and written to; nothing is left behind in it."""
    from bot.commands.helpdesk import check_helpdesk

    if not _run(check_helpdesk(read_settings())):
        raise click.exceptions.Exit(1)


@main.group()
def tickets() -> None:
    """The tickets that wait for the helpdesk."""


@tickets.command("waiting")
def waiting() -> None:
    """Tickets that are not filed yet, and what the helpdesk said last."""
    from bot.commands.helpdesk import show_tickets

    _run(show_tickets(read_settings()))


@tickets.command("deliver")
@click.argument("reference", required=False)
@click.option("--all", "everything", is_flag=True, help="Every ticket that was refused.")
def deliver(reference: str | None, everything: bool) -> None:
    """Send refused tickets again, after what was wrong has been mended: the one named, or --all."""
    from bot.commands.helpdesk import deliver_tickets

    if bool(reference) == everything:
        raise click.UsageError("name one ticket by its reference, or say --all")
    if not _run(deliver_tickets(read_settings(), reference)):
        raise click.ClickException(
            f"{reference} is not among the refused tickets; `askonce tickets waiting` lists them"
            if reference
            else "no ticket was refused; `askonce tickets waiting` lists those that wait"
        )


for _command in (replay, explain, fixture, account, demo_data, retention, doctor, backup, restore, kept):
    main.add_command(_command)


if __name__ == "__main__":
    main()
