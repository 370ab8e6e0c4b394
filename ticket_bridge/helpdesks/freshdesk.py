"""Freshdesk over its API v2.

Docs: https://developers.freshdesk.com/api/ ("Create a Ticket", "Filter Tickets", "Rate Limit", "View a Contact"). There
is no idempotency, and `unique_external_id` is the requester's, not the ticket's: a custom text field holds our key. The
filter that finds it lags "a few minutes" behind, hence `settle`. A note is private ("Create a Note"), its text HTML,
its files no more than 20 MB together; "List All Conversations of a Ticket" shows it.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ticket_bridge.helpdesks.contract import Note, Rejected, RequiredField, Step, Unreachable
from ticket_bridge.helpdesks.wire import Api, Patience, objects, one_line, text_at
from ticket_bridge.helpdesks.written import mark, marked, titled, written

_OPEN, _CLOSED, _LOW, _PORTAL = 2, 5, 1, 2


_NO_STATUS = 9_999
#: A ticket shows so many conversations a page, and no more pages are looked through.
_A_PAGE, _PAGES = 100, 100


class Freshdesk:
    name = "freshdesk"
    required_fields: tuple[RequiredField, ...] = ()

    def __init__(self, url: str, *, key: str, field: str, timeout: Patience, settle: float = 300.0) -> None:
        basic = base64.b64encode(f"{key}:X".encode()).decode()
        self._api = Api(url, {"Authorization": f"Basic {basic}"}, timeout=timeout)
        self._field, self.settle = field, settle

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        """The description is HTML, so the shopper's words are escaped and keep their lines."""
        content: dict[str, Any] = {
            "name": one_line(payload["name"]),
            "email": payload["email"],
            "subject": titled(payload),
            "description": escape(written(payload)).replace("\n", "<br>"),
            "status": _OPEN,
            "priority": _LOW,
            "source": _PORTAL,
            "custom_fields": {self._field: key},
        }
        tags = [*payload["envelope"].get("tags", ()), *([f"disputes-{earlier}"] if earlier else [])]
        if tags:
            content["tags"] = tags
        return text_at(await self._api.post("/api/v2/tickets", content), "id")

    async def find(self, key: str) -> str | None:
        found = await self._api.get("/api/v2/search/tickets", query=f"\"{self._field}:'{key}'\"")
        for ticket in objects(found, "results"):
            fields = ticket.get("custom_fields")
            if isinstance(fields, dict) and fields.get(self._field) == key:
                return text_at(ticket, "id")
        return None

    async def carries(self, id: str, key: str) -> bool | None:
        """By its own page: the filter that a look uses lags behind."""
        ticket = await self._api.get(f"/api/v2/tickets/{id}")
        fields = ticket.get("custom_fields") if isinstance(ticket, dict) else None
        return isinstance(fields, dict) and fields.get(self._field) == key

    async def add(self, id: str, note: Note, *, key: str) -> str:
        text = escape(f"{note.text}\n\n{marked(note.reference, key)}").replace("\n", "<br>")
        path = f"/api/v2/tickets/{id}/notes"
        if note.files:
            files = [("attachments[]", file) for file in note.files]
            made = await self._api.post_form(path, {"body": text, "private": "true"}, files)
        else:
            made = await self._api.post(path, {"body": text, "private": True})
        return text_at(made, "id")

    async def added(self, id: str, key: str) -> str | None:
        for page in range(1, _PAGES):
            found = await self._api.get(f"/api/v2/tickets/{id}/conversations", per_page=_A_PAGE, page=page)
            for each in objects(found):
                if mark(key) in str(each.get("body") or each.get("body_text") or ""):
                    return text_at(each, "id")
            if len(found) < _A_PAGE:
                return None
        raise Unreachable("more notes than can be looked through", maybe_created=False)

    async def withdraw(self, id: str) -> str:
        """Deleting needs a right of its own; without it the ticket is closed."""
        try:
            await self._api.delete(f"/api/v2/tickets/{id}")
            return f"ticket {id} of the trial is deleted (Freshdesk keeps it in the trash, and the contact)"
        except Rejected:
            await self._api.put(f"/api/v2/tickets/{id}", {"status": _CLOSED})
            return f"ticket {id} of the trial is closed"

    async def health(self) -> None:
        await self._api.get("/api/v2/agents/me")

    def steps(self) -> Sequence[Step]:
        return (
            Step(
                "Freshdesk answers and knows the key",
                self.health,
                "check ASKONCE_FRESHDESK_URL (https://your-shop.freshdesk.com) and ASKONCE_FRESHDESK_KEY (profile "
                "settings)",
            ),
            Step(
                "the account may create tickets", self._may_create, "give the agent's role the right to create tickets"
            ),
            Step(
                f"tickets have the field {self._field}, and no field is mandatory that the bot does not fill in",
                self._complains_of,
                f"make a single-line text field for tickets (Admin, Ticket Fields) whose API name is {self._field}, or "
                'name another with ASKONCE_FRESHDESK_FIELD; for every other field named, take its mark "required when '
                'submitting the form" away for agents: shoppers are asked for name, email and reason only',
            ),
        )

    async def _may_create(self) -> None:
        """A ticket of nothing is refused with 400 where the account might have made one."""
        await self._refused({})

    async def _complains_of(self) -> None:
        """A ticket with all that the bot fills in and an impossible status: it is complained of, and nothing else may
        be. The list of fields needs an administrator's key, and does not say what holds for this account."""
        complaints = await self._refused(
            {
                "name": "Askonce check", "email": "askonce-check@example.com", "subject": "check",
                "description": "check", "status": _NO_STATUS, "priority": _LOW, "source": _PORTAL,
                "custom_fields": {self._field: "askonce-check"},
            }
        )  # fmt: skip
        if others := [name for name in complaints if name != "status"]:
            raise Rejected(f"Freshdesk complains of {', '.join(others)}")

    async def _refused(self, content: dict[str, Any]) -> list[str]:
        """The fields that Freshdesk complains of in a ticket that it cannot make (400 with `errors`)."""
        try:
            await self._api.post("/api/v2/tickets", content)
        except Rejected as error:
            if error.status != 400:
                raise
            found = error.said.get("errors") if isinstance(error.said, dict) else None
            return [str(e.get("field")) for e in found or () if isinstance(e, dict)]
        raise Rejected("a ticket was made of nothing; please delete it and report this")

    async def close(self) -> None:
        await self._api.close()
