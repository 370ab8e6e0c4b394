"""What these tests share: the command in this process, and a small website on a port of this machine."""

from __future__ import annotations

import pathlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from tests.conftest import SUPPORT


@dataclass
class Website:
    """`pages` by path: status, media type, body and further headers. What was asked for is in `asked`, with the names
    that the askers gave themselves; `at_once` is the most requests that were under way together."""

    url: str = ""
    pages: dict[str, tuple[int, str, bytes, dict[str, str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    under_way: int = 0
    at_once: int = 0

    def page(self, path: str, body: str | bytes, kind: str = "text/html; charset=utf-8", status: int = 200) -> str:
        """Put a page there; its address."""
        self.pages[path] = (status, kind, body.encode() if isinstance(body, str) else body, {})
        return self.url + path

    def lead(self, path: str, to: str) -> str:
        """Put a redirect there; its address."""
        self.pages[path] = (302, "text/plain", b"", {"Location": to})
        return self.url + path


@pytest.fixture
def website() -> Iterator[Website]:
    site, lock = Website(), threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with lock:
                site.asked.append(self.path)
                site.agents.add(self.headers.get("User-Agent", ""))
                site.under_way += 1
                site.at_once = max(site.at_once, site.under_way)
            status, kind, body, more = site.pages.get(self.path, (404, "text/plain", b"nothing here", {}))
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **more}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                pass  # they hung up on what is too large
            with lock:
                site.under_way -= 1

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield site
        server.shutdown()


Askonce = Callable[..., Result]


@pytest.fixture
def askonce(tmp_path: pathlib.Path) -> Askonce:
    """`askonce articles …` with a library of its own: one article, its German translation, and one that waits for the
    hours."""
    library = tmp_path / "library"
    (library / "de").mkdir(parents=True)
    (library / "gift-wrapping.md").write_text(GIFTS)
    (library / "hours.md").write_text(HOURS)
    (library / "de" / "gift-wrapping.md").write_text(GESCHENKE)

    def run(*arguments: object, **environment: str) -> Result:
        usual = {
            "ASKONCE_SUPPORT_EMAIL": SUPPORT,
            "ASKONCE_ARTICLES": str(library),
            "ASKONCE_DATABASE_URL": f"sqlite:///{tmp_path}/askonce.db",
        }
        return CliRunner().invoke(main, ["articles", *map(str, arguments)], env={**usual, **environment})

    return run


def report_of(result: Result) -> dict[str, list[dict[str, object]]]:
    """The report of an import with `--json`."""
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    found: dict[str, list[dict[str, object]]] = orjson.loads(result.stdout)
    return found


GIFTS = """---
id: gift-wrapping
title: Gift wrapping
sources:
  - "shop policy, 2026-03"
revised: 2026-03-01
questions:
  - do you offer gift wrapping
---
We wrap gifts for free. Write to {support_email} where you want a card with it.
"""
HOURS = """---
id: hours
title: When we are there
sources: [policy]
revised: 2026-03-02
---
Somebody is there {hours}.
"""
GESCHENKE = """---
id: gift-wrapping
title: Geschenke
language: de
renders: 2026-03-01
---
Wir packen Geschenke kostenlos ein.
"""
