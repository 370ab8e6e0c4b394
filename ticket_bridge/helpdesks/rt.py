"""Request Tracker 5 over its REST 2.0 API.

Docs: https://docs.bestpractical.com/rt/5.0.5/RT/REST2.html ("Tickets", "Searching", "Queues"). RT has no idempotency of
its own: a custom field holds our key and is searched before a second create. `UniqueValues` on the field does not help
(the second create answers 201 and drops the value), so the looking is ours. An unknown custom field is dropped from a
create and finds nothing in a search, both without an error; `steps` looks whether the queue has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ticket_bridge.helpdesks.contract import Rejected, RequiredField, Step
from ticket_bridge.helpdesks.wire import Api, Patience, objects, one_line, text_at


def requestor(name: str, email: str) -> str:
    """An RFC 5322 mailbox that RT keeps as it is: the name quoted, in its own script. RT answers 201 to a malformed one
    and makes a ticket without a requestor."""
    quoted = one_line(name).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{email}>'


def _quoted(value: str) -> str:
    """A TicketSQL string."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


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
            "Subject": one_line(payload["subject"]),
            "Content": payload["reason"],
            "ContentType": "text/plain",
            "CustomFields": {self._field: key},
        }
        if earlier:
            content["RefersTo"] = [earlier]
        return text_at(await self._api.post("/ticket", content), "id")

    async def find(self, key: str) -> str | None:
        query = f"Queue = {_quoted(self._queue)} AND CF.{{{self._field}}} = {_quoted(key)}"
        found = await self._api.get("/tickets", query=query, fields="CustomFields", orderby="id", per_page=20)
        for ticket in objects(found, "items"):
            fields = objects(ticket, "CustomFields")
            if any(f.get("name") == self._field and key in (f.get("values") or ()) for f in fields):
                return text_at(ticket, "id")
        return None

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
                "the account may create tickets there", self._may_create, "give the account CreateTicket on the queue"
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
