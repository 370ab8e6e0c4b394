"""More fakes of vendors, as in `vendors`: of those whose sources are public, and which need a server, a database and a
queue to run. The places are named in the adapters, `ticket_bridge/helpdesks/{chatwoot,libredesk}.py`.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from tests.ticket_bridge.helpdesks.vendor import Answer, Call, Vendor, fields_and_files, split


class ChatwootFake(Vendor):
    """An account with one inbox, as an agent sees it: a missing right is 401, nothing is deleted, an attribute that is
    not defined is kept and not filtered by, messages come twenty at a time. `kind` is the channel type of the inbox,
    `locked` whether each contact inbox has one conversation only."""

    creates = ("POST", "/api/v1/accounts/1/conversations")
    refusal = {"message": "Content jane@… is not valid", "attributes": ["content"]}
    kind, locked = "Channel::Api", False
    labels = ("chat", "shop-eu", "eu")

    def __init__(self) -> None:
        super().__init__()
        self.contacts: list[dict[str, Any]] = []

    def answer(self, call: Call) -> Answer:
        if call.headers.get("api-access-token") != "secret":
            return 401, {}, {"error": "Invalid Access Token"}
        if call.path == "/api/v1/profile":
            return 200, {}, {"id": 9, "accounts": [{"id": 1, "role": "agent"}]}
        of, _, path = call.path.removeprefix("/api/v1/accounts/").partition("/")
        if of != "1":
            return 401, {}, {"error": "You are not authorized to access this account"}
        if path.startswith("inboxes/"):
            shown = {"id": 4, "channel_type": self.kind, "lock_to_single_conversation": self.locked}
            return (200, {}, shown) if path == "inboxes/4" else (404, {}, {"error": "Resource could not be found"})
        if path.startswith("contacts"):
            return self._contact(path, call.body)
        if path == "conversations/filter":
            return self._filter(call.body["payload"])
        if path == "conversations":
            return self._create(call.body)
        return self._at(call, *path.split("/")[1:])

    def _contact(self, path: str, given: dict[str, Any]) -> Answer:
        if path == "contacts/filter":
            (wanted,) = given["payload"]
            assert (wanted["attribute_key"], wanted["filter_operator"]) == ("email", "equal_to")
            found = [c for c in self.contacts if c["email"] == wanted["values"][0].lower()]
            return 200, {}, {"meta": {"count": len(found), "current_page": 1}, "payload": found}
        if any(c["email"] == given["email"].lower() for c in self.contacts):
            return 422, {}, {"message": "Email has already been taken", "attributes": ["email"]}
        self.contacts.append({**given, "id": len(self.contacts) + 31, "email": given["email"].lower()})
        return 200, {}, {"payload": {"contact": self.contacts[-1], "contact_inbox": {"inbox": None, "source_id": None}}}

    def _filter(self, asked: list[dict[str, Any]]) -> Answer:
        (wanted,) = asked
        if self.blind or wanted["attribute_key"] != "external_ref":
            return 422, {}, {"error": f"Invalid attribute key - [{wanted['attribute_key']}]."}
        assert wanted["filter_operator"] == "equal_to"
        value = wanted["values"][0].lower()
        found = [t for t in self.tickets if t["custom_attributes"].get("external_ref", "").lower() == value]
        return 200, {}, {"meta": {"all_count": len(found)}, "payload": [self._shown(t) for t in found[::-1][:25]]}

    def _create(self, given: dict[str, Any]) -> Answer:
        message, contact = given["message"], next(c for c in self.contacts if c["id"] == given["contact_id"])
        if given["inbox_id"] != 4:
            return 404, {}, {"error": "Resource could not be found"}
        if message["message_type"] == "incoming" and self.kind != "Channel::Api":
            return 500, {}, {"error": "Incoming messages are only allowed in Api inboxes"}
        source = (given["source_id"] if self.kind == "Channel::Api" else contact["email"], contact["id"])
        there = next((t for t in self.tickets if self.locked and t["source"] == source), None)
        ticket = there or self.add(
            source=source, contact=contact, status=given["status"], messages=[],
            custom_attributes=given["custom_attributes"], additional_attributes=given["additional_attributes"],
        )  # fmt: skip
        ticket["messages"].append({"id": 700 + len(self.calls), "private": False, **message})
        return 200, {}, self._shown(ticket)

    def _at(self, call: Call, id: str = "", what: str = "", *_: str) -> Answer:
        ticket = next((t for t in self.tickets if str(t["id"]) == id), None)
        if ticket is None:
            return 404, {}, {"error": "Resource could not be found"}
        if call.method == "DELETE":
            return 401, {}, {"error": "You are not authorized to do this action"}
        if what == "toggle_status":
            ticket["status"] = call.body["status"]
            return 200, {}, {"payload": {"success": True, "current_status": ticket["status"]}}
        if what == "labels":
            ticket["labels"] = [label for label in call.body["labels"] if label in self.labels]
            return 200, {}, {"payload": ticket["labels"]}
        if what == "messages" and call.method == "POST":
            fields, files = (call.body, []) if call.body else fields_and_files(call)
            assert all(name == "attachments[]" for name, _ in files) and fields["message_type"] == "outgoing"
            private = str(fields.get("private", False)).lower() == "true"
            made = self.note(id, fields["content"], [f for _, f in files], public=not private)
            return 200, {}, {"id": made["id"], "content": made["text"], "private": private}
        if what == "messages":
            before = int(call.query.get("before", 1_000_000))
            notes = [{"id": n["id"], "content": n["text"], "private": True} for n in ticket.get("notes", ())]
            found = [m for m in [*ticket["messages"], *notes] if m["id"] < before]
            return 200, {}, {"meta": {}, "payload": found[-20:]}
        return 200, {}, self._shown(ticket)

    @staticmethod
    def _shown(ticket: dict[str, Any]) -> dict[str, Any]:
        kept = ("id", "status", "custom_attributes", "additional_attributes")
        return {**{name: ticket[name] for name in kept}, "labels": ticket.get("labels", [])}

    def held(self) -> list[dict[str, Any]]:
        return [
            {"key": t["custom_attributes"].get("external_ref"), "name": t["contact"]["name"],
             "email": t["contact"]["email"], "head": split(t["messages"][0]["content"])[0],
             "reason": split(t["messages"][0]["content"])[1], "subject": t["additional_attributes"]["mail_subject"],
             "tags": t.get("labels", []), "closed": t["status"] == "resolved",
             "earlier": t["additional_attributes"].get("disputes")}
            for t in self.tickets
        ]  # fmt: skip


class LibredeskFake(Vendor):
    """One email inbox, and an account whose role allows `permissions`. Custom attributes that are not defined are
    dropped; no list shows them; messages are searched by a part of their text, thirty at most. Nothing is deleted."""

    creates = ("POST", "/api/v1/conversations")
    refusal_status = 400
    refusal = {"status": "error", "message": "Jane: invalid", "data": None, "error_type": "InputException"}
    tags = ("chat", "shop-eu", "eu")
    page_most = 100
    permissions: tuple[str, ...] = (
        "conversations:write", "conversations:read", "conversations:read_all", "conversations:update_status",
        "conversations:update_tags", "messages:read", "messages:write",
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, str] = {}
        self.media: list[dict[str, Any]] = []

    @staticmethod
    def _no(status: int, kind: str) -> Answer:
        return status, {}, {"status": "error", "message": "…", "data": None, "error_type": kind}

    @staticmethod
    def _yes(data: Any) -> Answer:
        return 200, {}, {"status": "success", "data": data}

    def answer(self, call: Call) -> Answer:
        if call.headers.get("authorization") != "token key:secret":
            return self._no(401, "GeneralException")
        if call.path == "/api/v1/agents/me":
            return self._yes({"id": 5, "enabled": True, "permissions": self.permissions})
        if call.path == "/api/v1/inboxes":
            return self._yes([{"id": 1, "channel": "livechat", "enabled": True},
                              {"id": 2, "channel": "email", "enabled": True}])  # fmt: skip
        if call.path == "/api/v1/custom-attributes":
            defined = call.query["applies_to"] == "conversation" and not self.blind
            return self._yes([{"key": "external_ref", "data_type": "text"}] if defined else [])
        if call.path == "/api/v1/media":
            return self._media(call)
        if call.path == "/api/v1/messages/search":
            return self._search(call.query["query"])
        if (call.method, call.path) == self.creates:
            return self._create(call.body)
        return self._at(call, *call.path.removeprefix("/api/v1/conversations/").split("/"))

    def _create(self, given: dict[str, Any]) -> Answer:
        if "conversations:write" not in self.permissions:
            return self._no(403, "PermissionException")
        absent = [n for n in ("content", "contact_email", "first_name") if not given.get(n)]
        if absent or given["inbox_id"] != 2 or given["initiator"] not in ("contact", "agent"):
            return self._no(400, "InputException")
        email = given["contact_email"].strip().lower()
        ticket = self.add(
            email=email, name=self.names.setdefault(email, given["first_name"]), status="Open", text=given["content"],
            subject=f"{given['subject']} - #{len(self.tickets) + 101}", told=given["subject"],
            custom_attributes={k: v for k, v in given["custom_attributes"].items()
                               if k == "external_ref" and not self.blind},
        )  # fmt: skip
        ticket["id"] = f"c-{ticket['id']}"
        return self._yes({"uuid": ticket["id"], "custom_attributes": ticket["custom_attributes"]})

    def _search(self, wanted: str) -> Answer:
        if "messages:read" not in self.permissions:
            return self._no(403, "PermissionException")
        if len(wanted) < 3:
            return self._no(400, "InputException")
        texts = [(t, text) for t in self.tickets for text in (t["text"], *(n["text"] for n in t.get("notes", ())))]
        found = [t for t, text in texts if wanted.lower() in unescape(text).lower()][:30]
        seen = "conversations:read_all" in self.permissions
        return self._yes([{"conversation_uuid": t["id"], "text_content": "…"} for t in found if seen])

    def _media(self, call: Call) -> Answer:
        _, ((name, file),) = fields_and_files(call)
        if name != "files" or not file["content"]:
            return self._no(400, "InputException")
        clean = re.sub(r"[^a-zA-Z0-9\-_.]+", "", re.sub(r"\s+", "-", file["name"].strip())).lower()
        self.media.append({**file, "name": clean, "taken": False})
        return self._yes({"id": len(self.media), "filename": clean})

    def _at(self, call: Call, id: str, what: str = "", *_: str) -> Answer:
        ticket = next((t for t in self.tickets if t["id"] == id), None)
        if ticket is None:
            return self._no(404, "NotFoundException")
        if what == "status":
            if call.body["status"] not in ("Open", "Resolved", "Closed"):
                return self._no(500, "GeneralException")
            ticket["status"] = call.body["status"]
            return self._yes(True)
        if what == "tags":
            ticket["tags"] = [tag for tag in call.body["tags"] if tag in self.tags]
            return self._yes(True)
        if what == "messages" and call.method == "POST":
            return self._note(id, call.body)
        if what == "messages":
            size, page = min(int(call.query["page_size"]), self.page_most), int(call.query["page"])
            notes = [{"uuid": f"m-{n['id']}", "content": n["text"], "private": True} for n in ticket.get("notes", ())]
            some, pages = notes[::-1][(page - 1) * size : page * size], (len(notes) + size - 1) // size
            return self._yes({"results": some, "total": len(notes) if some else 0, "per_page": size,
                              "total_pages": pages if some else 0, "page": page})  # fmt: skip
        return self._yes({"uuid": id, "status": ticket["status"], "custom_attributes": ticket["custom_attributes"]})

    def _note(self, id: str, given: dict[str, Any]) -> Answer:
        if given["sender_type"] not in ("agent", "contact"):
            return self._no(400, "InputException")
        files = [f for f in (self.media[number - 1] for number in given["attachments"]) if not f["taken"]]
        for file in files:
            file["taken"] = True
        text = unescape(re.sub(r"\{\{.*?\}\}", "", given["message"]))
        made = self.note(id, text, files, public=not given["private"])
        return self._yes({"uuid": f"m-{made['id']}", "private": given["private"]})

    def held(self) -> list[dict[str, Any]]:
        return [
            {"key": t["custom_attributes"].get("external_ref"), "name": t["name"], "email": t["email"],
             "head": head, "reason": reason.rpartition("\n\n")[0], "subject": t["told"], "tags": t.get("tags", []),
             "closed": t["status"] == "Closed", "earlier": None}
            for t in self.tickets
            for head, reason in [split(unescape(t["text"].replace("<br>", "\n")))]
        ]  # fmt: skip
