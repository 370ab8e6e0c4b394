"""Fakes of FreeScout and Gorgias, as those in `vendors`: written from what `ticket_bridge/helpdesks/freescout.py` and
`gorgias.py` name."""

from __future__ import annotations

import base64
import re
from html import unescape
from typing import Any

from tests.ticket_bridge.helpdesks.vendor import Answer, Call, Vendor, basic, fields_and_files, split


def shown(html: str) -> str:
    """What a reader sees of a text: lines where `<br>` is, no comments."""
    return unescape(re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL).replace("<br>", "\n"))


class FreeScoutFake(Vendor):
    """api-docs.freescout.net and the module itself: one key for everything (401), `Resource-ID`, 400 with
    `_embedded.errors`, pages, a custom field by its number, no filter by it; letters beyond ASCII dropped from
    addresses and spaces replaced in file names. The mailbox 1 has the field 37, the user 7 is there."""

    creates = ("POST", "/api/conversations")
    refusal_status = 400
    refusal = {
        "message": "Error occurred",
        "_embedded": {"errors": [{"path": "emails", "message": "Invalid email: jane@…", "source": "JSON"}]},
    }
    fields: tuple[dict[str, Any], ...] = (
        {"id": 37, "name": "external_ref", "type": "singleline", "options": "", "required": False},
    )
    #: A fault after the conversation was saved and before its custom fields are; an old module that deletes nothing.
    breaks_early = False
    old = False
    #: Passes the filter by subject over.
    deaf = False

    def __init__(self) -> None:
        super().__init__()
        self.customers: dict[str, str] = {}

    def answer(self, call: Call) -> Answer:
        if call.headers.get("x-freescout-api-key") != "key":
            return 401, {}, {"message": "Not Authorized"}
        if (call.method, call.path) == self.creates:
            return self._create(call.body)
        if call.path == "/api/conversations":
            wanted = call.query.get("status", "active").split(",")
            of = [t for t in self.tickets if ("closed" if t.get("closed") else "active") in wanted]
            of = [t for t in of if str(t["mailboxId"]) == call.query.get("mailboxId", "1")]
            of = [t for t in of if self.deaf or call.query.get("subject", "").lower() in t["subject"].lower()]
            return self._page(call, "conversations", [self._conversation(t, ()) for t in reversed(of)])
        if call.path == "/api/mailboxes":
            return self._page(call, "mailboxes", [{"id": 1, "name": "Support", "email": "support@shop.example"}])
        if call.path == "/api/mailboxes/1/custom_fields":
            return self._page(call, "custom_fields", list(self.fields))
        if call.path == "/api/users/7":
            return 200, {}, {"id": 7, "firstName": "Bot", "role": "user"}
        if call.path.endswith("/threads"):
            return self._thread(call)
        if call.path.startswith("/api/conversations/"):
            return self._one_of(call)
        return 404, {}, {"message": "Not Found", "_embedded": {"errors": []}}

    def _page(self, call: Call, name: str, found: list[dict[str, Any]]) -> Answer:
        size, page = int(call.query.get("pageSize", 50)), int(call.query.get("page", 1))
        told = {"size": size, "totalElements": len(found), "totalPages": max(1, -(-len(found) // size)), "number": page}
        return 200, {}, {"_embedded": {name: found[(page - 1) * size : page * size]}, "page": told}

    def _wrong(self, path: str) -> Answer:
        error = {"path": path, "message": f"`{path}` parameter is required", "source": "JSON"}
        return 400, {}, {"message": "Error occurred", "_embedded": {"errors": [error]}}

    def _create(self, given: dict[str, Any]) -> Answer:
        for name in ("subject", "type", "mailboxId", "customer", "threads"):
            if not given.get(name):
                return self._wrong(name)
        if given["mailboxId"] != 1:
            return self._wrong("mailboxId")
        address = given["customer"].get("email", "")
        if address and "@" not in address:
            return 400, {}, self.refusal
        address = address.encode("ascii", "ignore").decode()
        name = self.customers.setdefault(address, given["customer"].get("firstName", "")) if address else ""
        made = self.add(
            mailboxId=1, subject=given["subject"], name=name or given["customer"].get("firstName", ""), email=address,
            text=given["threads"][-1]["text"], values={}, type=given["type"],
        )  # fmt: skip
        if self.breaks_early:
            return 500, {}, b"<h1>Whoops, looks like something went wrong.</h1>"
        known = {field["id"] for field in self.fields}
        made["values"] = {f["id"]: f["value"] for f in given.get("customFields", ()) if f["id"] in known}
        if self.blind:
            made["values"] = {}
        return 201, {"Resource-ID": str(made["id"])}, self._conversation(made, ())

    def _conversation(self, ticket: dict[str, Any], threads: Any) -> dict[str, Any]:
        values = [{"id": f["id"], "name": f["name"], "value": ticket["values"].get(f["id"], "")} for f in self.fields]
        return {
            "id": ticket["id"], "subject": ticket["subject"], "mailboxId": 1, "type": ticket["type"],
            "source": {"type": "api", "via": "customer"}, "customFields": values, "_embedded": {"threads": threads},
        }  # fmt: skip

    def _one_of(self, call: Call) -> Answer:
        if call.method == "DELETE" and self.old:
            return 405, {}, b'"Method Not Allowed"'
        status, headers, found = self.one(call, "/api/conversations", {"byUser": 7, "status": "closed"})
        if status != 200 or call.method == "PUT":
            return 204 if status == 200 else status, headers, b"" if status < 300 else found
        threads = [{"id": 9000, "type": "customer", "body": found["text"]}]
        threads += [
            {"id": n["id"], "type": "note", "body": n["text"]}
            for n in self.noted() if n["ticket"] == str(found["id"])
        ]  # fmt: skip
        ticket = next(t for t in self.tickets if t["id"] == found["id"])
        wanted = "threads" in call.query.get("embed", "threads").split(",")
        return 200, {}, self._conversation(ticket, threads if wanted else [])

    def _thread(self, call: Call) -> Answer:
        for name in ("text", "type", "user"):
            if not call.body.get(name):
                return self._wrong(name)
        assert call.body["type"] == "note" and call.body["user"] == 7
        files = [
            {
                "name": re.sub(r"[ #/]", "_", f["fileName"]),
                "type": f["mimeType"],
                "content": base64.b64decode(f["data"]),
            }
            for f in call.body.get("attachments", ())
        ]
        made = self.note(call.path.split("/")[-2], call.body["text"], files, public=False)
        return 201, {"Resource-ID": str(made["id"])}, {"id": made["id"], "type": "note"}

    def held(self) -> list[dict[str, Any]]:
        return [
            {"key": t["values"].get(37), "name": t["name"], "email": t["email"], "head": split(shown(t["text"]))[0],
             "reason": split(shown(t["text"]))[1], "subject": t["subject"], "tags": [], "earlier": None,
             "closed": t.get("closed", False)}
            for t in self.tickets
        ]  # fmt: skip


class GorgiasFake(Vendor):
    """developers.gorgias.com: errors (400 with what is wrong or unknown, 401, 403), create-ticket, and
    create-ticket-message (an internal note's sender is a user), upload, lists by cursor. `deaf`: the list's filter is
    passed over; `forbidden`: what the user's role may not see."""

    creates = ("POST", "/api/tickets")
    refusal_status = 400
    refusal = {
        "error": {"msg": "Failed to create the ticket of jane@…", "data": {"customer": {"email": ["jane@… no"]}}}
    }
    deaf = False
    forbidden: tuple[str, ...] = ()
    integrations = (
        {"id": 3, "type": "http", "name": "Hook"},
        {"id": 4, "type": "gmail", "name": "Support@shop.example"},
    )
    _TICKET = {"external_id", "subject", "channel", "via", "from_agent", "customer", "messages", "meta", "tags"}
    _MESSAGE = {
        "external_id", "channel", "via", "from_agent", "public", "subject", "sender", "body_text", "body_html",
        "source", "attachments",
    }  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.customers: dict[str, str] = {}
        self.uploads: dict[str, dict[str, Any]] = {}

    def answer(self, call: Call) -> Answer:
        if call.headers.get("authorization") != basic("agent@shop.example", "key"):
            return 401, {}, {"error": {"msg": "Authentication failed"}}
        if call.path in self.forbidden:
            return 403, {}, {"error": {"msg": "You do not have the permission."}}
        if call.path == "/api/account":
            return 200, {}, {"domain": "shop"}
        if (call.method, call.path) == self.creates:
            return self._create(call.body)
        if call.path == "/api/tickets":
            wanted = call.query.get("external_id")
            found = [t for t in reversed(self.tickets) if self.deaf or t["external_id"] == wanted]
            return self._page(call, [{"id": t["id"], "external_id": t["external_id"]} for t in found])
        if call.path == "/api/integrations":
            return self._page(call, list(self.integrations))
        if call.path == "/api/upload":
            return self._upload(call)
        if call.path == "/api/messages":
            notes = [n for n in reversed(self.noted()) if self.deaf or n["ticket"] == call.query["ticket_id"]]
            told = [{"id": n["id"], "ticket_id": int(n["ticket"]), "external_id": n["external_id"]} for n in notes]
            return self._page(call, told)
        if call.path.endswith("/messages"):
            return self._message(call)
        if call.path.startswith("/api/tickets/"):
            return self.one(call, "/api/tickets", {"status": "closed"})
        return 404, {}, {"error": {"msg": "Not found"}}

    def _page(self, call: Call, found: list[dict[str, Any]]) -> Answer:
        if unknown := set(call.query) - {"external_id", "ticket_id", "limit", "cursor", "order_by"}:
            return self._wrong({name: ["Unknown field."] for name in unknown})
        assert 1 <= int(call.query["limit"]) <= 100
        begin = int(call.query.get("cursor", 0))
        end = begin + int(call.query["limit"])
        after = str(end) if end < len(found) else None
        return 200, {}, {"data": found[begin:end], "meta": {"prev_cursor": None, "next_cursor": after}}

    def _wrong(self, data: dict[str, Any]) -> Answer:
        return 400, {}, {"error": {"msg": "Failed to validate.", "data": data}}

    def _create(self, given: dict[str, Any]) -> Answer:
        if wrong := {n: ["Missing data."] for n in ("messages", "via") if not given.get(n)}:
            return self._wrong(wrong)
        (message,) = given["messages"]
        unknown = (set(given) - self._TICKET) | (set(message) - self._MESSAGE)
        absent = {"channel", "from_agent", "via", "sender", "source"} - set(message)
        if unknown or absent or len(given["external_id"]) > 255:
            return self._wrong({name: ["Wrong."] for name in unknown | absent})
        assert message["source"]["to"] == [{"address": "support@shop.example"}] and not message["from_agent"]
        who = message["sender"]
        name = self.customers.setdefault(who["email"], who["name"])
        kept = {**given, "external_id": None} if self.blind else given
        made = self.add(**kept, name=name, email=who["email"], text=message["body_text"], html=message["body_html"])
        return 201, {}, {"id": made["id"], "external_id": made["external_id"]}

    def _upload(self, call: Call) -> Answer:
        assert call.query == {"type": "attachment"}, "private"
        ((label, file),) = fields_and_files(call)[1]
        url = f"https://uploads.gorgias.example/{'long' * 60}/{len(self.uploads)}"
        self.uploads[url] = file
        told = {"content_type": file["type"], "name": label, "size": len(file["content"]), "url": url}
        return 201, {}, [told]

    def _message(self, call: Call) -> Answer:
        given = call.body
        if unknown := set(given) - self._MESSAGE:
            return self._wrong({name: ["Unknown field."] for name in unknown})
        assert given["channel"] == "internal-note" and given["from_agent"]
        assert given["sender"] == {"email": "agent@shop.example"}
        files = [
            {"name": f["name"], "type": f["content_type"], "content": self.uploads[f["url"]]["content"]}
            for f in given.get("attachments", ())
        ]
        made = self.note(
            call.path.split("/")[-2], given["body_text"], files, public=given["public"],
            external_id=given["external_id"],
        )  # fmt: skip
        return 201, {}, {"id": made["id"]}

    def held(self) -> list[dict[str, Any]]:
        return [
            {"key": t["external_id"], "name": t["name"], "email": t["email"], "head": split(t["text"])[0],
             "reason": split(t["text"])[1], "subject": t["subject"], "tags": [x["name"] for x in t.get("tags", [])],
             "closed": t.get("closed", False), "earlier": t["meta"].get("disputes")}
            for t in self.tickets if shown(t["html"]) == t["text"]
        ]  # fmt: skip
