"""Libredesk over its REST API; a ticket is a conversation of an email inbox.

Read in abhinavxd/libredesk@948ffd8c, none of it tried on a server:
- `Authorization: token key:secret`; 401 where it is wrong, 403 where a permission is missing (`cmd/middlewares.go`,
  `auth`, `perm`; `internal/user`, `ValidateAPIKey`).
- Creating knows no idempotency (`cmd/conversation.go`, `handleCreateConversation`): the contact, the conversation with
  its `custom_attributes`, and the first message are three transactions. Where the last fails the conversation is taken
  away again; where the server dies before it, a conversation without any text stays, and no look finds it: then the
  ticket is made once more, and the empty one is nobody's. `initiator: contact` makes the text the shopper's own, and
  agents' answers go to their address by mail; it is for email inboxes alone (`validateCreateConversationRequest`).
- A known address keeps the contact and the name that it has (there); two first tickets of one address at once may make
  two contacts.
- Custom attributes that are not defined for conversations are dropped without a word (there). No list filters by them
  (`internal/conversation/conversation.go`, `conversationsAllowedFields`), and no list shows them. What can be asked is
  the texts of messages: `GET /messages/search` reads the database, without lag, thirty at most (`internal/search/
  queries.sql`, `search-messages`). So the ticket's last line is the mark of our key, by which it is looked for, and
  whether it is ours says the attribute of the conversation that is found.
- The search gives what the account may read (`cmd/search.go`), so it needs all conversations.
- Tags have a call of their own, and take only those that there are (`internal/conversation/queries.sql`,
  `add-conversation-tags`).
- A private note's text is a template (`internal/conversation/message.go`, `SendPrivateNote`), so no brace is left in
  it. Its files are uploaded before it (`cmd/media.go`): names are written in small ASCII letters, empty files refused;
  what no message takes is cleared away.
- Conversations are not deleted over the API (`cmd/handlers.go`). `Closed` asks nobody how it was, as `Resolved` may
  (`conversation.go`, `UpdateConversationStatus`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ticket_bridge.helpdesks.contract import (
    Attachment,
    HelpdeskError,
    Note,
    Rejected,
    RequiredField,
    Step,
    Unreachable,
)
from ticket_bridge.helpdesks.postal import on_the_wire
from ticket_bridge.helpdesks.wire import Api, Patience, nothing_filed, objects, one_line, text_at
from ticket_bridge.helpdesks.written import mark, marked, titled, written

#: A search shows so many messages, and never more.
_SHOWN = 30
#: So many messages a page are asked for (fewer may come), and no more pages are looked through.
_A_PAGE, _PAGES = 100, 100
#: What the account's role must allow: to file, to look, to put notes, to close.
_PERMISSIONS = (
    "conversations:write", "conversations:read", "conversations:read_all", "messages:read", "messages:write",
    "conversations:update_status",
)  # fmt: skip


class Libredesk:
    name = "libredesk"
    required_fields: tuple[RequiredField, ...] = ()

    def __init__(
        self, url: str, *, key: str, secret: str, inbox: int, field: str, timeout: Patience, settle: float = 10.0
    ) -> None:
        self._api = Api(url, {"Authorization": f"token {key}:{secret}"}, timeout=timeout)
        self._inbox, self._field, self.settle = inbox, field, settle

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        """The text is HTML, so the shopper's words are escaped and keep their lines. An earlier ticket has no place."""
        content: dict[str, Any] = {
            "inbox_id": self._inbox, "initiator": "contact", "contact_email": on_the_wire(payload["email"]),
            "first_name": one_line(payload["name"]), "last_name": "", "subject": titled(payload),
            "content": _html(f"{written(payload)}\n\n{mark(key)}"), "custom_attributes": {self._field: key},
        }  # fmt: skip
        id = text_at(await self._api.post("/api/v1/conversations", content), "data", "uuid")
        if tags := payload["envelope"].get("tags"):
            await self._tag(id, list(tags))
        return id

    async def _tag(self, id: str, tags: list[str]) -> None:
        """The ticket is filed whatever becomes of its tags: a fault here must not send it again."""
        try:
            await self._api.post(f"/api/v1/conversations/{id}/tags", {"tags": tags, "action": "add_tags"})
        except HelpdeskError:
            pass

    async def find(self, key: str) -> str | None:
        """A shopper's mail may quote the mark, so it is not yet ours where it stands."""
        hits = objects(await self._api.get("/api/v1/messages/search", query=mark(key)), "data")
        for id in dict.fromkeys(text_at(hit, "conversation_uuid") for hit in hits):
            found = await self._api.get(f"/api/v1/conversations/{id}")
            conversation = found.get("data") if isinstance(found, dict) else None
            attributes = conversation.get("custom_attributes") if isinstance(conversation, dict) else None
            if isinstance(attributes, dict) and attributes.get(self._field) == key:
                return id
        if len(hits) >= _SHOWN:
            raise Unreachable("more messages show the mark than can be looked through", maybe_created=False)
        return None

    async def carries(self, id: str, key: str) -> bool | None:
        """By the very search that a look uses."""
        return await self.find(key) is not None

    async def add(self, id: str, note: Note, *, key: str) -> str:
        with nothing_filed():
            files = [await self._upload(file) for file in note.files]
        content = {
            "message": _html(f"{note.text}\n\n{marked(note.reference, key)}"), "private": True, "sender_type": "agent",
            "attachments": files,
        }  # fmt: skip
        return text_at(await self._api.post(f"/api/v1/conversations/{id}/messages", content), "data", "uuid")

    async def _upload(self, file: Attachment) -> int:
        """The number of an uploaded file. Nothing shows on any ticket yet."""
        made = await self._api.post_form("/api/v1/media", {"linked_model": "messages"}, [("files", file)])
        return int(text_at(made, "data", "id"))

    async def added(self, id: str, key: str) -> str | None:
        for page in range(1, _PAGES):
            found = await self._api.get(
                f"/api/v1/conversations/{id}/messages", private="true", page=page, page_size=_A_PAGE
            )
            for each in objects(found, "data", "results"):
                if mark(key) in str(each.get("content") or ""):
                    return text_at(each, "uuid")
            if page >= int(text_at(found, "data", "total_pages")):
                return None
        raise Unreachable("more notes than can be looked through", maybe_created=False)

    async def withdraw(self, id: str) -> str:
        await self._api.put(f"/api/v1/conversations/{id}/status", {"status": "Closed"})
        return f"ticket {id} of the trial is closed; its contact stays"

    async def health(self) -> None:
        await self._me()

    async def _me(self) -> dict[str, Any]:
        found = await self._api.get("/api/v1/agents/me")
        agent = found.get("data") if isinstance(found, dict) else None
        if not isinstance(agent, dict) or not agent.get("id"):
            raise Rejected("Libredesk does not show the account")
        return agent

    def steps(self) -> Sequence[Step]:
        return (
            Step(
                "Libredesk answers and knows the key",
                self.health,
                "check ASKONCE_LIBREDESK_URL, ASKONCE_LIBREDESK_KEY and ASKONCE_LIBREDESK_SECRET (Admin, Agents, the "
                "account's API key; its secret is shown once)",
            ),
            Step(
                "the account may file, look, note and close",
                self._may,
                "give its role these permissions (Admin, Roles)",
            ),
            Step(
                f"the inbox {self._inbox} is there, for email, and enabled",
                self._takes,
                "set ASKONCE_LIBREDESK_INBOX to the number of an enabled email inbox (Admin, Inboxes)",
            ),
            Step(
                f"conversations have the custom attribute {self._field}",
                self._defined,
                f"make a text attribute for conversations with the key {self._field} (Admin, Custom attributes), or "
                "name another with ASKONCE_LIBREDESK_FIELD",
            ),
            Step(
                "tickets can be looked up by their mark",
                self._look,
                "give the account's role messages:read and conversations:read_all",
            ),
        )

    async def _may(self) -> None:
        has = (await self._me()).get("permissions")
        if lacks := [each for each in _PERMISSIONS if not isinstance(has, list) or each not in has]:
            raise Rejected(f"the account has not {', '.join(lacks)}")

    async def _takes(self) -> None:
        inboxes = objects(await self._api.get("/api/v1/inboxes"), "data")
        inbox = next((each for each in inboxes if each.get("id") == self._inbox), None)
        if inbox is None:
            raise Rejected("there is no such inbox")
        if inbox.get("channel") != "email" or not inbox.get("enabled"):
            raise Rejected("this inbox is not for email, or not enabled")

    async def _defined(self) -> None:
        found = objects(await self._api.get("/api/v1/custom-attributes", applies_to="conversation"), "data")
        if not any(each.get("key") == self._field for each in found):
            raise Rejected(f"conversations have no custom attribute {self._field}: Libredesk would drop the key")

    async def _look(self) -> None:
        if await self.find("askonce-check:nobody") is not None:
            raise Rejected("a look found a ticket that cannot be")

    async def close(self) -> None:
        await self._api.close()


def _html(text: str) -> str:
    """Text as Libredesk keeps it: every line kept, and no brace that a template would read."""
    return escape(text).replace("{", "&#123;").replace("\n", "<br>")
