"""`askonce serve` and `askonce demo`: the server, configured by the environment, or as it is tried out."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from typing import TYPE_CHECKING, Any

import click

from bot.commands.options import ROOT
from bot.settings import DEMO_EMAIL, Settings, SettingsError, read_settings, require_support_email
from bot.telemetry.logs import set_up_logs

if TYPE_CHECKING:
    from fastapi import FastAPI


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
    """Check what can be checked before anything starts, the quickest first; the first administrator's token where one
    was made."""
    _check_port(settings.host, settings.port)

    from bot.factories import check_articles, check_helpdesk_of_others
    from bot.store.migrate import migrate

    check_articles(settings)
    asyncio.run(check_helpdesk_of_others(settings))
    _be_the_only_one(settings)
    migrate(settings.database_url)  # in this thread: Ctrl-C must end the wait for a replica that migrates
    return None if settings.admin_token.get_secret_value() else asyncio.run(_first_token(settings))


def _be_the_only_one(settings: Settings) -> None:
    """Of a SQLite database, until this process ends. Raises `SettingsError`."""
    from bot.store.alone import AnotherServer, hold

    file = settings.database_file
    if file is None:
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        hold(file)
    except AnotherServer as error:
        raise SettingsError(str(error)) from error
    except OSError:
        pass  # nothing can be written there: the next step says so, and what to do


async def _first_token(settings: Settings) -> str | None:
    """A new administrator's token where the database has none."""
    from bot.store.admin_token import first_admin_token
    from bot.store.opened import opened

    async with opened(settings, migrating=False) as store:
        return await first_admin_token(store)


def _announce(settings: Settings, token: str | None) -> None:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    click.echo(f"Askonce is at http://{host}:{settings.port}", err=True)
    if token:
        click.echo(f"Administrator's token, shown this once (console at /console): {token}", err=True)


def from_environment() -> FastAPI:
    """The application for a worker process of `serve --workers`."""
    from bot.web.app import make_app

    settings = read_settings()
    set_up_logs(settings.log_level, settings.log_format)
    return make_app(settings, own_process=True)


def _run(settings: Settings, app: FastAPI | str, *, drain: float, **more: Any) -> None:
    """Serve until it is told to stop. `app` by its name where worker processes make their own; `drain` in seconds."""
    import uvicorn

    from bot.web.serving import uvicorn_options

    options = uvicorn_options(drain=drain, silence=settings.limit_silence)
    uvicorn.run(app, host=settings.host, port=settings.port, **options, **more)


@click.command()
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

    from bot.web.app import make_app
    from bot.web.serving import more_files

    _announce(settings, token)
    more_files()
    if settings.workers > 1:
        os.environ.update({"ASKONCE_WORKERS": str(settings.workers)})
        named = f"{from_environment.__module__}:{from_environment.__name__}"
        _run(settings, named, drain=settings.drain, factory=True, workers=settings.workers)
    else:
        _run(settings, make_app(settings, own_process=True), drain=settings.drain)


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="Port to listen on (default 8000).")
@click.option("--rasa/--no-rasa", default=False, help="Set Rasa up and start it beside the bot, to be asked as well.")
def demo(port: int | None, rasa: bool) -> None:
    """What `make run` runs: the bot with a demo shop, the console and the built-in desk."""
    import threading

    from bot.operations.progress import tell
    from bot.operations.rasa_service import RasaService
    from bot.web.app import make_app
    from bot.web.serving import more_files

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
    if service:
        threading.Thread(target=service.bring_up, daemon=True).start()
    try:
        _run(settings, make_app(settings, own_process=True), drain=0)
    finally:
        if service:
            service.stop()
    click.echo("Stopped.", err=True)
