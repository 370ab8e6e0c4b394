"""Files follow their ticket to the helpdesk (`ASKONCE_EVIDENCE`): as its own attachments, or as a signed address on a
ticket that was filed before the shopper sent any."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections.abc import Callable

from bot.settings import Settings
from bot.store.database import Store, Unavailable
from bot.store.files import additions
from bot.store.files.contents import Contents
from bot.store.tables import addition
from bot.telemetry.metrics import FILES
from ticket_bridge.additions import Additions, ContentGone, NoteTaking
from ticket_bridge.courier import Courier
from ticket_bridge.helpdesks.contract import Attachment, HelpdeskError, Note, Rejected, TakesNotes, Unreachable
from ticket_bridge.outbox import Claim
from ticket_bridge.retry import RetryPolicy

log = logging.getLogger("askonce.files")
#: Notes that are under way beside each other: each holds its files in memory.
_AT_ONCE = 2
#: How much longer than a ticket a note may take: files are large and lines are slow.
_PATIENCE = 6.0


class Stored:
    """Notes as the database and the folder have them (`ticket_bridge.additions.Notes`)."""

    def __init__(self, store: Store, folder: Contents, helpdesk: str) -> None:
        self._store, self._folder, self._helpdesk = store, folder, helpdesk

    async def ticket(self, key: str) -> str | None:
        """As in `Notes`."""
        found = await self._store.look(functools.partial(additions.ticket_of, key=key))
        if found is None:
            return None
        if found[0] != self._helpdesk:
            raise Rejected(f"the ticket is in another helpdesk ({found[0]}), so its files cannot follow it")
        return found[1]

    async def note(self, key: str) -> Note | None:
        """As in `Notes`."""
        found = await self._store.look(functools.partial(additions.ticket_of, key=key))
        holds = await self._store.look(functools.partial(additions.held_by, key=key))
        if found is None or holds is None:
            return None
        files = []
        for name, type, content in holds[1]:
            try:
                files.append(Attachment(name, type, await asyncio.to_thread(self._folder.read, content)))
            except FileNotFoundError:
                raise ContentGone("a file is not where it was kept: `askonce doctor` says more") from None
            except OSError as error:  # a disk or a bucket that is away: nothing was sent
                said = f"files cannot be read just now ({error.strerror})"
                raise Unreachable(said, maybe_created=False) from error
        return Note(holds[0], found[2], tuple(files))


class Outcomes:
    """What the courier reports of notes (`ticket_bridge.courier.Report`): stored, and nothing said of it to anybody in
    the chat."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def accepted(self, claim: Claim, external_id: str) -> None:
        """The helpdesk has it."""
        await self._store.transact(functools.partial(additions.note_accepted, claim=claim, external_id=external_id))
        FILES.labels("in the helpdesk").inc()

    async def failed(self, claim: Claim, error: HelpdeskError, retry_at: float | None, *, doubt: int) -> None:
        """Not yet, or, where `retry_at` is None, refused until an operator mends something."""
        job = functools.partial(additions.note_failed, claim=claim, said=str(error), retry_at=retry_at, doubt=doubt)
        await self._store.transact(job)
        if retry_at is None:
            FILES.labels("refused by the helpdesk").inc()

    async def seen(self, claim: Claim, said: bool) -> None:
        """Kept with the note."""
        await self._store.transact(functools.partial(additions.note_seen, key=claim.key, said=said))

    async def keys_are_seen(self) -> bool:
        """By the last note that was read back."""
        return bool(await self._store.transact(additions.are_seen))

    async def delayed(self, key: str, conversation: str, reference: str) -> None:
        """Nobody is told: the ticket is filed, and the file is kept."""


class Following:
    """Makes notes of files that are due, and sends them. Any number of processes may."""

    def __init__(
        self,
        store: Store,
        folder: Contents,
        helpdesk: NoteTaking,
        *,
        address: Callable[[str], str | None] | None,
        owner: str,
        timeout: float,
        retry: RetryPolicy,
        tick: float,
        is_dead: Callable[[str], bool],
        noticed: Callable[[BaseException], None],
    ) -> None:
        """`address`: where a ticket's files are; None: the files themselves are sent. `timeout` is that of a ticket,
        `tick` how often is looked for what is due; both in seconds."""
        self._store, self._name, self._address, self._tick = store, helpdesk.name, address, tick
        self.courier = Courier(
            store.transact, addition, Additions(helpdesk, Stored(store, folder, helpdesk.name)), Outcomes(store),
            owner=owner, timeout=timeout * _PATIENCE, saved_after=None, retry=retry, tick=tick, is_dead=is_dead,
            at_once=_AT_ONCE, away=Unavailable, noticed=noticed,
        )  # fmt: skip

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self.courier.run())
            both.create_task(self._enlisting())

    async def _enlisting(self) -> None:
        enlist = functools.partial(additions.enlist, helpdesk=self._name, address=self._address)
        while True:
            with contextlib.suppress(Unavailable):
                while await self._store.look(additions.any_due):
                    if not await self._store.transact(enlist):
                        break  # another process is at it
                    self.courier.wake()
            await asyncio.sleep(self._tick)


def follow(settings: Settings, helpdesk: object) -> bool:
    """Whether files are to follow tickets into this helpdesk; the built-in desk shows them of itself."""
    return settings.files_follow and isinstance(helpdesk, TakesNotes)
