"""Real helpdesk servers for the tests: Request Tracker 5 (Debian's package), django-helpdesk (PyPI), a real SMTP
server."""

from __future__ import annotations

import base64
import contextlib
import glob
import hashlib
import os
import pathlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from tests.ticket_bridge.helpdesks.vendor import split

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def _script(name: str, *arguments: str, env: dict[str, str] | None = None) -> None:
    command = ["bash", str(HERE / name), *arguments]
    done = subprocess.run(command, env={**os.environ, **(env or {})}, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, f"{name} {arguments[0]}: {done.stderr[-2000:]}{done.stdout[-500:]}"


def _env(folder: pathlib.Path) -> dict[str, str]:
    lines = (folder / "env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


@dataclass
class Server:
    """A started server: `pause` and `go_on` stop and continue all its processes, `kill` is kill -9 of them all."""

    script: str
    folder: pathlib.Path
    port: int
    env: dict[str, str] = field(default_factory=dict)

    def start(self, **more: str) -> None:
        _script(self.script, "start", str(self.folder), str(self.port), env={**self.env, **more})
        self.settings = _env(self.folder)

    def _signal(self, which: signal.Signals) -> None:
        os.killpg(int((self.folder / "pid").read_text()), which)

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError, FileNotFoundError):
            self.go_on()
            _script(self.script, "stop", str(self.folder))


class RtServer(Server):
    """Request Tracker with a queue `Escalations`, a custom field `ExternalRef` and a user with few rights."""

    def held(self) -> list[dict[str, Any]]:
        """Every ticket of the queue, counted by the queue and read back as its administrator."""
        s = self.settings
        with httpx.Client(base_url=f"{s['RT_URL']}/REST/2.0", auth=(s["RT_USER"], s["RT_PASS"]), timeout=30) as http:
            found: list[dict[str, Any]] = []
            page = 1
            while True:
                query = {
                    "query": "Queue = 'Escalations'",
                    "fields": "Subject,CustomFields,Requestor,Status",
                    "per_page": "100",
                    "orderby": "id",
                    "page": str(page),
                }
                answer = http.get("/tickets", params=query).json()
                found += [self._read(http, t) for t in answer["items"]]
                if page >= answer["pages"]:
                    return found
                page += 1

    def _read(self, http: httpx.Client, ticket: dict[str, Any]) -> dict[str, Any]:
        requestor = ticket["Requestor"][0]["id"] if ticket["Requestor"] else None
        user = http.get(f"/user/{requestor}").json() if requestor else {}
        texts = http.get(f"/ticket/{ticket['id']}/attachments", params={"fields": "Content,ContentType"}).json()[
            "items"
        ]
        links = http.get(f"/ticket/{ticket['id']}").json()["_hyperlinks"]
        plain = [t["Content"] for t in texts if t.get("ContentType") == "text/plain" and t.get("Content")]
        return {
            "key": next((v for f in ticket["CustomFields"] for v in f["values"]), None),
            "name": user.get("RealName"), "email": user.get("EmailAddress"), "subject": ticket["Subject"],
            "head": split(plain[0])[0] if plain else "", "tags": [],
            "reason": split(plain[0].replace("\r\n", "\n"))[1].rstrip("\n") if plain else "",
            "status": ticket["Status"],
            "earlier": next((str(x["id"]) for x in links if x["ref"] == "refers-to"), None),
        }  # fmt: skip

    def noted(self) -> list[dict[str, Any]]:
        """Every comment on a ticket of the queue, read back as its administrator, bytes and all."""
        s = self.settings
        with httpx.Client(base_url=f"{s['RT_URL']}/REST/2.0", auth=(s["RT_USER"], s["RT_PASS"]), timeout=30) as http:
            found = []
            for ticket in self._all(http, "/tickets", query="Queue = 'Escalations'", orderby="id"):
                parts = self._all(
                    http, f"/ticket/{ticket['id']}/attachments", fields="Subject,Filename,ContentType,TransactionId"
                )
                of = {int(part["TransactionId"]): part["Subject"] for part in parts if "askonce:" in part["Subject"]}
                for transaction, subject in sorted(of.items()):
                    mine = [part for part in parts if int(part["TransactionId"]) == transaction]
                    read = [
                        (part, self._bytes(http, part)) for part in mine if part["ContentType"] != "multipart/mixed"
                    ]
                    found.append(
                        {
                            "ticket": str(ticket["id"]), "subject": subject, "public": False,
                            "text": next(b for p, b in read if not p["Filename"]).decode(),
                            "files": [
                                {"name": p["Filename"], "type": p["ContentType"], "content": b}
                                for p, b in read if p["Filename"]
                            ],
                        }
                    )  # fmt: skip
            return found

    def _bytes(self, http: httpx.Client, part: dict[str, Any]) -> bytes:
        return base64.b64decode(http.get(f"/attachment/{part['id']}").json()["Content"])

    def _all(self, http: httpx.Client, path: str, **query: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while len(items := http.get(path, params=query | {"page": str(len(found) // 100 + 1), "per_page": "100"}
                                    ).json()["items"]) == 100:  # fmt: skip
            found += items
        return found + items


class DjangoServer(Server):
    """django-helpdesk with a queue, its custom fields and a staff user; its environment is made once, from the lock
    file."""

    def held(self) -> list[dict[str, Any]]:
        s = self.settings
        found: list[dict[str, Any]] = []
        url: str | None = f"{s['HD_URL']}/api/tickets/?page_size=100"
        with httpx.Client(auth=(s["HD_USER"], s["HD_PASS"]), timeout=30) as http:
            while url:
                answer = http.get(url).json()
                found += answer["results"]
                url = answer["next"]
        return [
            {"key": t["custom_external_ref"], "name": t["custom_requester_name"], "email": t["submitter_email"],
             "head": split(t["description"])[0], "reason": split(t["description"])[1], "subject": t["title"],
             "tags": [], "earlier": None}
            for t in sorted(found, key=lambda t: t["id"])
        ]  # fmt: skip

    def noted(self) -> list[dict[str, Any]]:
        """Every follow-up of ours, with the bytes of its files as they lie on its disk."""
        s = self.settings
        with httpx.Client(auth=(s["HD_USER"], s["HD_PASS"]), timeout=30) as http:
            url, found = f"{s['HD_URL']}/api/followups/?page_size=100", []
            while url:
                answer = http.get(url).json()
                found += answer["results"]
                url = answer["next"]
        return [
            {
                "ticket": str(f["ticket"]), "subject": f["title"], "text": f["comment"], "public": f["public"],
                "files": [
                    {"name": a["filename"], "type": a["mime_type"], "content": self._on_disk(a["file"])}
                    for a in sorted(f["followupattachment_set"], key=lambda a: int(a["id"]))
                ],
            }
            for f in sorted(found, key=lambda f: int(f["id"])) if "askonce:" in (f["title"] or "")
        ]  # fmt: skip

    def _on_disk(self, url: str) -> bytes:
        parts = pathlib.PurePath(unquote(urlsplit(url).path)).parts[-3:]  # of its ticket, of its follow-up, its name
        (found,) = self.folder.glob("**/" + "/".join(glob.escape(part) for part in parts))
        return found.read_bytes()


def django_environment() -> pathlib.Path:
    """The virtual environment of django-helpdesk, made once from its lock file."""
    lock = ROOT / "requirements-helpdesks.lock"
    folder = ROOT / "var" / "helpdesks" / f"django-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    if not (folder / ".made").exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        quiet = {"check": True, "stdout": subprocess.DEVNULL}
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], **quiet)
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--require-hashes", "-r", str(lock)]
        subprocess.run(pip, **quiet)
        (folder / ".made").touch()
    return folder


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail that has its text in two forms."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


class MailServer:
    """A real SMTP server on loopback; `moods` are used up, one a mail: `fine`, `later` (451), `never` (554), `cut made`
    (kept, then gone without a word)."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.moods: list[str] = []
        self.accepts = "support@shop.example"
        self.users = {b"bot": b"secret"}

    async def handle_RCPT(self, server: Any, session: Any, envelope: Envelope, address: str, options: Any) -> str:
        if "@shop.example" in address and address != self.accepts:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        mood = self.moods.pop(0) if self.moods else "fine"
        if mood == "later":
            return "451 try again later"
        if mood == "never":
            return "554 refused"
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        mail: EmailMessage = message_from_bytes(content, policy=policy.SMTPUTF8)  # type: ignore[assignment]
        self.mails.append(mail)
        if mood == "cut made":
            server.transport.abort()
        return "250 taken"

    def _signs_in(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and self.users.get(data.login) == data.password
        return AuthResult(success=right, handled=False)

    @contextlib.contextmanager
    def running(self, port: int) -> Iterator[MailServer]:
        controller = Controller(
            self, hostname="127.0.0.1", port=port, authenticator=self._signs_in, auth_require_tls=False,
            enable_SMTPUTF8=True,
        )  # fmt: skip
        controller.start()
        try:
            yield self
        finally:
            controller.stop()

    def held(self) -> list[dict[str, Any]]:
        """The mails as tickets; one a Message-ID, as a helpdesk that knows its mail takes them."""
        once = {str(m["Message-ID"]): m for m in self.mails if not _follows(m)}
        texts = {id: text_of(m) for id, m in once.items()}
        return [
            {
                "key": id,
                "name": m["Reply-To"].addresses[0].display_name,
                "email": m["Reply-To"].addresses[0].addr_spec,
                "head": split(texts[id].replace("\r\n", "\n"))[0],
                "reason": split(texts[id].replace("\r\n", "\n"))[1].rstrip("\n"),
                "subject": str(m["Subject"]),
                "tags": [t for t in str(m["X-Askonce-Tags"] or "").split(", ") if t],
                "earlier": m["In-Reply-To"] and str(m["In-Reply-To"]),
            }
            for id, m in once.items()
        ]

    def noted(self) -> list[dict[str, Any]]:
        """The mails that follow a ticket's, likewise once."""
        once = {str(m["Message-ID"]): m for m in self.mails if _follows(m)}
        return [
            {
                "ticket": str(m["In-Reply-To"]), "subject": str(m["Subject"]), "text": text_of(m).strip(),
                "public": False,
                "files": [
                    {"name": a.get_filename(), "type": a.get_content_type(), "content": a.get_payload(decode=True)}
                    for a in m.iter_attachments()
                ],
            }
            for m in once.values()
        ]  # fmt: skip


def _follows(mail: EmailMessage) -> bool:
    return str(mail["Subject"]).startswith("Re: ")
