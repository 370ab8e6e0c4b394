"""FreeScout over the API of its module "API & Webhooks", with its module "Custom Fields".

Docs: https://api-docs.freescout.net ("Authentication", "Create Conversation", "List Conversations", "List Mailbox
Custom Fields", "Create Thread", "Update Conversation", "Delete Conversation"). Read in copies of the two programs, none
of it tried on a server: the module 1.0.87 (rilustrisimo/freescout-support `Modules/ApiWebhooks`@2e38717b) and FreeScout
itself (there, `app/`).
- Creating knows no idempotency and is no transaction: conversation, thread, what other modules do then, and our custom
  field last (`Http/Controllers/ApiController.php`, `createConversation`). What fails in between leaves a conversation
  without a key, so the thread's text, which is kept before all that, ends with the key's mark in a comment of HTML:
  the API gives the text as it was sent (`Providers/ApiWebhooksServiceProvider.php`, `formatEntity`), no reader shows
  it (`app/Thread.php`, `getCleanBody`).
- No filter knows custom fields (`listConversations`): a look reads the mailbox's conversations whose subject has what
  every reference begins with, the newest first, and compares their fields. One whose reference an agent takes out of
  the subject is not found; without that filter a look would read all the mail of years, and not end in time. All
  states are asked for: the docs say that only active ones are given, the module gives all.
- `Resource-ID` is the id (docs, "Status Codes"). 204 has no body.
- A text is HTML. A known address keeps the name that FreeScout has of it; a name has 40 characters at most (docs,
  "Create Customer"). Letters beyond ASCII are dropped from an address without a word (`app/Email.php`,
  `sanitizeEmail`), which makes it somebody else's: such a shopper becomes a customer without one, by "phone".
- A note needs a user who writes it (`createThread`); files go within it, in base64, and have spaces in their names
  replaced (`app/Attachment.php`, `create`). Tags would take a call of their own, and another module: none are set.
"""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Mapping, Sequence
from html import escape
from typing import Any

from ticket_bridge.helpdesks.causes import with_advice
from ticket_bridge.helpdesks.contract import Note, Rejected, RequiredField, Step, Unreachable
from ticket_bridge.helpdesks.postal import on_the_wire
from ticket_bridge.helpdesks.wire import Api, Patience, objects, one_line, text_at
from ticket_bridge.helpdesks.written import mark, marked, titled, written

_ID = "Resource-ID"
_A_NAME = 40
_ALL = "active,pending,closed,spam"
#: A page has so many conversations, and no more pages are looked through.
_A_PAGE, _PAGES = 100, 10_000
#: Conversations of ours without a key that a look opens.
_KEYLESS = 50
#: What every reference begins with, and so what every subject of ours has.
_OURS = "AO-"


