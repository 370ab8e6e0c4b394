"""Request Tracker 5 over its REST 2.0 API.

Docs: https://docs.bestpractical.com/rt/5.0.5/RT/REST2.html ("Tickets", "Searching", "Queues"). RT has no idempotency of
its own: a custom field holds our key and is searched before a second create. `UniqueValues` on the field does not help
(the second create answers 201 and drops the value), so the looking is ours. An unknown custom field, and one that the
account may not set, is dropped from a create with 201, and finds nothing in a search, without an error: so the key is
read back, and a trial proves the account (all tried on RT 5.0.3). A requestor whose address is beyond ASCII is dropped
with 201: its domain goes in its ASCII form, and what stands before the @ stays readable in the text. A known address
keeps the name that RT has of it.

A note is a comment ("Adding Attachments"): mail about it goes to nobody but watchers of comments. Its parts are listed
with the ticket's attachments, for whoever has ShowTicketComments. Names of files beyond Latin letters make RT answer
500 where they come in JSON, and are kept where they come in a form (tried likewise).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from ticket_bridge.helpdesks.contract import Note, Rejected, RequiredField, Step, Unreachable
from ticket_bridge.helpdesks.postal import on_the_wire
from ticket_bridge.helpdesks.wire import Api, Patience, objects, one_line, text_at
from ticket_bridge.helpdesks.written import mark, marked, titled, written


def requestor(name: str, email: str) -> str:
    """An RFC 5322 mailbox that RT keeps as it is: the name quoted, in its own script. RT answers 201 to a malformed one
    and makes a ticket without a requestor."""
    quoted = one_line(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{on_the_wire(email)}>'


def _quoted(value: str) -> str:
    """A TicketSQL string."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


_PAGES = 1_000


class RequestTracker:
    name = "rt"
    required_fields: tuple[RequiredField, ...] = ()

    def __init__(
        self, url: str, *, token: str, queue: str, field: str, timeout: Patience, settle: float = 10.0
    ) -> None:
        self._api = Api(f"{url.rstrip('/')}/REST/2.0", {"Authorization": f"token {token}"}, timeout=timeout)
        self._queue, self._field, self.settle = queue, field, settle

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        content: dict[str, Any] = {
            "Queue": self._queue,
            "Requestor": requestor(payload["name"], payload["email"]),
            "Subject": titled(payload),
            "Content": written(payload),
            "ContentType": "text/plain",
            "CustomFields": {self._field: key},
        }
        if earlier:
            content["RefersTo"] = [earlier]
        return text_at(await self._api.post("/ticket", content), "id")

    async def find(self, key: str) -> str | None:
        """In every queue that the account may see: an agent may have moved the ticket meanwhile."""
        query = f"CF.{{{self._field}}} = {_quoted(key)}"
        found = await self._api.get("/tickets", query=query, fields="CustomFields", orderby="id", per_page=20)
        for ticket in objects(found, "items"):
            fields = objects(ticket, "CustomFields")
            if any(f.get("name") == self._field and key in (f.get("values") or ()) for f in fields):
                return text_at(ticket, "id")
        return None

    async def carries(self, id: str, key: str) -> bool | None:
        """By the very search that a look uses; it reads the database, without a lag."""
        return await self.find(key) is not None

    async def add(self, id: str, note: Note, *, key: str) -> str:
        content = {"Subject": marked(note.reference, key), "Content": note.text, "ContentType": "text/plain"}
        path = f"/ticket/{id}/comment"
        if note.files:
            fields = {"JSON": orjson.dumps(content).decode()}
            await self._api.post_form(path, fields, [("Attachments", file) for file in note.files])
        else:
            await self._api.post(path, content)
        return mark(key)

    async def added(self, id: str, key: str) -> str | None:
        wanted = mark(key)
        for page in range(1, _PAGES):
            found = await self._api.get(
                f"/ticket/{id}/attachments", fields="Subject", orderby="id", order="DESC", per_page=100, page=page
            )
            parts = objects(found, "items")
            if any(str(part.get("Subject") or "").endswith(wanted) for part in parts):
                return wanted
            if not parts:
                return None
        raise Unreachable("more attachments than can be looked through", maybe_created=False)

    async def withdraw(self, id: str) -> str:
        """Deleted where the account may (DeleteTicket), else rejected (ModifyTicket). RT answers 200 to what it does
        not do, so its word is read back."""
        for status in ("deleted", "rejected", "resolved"):
            await self._api.put(f"/ticket/{id}", {"Status": status})
            found = await self._api.get(f"/ticket/{id}")
            if isinstance(found, dict) and found.get("Status") == status:
                return f"ticket {id} of the trial is {status}"
        raise Rejected("the account may not close tickets (ModifyTicket)")

    async def health(self) -> None:
        await self._api.get("/rt")

    def steps(self) -> Sequence[Step]:
        """The queue needs the rights SeeQueue, SeeCustomField, CreateTicket, ShowTicket and SetInitialCustomField."""
        return (
            Step(
                "RT answers and knows the token",
                self.health,
                "check ASKONCE_RT_URL (without /REST/2.0) and ASKONCE_RT_TOKEN (RT: Settings, Auth Tokens)",
            ),
            Step(
                f"the queue {self._queue} is there",
                self._see_queue,
                "check ASKONCE_RT_QUEUE and give the account SeeQueue and ShowTicket on it",
            ),
            Step(
                f"the queue has the custom field {self._field}",
                self._see_field,
                f"make a custom field {self._field} (one value, for tickets), apply it to the queue, and give the "
                "account SeeCustomField and SetInitialCustomField; or name another with ASKONCE_RT_FIELD",
            ),
            Step(
                "the account may create tickets there",
                self._may_create,
                "give the account CreateTicket on the queue, and for the custom field SeeCustomField and "
                "SetInitialCustomField: on the queue, or on the field itself",
            ),
        )

    async def _see_queue(self) -> None:
        await self._api.get(f"/queue/{self._queue}")

    async def _see_field(self) -> None:
        found = await self._api.get(f"/queue/{self._queue}")
        if not any(f.get("name") == self._field for f in objects(found, "TicketCustomFields")):
            raise Rejected("the custom field is not there, or not visible")

    async def _may_create(self) -> None:
        """RT looks at the right before it looks at the status: 403 without the right, 400 for a status that cannot
        be."""
        try:
            await self._api.post("/ticket", {"Queue": self._queue, "Status": "askonce-check", "Subject": "check"})
        except Rejected as error:
            if error.status != 400:
                raise
        else:
            raise Rejected("RT created a ticket with an impossible status; please delete it and report this")

    async def close(self) -> None:
        await self._api.close()
