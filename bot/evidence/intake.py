"""The door for files: pieces in, a kept file out, whatever came twice or broke off in between.

An upload is named by its conversation and the client's own id. Its pieces are put one behind the other, so that a
client that lost the line asks how far it has come and goes on there; one that is complete is looked into, made safe and
kept, and asking for it again gives the same file. Until it is sent in a turn it is in no transcript.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import pathlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from bot.evidence.kinds import Refused, clean_name, kind_of, looks_like_a_picture
from bot.evidence.redrawing import Redrawing
from bot.evidence.scanner import NoVerdict, Scanner
from bot.store.database import Store
from bot.store.files import rows
from bot.store.files.contents import Contents
from bot.store.files.rows import Kept
from bot.telemetry.metrics import FILES

log = logging.getLogger("askonce.files")
#: No digit, so that no part of an id could be taken for a secret where words are masked (R17).
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LETTERS_OF_ID = 28  # 131 bits
_LOCKS = 10_000
_MEGA = 1_000_000


@dataclass(frozen=True, slots=True)
class Received:
    """An upload that is not complete: so many bytes are there."""

    received: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """`file`: megabytes of one file; `chat`: files of one chat; `shop`: megabytes of all."""

    file: int = 10
    chat: int = 20
    shop: int = 20_000


class Intake:
    """Takes files in. One for each process."""

    def __init__(
        self, store: Store, folder: Contents, redrawing: Redrawing, bounds: Bounds, scanner: Scanner | None = None
    ) -> None:
        self._store, self._folder, self._redrawing, self._bounds = store, folder, redrawing, bounds
        self._scanner = scanner
        self._locks: OrderedDict[str, asyncio.Lock] = OrderedDict()

    @property
    def folder(self) -> Contents:
        """Where the bytes are."""
        return self._folder

    async def close(self) -> None:
        """End what was started for files that have not come."""
        await self._redrawing.close()

    async def received(self, conversation: str, client_id: str) -> Kept | Received:
        """How far an upload has come."""
        if (kept := await rows.by_client_id(self._store, conversation, client_id)) is not None:
            return kept
        return Received(await asyncio.to_thread(self._folder.received, _upload(conversation, client_id)))

    async def take(
        self, conversation: str, client_id: str, *, name: str, size: int, offset: int, piece: bytes
    ) -> Kept | Received:
        """One piece of an upload of `size` bytes; the file where it is complete. A piece that does not begin where the
        upload ends changes nothing, and the answer says where that is. Raises `Refused`, `Unavailable` and `OSError`;
        a refused upload is gone, unless the very same may be taken later (`Refused.again`): then it is asked for by
        another piece, which may be empty."""
        upload = _upload(conversation, client_id)
        lock = self._locks.setdefault(upload, asyncio.Lock())
        self._locks.move_to_end(upload)
        while len(self._locks) > _LOCKS:
            self._locks.popitem(last=False)
        async with lock:
            if (kept := await rows.by_client_id(self._store, conversation, client_id)) is not None:
                return kept
            try:
                await self._within_bounds(conversation, size, offset, len(piece))
                if offset == 0 and looks_like_a_picture(piece):
                    await self._redrawing.announce()
                length = await asyncio.to_thread(self._folder.append, upload, offset, piece)
                if length < size:
                    return Received(length)
                try:
                    whole = await asyncio.to_thread(self._folder.gathered, upload)
                    content = await asyncio.to_thread(whole.read_bytes)
                except FileNotFoundError:  # another replica had the last piece as well, and was quicker
                    return await self.received(conversation, client_id)
                if len(content) < size:  # a service whose lists lag behind left a piece out
                    return Received(len(content))
                kept = await self._keep(conversation, client_id, name, whole, content)
            except Refused as refused:
                FILES.labels(refused.code).inc()
                if not refused.again:
                    await self._forget(upload)
                raise
            except OSError as error:
                FILES.labels("failed").inc()
                log.error("a file could not be kept: %s", error.strerror)
                raise
            await self._forget(upload)
            FILES.labels("kept").inc()
            return kept

    async def _forget(self, upload: str) -> None:
        with contextlib.suppress(OSError):  # what cannot be deleted now is swept
            await asyncio.to_thread(self._folder.forget, upload)

    async def _within_bounds(self, conversation: str, size: int, offset: int, length: int) -> None:
        """What all files amount to is asked at the first piece and at the last."""
        bounds, end = self._bounds, offset + length
        if size < 1:
            raise Refused("empty")
        if size > bounds.file * _MEGA or end > size:
            raise Refused("big", most=bounds.file)
        if offset > 0 and end < size:
            return
        own, total = await rows.counted(self._store, conversation)
        if own >= bounds.chat:
            raise Refused("many")
        if total + size > bounds.shop * _MEGA:
            log.error("no more files are taken: ASKONCE_LIMIT_SHOP_FILES is reached")
            raise Refused("full")

    async def _keep(self, conversation: str, client_id: str, name: str, whole: pathlib.Path, content: bytes) -> Kept:
        kind, small = await asyncio.to_thread(kind_of, content), None
        await self._scan(conversation, content)
        if kind.startswith("image/"):
            redrawn = await self._redrawing.draw(whole)
            kind, content, small = redrawn.type, redrawn.content, redrawn.small
        row = {
            "id": "".join(secrets.choice(_LETTERS) for _ in range(_LETTERS_OF_ID)), "conversation": conversation,
            "client_id": client_id, "name": clean_name(name, kind), "type": kind, "size": len(content),
        }  # fmt: skip
        return await rows.add(self._store, self._folder, row, content, small)

    async def _scan(self, conversation: str, content: bytes) -> None:
        """What was uploaded, before anything decodes it: a picture written anew would not bear its signature."""
        if self._scanner is None:
            return
        try:
            found = await self._scanner.scan(content)
        except NoVerdict:  # the scanner told the operator
            raise Refused("unscanned", again=True) from None
        if found is not None:
            log.warning("the virus scanner found %s in a file of conversation %s", found, conversation)
            raise Refused("virus")


def _upload(conversation: str, client_id: str) -> str:
    return f"{conversation}:{client_id}"


async def tidy(store: Store, folder: Contents) -> None:
    """What is to be deleted is, and what a crash left behind; for whoever comes by every now and then."""
    with contextlib.suppress(OSError):
        if swept := await rows.sweep(store, folder):
            log.info("deleted %d contents that nothing needs any more", swept)
