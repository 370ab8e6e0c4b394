"""Firefox and WebKit, driven by the protocols they speak themselves, with no driver that nobody ships: Firefox by
WebDriver BiDi, WebKit (Debian's WebKitGTK, the engine that Safari has) by WebDriver's HTTP. Both move the same pointer
and press the same keys, as W3C WebDriver's actions."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import httpx
from websockets.sync.client import ClientConnection, connect

from tests.conftest import free_port, missing
from tests.patience import wait_until

#: What a page calls to be told of its own faults, from its first moment on.
_FAULTS = """() => {
  if (window.faults) return;
  window.faults = [];
  addEventListener("error", ({ message }) => faults.push(message));
  addEventListener("unhandledrejection", ({ reason }) => faults.push(String(reason)));
}"""
_KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004"}


class Wire(Protocol):
    """One window of an engine."""

    def go(self, url: str) -> None:
        """Load a page and wait until it has loaded."""
        ...

    def run(self, function: str, *arguments: object) -> Any:
        """What a JavaScript function of the page gives, as JSON."""
        ...

    def act(self, actions: list[dict[str, Any]]) -> None:
        """Perform W3C WebDriver's actions."""
        ...

    def picture(self) -> bytes:
        """The window as PNG."""
        ...


class Window:
    """A window with the chat in it, as its user has it: what is in sight is clicked where it is, keys go to where the
    focus is."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def open(self, url: str) -> None:
        """A page, with the launcher in sight."""
        self.wire.go(url)
        self.run(_FAULTS)
        wait_until(lambda: self.place(".launch") or self.place(".panel"))

    def run(self, function: str, *arguments: object) -> Any:
        return self.wire.run(function, *arguments)

    def place(self, selector: str, words: str = "") -> dict[str, float] | None:
        """Where the middle of the first element of the widget is that is shown and holds `words`; its size too, and
        whether a pointer there would meet it: it may lie below the window, or under something else."""
        found: dict[str, float] | None = self.run(
            """(selector, words) => {
              const root = document.querySelector("askonce-chat")?.shadowRoot;
              for (const element of root?.querySelectorAll(selector) ?? []) {
                if (!element.checkVisibility() || !element.textContent.includes(words)) continue;
                const { left, top, width, height } = element.getBoundingClientRect();
                const x = left + width / 2, y = top + height / 2;
                const met = element.contains(root.elementFromPoint(x, y));
                if (width && height) return { x, y, left, top, width, height, met };
              }
              return null;
            }""",
            selector,
            words,
        )
        return found

    def click(self, selector: str, words: str = "") -> None:
        """The pointer goes there and clicks, once it would meet that there, and all stands still."""
        before: list[dict[str, float] | None] = []

        def still() -> dict[str, float] | None:
            before.append(self.place(selector, words))
            there = before[-1]
            return there if there and there["met"] and len(before) > 1 and before[-2] == there else None

        wait_until(still)
        at = before[-1]
        assert at is not None
        mouse: list[dict[str, Any]] = [
            {"type": "pointerMove", "x": round(at["x"]), "y": round(at["y"]), "duration": 0},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self.wire.act([{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": mouse}])

    def press(self, *keys: str) -> None:
        """Keys by their names, or text letter by letter."""
        values = [v for key in keys for v in ([_KEYS[key]] if key in _KEYS else list(key))]
        presses = [{"type": kind, "value": v} for v in values for kind in ("keyDown", "keyUp")]
        self.wire.act([{"type": "key", "id": "keys", "actions": presses}])

    def say(self, words: str) -> None:
        """Typed and sent with Enter."""
        self.click("textarea")
        self.press(words, "Enter")

    def words(self, selector: str = ".log") -> str:
        """The text of all that is in sight there."""
        told: str = self.run(
            """(selector) => [...document.querySelector("askonce-chat").shadowRoot.querySelectorAll(selector)]
              .filter((element) => element.checkVisibility()).map((element) => element.innerText).join("\\n")""",
            selector,
        )
        return told

    def until(self, words: str, selector: str = ".log") -> None:
        """Until the chat shows these words."""
        wait_until(lambda: words in self.words(selector), moves=lambda: self.words(selector))

    @property
    def faults(self) -> list[str]:
        """What went wrong on this page and nobody caught."""
        told: list[str] = self.run("() => window.faults")
        return told


class Bidi:
    """Firefox."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._number = socket, 0
        self._call("session.new", capabilities={})
        self._context = self._call("browsingContext.getTree")["contexts"][0]["context"]

    def _call(self, method: str, **parameters: object) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while (answer := json.loads(self._socket.recv())).get("id") != self._number:
            continue
        assert answer["type"] == "success", answer
        result: dict[str, Any] = answer["result"]
        return result

    def go(self, url: str) -> None:
        self._call("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def run(self, function: str, *arguments: object) -> Any:
        told = self._call(
            "script.callFunction",
            functionDeclaration=f"async (given) => JSON.stringify(await ({function})(...JSON.parse(given)) ?? null)",
            arguments=[{"type": "string", "value": json.dumps(arguments)}],
            target={"context": self._context},
            awaitPromise=True,
        )
        assert told["type"] == "success", told
        return json.loads(told["result"]["value"])

    def act(self, actions: list[dict[str, Any]]) -> None:
        self._call("input.performActions", context=self._context, actions=actions)

    def picture(self) -> bytes:
        return base64.b64decode(self._call("browsingContext.captureScreenshot", context=self._context)["data"])

    def size(self, width: int, height: int) -> None:
        """The size of the page's view."""
        self._call("browsingContext.setViewport", context=self._context, viewport={"width": width, "height": height})


class Classic:
    """WebKit."""

    def __init__(self, client: httpx.Client, options: dict[str, object]) -> None:
        self._client = client
        self._session = ""
        answer = self._call("POST", "", capabilities={"alwaysMatch": {"webkitgtk:browserOptions": options}})
        self._session = f"/{answer['sessionId']}"

    def _call(self, method: str, path: str, **body: object) -> Any:
        answer = self._client.request(
            method, f"/session{self._session}{path}", json=body if method == "POST" else None, timeout=None
        )
        value = answer.json()["value"]
        assert answer.status_code == 200, value
        return value

    def go(self, url: str) -> None:
        self._call("POST", "/url", url=url)

    def run(self, function: str, *arguments: object) -> Any:
        script = f"return Promise.resolve(({function})(...arguments)).then((v) => JSON.stringify(v ?? null))"
        return json.loads(self._call("POST", "/execute/sync", script=script, args=list(arguments)))

    def act(self, actions: list[dict[str, Any]]) -> None:
        self._call("POST", "/actions", actions=actions)

    def picture(self) -> bytes:
        return base64.b64decode(self._call("GET", "/screenshot"))

    def size(self, width: int, height: int) -> None:
        """The size of the page's view: the window gets what the view lacks, measured once both stand still."""
        seen: list[tuple[list[int], dict[str, int]]] = []

        def fits() -> bool:
            view: list[int] = self.run("() => [innerWidth, innerHeight]")
            if view == [width, height]:
                return True
            seen.append((view, self._call("GET", "/window/rect")))
            if seen[-2:-1] == seen[-1:]:
                window = seen[-1][1]
                lacks = {"width": width - view[0], "height": height - view[1]}
                self._call("POST", "/window/rect", **{side: max(1, window[side] + lacks[side]) for side in lacks})
                seen.clear()
            return False

        wait_until(fits, moves=lambda: self.run("() => [innerWidth, innerHeight]"))

    def end(self) -> None:
        """Close the window."""
        with contextlib.suppress(httpx.HTTPError, AssertionError):
            self._call("DELETE", "")


@contextmanager
def _started(*command: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A program, with what it says on standard error; it ends with the block."""
    running = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=os.environ | environment
    )
    try:
        yield running
    finally:
        running.kill()
        running.wait()
        assert running.stderr
        running.stderr.close()


@contextmanager
def firefox() -> Iterator[Bidi]:
    """A Firefox without a screen and with a profile of its own. Its window never has the focus, so no key presses a
    button in it, on any page; keys that a page itself listens to work."""
    if shutil.which("firefox-esr") is None:
        missing("Firefox (the command `firefox-esr`)")
    with tempfile.TemporaryDirectory(prefix="askonce-firefox-", ignore_cleanup_errors=True) as profile:
        command = ("firefox-esr", "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0")
        with _started(*command, HOME=profile) as running:
            assert running.stderr
            heard = (re.search(r"WebDriver BiDi listening on (ws://\S+)", line) for line in running.stderr)
            address = next((found[1] for found in heard if found), None)
            assert address, "Firefox ended without a word of where it listens"
            with connect(f"{address}/session", max_size=None, ping_timeout=None) as socket:
                yield Bidi(socket)


@contextmanager
def _screen() -> Iterator[str]:
    """A screen that nobody sees."""
    read, write = os.pipe()
    screen = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as told:
            display = told.readline().strip()
        assert display, "no screen could be made"
        yield f":{display}"
    finally:
        screen.kill()
        screen.wait()


@contextmanager
def webkit() -> Iterator[Classic]:
    """A WebKit on a screen of its own."""
    browsers = sorted(pathlib.Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
    if shutil.which("WebKitWebDriver") is None or shutil.which("Xvfb") is None or not browsers:
        missing("WebKit (webkit2gtk-driver and xvfb)")
    quiet = {"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1", "LIBGL_ALWAYS_SOFTWARE": "1", "NO_AT_BRIDGE": "1"}
    port = free_port()
    with _screen() as display, _started("WebKitWebDriver", f"--port={port}", DISPLAY=display, **quiet):
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            wait_until(lambda: _answers(client))
            window = Classic(client, {"binary": str(browsers[-1]), "args": ["--automation"]})
            try:
                yield window
            finally:
                window.end()


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/status").status_code == 200
    except httpx.TransportError:
        return False
