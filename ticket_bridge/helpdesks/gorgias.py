"""Gorgias over its REST API.

Docs: https://developers.gorgias.com/reference/create-ticket (`external_id`: 255 characters, "not used by Gorgias"),
.../the-ticket-object, .../create-ticket-message, .../ticket-messages, .../the-file-object, .../errors, .../limitations
(429 with `Retry-after`), .../update-ticket, .../the-integration-object;
.../docs/create-a-ticket-using-api and .../docs/create-a-new-message-in-ticket-via-api (what each channel needs);
.../changelog/deprecation-offset-based-pagination (`meta.next_cursor`). What these leave out was read in clients,
none of it tried on a server:
- Creating knows no idempotency. `external_id` holds our key from the first, and the list of tickets is filtered by it,
  with those in the trash (benpalmer1/Gorgias-MCP-Server `src/tools/tickets.ts`; withone.ai, knowledge, Gorgias, "List
  Tickets"). How soon a ticket stands there is not said, hence `settle`.
- 409 is "an identifier already in use" (errors): a customer's address that another call makes at this moment, or our
  key, should it have to be unique. So it is looked for, and then tried again.
- A message of the channel `email` by the customer, to the address of an email integration of the shop's, is answered by
  mail from there (docs, and SyadavGC/gorgias-unified-api-simple `api/create-ticket.js`@32cc503, a shop's form); one of
  the channel `api` triggers no automatic replies (docs/create-a-ticket-using-api).
- An `internal-note` is never sent, and its sender is a user: the one who signs in. Its files are uploaded before it, as
  private ones (`POST /api/upload?type=attachment`, withone.ai, "Upload Files"; the client above), so a ticket holds all
  of them or none. Its own `external_id` holds the note's key; `GET /api/messages` lists a ticket's messages.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from html import escape
from typing import Any

import orjson

from ticket_bridge.helpdesks.contract import Attachment, Note, Rejected, RequiredField, Step, Unreachable
from ticket_bridge.helpdesks.postal import on_the_wire
from ticket_bridge.helpdesks.wire import Api, Patience, objects, one_line, text_at
from ticket_bridge.helpdesks.written import marked, titled, written

#: A list shows so many a page, and no more pages are looked through.
_A_PAGE, _PAGES = 100, 100
#: Integrations that send mail.
_MAIL = ("email", "gmail", "outlook")


class Gorgias:
    name = "gorgias"
    required_fields: tuple[RequiredField, ...] = ()

    def __init__(
        self, url: str, *, email: str, key: str, address: str, timeout: Patience, settle: float = 10.0
    ) -> None:
        basic = base64.b64encode(f"{email}:{key}".encode()).decode()
        self._api = Api(url, {"Authorization": f"Basic {basic}"}, timeout=timeout)
        self._email, self._address, self.settle = email, address, settle

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        """A known address keeps the name that Gorgias has of it."""
        envelope, subject, text = payload["envelope"], titled(payload), written(payload)
        name, address = one_line(payload["name"]), on_the_wire(payload["email"])
        content: dict[str, Any] = {
            "external_id": key,
            "subject": subject,
            "channel": "email",
            "via": "api",
            "from_agent": False,
            "customer": {"email": address, "name": name},
            "messages": [
                {
                    "channel": "email", "via": "api", "from_agent": False, "public": True, "subject": subject,
                    "sender": {"email": address, "name": name}, "body_text": text, "body_html": _html(text),
                    "source": {
                        "type": "email", "from": {"address": address, "name": name}, "to": [{"address": self._address}],
                    },
                }
            ],
            "meta": {"reference": envelope["reference"], **({"disputes": earlier} if earlier else {})},
        }  # fmt: skip
        if tags := envelope.get("tags"):
            content["tags"] = [{"name": tag} for tag in tags]
        try:
            return text_at(await self._api.post("/api/tickets", content), "id")
        except Rejected as error:
            if error.status == 409:
                raise Unreachable("status 409, an identifier is in use already", maybe_created=True) from error
            raise

    async def find(self, key: str) -> str | None:
        async for ticket in self._listed("tickets", external_id=key):
            if ticket.get("external_id") == key:
                return text_at(ticket, "id")
        return None

    async def carries(self, id: str, key: str) -> bool | None:
        """By the list that a look uses."""
        return await self.find(key) is not None

    async def add(self, id: str, note: Note, *, key: str) -> str:
        text = f"{note.text}\n\n{marked(note.reference, key)}"
        content: dict[str, Any] = {
            "external_id": key, "channel": "internal-note", "via": "api", "from_agent": True, "public": False,
            "sender": {"email": self._email}, "body_text": text, "body_html": _html(text),
        }  # fmt: skip
        if note.files:
            content["attachments"] = [await self._uploaded(file) for file in note.files]
        return text_at(await self._api.post(f"/api/tickets/{id}/messages", content), "id")

    async def _uploaded(self, file: Attachment) -> dict[str, Any]:
        """A file as a message names it. Nothing shows on any ticket yet."""
        try:
            made = await self._api.post_form("/api/upload?type=attachment", {}, [("file", file)])
        except Unreachable as error:
            error.maybe_created = False
            raise
        first = made[0] if isinstance(made, list) and made else None
        if not isinstance(first, dict) or not isinstance(first.get("url"), str):
            raise Unreachable("a reply without the file's address", maybe_created=False)
        told = {"name": file.name, "content_type": file.type, "size": len(file.content), "public": False}
        return {"url": first["url"], **told}

    async def added(self, id: str, key: str) -> str | None:
        async for message in self._listed("messages", ticket_id=id):
            if message.get("external_id") == key and str(message.get("ticket_id")) == id:
                return text_at(message, "id")
        return None

    async def withdraw(self, id: str) -> str:
        """Deleting needs a role that may; without it the ticket is closed."""
        try:
            await self._api.delete(f"/api/tickets/{id}")
            return f"ticket {id} of the trial is deleted; its customer stays"
        except Rejected:
            await self._api.put(f"/api/tickets/{id}", {"status": "closed"})
            return f"ticket {id} of the trial is closed; its customer stays"

    async def health(self) -> None:
        await self._api.get("/api/account")

    def steps(self) -> Sequence[Step]:
        return (
            Step(
                "Gorgias answers and knows the key",
                self.health,
                "check ASKONCE_GORGIAS_URL (https://your-shop.gorgias.com), ASKONCE_GORGIAS_EMAIL and "
                "ASKONCE_GORGIAS_KEY (Settings, REST API: the base address, the user name and the password)",
            ),
            Step("the account may create tickets", self._may_create, "give the user a role that may create tickets"),
            Step(
                f"the shop answers mail from {self._address} there",
                self._has_address,
                "connect the address as an email integration (Settings, Email), or name one that is connected with "
                "ASKONCE_GORGIAS_ADDRESS: agents' answers go out from it",
            ),
            Step(
                "tickets can be looked up by their external id",
                self._look,
                "give the user a role that may see all tickets",
            ),
        )

    async def _may_create(self) -> None:
        """A ticket of nothing is refused with 400 where the account might have made one."""
        try:
            await self._api.post("/api/tickets", {})
        except Rejected as error:
            if error.status != 400:
                raise
        else:
            raise Rejected("a ticket was made of nothing; please delete it and report this")

    async def _has_address(self) -> None:
        """Wherever an integration names it; an account that may not see them is not held up for that."""
        wanted = self._address.lower()
        try:
            async for each in self._listed("integrations"):
                if each.get("type") in _MAIL and wanted in orjson.dumps(each).decode().lower():
                    return
        except Rejected as error:
            if error.status == 403:
                return
            raise
        raise Rejected("no email integration has that address")

    async def _look(self) -> None:
        if await self.find("askonce-check:nobody") is not None:
            raise Rejected("a look found a ticket that cannot be")

    async def _listed(self, name: str, **params: str | int) -> AsyncIterator[dict[str, Any]]:
        """All that a list has, page by page: should a filter be passed over, what is asked for is among them."""
        for _ in range(_PAGES):
            found = await self._api.get(f"/api/{name}", **params, limit=_A_PAGE)
            for each in objects(found, "data"):
                yield each
            told = found.get("meta")
            if not isinstance(told, dict):
                raise Unreachable("a list that does not say whether it goes on", maybe_created=False)
            if not (cursor := told.get("next_cursor")):
                return
            params["cursor"] = str(cursor)
        raise Unreachable(f"more pages of {name} than can be looked through", maybe_created=False)

    async def close(self) -> None:
        await self._api.close()


def _html(text: str) -> str:
    return escape(text).replace("\n", "<br>")
