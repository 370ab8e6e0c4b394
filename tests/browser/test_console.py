"""The console in a real Chromium: a refused ticket is seen with its cause, and sent again with one click."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import TOKEN, BotProcess

pytestmark = pytest.mark.browser


@dataclass
class Stubborn:
    """A webhook receiver that refuses until it is mended."""

    url: str = ""
    mended: bool = False
    taken: list[bytes] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Stubborn]:
    found = Stubborn()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if found.mended:
                found.taken.append(body)
            self.send_response(201 if found.mended else 422)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quietly."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_refused_ticket_is_sent_again_with_one_click(
    make_bot: Callable[..., BotProcess], page: Page, receiver: Stubborn
) -> None:
    bot = make_bot(ASKONCE_HELPDESK="webhook", ASKONCE_WEBHOOK_URL=receiver.url)
    words = "open a ticket, my lamp is broken, Jane Doe, jane@example.com"
    httpx.post(f"{bot.url}/webhooks/rest/webhook", json={"sender": "a", "message": words}, timeout=20)
    page.goto(bot.url + "/console")
    page.get_by_label("Administrator's token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("refused: status 422")).to_be_visible()
    receiver.mended = True
    page.get_by_role("button", name=re.compile("Deliver AO-.* again")).click()
    expect(page.get_by_role("status")).to_contain_text("was sent again")
    expect(page.get_by_text("filed as")).to_be_visible()
    assert len(receiver.taken) == 1
