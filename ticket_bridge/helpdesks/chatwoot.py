"""Chatwoot over its application API (`/api/v1/accounts/…`); a ticket is a conversation.

Docs: https://developers.chatwoot.com/api-reference/conversations/conversations-filter and its neighbours ("Create New
Conversation", "Create New Message", "Create Contact"). Read in chatwoot/chatwoot, in versions of several years, none of
it tried on a server:
- Creating knows no idempotency. The conversation, its `custom_attributes` and its first message are one transaction
  (`app/controllers/api/v1/accounts/conversations_controller.rb`@004622e6 `create`, `app/builders/
  conversation_builder.rb`@00adae0e), so a ticket carries our key from the first moment, or is not there.
- An inbox that is locked to a single conversation gives the one that its contact inbox already has in place of a new
  one (there, `look_up_exising_conversation`). Our key as `source_id` makes each ticket a contact inbox of its own,
  which only an API inbox lets us choose (`app/builders/contact_inbox_builder.rb`@000bb0f4): in an Email inbox it is the
  contact's address, so there the lock must be off.
- `incoming`, the shopper's own message, is for API inboxes alone (`app/builders/messages/message_builder.rb`@9bd078a7,
  `message_type`). In an Email inbox the text is a private note: an outgoing message would be mailed to the shopper.
- What an agent answers goes by mail from an Email inbox, to the contact's address, under `mail_subject`
  (`app/mailers/conversation_reply_mailer.rb`@019db061, `to_emails`, `mail_subject`). From an API inbox it goes to the
  inbox's webhook, and by mail only where the account has the feature `email_continuity_on_api_channel`
  (`app/models/message.rb`, `email_notifiable_api_channel?`), which is off at first (`config/features.yml`@0046926b).
- The filter reads the database, without lag and regardless of case, for attributes that are defined; another one is
  refused with 422 (`app/services/filter_service.rb`@00df4523 `custom_attribute_query`, `app/helpers/filter_helper.rb`
  @4ed73abd `InvalidAttribute`), and was no condition at all in versions before: so what it gives is read once more.
- A contact is one for each address, in small letters, and keeps the name that it has (`app/models/contact.rb`
  @04f6460a): whoever loses a race gets 422, and finds the other's.
- A missing right is 401 too (`app/controllers/concerns/request_exception_handler.rb`@0c340107). Deleting is for
  administrators (`conversations_controller.rb`, `destroy`), and done later (`app/services/conversations/
  delete_service.rb`@b0e2353a).
- Labels have a call of their own, and those that the account has not may be dropped (`app/controllers/concerns/
  label_concern.rb`@0b66f064).
- Messages come twenty at a time, the latest first (`app/finders/message_finder.rb`@12a873c3); one takes fifteen files
  (`app/models/message.rb`).
- The token is read from the header `api_access_token` or its form with hyphens, which proxies do not drop
  (`app/controllers/concerns/access_token_auth_helper.rb`@0110cab3). A bot's token may create and not look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ticket_bridge.helpdesks.causes import with_advice
from ticket_bridge.helpdesks.contract import (
    HelpdeskError,
    Note,
    NotSignedIn,
    Rejected,
    RequiredField,
    Step,
    Unreachable,
)
from ticket_bridge.helpdesks.postal import on_the_wire
from ticket_bridge.helpdesks.wire import Api, Patience, nothing_filed, objects, one_line, text_at
from ticket_bridge.helpdesks.written import mark, marked, titled, written

_API, _EMAIL = "Channel::Api", "Channel::Email"
#: No more pages of messages are looked through.
_PAGES = 100


class Chatwoot:
    name = "chatwoot"
    required_fields: tuple[RequiredField, ...] = ()

    def __init__(
        self, url: str, *, token: str, account: int, inbox: int, field: str, timeout: Patience, settle: float = 10.0
    ) -> None:
        self._api = Api(url, {"Api-Access-Token": token}, timeout=timeout)
        self._at, self._inbox, self._field, self.settle = f"/api/v1/accounts/{account}", inbox, field, settle
        self._kind: str | None = None

    async def create(self, payload: Mapping[str, Any], *, key: str, earlier: str | None = None) -> str:
        """One call makes the ticket; the contact before it may be there already, the labels after it may be missing."""
        with nothing_filed():
            kind, contact = await self._of_kind(), await self._contact(payload["name"], payload["email"])
        content: dict[str, Any] = {
            "inbox_id": self._inbox, "contact_id": contact, "status": "open",
            "custom_attributes": {self._field: key},
            "additional_attributes": {"mail_subject": titled(payload), **({"disputes": earlier} if earlier else {})},
            "message": {"content": written(payload), "message_type": "incoming"},
        }  # fmt: skip
        if kind == _API:
            content["source_id"] = key
        else:
            content["message"] |= {"message_type": "outgoing", "private": True}
        id = text_at(await self._api.post(f"{self._at}/conversations", content), "id")
        if tags := payload["envelope"].get("tags"):
            await self._label(id, list(tags))
        return id

    async def _of_kind(self) -> str:
        """The channel type of the inbox, asked for once. Raises `Rejected` where it can hold no ticket."""
        if self._kind is None:
            inbox = await self._api.get(f"{self._at}/inboxes/{self._inbox}")
            kind = text_at(inbox, "channel_type")
            if kind not in (_API, _EMAIL):
                raise Rejected(f"the inbox {self._inbox} is neither an API inbox nor an Email inbox")
            if kind == _EMAIL and inbox.get("lock_to_single_conversation"):
                raise Rejected(f"the inbox {self._inbox} is locked to a single conversation for each contact")
            self._kind = kind
        return self._kind

    async def _contact(self, name: str, email: str) -> int:
        """The id of the contact with this address, made where there is none."""
        address = on_the_wire(email).lower()
        found = await self._known(address)
        if found is None:
            try:
                made = await self._api.post(f"{self._at}/contacts", {"name": one_line(name), "email": address})
                found = text_at(made, "payload", "contact", "id")
            except Rejected:
                found = await self._known(address)
                if found is None:
                    raise
        return int(found)

    async def _known(self, address: str) -> str | None:
        found = await self._api.post(f"{self._at}/contacts/filter", _equal("email", address))
        return next((text_at(c, "id") for c in _listed(found) if str(c.get("email") or "").lower() == address), None)

    async def _label(self, id: str, tags: list[str]) -> None:
        """The ticket is filed whatever becomes of its labels: a fault here must not send it again."""
        try:
            await self._api.post(f"{self._at}/conversations/{id}/labels", {"labels": tags})
        except HelpdeskError:
            pass

    async def find(self, key: str) -> str | None:
        """Raises `Unreachable` where conversations come that were not asked for: then nothing is known of ours."""
        with nothing_filed():
            found = _listed(await self._api.post(f"{self._at}/conversations/filter", _equal(self._field, key)))
        for each in found:
            attributes = each.get("custom_attributes")
            if isinstance(attributes, dict) and attributes.get(self._field) == key:
                return text_at(each, "id")
        if found:
            raise with_advice(
                Unreachable(f"conversations are not filtered by {self._field}", maybe_created=False), self._define
            )
        return None

    async def carries(self, id: str, key: str) -> bool | None:
        """By the very filter that a look uses."""
        return await self.find(key) is not None

    async def add(self, id: str, note: Note, *, key: str) -> str:
        path, text = f"{self._at}/conversations/{id}/messages", f"{note.text}\n\n{marked(note.reference, key)}"
        if note.files:
            fields = {"content": text, "message_type": "outgoing", "private": "true"}
            made = await self._api.post_form(path, fields, [("attachments[]", file) for file in note.files])
        else:
            made = await self._api.post(path, {"content": text, "message_type": "outgoing", "private": True})
        return text_at(made, "id")

    async def added(self, id: str, key: str) -> str | None:
        before: dict[str, str | int] = {}
        for _ in range(_PAGES):
            found = objects(await self._api.get(f"{self._at}/conversations/{id}/messages", **before), "payload")
            for each in found:
                if mark(key) in str(each.get("content") or ""):
                    return text_at(each, "id")
            ids = [each["id"] for each in found if isinstance(each.get("id"), int)]
            if not ids:
                return None
            before = {"before": min(ids)}
        raise Unreachable("more messages than can be looked through", maybe_created=False)

    async def withdraw(self, id: str) -> str:
        """Deleted where the account is an administrator's, else resolved."""
        try:
            await self._api.delete(f"{self._at}/conversations/{id}")
            return f"ticket {id} of the trial is deleted; its contact stays"
        except (Rejected, NotSignedIn):
            await self._api.post(f"{self._at}/conversations/{id}/toggle_status", {"status": "resolved"})
            return f"ticket {id} of the trial is resolved; its contact stays"

    async def health(self) -> None:
        await self._api.get("/api/v1/profile")

    @property
    def _define(self) -> str:
        return (
            f"make a text attribute for conversations with the key {self._field} (Settings, Custom Attributes), or "
            "name another with ASKONCE_CHATWOOT_FIELD"
        )

    def steps(self) -> Sequence[Step]:
        return (
            Step(
                "Chatwoot answers and knows the token",
                self.health,
                "check ASKONCE_CHATWOOT_URL and ASKONCE_CHATWOOT_TOKEN (Profile Settings, Access Token, of an agent)",
            ),
            Step(
                f"the inbox {self._inbox} takes tickets",
                self._takes,
                "check ASKONCE_CHATWOOT_ACCOUNT and ASKONCE_CHATWOOT_INBOX (the numbers in the addresses of its "
                "settings), make the agent a member of the inbox, and let it be an API or an Email inbox; an Email "
                "inbox must not be locked to a single conversation",
            ),
            Step(f"conversations can be looked up by the attribute {self._field}", self._look, self._define),
        )

    async def _takes(self) -> None:
        self._kind = None
        try:
            await self._of_kind()
        except NotSignedIn as error:
            raise Rejected("the agent is no member of this account, or of this inbox") from error

    async def _look(self) -> None:
        if await self.find("askonce-check:nobody") is not None:
            raise Rejected("a look found a ticket that cannot be")

    async def close(self) -> None:
        await self._api.close()


def _equal(attribute: str, value: str) -> dict[str, Any]:
    """What a filter asks for."""
    return {
        "payload": [
            {"attribute_key": attribute, "filter_operator": "equal_to", "values": [value], "query_operator": None}
        ]
    }


def _listed(found: Any) -> list[dict[str, Any]]:
    """What a filter gives: the list stands alone, or within `data`, as the reference has it."""
    return (
        objects(found, "data", "payload") if isinstance(found, dict) and "data" in found else objects(found, "payload")
    )