class FreeScout:
    name = "freescout"
    required_fields: tuple[RequiredField, ...] = ()

    def __init__(
        self, url: str, *, key: str, mailbox: int, user: int, field: str, timeout: Patience, settle: float = 10.0
    ) -> None:
        self._api = Api(url, {"X-FreeScout-API-Key": key}, timeout=timeout)
        self._mailbox, self._user, self._field, self.settle = mailbox, user, field, settle

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        """There is no place for the earlier ticket."""
        name, address = one_line(payload["name"])[:_A_NAME], on_the_wire(payload["email"])
        thread: dict[str, Any] = {"type": "customer", "text": f"{_html(written(payload))}<!-- {mark(key)} -->"}
        if address.isascii():
            kind, customer = "email", {"email": address, "firstName": name}
            thread["customer"] = {"email": address}
        else:
            kind, customer = "phone", {"firstName": name}
        content = {
            "type": kind,
            "mailboxId": self._mailbox,
            "subject": titled(payload),
            "customer": customer,
            "threads": [thread],
            "status": "active",
            "customFields": [{"id": (await self._its_field())["id"], "value": key}],
        }
        return await self._api.made("/api/conversations", content, header=_ID)

    async def find(self, key: str) -> str | None:
        """By the field; those of ours that have none are opened, and told by their text."""
        keyless: list[str] = []
        ours = {"subject": _OURS, "status": _ALL, "sortField": "number", "sortOrder": "desc"}
        async for each in self._listed("conversations", mailboxId=self._mailbox, **ours):
            value = self._value(each)
            if value == key:
                return text_at(each, "id")
            if not value and _may_be_ours(each):
                keyless.append(text_at(each, "id"))
        if len(keyless) > _KEYLESS:
            raise Unreachable("more tickets without a key than can be looked through", maybe_created=False)
        for id in keyless:
            if any(mark(key) in str(t.get("body") or "") for t in await self._threads(id, "customer")):
                return id
        return None

    async def carries(self, id: str, key: str) -> bool | None:
        """By its own page: a look reads all of them."""
        return self._value(await self._api.get(f"/api/conversations/{id}", embed="tags")) == key

    async def add(self, id: str, note: Note, *, key: str) -> str:
        content: dict[str, Any] = {
            "type": "note",
            "user": self._user,
            "text": _html(f"{note.text}\n\n{marked(note.reference, key)}"),
        }
        if note.files:
            content["attachments"] = [
                {"fileName": f.name, "mimeType": f.type, "data": base64.b64encode(f.content).decode()}
                for f in note.files
            ]
        return await self._api.made(f"/api/conversations/{id}/threads", content, header=_ID)

    async def added(self, id: str, key: str) -> str | None:
        for each in await self._threads(id, "note"):
            if mark(key) in str(each.get("body") or ""):
                return text_at(each, "id")
        return None

    async def withdraw(self, id: str) -> str:
        """Older versions of the module delete nothing (405): there it is closed."""
        try:
            await self._api.delete(f"/api/conversations/{id}")
            return f"ticket {id} of the trial is deleted; its customer stays"
        except Rejected:
            await self._api.put(f"/api/conversations/{id}", {"byUser": self._user, "status": "closed"})
            return f"ticket {id} of the trial is closed; its customer stays"

    async def health(self) -> None:
        objects(await self._api.get("/api/mailboxes", pageSize=1), "_embedded", "mailboxes")

    def steps(self) -> Sequence[Step]:
        return (
            Step(
                "FreeScout answers and knows the key",
                self.health,
                "check ASKONCE_FREESCOUT_URL (where FreeScout is, without /api) and ASKONCE_FREESCOUT_KEY (Manage, API "
                "& Webhooks); the module API & Webhooks must be active",
            ),
            Step(
                f"the mailbox {self._mailbox} is there",
                self._see_mailbox,
                "check ASKONCE_FREESCOUT_MAILBOX: it is the mailbox's number, as its address shows it (/mailbox/1)",
            ),
            Step(
                f"its conversations have the custom field {self._field}, for text",
                self._see_field,
                self._make_field(),
            ),
            Step(
                f"the user {self._user} is there, in whose name notes are written",
                self._see_user,
                "check ASKONCE_FREESCOUT_USER: it is the number of a user, as the page of their profile shows it in "
                "its address (/users/profile/7); one of the bot's own is best",
            ),
        )

    def _make_field(self) -> str:
        return (
            f"make a custom field {self._field} of the type Single Line for the mailbox {self._mailbox} (its settings, "
            "Custom Fields; the module Custom Fields must be active), or name another with ASKONCE_FREESCOUT_FIELD"
        )

    async def _see_mailbox(self) -> None:
        if self._mailbox not in [each.get("id") async for each in self._listed("mailboxes")]:
            raise Rejected("there is no such mailbox")

    async def _see_field(self) -> None:
        if (kind := (await self._its_field()).get("type")) not in ("singleline", "multiline"):
            raise Rejected(f"it is of the type {one_line(str(kind))[:40]}")

    async def _see_user(self) -> None:
        await self._api.get(f"/api/users/{self._user}")

    async def _its_field(self) -> dict[str, Any]:
        """The custom field of the mailbox, whose number a create needs. Asked each time: fields are made anew."""
        try:
            found = await self._api.get(f"/api/mailboxes/{self._mailbox}/custom_fields", pageSize=_A_PAGE)
        except Rejected as error:
            raise with_advice(error, self._make_field()) from error
        for each in objects(found, "_embedded", "custom_fields"):
            if each.get("name") == self._field and each.get("id"):
                return each
        lacking = Rejected(f"the mailbox {self._mailbox} has no custom field {self._field}")
        raise with_advice(lacking, self._make_field())

    def _value(self, conversation: Any) -> str:
        """What the field of our key holds; empty where the conversation shows none."""
        fields = conversation.get("customFields") if isinstance(conversation, dict) else None
        named = [f for f in fields or () if isinstance(f, dict) and f.get("name") == self._field]
        return next((str(f["value"]) for f in named if f.get("value")), "")

    async def _listed(self, name: str, **params: str | int) -> AsyncIterator[dict[str, Any]]:
        """All of a kind, page by page, the newest first where they are sorted."""
        for page in range(1, _PAGES):
            found = await self._api.get(f"/api/{name}", **params, page=page, pageSize=_A_PAGE)
            for each in objects(found, "_embedded", name):
                yield each
            told = found.get("page")
            last = told.get("totalPages") if isinstance(told, dict) else None
            if not isinstance(last, int):
                raise Unreachable("a list that does not say how long it is", maybe_created=False)
            if page >= last:
                return
        raise Unreachable(f"more pages of {name} than can be looked through", maybe_created=False)

    async def _threads(self, id: str, kind: str) -> list[dict[str, Any]]:
        """The conversation's threads of this kind."""
        found = await self._api.get(f"/api/conversations/{id}", embed="threads")
        return [each for each in objects(found, "_embedded", "threads") if each.get("type") == kind]

    async def close(self) -> None:
        await self._api.close()


def _html(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _may_be_ours(conversation: Mapping[str, Any]) -> bool:
    """Whether a conversation without a key was made by the API, with a reference."""
    source = conversation.get("source")
    by_api = not isinstance(source, dict) or source.get("type") in ("api", None)
    return by_api and _OURS in str(conversation.get("subject") or "")
