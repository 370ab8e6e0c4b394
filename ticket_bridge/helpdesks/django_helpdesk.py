"""django-helpdesk over its REST API.

Docs: https://django-helpdesk.readthedocs.io/en/stable/api.html. There is no search: unknown query parameters are
ignored and every ticket is returned, so a look-up follows the pages and compares our own field. `priority` is required;
the requester's name has no field of its own and goes into a custom field. It may answer 500 although the ticket exists
(when its own mail fails).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ticket_bridge.helpdesks.contract import Note, Rejected, RequiredField, Step, Unreachable
from ticket_bridge.helpdesks.wire import Api, Patience, objects, one_line, text_at
from ticket_bridge.helpdesks.written import mark, marked, titled, written

_PAGES = 10_000
_NORMAL = 3


class DjangoHelpdesk:
    name = "django_helpdesk"
    required_fields: tuple[RequiredField, ...] = ()

    def __init__(
        self, url: str, *, token: str, queue: int, field: str, name_field: str, timeout: Patience, settle: float = 5.0
    ) -> None:
        self._api = Api(url, {"Authorization": f"Token {token}"}, timeout=timeout)
        self._queue, self.settle = queue, settle
        self._field, self._name_field = f"custom_{field}", f"custom_{name_field}"

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        content = {
            "queue": self._queue,
            "title": titled(payload),
            "description": written(payload),
            "submitter_email": payload["email"],
            "priority": _NORMAL,
            self._field: key,
            self._name_field: one_line(payload["name"]),
        }
        return text_at(await self._api.post("/api/tickets/", content), "id")

    async def find(self, key: str) -> str | None:
        for page in range(1, _PAGES):
            found = await self._api.get("/api/tickets/", page=page, page_size=100)
            for ticket in objects(found, "results"):
                if ticket.get(self._field) == key:
                    return text_at(ticket, "id")
            if not found.get("next"):
                return None
        raise Unreachable("more pages of tickets than can be looked through", maybe_created=False)

    async def carries(self, id: str, key: str) -> bool | None:
        """By its own page: a look reads all of them."""
        ticket = await self._api.get(f"/api/tickets/{id}/")
        return isinstance(ticket, dict) and ticket.get(self._field) == key

    async def add(self, id: str, note: Note, *, key: str) -> str:
        """A follow-up that is not public."""
        fields = {"ticket": id, "title": marked(note.reference, key), "comment": note.text, "public": "false"}
        if note.files:
            files = [("attachments", file) for file in note.files]
            made = await self._api.post_form("/api/followups/", fields, files)
        else:
            made = await self._api.post("/api/followups/", fields)
        return text_at(made, "id")

    async def added(self, id: str, key: str) -> str | None:
        """By the ticket's own page."""
        ticket = await self._api.get(f"/api/tickets/{id}/")
        for each in objects(ticket, "followup_set"):
            if str(each.get("title") or "").endswith(mark(key)):
                return text_at(each, "id")
        return None

    async def withdraw(self, id: str) -> str:
        await self._api.delete(f"/api/tickets/{id}/")
        return f"ticket {id} of the trial is deleted"

    async def health(self) -> None:
        await self._api.get("/api/tickets/", page_size=1)

    def steps(self) -> Sequence[Step]:
        fields = f"{self._field.removeprefix('custom_')} and {self._name_field.removeprefix('custom_')}"
        return (
            Step(
                "django-helpdesk answers and knows the token",
                self.health,
                "check ASKONCE_DJANGO_HELPDESK_URL (where /api/tickets/ is) and ASKONCE_DJANGO_HELPDESK_TOKEN; the "
                "account must be staff",
            ),
            Step(
                f"the account may create tickets, and the custom fields {fields} are there",
                self._may_create,
                "make both as custom fields for text in its admin; check that the account may add tickets",
            ),
            Step(
                f"the queue {self._queue} is there",
                self._see_queue,
                "check ASKONCE_DJANGO_HELPDESK_QUEUE: it is the queue's number, as its admin shows it in the address",
            ),
        )

    async def _may_create(self) -> None:
        """Values too long for the custom fields are complained of by name where the fields are there."""
        complaints = await self._complaints({self._field: "x" * 5000, self._name_field: "x" * 5000})
        if absent := [n.removeprefix("custom_") for n in (self._field, self._name_field) if n not in complaints]:
            raise Rejected(f"no custom field {', '.join(absent)}")

    async def _see_queue(self) -> None:
        """A queue that is there is not among the complaints."""
        if "queue" in await self._complaints({"queue": self._queue}):
            raise Rejected("there is no such queue")

    async def _complaints(self, content: dict[str, Any]) -> list[str]:
        """The fields that a create without its required ones is refused for; nothing is made."""
        try:
            await self._api.post("/api/tickets/", content)
        except Rejected as error:
            if error.status != 400:
                raise
            return error.named.split(", ")
        raise Rejected("a ticket was made of nothing; please delete it and report this")

    async def close(self) -> None:
        await self._api.close()
