"""Zendesk Support over its Ticketing API v2.

Docs: https://developer.zendesk.com/api-reference/ticketing/introduction/ ("Idempotency", "Rate limits"),
.../ticketing/tickets/tickets/ ("Create Ticket", "List Tickets" by `external_id`), .../ticketing/users/users/ ("Show
Self"). `Idempotency-Key` makes one ticket of repeated calls for two hours; `external_id` holds our key for ever, is not
unique, and is looked up first.

409 `DatabaseConflict` is a collision in Zendesk's own database, or the word that it has the ticket already: so it is
looked for, and then tried again (zendesk/zendesk_api_client_php#314; zendesk/zendesk_api_client_rb#305;
alphagov/support `app/workers/zendesk_ticket_worker.rb`@048f8542 takes it for "received"). 429 and 503 are for later
(zendesk_api_client_rb `lib/zendesk_api/middleware/request/retry.rb`@0221a908). A light agent may not create (422).

A note is a comment that is not public; its files are uploaded before it ("Ticket Attachments": a token that no comment
names is forgotten), so a ticket holds all of them or none. "List Comments" shows it.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from ticket_bridge.helpdesks.contract import Attachment, Note, Rejected, RequiredField, Step, Unreachable
from ticket_bridge.helpdesks.wire import Api, Patience, objects, one_line, text_at
from ticket_bridge.helpdesks.written import mark, marked, titled, written

_PAGES = 100


class Zendesk:
    name = "zendesk"
    required_fields: tuple[RequiredField, ...] = ()

    def __init__(self, url: str, *, email: str, token: str, timeout: Patience, settle: float = 5.0) -> None:
        basic = base64.b64encode(f"{email}/token:{token}".encode()).decode()
        self._api = Api(url, {"Authorization": f"Basic {basic}"}, timeout=timeout)
        self.settle = settle

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        """`via_followup_source_id` only takes closed tickets, so an earlier one goes into the metadata."""
        envelope = payload["envelope"]
        ticket: dict[str, Any] = {
            "subject": titled(payload),
            "comment": {"body": written(payload)},
            "requester": {"name": one_line(payload["name"]), "email": payload["email"]},
            "external_id": key,
            "metadata": {"reference": envelope["reference"], **({"disputes": earlier} if earlier else {})},
        }
        if tags := envelope.get("tags"):
            ticket["tags"] = list(tags)
        try:
            made = await self._api.post("/api/v2/tickets", {"ticket": ticket}, headers={"Idempotency-Key": key})
        except Rejected as error:
            if "IdempotentRequestError" in error.named:  # made before, under other settings
                raise Unreachable("the key was used with other content", maybe_created=True) from error
            if error.status == 409:
                raise Unreachable("status 409, a collision in Zendesk's database", maybe_created=True) from error
            raise
        return text_at(made, "ticket", "id")

    async def find(self, key: str) -> str | None:
        found = await self._api.get("/api/v2/tickets", external_id=key, per_page=100)
        return next((text_at(t, "id") for t in objects(found, "tickets") if t.get("external_id") == key), None)

    async def carries(self, id: str, key: str) -> bool | None:
        """By the list that a look uses."""
        return await self.find(key) is not None

    async def add(self, id: str, note: Note, *, key: str) -> str:
        uploads = [await self._upload(file) for file in note.files]
        comment = {"body": f"{note.text}\n\n{marked(note.reference, key)}", "public": False}
        content = {"ticket": {"comment": {**comment, **({"uploads": uploads} if uploads else {})}}}
        await self._api.put(f"/api/v2/tickets/{id}", content)
        return mark(key)

    async def _upload(self, file: Attachment) -> str:
        """The token of an uploaded file. Nothing shows on any ticket yet."""
        name = httpx.QueryParams({"filename": file.name})
        try:
            made = await self._api.post_bytes(f"/api/v2/uploads?{name}", file.content, type=file.type)
        except Unreachable as error:
            error.maybe_created = False
            raise
        return text_at(made, "upload", "token")

    async def added(self, id: str, key: str) -> str | None:
        for page in range(1, _PAGES):
            found = await self._api.get(f"/api/v2/tickets/{id}/comments", per_page=100, page=page, sort_order="desc")
            if any(mark(key) in str(comment.get("body") or "") for comment in objects(found, "comments")):
                return mark(key)
            if not found.get("next_page"):
                return None
        raise Unreachable("more comments than can be looked through", maybe_created=False)

    async def withdraw(self, id: str) -> str:
        """Agents may delete where their role says so; else the ticket is solved."""
        try:
            await self._api.delete(f"/api/v2/tickets/{id}")
            return f"ticket {id} of the trial is deleted (Zendesk keeps it for 30 days, and the requester)"
        except Rejected:
            await self._api.put(f"/api/v2/tickets/{id}", {"ticket": {"status": "solved"}})
            return f"ticket {id} of the trial is solved"

    async def health(self) -> None:
        await self._me()

    async def _me(self) -> dict[str, Any]:
        found = await self._api.get("/api/v2/users/me")
        user = found.get("user") if isinstance(found, dict) else None
        if not isinstance(user, dict) or not user.get("id"):
            raise Rejected("not signed in: Zendesk shows this account as anonymous")
        return user

    def steps(self) -> Sequence[Step]:
        return (
            Step(
                "Zendesk answers and knows the token",
                self.health,
                "check ASKONCE_ZENDESK_URL (https://your-shop.zendesk.com), ASKONCE_ZENDESK_EMAIL and "
                "ASKONCE_ZENDESK_TOKEN; token access must be on (Admin Center, Apps and integrations, Zendesk API)",
            ),
            Step(
                "the account may create tickets for others",
                self._is_agent,
                "use the address of an agent or administrator",
            ),
        )

    async def _is_agent(self) -> None:
        if (await self._me()).get("role") not in ("agent", "admin"):
            raise Rejected("the account is an end user")

    async def close(self) -> None:
        await self._api.close()
