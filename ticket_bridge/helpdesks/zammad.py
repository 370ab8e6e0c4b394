"""Zammad over its REST API.

Docs: https://docs.zammad.org/en/latest/api/ticket/index.html ("Create", "Search"), .../api/ticket/links.html,
.../api/user.html ("me"). Creating knows no idempotency. Our key goes into a ticket attribute of its own (Admin,
Objects, Ticket: a text attribute), and is searched; the search index may lag behind, hence `settle`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ticket_bridge.helpdesks.contract import Rejected, RequiredField, Step, Unreachable
from ticket_bridge.helpdesks.wire import Api, Patience, one_line, text_at


class Zammad:
    name = "zammad"
    required_fields: tuple[RequiredField, ...] = ()

    def __init__(
        self, url: str, *, token: str, group: str, field: str, timeout: Patience, settle: float = 30.0
    ) -> None:
        self._api = Api(url, {"Authorization": f"Token token={token}"}, timeout=timeout)
        self._group, self._field, self.settle = group, field, settle

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        """A name is never cut in two: which part is the family name differs from people to people."""
        subject = one_line(payload["subject"])
        content: dict[str, Any] = {
            "title": subject,
            "group": self._group,
            "customer": {"firstname": one_line(payload["name"]), "lastname": "", "email": payload["email"]},
            "article": {
                "subject": subject, "body": payload["reason"], "content_type": "text/plain", "type": "note",
                "sender": "Customer", "internal": False,
            },
            self._field: key,
        }  # fmt: skip
        if tags := payload["envelope"].get("tags"):
            content["tags"] = ",".join(tags)
        if earlier:
            content["links"] = {"Ticket": {"normal": [earlier]}}
        return text_at(await self._api.post("/api/v1/tickets", content), "id")

    async def find(self, key: str) -> str | None:
        """The answer is a list of tickets, or with `expand` of older versions an object with its assets; both are
        read."""
        found = await self._api.get("/api/v1/tickets/search", query=f'{self._field}:"{key}"', limit=20, expand="true")
        if isinstance(found, dict):
            assets = found.get("assets", {})
            tickets = assets.get("Ticket", {}) if isinstance(assets, dict) else None
            found = list(tickets.values()) if isinstance(tickets, dict) else None
        if not isinstance(found, list) or not all(isinstance(t, dict) for t in found):
            raise Unreachable("a reply that is no list of tickets", maybe_created=False)
        return next((text_at(t, "id") for t in found if t.get(self._field) == key), None)

    async def health(self) -> None:
        await self._api.get("/api/v1/users/me")

    def steps(self) -> Sequence[Step]:
        return (
            Step(
                "Zammad answers and knows the token",
                self.health,
                "check ASKONCE_ZAMMAD_URL and ASKONCE_ZAMMAD_TOKEN (profile, Token Access, with the permission "
                "ticket.agent)",
            ),
            Step(
                f"the group {self._group} is there",
                self._see_group,
                "check ASKONCE_ZAMMAD_GROUP, and give the account access to the group (full, or read and create)",
            ),
            Step(
                f"tickets have the attribute {self._field}",
                self._see_field,
                f"make a text attribute {self._field} for tickets (Admin, Objects) and update the database there; or "
                "name another with ASKONCE_ZAMMAD_FIELD; the token needs admin.object to see it, and only for "
                "this check",
            ),
        )

    async def _see_group(self) -> None:
        groups = await self._api.get("/api/v1/groups")
        if not isinstance(groups, list) or not any(
            isinstance(g, dict) and g.get("name") == self._group for g in groups
        ):
            raise Rejected("there is no such group, or this account may not see it")

    async def _see_field(self) -> None:
        attributes = await self._api.get("/api/v1/object_manager_attributes")
        if not isinstance(attributes, list) or not any(
            isinstance(a, dict) and a.get("object") == "Ticket" and a.get("name") == self._field for a in attributes
        ):
            raise Rejected("the attribute is not there")

    async def close(self) -> None:
        await self._api.close()
