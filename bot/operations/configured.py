"""What an operator set, looked at by itself for `askonce doctor`: misspelt variables, origins, proxies, hours."""

from __future__ import annotations

import datetime
import difflib
import ipaddress
import os
import pathlib
from urllib.parse import urlsplit

from bot.chat.closed_days import YEAR
from bot.clock import now
from bot.factories import make_published
from bot.operations.finding import Finding, ill, note, well
from bot.settings import Settings
from bot.settings.helpdesk import OWN
from bot.settings.installed import prefix_of


def _misspelt(settings: Settings) -> list[Finding]:
    """Variables that look like settings and are none: they change nothing, and nobody says so."""
    own = prefix_of(settings.helpdesk)  # an installed helpdesk knows its own
    known = {f"ASKONCE_{name.upper()}" for name in Settings.model_fields} | {"ASKONCE_RASA_PYTHON"}
    file = pathlib.Path(".env")
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.is_file() else []
    written = {line.partition("=")[0].removeprefix("export ").strip().upper() for line in lines if "=" in line}
    given = {name for name in {*map(str.upper, os.environ), *written} if name.startswith("ASKONCE_")}
    strange = sorted(name for name in given - known if settings.helpdesk in OWN or not name.startswith(own))
    return [
        ill(
            f"{name} is no setting, and changes nothing",
            f"write {near[0]}" if (near := difflib.get_close_matches(name, known, 1)) else "see docs/operating.md",
        )
        for name in strange
    ]


def _proxies(settings: Settings) -> list[Finding]:
    """Proxies that are no addresses: a name is resolved by nobody, and all shoppers seem to come from one address."""
    found = []
    for given in settings.trusted_proxies:
        try:
            ipaddress.ip_network(given, strict=False)
        except ValueError:
            advice = "name addresses or networks in ASKONCE_TRUSTED_PROXIES, such as 10.0.0.0/8"
            found.append(
                ill(f"the proxy {given} is no address, so what it says of shoppers' addresses is not used", advice)
            )
    return found


def _origins(settings: Settings) -> list[Finding]:
    """Origins as no browser sends them."""
    found = []
    for origin in settings.allowed_origins:
        parts = urlsplit(origin)
        if origin != "*" and (parts.scheme not in ("http", "https") or not parts.netloc or parts.path):
            host = parts.netloc or parts.path.partition("/")[0]
            found.append(
                ill(
                    f"{origin} is no origin, so the pages there cannot chat",
                    f"write https://{host} in ASKONCE_ALLOWED_ORIGINS",
                )
            )
    return found


def configured(settings: Settings) -> list[Finding]:
    """What the settings say by themselves, before anything is asked."""
    found = [*_misspelt(settings), *_proxies(settings), *_origins(settings)]
    if settings.support_email:
        found.append(well(f"shoppers are sent to {settings.support_email}"))
    else:
        found.append(ill("ASKONCE_SUPPORT_EMAIL is not set", "set it to the address shoppers are sent to"))
    if "*" in settings.allowed_origins:
        found.append(
            note("every page of the internet may use this chat", "name the shop's own in ASKONCE_ALLOWED_ORIGINS")
        )
    elif settings.allowed_origins:
        found.append(well(f"the chat may be used on {', '.join(settings.allowed_origins)}"))
    else:
        found.append(
            note("only pages of the bot's own address may use the chat", "name the shop's in ASKONCE_ALLOWED_ORIGINS")
        )
    token = settings.admin_token.get_secret_value()
    if token and len(token) < 24:
        found.append(note("the administrator's token is short", "make one with: openssl rand -hex 24"))
    return [*found, *_hours(settings)]


def _hours(settings: Settings) -> list[Finding]:
    """The published hours, and the next days on which they do not hold."""
    published, found = make_published(settings), []
    if published.hours:
        found.append(well(f"service hours are understood: {settings.hours}"))
    elif settings.hours:
        found.append(
            note(
                "service hours are shown as they are, and not understood",
                "write them as in Mon-Fri 09:00-17:00 Europe/Berlin",
            )
        )
    if not (settings.country or settings.closed):
        return found
    if not published.hours:
        advice = "set ASKONCE_HOURS, written as in Mon-Fri 09:00-17:00 Europe/Berlin"
        return [*found, note("closed days are known, and no hours that do not hold on them", advice)]
    today = now().astimezone(published.hours.zone).date()
    days = (today + datetime.timedelta(ahead) for ahead in range(YEAR))
    closed = [f"{day} ({name})" if (name := published.closed.name(day)) else f"{day}" for day in days
              if published.closed.on(day)][:3]  # fmt: skip
    return [*found, well(f"the next closed days are {', '.join(closed)}" if closed else "no day is closed for a year")]
