"""Pages fetched politely: one at a time, with a pause, as robots.txt allows, over http and https alone, never from an
address within the shop's own network unless that is allowed. Only what was asked for is fetched."""

from __future__ import annotations

import email.message
import ipaddress
import socket
import time
import urllib.parse
import urllib.robotparser
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx

from bot.operations.importing.pieces import LARGEST

AGENT = "AskonceImport"
_REDIRECTS = 5
#: Seconds: for one step of a transfer; for a whole page; the longest pause that a robots.txt is heard for.
_STEP, _PAGE, _LONGEST_PAUSE = 15.0, 60.0, 10.0
Resolve = Callable[[str, int], Sequence[str]]


class FetchError(Exception):
    """A page that was not fetched; `cause` in a word or two, the message what happened and what to do."""

    def __init__(self, cause: str, told: str) -> None:
        super().__init__(told)
        self.cause = cause


@dataclass(frozen=True)
class Fetched:
    """`url` is where the page was in the end; `kind` its media type in lower case; `charset` as its header says."""

    url: str
    body: bytes
    kind: str
    charset: str


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host. Raises `OSError` where it has none."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Fetcher:
    """`allow_private` permits addresses of this machine and its network; `pause` are the seconds between two pages of
    one host. The name of a host is resolved once for each request and that very address is connected to, so that a name
    which changes its mind leads nowhere else."""

    def __init__(self, *, allow_private: bool = False, pause: float = 0.5, resolve: Resolve = resolve) -> None:
        self._allow_private, self._pause, self._resolve = allow_private, pause, resolve
        self._robots: dict[str, urllib.robotparser.RobotFileParser | None] = {}
        self._last = 0.0
        self._client = httpx.Client(
            timeout=_STEP, follow_redirects=False, trust_env=False, headers={"User-Agent": f"{AGENT}/1.0"}
        )

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get(self, url: str) -> Fetched:
        """A page, wherever redirects lead to. Raises `FetchError`."""
        for _ in range(_REDIRECTS + 1):
            self._ask_robots(url)
            found = self._once(url)
            if isinstance(found, Fetched):
                return found
            url = found
        raise FetchError("failed", f"more than {_REDIRECTS} redirects")

    def _ask_robots(self, url: str) -> None:
        parts = _split(url)
        site = f"{parts.scheme}://{parts.netloc}"
        if site not in self._robots:
            self._robots[site] = self._read_robots(f"{site}/robots.txt")
        robots = self._robots[site]
        if robots is None:
            raise FetchError("robots", f"{site}/robots.txt could not be read, so nothing there is fetched; try later")
        if not robots.can_fetch(AGENT, url):
            raise FetchError("robots", f"{site}/robots.txt does not allow it")
        self._wait(min(float(robots.crawl_delay(AGENT) or 0.0), _LONGEST_PAUSE))

    def _wait(self, asked: float) -> None:
        left = self._last + max(self._pause, asked) - time.monotonic()
        if self._last and left > 0:
            time.sleep(left)
        self._last = time.monotonic()

    def _read_robots(self, url: str) -> urllib.robotparser.RobotFileParser | None:
        """The rules of a site: none where it has no such file, and None where its server is out of order (RFC 9309)."""
        rules = urllib.robotparser.RobotFileParser(url)
        try:
            for _ in range(_REDIRECTS + 1):
                found = self._once(url)
                if isinstance(found, Fetched):
                    rules.parse(found.body.decode("utf-8", errors="replace").splitlines())
                    return rules
                url = found
        except FetchError as error:
            if error.cause != "missing":
                if error.cause == "private address":
                    raise
                return None
        rules.parse([])
        return rules

    def _once(self, url: str) -> Fetched | str:
        """One request: the page, or the address that it redirects to. Raises `FetchError`."""
        _split(url)
        try:
            asked = httpx.URL(url)
        except httpx.InvalidURL as error:
            raise FetchError("failed", f"is no address: {error}") from error
        host = asked.raw_host.decode("ascii")
        address = self._checked(host, asked.port or (443 if asked.scheme == "https" else 80))
        headers = {"Host": asked.netloc.decode("ascii")}
        request = self._client.build_request(
            "GET", asked.copy_with(host=address), headers=headers, extensions={"sni_hostname": host}
        )
        try:
            answer = self._client.send(request, stream=True)
            try:
                return self._read(answer, url)
            finally:
                answer.close()
        except (httpx.HTTPError, httpx.StreamError) as error:
            told = str(error) or type(error).__name__
            raise FetchError("failed", f"could not be fetched: {told}") from error

    def _read(self, answer: httpx.Response, url: str) -> Fetched | str:
        if answer.is_redirect:
            return urllib.parse.urljoin(url, answer.headers["location"])
        if answer.status_code >= 500:
            raise FetchError("failed", f"the server answered {answer.status_code}; try later")
        if answer.status_code >= 400:
            raise FetchError("missing", f"the server answered {answer.status_code}")
        began, body = time.monotonic(), bytearray()
        for part in answer.iter_bytes():
            body += part
            if len(body) > LARGEST:
                raise FetchError("too large", f"is larger than {LARGEST // 1_000_000} MB")
            if time.monotonic() - began > _PAGE:
                raise FetchError("failed", f"took longer than {_PAGE:.0f} seconds")
        kind = email.message.Message()
        kind["content-type"] = answer.headers.get("content-type", "")
        charset = kind.get_content_charset("") or ""
        return Fetched(url, bytes(body), kind.get_content_type() if kind["content-type"] else "", charset)

    def _checked(self, host: str, port: int) -> str:
        """The address of a host that may be asked. Raises `FetchError`."""
        try:
            found = list(self._resolve(host, port))
        except (OSError, UnicodeError) as error:
            raise FetchError("failed", f"there is no host {host!r}") from error
        private = [a for a in found if not _is_public(a)]
        if private and not self._allow_private:
            raise FetchError(
                "private address",
                f"{host} leads to {private[0]}, within a private network; --allow-private allows that",
            )
        return found[0]


def _is_public(address: str) -> bool:
    """True for an address that anybody on the Internet can reach, whatever way it is written in."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    if isinstance(inner, ipaddress.IPv4Address):
        found = inner
    in_nat64 = found.version == 6 and found in ipaddress.ip_network("64:ff9b::/96")
    return found.is_global and not found.is_multicast and not in_nat64


def _split(url: str) -> urllib.parse.SplitResult:
    """The parts of an address that may be fetched. Raises `FetchError`."""
    try:
        parts = urllib.parse.urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise FetchError("failed", f"is no address: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise FetchError("failed", "only http:// and https:// addresses are fetched")
    if parts.username or parts.password:
        raise FetchError("failed", "an address with a user's name or password in it is not fetched")
    return parts
