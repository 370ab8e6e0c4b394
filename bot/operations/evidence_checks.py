"""What files of shoppers rest on: that they can be kept, that nothing named is missing, and that helpdesks are told
where to look."""

from __future__ import annotations

import asyncio

from bot.clock import today
from bot.operations.finding import Finding, ill, note, well
from bot.operations.scanner_check import scanner
from bot.settings import Settings
from bot.store.database import Store
from bot.store.files import additions, rows
from bot.store.files.bucket import Bucket
from bot.store.files.chosen import contents_of


async def evidence(settings: Settings, store: Store) -> list[Finding]:
    """Every finding about files that shoppers send; none where the shop takes none. Raises `Unavailable`."""
    if not settings.files:
        return []
    found = [*await _storage(settings, store), *await scanner(settings, today())]
    return [*found, *_addresses(settings), *await _notes(settings, store)]


async def _storage(settings: Settings, store: Store) -> list[Finding]:
    """Whether files can be kept, how many there are, and whether what the database names is there."""
    folder = contents_of(settings)
    advice = (
        "mend what it says: the bucket's key must be allowed to list, get, put and delete"
        if settings.bucket
        else "make the folder writable, name another in ASKONCE_FILES_PATH"
    )
    try:
        await asyncio.to_thread(folder.try_it)
        gone = await rows.missing(store, folder)
    except OSError as error:
        what = f"files cannot be kept in {folder.place} ({error.strerror}), so shoppers can send none"
        return [ill(what, f"{advice}, or set ASKONCE_FILES=0")]
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
    if gone:
        found.append(
            ill(
                f"{gone:,} contents of files are named in the database and not in {folder.place}",
                "bring them back from a backup; replicas need one place in common (ASKONCE_FILES_PATH, "
                "ASKONCE_FILES_S3)",
            )
        )
    if isinstance(folder, Bucket):
        return [*found, *await _bucket(settings, folder)]
    if not settings.sqlite and settings.files_path is None:
        found.append(
            note(
                f"files lie in {folder.place} of this machine alone",
                "with several replicas, name a folder that all share in ASKONCE_FILES_PATH, or a bucket in "
                "ASKONCE_FILES_S3",
            )
        )
    return found


async def _bucket(settings: Settings, bucket: Bucket) -> list[Finding]:
    found = []
    if await asyncio.to_thread(bucket.keeps_versions):
        found.append(
            note(
                f"{bucket.place} keeps versions of its objects, so what a shopper erased is still there",
                "suspend versioning, or let a rule of its lifecycle delete old versions soon",
            )
        )
    if settings.files_s3.startswith("http://"):
        found.append(note(f"files travel to {bucket.place} unencrypted", "use https, unless the network is your own"))
    return found


def _addresses(settings: Settings) -> list[Finding]:
    if settings.evidence == "link" and not settings.public_url:
        return [
            note(
                "tickets tell the helpdesk nothing of files, for the bot's own address is not known",
                "set ASKONCE_PUBLIC_URL, or ASKONCE_EVIDENCE=none",
            )
        ]
    return []


async def _notes(settings: Settings, store: Store) -> list[Finding]:
    """What became of files on their way to the helpdesk."""
    counted, why = await store.look(additions.counts), await store.look(additions.why_refused)
    found = []
    if refused := counted.get("refused", 0):
        found.append(
            ill(
                f"the helpdesk refused files of shoppers, {refused:,} notes in all ({why})",
                "mend what it says (`askonce helpdesk check` tries it), then `askonce tickets deliver --all`",
            )
        )
    if waiting := counted.get("queued", 0) + counted.get("sending", 0):
        found.append(well(f"{waiting:,} notes with files of shoppers are on their way to the helpdesk"))
    if not await store.look(additions.are_seen):
        found.append(
            ill(
                "the helpdesk has notes with files and does not show them, so after a fault none can be looked for",
                "`askonce helpdesk check` says which right is missing",
            )
        )
    if settings.files and settings.evidence == "attach" and settings.helpdesk == "desk":
        found.append(note("ASKONCE_EVIDENCE=attach changes nothing on the built-in desk: it shows files of itself", ""))
    return found
