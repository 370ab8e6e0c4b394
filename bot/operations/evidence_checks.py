"""What rests on the folder of files: that it can be written, that nothing named is missing, and that helpdesks are told
where to look."""

from __future__ import annotations

import asyncio

from bot.clock import today
from bot.operations.finding import Finding, ill, note, well
from bot.operations.scanner_check import scanner
from bot.settings import Settings
from bot.store.database import Store
from bot.store.files import rows
from bot.store.files.folder import Folder


async def evidence(settings: Settings, store: Store) -> list[Finding]:
    """Every finding about files that shoppers send; none where the shop takes none. Raises `Unavailable`."""
    if not settings.files:
        return []
    folder = Folder(settings.files_folder)
    try:
        await asyncio.to_thread(folder.try_it)
    except OSError as error:
        return [
            ill(
                f"files cannot be kept in {folder.path} ({error.strerror}), so shoppers can send none",
                "make the folder writable, name another in ASKONCE_FILES_PATH, or set ASKONCE_FILES=0",
            )
        ]
    number, size = await rows.totals(store)
    most = settings.limit_shop_files * 1e6
    found = [well(f"{number:,} files of shoppers take {size / 1e6:,.0f} of {most / 1e6:,.0f} MB")]
    if size > 0.9 * most:
        found = [
            note(
                f"{number:,} files of shoppers take {size / 1e6:,.0f} of {most / 1e6:,.0f} MB: soon no more are taken",
                "raise ASKONCE_LIMIT_SHOP_FILES, or erase sooner (ASKONCE_RETENTION_DAYS)",
            )
        ]
    if gone := await rows.missing(store, folder):
        found.append(
            ill(
                f"{gone:,} contents of files are named in the database and not in {folder.path}",
                "bring the folder back from a backup; replicas need one folder in common (ASKONCE_FILES_PATH)",
            )
        )
    if settings.evidence == "link" and not settings.public_url:
        found.append(
            note(
                "tickets tell the helpdesk nothing of files, for the bot's own address is not known",
                "set ASKONCE_PUBLIC_URL, or ASKONCE_EVIDENCE=none",
            )
        )
    if not settings.sqlite and settings.files_path is None:
        found.append(
            note(
                f"files lie in {folder.path} of this machine alone",
                "with several replicas, name a folder that all share in ASKONCE_FILES_PATH",
            )
        )
    return [*found, *await scanner(settings, today())]
