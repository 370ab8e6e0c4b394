"""Fakes of vendors that cannot run here, each on a real socket, written from the vendor's API reference and, where they
are public, its sources; as moody as the vendor can be. A fake knows what those say of sign-in, rights, required fields,
answers, look-ups and notes; nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from html import unescape
from typing import Any

import orjson

from tests.ticket_bridge.helpdesks.vendor import Answer, Call, Vendor, basic, fields_and_files, split


class ZendeskFake(Vendor):
    """developer.zendesk.com/api-reference/ticketing: introduction (authentication, idempotency, rate limits),
    tickets/tickets (create, list by external_id), users/users (show self: an anonymous caller gets a user without an
    id)."""

    creates = ("POST", "/api/v2/tickets")
    refusal = {
        "error": "RecordInvalid",
        "description": "Record validation errors",
        "details": {"requester": [{"description": "Requester: jane@… is not valid", "error": "InvalidValue"}]},
    }

    def __init__(self) -> None:
        super().__init__()
        self.keys: dict[str, tuple[Any, dict[str, Any]]] = {}
        self.uploads: dict[str, dict[str, Any]] = {}

    def answer(self, call: Call) -> Answer:
        signed_in = call.headers.get("authorization") == basic("agent@shop.example/token", "secret")
        if call.path == "/api/v2/users/me":
            user = (
                {"id": 7, "role": "agent"} if signed_in else {"id": None, "role": "end-user", "name": "Anonymous user"}
            )
            return 200, {}, {"user": user}
        if not signed_in:
            return 401, {}, {"error": "Couldn't authenticate you"}
        if (call.method, call.path) == self.creates:
            key = call.headers.get("idempotency-key")
            if key in self.keys:
                if self.keys[key][0] != call.body:
                    return 400, {}, {"error": "IdempotentRequestError"}
                return 201, {"x-idempotency-lookup": "hit"}, {"ticket": self.keys[key][1]}
            given = call.body["ticket"]
            if not given.get("comment", {}).get("body"):
                return 422, {}, self.refusal
            ticket = self.add(**{k: v for k, v in given.items() if not (self.blind and k == "external_id")})
            if key:
                self.keys[key] = (call.body, ticket)
            return 201, {"x-idempotency-lookup": "miss"}, {"ticket": ticket}
        if call.path == "/api/v2/tickets":
            wanted = call.query.get("external_id")
            found = [t for t in self.tickets if wanted is None or t.get("external_id") == wanted]
            return 200, {}, {"tickets": found, "count": len(found), "next_page": None}
        if call.path == "/api/v2/uploads":
            token = f"upload{len(self.uploads)}"
            file = {"name": call.query["filename"], "type": call.headers["content-type"], "content": call.raw}
            self.uploads[token] = file
            return 201, {}, {"upload": {"token": token}}
        if call.path.endswith("/comments"):
            of = call.path.split("/")[-2]
            notes = [{"id": n["id"], "body": n["text"]} for n in self.noted() if n["ticket"] == of]
            return 200, {}, {"comments": notes, "next_page": None}
        if call.path.startswith("/api/v2/tickets/"):
            if call.method == "PUT" and "comment" in call.body["ticket"]:
                given, of = call.body["ticket"]["comment"], call.path.rpartition("/")[2]
                files = [self.uploads.pop(token) for token in given.get("uploads", ())]
                self.note(of, given["body"], files, public=given.get("public", True))
                return 200, {}, {"ticket": {"id": int(of)}}
            status, headers, found = self.one(call, "/api/v2/tickets", {"ticket": {"status": "solved"}})
            return status, headers, {"ticket": found} if status == 200 else found
        return 404, {}, {"error": "InvalidEndpoint"}

    def held(self) -> list[dict[str, Any]]:
        return [
            {"key": t.get("external_id"), "name": t["requester"]["name"], "email": t["requester"]["email"],
             "head": split(t["comment"]["body"])[0], "reason": split(t["comment"]["body"])[1],
             "subject": t["subject"], "tags": t.get("tags", []), "closed": t.get("closed", False),
             "earlier": t.get("metadata", {}).get("disputes")}
            for t in self.tickets
        ]  # fmt: skip


class FreshdeskFake(Vendor):
    """developers.freshdesk.com/api: authentication (401 for a wrong key), create a ticket (400 with `errors`), filter
    tickets (a query in quotes, custom fields as `cf_…:'value'`), rate limit (429 with Retry-After), list all ticket
    fields."""

    creates = ("POST", "/api/v2/tickets")
    refusal_status = 400
    refusal = {"description": "Validation failed",
               "errors": [{"field": "email", "message": "jane@… is not valid", "code": "invalid_value"}]}  # fmt: skip

    def answer(self, call: Call) -> Answer:
        if call.headers.get("authorization") != basic("key", "X"):
            return (
                401,
                {},
                {"code": "invalid_credentials", "message": "You have to be logged in to perform this action."},
            )
        if call.path == "/api/v2/agents/me":
            return 200, {}, {"id": 1, "available": True}
        if (call.method, call.path) == self.creates:
            wrong = [n for n in ("email", "description", "status", *self.mandatory) if not call.body.get(n)]
            wrong += [n for n in call.body.get("custom_fields", {}) if self.blind or n != "cf_external_ref"]
            wrong += ["status"] if call.body.get("status") not in (None, 2, 3, 4, 5) else []
            if wrong:
                errors = [{"field": n, "message": "It should be a valid value", "code": "invalid_value"} for n in wrong]
                return 400, {}, {"description": "Validation failed", "errors": errors}
            return 201, {}, self.add(**call.body)
        if call.path == "/api/v2/search/tickets":
            name, _, value = call.query["query"].strip('"').partition(":")
            found = [t for t in self.tickets if t["custom_fields"].get(name) == value.strip("'")]
            return 200, {}, {"results": found, "total": len(found)}
        if call.path.endswith("/notes"):
            fields, files = (call.body, []) if call.body else fields_and_files(call)
            assert all(name == "attachments[]" for name, _ in files)
            private = str(fields.get("private", "true")).lower() == "true"
            made = self.note(call.path.split("/")[-2], fields["body"], [f for _, f in files], public=not private)
            return 201, {}, {"id": made["id"], "body": made["text"]}
        if call.path.endswith("/conversations"):
            notes = [n for n in self.noted() if n["ticket"] == call.path.split("/")[-2]]
            begin = (int(call.query["page"]) - 1) * int(call.query["per_page"])
            some = notes[begin : begin + int(call.query["per_page"])]
            return 200, {}, [{"id": n["id"], "body": n["text"]} for n in some]
        if call.path.startswith("/api/v2/tickets/"):
            return self.one(call, "/api/v2/tickets", {"status": 5})
        return 404, {}, b""

    def held(self) -> list[dict[str, Any]]:
        return [
            {
                "key": t["custom_fields"]["cf_external_ref"],
                "name": t["name"],
                "email": t["email"],
                "head": split(unescape(t["description"].replace("<br>", "\n")))[0],
                "reason": split(unescape(t["description"].replace("<br>", "\n")))[1],
                "closed": t.get("closed", False),
                "subject": t["subject"],
                "tags": t.get("tags", []),
                "earlier": next(
                    (x.removeprefix("disputes-") for x in t.get("tags", []) if x.startswith("disputes-")), None
                ),
            }
            for t in self.tickets
        ]


class ZammadFake(Vendor):
    """docs.zammad.org/en/latest/api: intro (token), ticket (create, search), ticket/links; and zammad/zammad: the
    places are named in `ticket_bridge/helpdesks/zammad.py`. An agent's token: no list of groups, none of attributes, no
    deleting. `query` needs a search engine, which this one has not; `condition` reads the database."""

    creates = ("POST", "/api/v1/tickets")
    refusal = {"error": "Invalid value for 'group'", "error_human": "Invalid value"}
    deletes = False

    def answer(self, call: Call) -> Answer:
        if call.headers.get("authorization") != "Token token=secret":
            return 401, {}, {"error": "Invalid token!"}
        if call.path == "/api/v1/users/me":
            return 200, {}, {"id": 3, "active": True}
        if call.path in ("/api/v1/groups", "/api/v1/object_manager_attributes"):
            return 403, {}, {"error": "Not authorized"}
        if (call.method, call.path) == self.creates:
            return self._create(call.body)
        if call.path == "/api/v1/tickets/search":
            wanted = call.query.get("condition[ticket.external_ref][value]")
            exact = call.query.get("condition[ticket.external_ref][operator]") == "is"
            return 200, {}, [t for t in self.tickets if exact and t.get("external_ref") == wanted]
        if call.path == "/api/v1/ticket_articles":
            given = call.body
            files = [
                {"name": f["filename"], "type": f["mime-type"], "content": base64.b64decode(f["data"])}
                for f in given.get("attachments", ())
            ]
            made = self.note(
                str(given["ticket_id"]), given["body"], files, public=not given["internal"], subject=given["subject"]
            )
            return 201, {}, {"id": made["id"]}
        if call.path.startswith("/api/v1/ticket_articles/by_ticket/"):
            of = call.path.rpartition("/")[2]
            return 200, {}, [{"id": n["id"], "subject": n["subject"]} for n in self.noted() if n["ticket"] == of]
        if call.path.startswith("/api/v1/tickets/"):
            return self.one(call, "/api/v1/tickets", {"state": "closed"})
        return 404, {}, {"error": "No route matches"}

    def _create(self, given: dict[str, Any]) -> Answer:
        if given.get("group") not in ("Users", "Returns"):
            said = f"No value found for 'group' with id {given.get('group')!r}"
            return 422, {}, {"error": said, "error_human": said}
        if absent := [n for n in self.mandatory if n not in given]:
            said = f"Missing required value for field '{absent[0]}'!"
            return 422, {}, {"error": said, "error_human": said}
        article = given.get("article") or {}
        if not article.get("body"):
            said = 'Need at least article: { body: "some text" }'
            return 422, {}, {"error": said, "error_human": said}
        answered = article.get("type") == "web" and article.get("sender") == "Customer"
        kept = {k: v for k, v in given.items() if not (self.blind and k == "external_ref")}
        return 201, {}, self.add(**kept, reply_button=answered)

    def held(self) -> list[dict[str, Any]]:
        return [
            {"key": t.get("external_ref"), "name": f"{t['customer']['firstname']} {t['customer']['lastname']}".strip(),
             "email": t["customer"]["email"], "head": split(t["article"]["body"])[0],
             "reason": split(t["article"]["body"])[1], "subject": t["title"],
             "tags": [x for x in t.get("tags", "").split(",") if x], "closed": t.get("closed", False),
             "earlier": next(iter(t.get("links", {}).get("Ticket", {}).get("normal", [])), None)}
            for t in self.tickets
        ]  # fmt: skip


class WebhookFake(Vendor):
    """A receiver that keeps the contract of `ticket_bridge/helpdesks/webhook.py`: the signature is checked, one ticket
    a key, pings answered."""

    creates = ("POST", "/hook")
    refusal = {"error": "invalid", "fields": ["email"]}
    secret = "s3cret"

    def answer(self, call: Call) -> Answer:
        at, _, given = call.headers.get("x-askonce-signature", "").partition(",v1=")
        right = hmac.new(self.secret.encode(), f"{at[2:]}.".encode() + call.raw, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right, given):
            return 401, {}, {"error": "signature"}
        fields, files = ({}, []) if call.body else fields_and_files(call)
        event = call.body or orjson.loads(fields["event"])
        if event["type"] == "note":
            assert [(f["name"], f["type"], len(f["content"])) for _, f in files] == [
                (told["name"], told["type"], told["size"]) for told in event["files"]
            ]
            key = call.headers["idempotency-key"]
            seen = next((n for n in self.noted() if n["key"] == key), None)
            made = seen or self.note(event["ticket"], event["text"], [f for _, f in files], public=False, key=key)
            return (200 if seen else 201), {}, {"id": made["id"]}
        if call.body["type"] == "ping":
            return 200, {}, {"challenge": call.body["challenge"]}
        key = call.headers["idempotency-key"]
        found = next((t for t in self.tickets if t["key"] == key), None)
        return (200, {}, found) if found else (201, {}, self.add(**call.body))

    def held(self) -> list[dict[str, Any]]:
        return [
            {"key": t["key"], "name": t["name"], "email": t["email"], "reason": t["reason"], "subject": t["subject"],
             "tags": t["envelope"].get("tags", []), "earlier": t["envelope"].get("disputes")}
            for t in self.tickets
        ]  # fmt: skip
