"""Zammad over its REST API.

Docs: https://docs.zammad.org/en/latest/api/ticket/index.html ("Create", "Search"), .../api/ticket/articles.html,
.../api/ticket/links.html, .../api/user.html ("me"). Read in zammad/zammad, none of it tried on a server:
- Creating knows no idempotency; it is one transaction (`app/controllers/tickets_controller.rb`@0046c509, `create`), so
  a ticket whose article is refused for want of a body leaves nothing: that is the check of group, rights and mandatory
  attributes (`.../concerns/creates_ticket_articles.rb`@041bf51b).
- `GET /groups` needs `admin.group` (`app/policies/controllers/groups_controller_policy.rb`@24c3bdfd), and the list of
  attributes `admin.object`: neither is asked.
- A search by `condition` reads the database, exact and without lag; one by `query` reads Elasticsearch where there is
  one, and else titles and texts only (`app/models/concerns/can_search.rb`@4132da0d, `app/models/ticket/search.rb`
  @0c93022a). Our key is in an attribute of its own, so only `condition` finds it.
- An article of the type `web` by the sender Customer gets From of the customer and an agent's reply button, a `note`
  has neither (`app/models/ticket/article/adds_metadata_general.rb`@0bd781fa; zammad/zammad-documentation
  `api/ticket/articles.rst`).
- A comma cuts a tag in two (`tags.split(',')`, there). A known address keeps the name that Zammad has of it.
- A `note` that is `internal` is for agents alone; its files go within the article, in base64 (zammad-documentation, the
  same page, "Create" and "List").
- Deleting wants the permission `admin` (`app/policies/ticket_policy.rb`@08b965f6, `destroy?`).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from ticket_bridge.helpdesks.contract import Note, Rejected, RequiredField, Step, Unreachable
from ticket_bridge.helpdesks.postal import on_the_wire
from ticket_bridge.helpdesks.wire import Api, Patience, objects, one_line, text_at
from ticket_bridge.helpdesks.written import mark, marked, titled, written


class Zammad:
    name = "zammad"
    required_fields: tuple[RequiredField, ...] = ()

    def __init__(
        self, url: str, *, token: str, group: str, field: str, timeout: Patience, settle: float = 10.0
    ) -> None:
        self._api = Api(url, {"Authorization": f"Token token={token}"}, timeout=timeout)
        self._group, self._field, self.settle = group, field, settle

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        """A name is never cut in two: which part is the family name differs from people to people."""
        envelope, subject = payload["envelope"], titled(payload)
        content: dict[str, Any] = {
            "title": subject,
            "group": self._group,
            "customer": _customer(payload["name"], payload["email"]),
            "article": {
                "subject": subject, "body": written(payload), "content_type": "text/plain", "type": "web",
                "sender": "Customer", "internal": False,
            },
            self._field: key,
        }  # fmt: skip
        if tags := envelope.get("tags"):
            content["tags"] = ",".join(tag.replace(",", " ") for tag in tags)
        if earlier:
            content["links"] = {"Ticket": {"normal": [earlier]}}
        return text_at(await self._api.post("/api/v1/tickets", content), "id")

    async def find(self, key: str) -> str | None:
        """The answer is a list of tickets, or without `expand` an object with its assets; both are read."""
        place = f"condition[ticket.{self._field}]"
        wanted: dict[str, str | int] = {f"{place}[operator]": "is", f"{place}[value]": key}
        found = await self._api.get("/api/v1/tickets/search", **wanted, limit=20, expand="true")
        if isinstance(found, dict):
            assets = found.get("assets", {})
            tickets = assets.get("Ticket", {}) if isinstance(assets, dict) else None
            found = list(tickets.values()) if isinstance(tickets, dict) else None
        if not isinstance(found, list) or not all(isinstance(t, dict) for t in found):
            raise Unreachable("a reply that is no list of tickets", maybe_created=False)
        return next((text_at(t, "id") for t in found if t.get(self._field) == key), None)

    async def carries(self, id: str, key: str) -> bool | None:
        """By the very search that a look uses."""
        return await self.find(key) is not None

    async def add(self, id: str, note: Note, *, key: str) -> str:
        content: dict[str, Any] = {
            "ticket_id": int(id) if id.isdigit() else id, "subject": marked(note.reference, key), "body": note.text,
            "content_type": "text/plain", "type": "note", "internal": True,
        }  # fmt: skip
        if note.files:
            content["attachments"] = [
                {"filename": f.name, "mime-type": f.type, "data": base64.b64encode(f.content).decode()}
                for f in note.files
            ]
        return text_at(await self._api.post("/api/v1/ticket_articles", content), "id")

    async def added(self, id: str, key: str) -> str | None:
        found = await self._api.get(f"/api/v1/ticket_articles/by_ticket/{id}")
        for article in objects(found):
            if str(article.get("subject") or "").endswith(mark(key)):
                return text_at(article, "id")
        return None

    async def withdraw(self, id: str) -> str:
        """Deleted where the account is an administrator's, else closed."""
        try:
            await self._api.delete(f"/api/v1/tickets/{id}")
            return f"ticket {id} of the trial is deleted; its customer stays"
        except Rejected:
            await self._api.put(f"/api/v1/tickets/{id}", {"state": "closed"})
            return f"ticket {id} of the trial is closed; its customer stays"

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
                f"the account may create tickets in the group {self._group}, and nothing else is mandatory",
                self._may_create,
                "check ASKONCE_ZAMMAD_GROUP, and give the account access to the group (read, create and change); an "
                "attribute that Zammad names is mandatory for agents: make it optional, or give it a default (Admin, "
                "Objects)",
            ),
            Step(
                f"tickets can be looked up by the attribute {self._field}",
                self._look,
                f"make a text attribute {self._field} for tickets (Admin, Objects) and update the database there; or "
                "name another with ASKONCE_ZAMMAD_FIELD",
            ),
        )

    async def _may_create(self) -> None:
        """All but the article's body: refused for that, and all that came before it was well; nothing stays."""
        content = {
            "title": "askonce helpdesk check", "group": self._group, self._field: "askonce-check",
            "customer": _customer("Askonce check", "askonce-check@example.com"),
            "article": {"subject": "check", "type": "web", "sender": "Customer"},
        }  # fmt: skip
        try:
            await self._api.post("/api/v1/tickets", content)
        except Rejected as error:
            said = str(error.said.get("error") or "") if isinstance(error.said, dict) else ""
            if error.status != 422:
                raise
            if "article" not in said.lower():
                raise Rejected(f"Zammad says: {one_line(said)[:200] or error}") from error
        else:
            raise Rejected("a ticket was made without a text; please delete it and report this")

    async def _look(self) -> None:
        if await self.find("askonce-check:nobody") is not None:
            raise Rejected("a look found a ticket that cannot be")

    async def close(self) -> None:
        await self._api.close()


def _customer(name: str, email: str) -> dict[str, str]:
    return {"firstname": one_line(name), "lastname": "", "email": on_the_wire(email)}
