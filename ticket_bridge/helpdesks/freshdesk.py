"""Freshdesk over its API v2.

Docs: https://developers.freshdesk.com/api/ ("Create a Ticket", "Filter Tickets", "Rate Limit", "View a Contact"). There
is no idempotency, and `unique_external_id` is the requester's, not the ticket's: a custom text field holds our key. The
filter that finds it lags "a few minutes" behind, hence `settle`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ticket_bridge.helpdesks.contract import Rejected, RequiredField, Step
from ticket_bridge.helpdesks.wire import Api, Patience, objects, one_line, text_at

_OPEN, _LOW, _PORTAL = 2, 1, 2


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
            "subject": one_line(payload["subject"]),
            "description": escape(payload["reason"]).replace("\n", "<br>"),
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
                f"tickets have the custom field {self._field}",
                self._see_field,
                f"make a single-line text field for tickets (Admin, Ticket Fields) whose API name is {self._field}; "
                "or name another with ASKONCE_FRESHDESK_FIELD; only an administrator's key can see the fields",
            ),
        )

    async def _may_create(self) -> None:
        """A ticket of nothing is refused with 400 where the account might have made one."""
        try:
            await self._api.post("/api/v2/tickets", {})
        except Rejected as error:
            if error.status != 400:
                raise
        else:
            raise Rejected("a ticket was made of nothing; please delete it and report this")

    async def _see_field(self) -> None:
        fields = await self._api.get("/api/v2/ticket_fields")
        if not isinstance(fields, list) or not any(
            isinstance(f, dict) and f.get("name") == self._field for f in fields
        ):
            raise Rejected("the field is not there")

    async def close(self) -> None:
        await self._api.close()
