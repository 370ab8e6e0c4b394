"""What `askonce doctor` says of the virus scanner."""

from __future__ import annotations

import datetime

from bot.evidence.scanner import NoVerdict, Scanner
from bot.operations.finding import Finding, ill, note, well
from bot.settings import Settings

#: Days after which signatures are too old to know what goes about; ClamAV's come daily.
_FRESH = 7


async def scanner(settings: Settings, today: datetime.date) -> list[Finding]:
    """That it answers, and of which day its signatures are; nothing where the shop has none."""
    if settings.clamd is None:
        return []
    try:
        version = await Scanner(settings.clamd, seconds=10).version()
    except NoVerdict as why:
        return [
            ill(
                f"the virus scanner at {settings.clamd} does not answer ({why}), so no file of a shopper is taken",
                "start clamd, mend ASKONCE_CLAMAV, or leave it empty to take files without looking",
            )
        ]
    if version.signatures is None:
        return [note(f"the virus scanner ({version.engine}) answers, and has no signatures of ClamAV's own",
                     "run freshclam, unless the shop has a base of its own")]  # fmt: skip
    if (age := (today - version.signatures).days) > _FRESH:
        return [note(f"the signatures of the virus scanner ({version.engine}) are {age} days old",
                     "see why freshclam brings no newer ones")]  # fmt: skip
    return [well(f"the virus scanner ({version.engine}) answers, with signatures of {version.signatures}")]
