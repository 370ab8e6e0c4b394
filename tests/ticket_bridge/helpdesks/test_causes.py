"""Why no helpdesk answered, on real sockets and real TLS: each cause in plain words, each with what to do."""

from __future__ import annotations

import asyncio
import contextlib
import pathlib
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from bot.settings import SettingsError, read_settings
from tests.conftest import free_port
from tests.ticket_bridge.helpdesks.vendors import ZammadFake
from ticket_bridge.helpdesks.contract import HelpdeskError, NotSignedIn, Rejected, Unreachable
from ticket_bridge.helpdesks.mailbox import Mailbox, Smtp
from ticket_bridge.helpdesks.rt import RequestTracker
from ticket_bridge.helpdesks.wire import trusted
from ticket_bridge.helpdesks.zammad import Zammad

#: Makes a server's TLS with a certificate of its own signature, for a name; and where the certificate lies.
Certified = Callable[[str], tuple[ssl.SSLContext, pathlib.Path]]


def rt(url: str, *, timeout: float = 2) -> RequestTracker:
    return RequestTracker(url, token="1-2-x", queue="General", field="ExternalRef", timeout=timeout)


async def said_by(helpdesk: RequestTracker | Zammad | Mailbox) -> HelpdeskError:
    """What its first step says, and that it knows what to do."""
    try:
        with pytest.raises(HelpdeskError) as caught:
            await helpdesk.steps()[0].run()
    finally:
        await helpdesk.close()
    assert caught.value.mend, f"{caught.value} and no word of what to do"
    return caught.value


@contextlib.asynccontextmanager
async def server(answer: bytes | None, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Whoever listens on a port: says `answer` to whatever comes, or nothing at all."""
    over, served = asyncio.Event(), set[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if task := asyncio.current_task():
            served.add(task)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await reader.read(2000)
            if answer is None:
                await over.wait()
            writer.write(answer or b"")
            await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        over.set()
        listening.close()
        await asyncio.gather(*served)


def page(status: str, body: str, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", body]
    return "\r\n".join(lines).encode()


async def test_a_name_that_nobody_knows() -> None:
    error = await said_by(rt("https://helpdesk.invalid"))
    assert "name is not known" in str(error) and "DNS" in error.mend


async def test_a_closed_port() -> None:
    error = await said_by(rt(f"http://127.0.0.1:{free_port()}"))
    assert "nobody listens" in str(error) and "port" in error.mend
    assert isinstance(error, Unreachable) and not error.maybe_created


async def test_a_server_that_says_nothing() -> None:
    async with server(None) as port:
        error = await said_by(rt(f"http://127.0.0.1:{port}", timeout=0.3))
    assert "too slow" in str(error) and "ASKONCE_HELPDESK_TIMEOUT" in error.mend


async def test_a_page_where_the_api_should_be() -> None:
    html = page("200 OK", "<html><h1>Please sign in</h1></html>", "Content-Type: text/html")
    async with server(html) as port:
        error = await said_by(rt(f"http://127.0.0.1:{port}"))
    assert "sign-in page" in str(error) and "browser" in error.mend and "Please" not in str(error)


async def test_a_redirect_and_a_proxy_that_asks_who_we_are() -> None:
    async with server(page("301 Moved", "", "Location: https://elsewhere.example/")) as port:
        assert "redirected" in str(await said_by(rt(f"http://127.0.0.1:{port}")))
    async with server(page("407 Proxy Authentication Required", "")) as port:
        assert "HTTPS_PROXY" in (await said_by(rt(f"http://127.0.0.1:{port}"))).mend


async def test_a_proxy_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with server(page("403 Forbidden", "no")) as port:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        error = await said_by(rt("https://helpdesk.example"))
    assert "the proxy" in str(error) and "NO_PROXY" in error.mend


@pytest.mark.parametrize("token", ["geheim-ü", "secret\n", "secret\u2014"])
async def test_a_token_that_no_header_can_hold(token: str) -> None:
    async with ZammadFake().running() as vendor:
        error = await said_by(Zammad(vendor.url, token=token, group="Users", field="external_ref", timeout=2))
    assert isinstance(error, NotSignedIn) and "umlaut" in error.mend and token not in str(error)


@pytest.mark.parametrize(("token", "why"), [("abc ", "space"), ("geheim-ü", "umlaut"), ("abc\n", "line end")])
def test_a_token_with_something_around_it_is_told_at_the_start(token: str, why: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(helpdesk="rt", rt_url="https://rt.example", rt_token=token)
    assert why in str(caught.value) and token.strip() not in str(caught.value)


# ---------------------------------------------------------------- TLS


@pytest.fixture
def certified(tmp_path: pathlib.Path) -> Certified:
    def make(name: str) -> tuple[ssl.SSLContext, pathlib.Path]:
        key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
        command = [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", f"/CN={name}",
            "-addext", f"subjectAltName=DNS:{name}",
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context, certificate

    return make


@contextlib.contextmanager
def trusting(monkeypatch: pytest.MonkeyPatch, certificate: pathlib.Path) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    trusted.cache_clear()
    try:
        yield
    finally:
        trusted.cache_clear()


async def test_a_certificate_that_nobody_signed(certified: Certified, monkeypatch: pytest.MonkeyPatch) -> None:
    """Self-signed is refused with a word on what to do, and doing that helps."""
    context, certificate = certified("localhost")
    async with server(page("200 OK", "{}", "Content-Type: application/json"), context) as port:
        error = await said_by(rt(f"https://localhost:{port}"))
        assert "self-signed" in str(error) and "SSL_CERT_FILE" in error.mend
        assert isinstance(error, Unreachable) and not error.maybe_created
        with trusting(monkeypatch, certificate):
            helpdesk = rt(f"https://localhost:{port}")
            await helpdesk.health()
            await helpdesk.close()


async def test_a_certificate_for_another_host(certified: Certified, monkeypatch: pytest.MonkeyPatch) -> None:
    context, certificate = certified("rt.shop.example")
    with trusting(monkeypatch, certificate):
        async with server(page("200 OK", "{}"), context) as port:
            error = await said_by(rt(f"https://localhost:{port}"))
    assert "another host" in str(error) and "name" in error.mend


async def test_a_port_that_does_not_speak_tls() -> None:
    async with server(page("200 OK", "{}")) as port:
        error = await said_by(rt(f"https://localhost:{port}"))
    assert "does not speak TLS" in str(error) and "http://" in error.mend


# ---------------------------------------------------------------- mail


def box(port: int, security: str = "none", host: str = "127.0.0.1") -> Mailbox:
    smtp = Smtp(host, port, security=security, timeout=1)  # type: ignore[arg-type]
    return Mailbox(smtp, to="support@shop.example", sender="chat@shop.example")


async def test_the_mail_servers_causes(certified: Certified) -> None:
    assert "nobody listens" in str(await said_by(box(free_port())))
    assert "DNS" in (await said_by(box(25, host="mail.invalid"))).mend
    async with server(None) as port:
        assert "ASKONCE_SMTP_SECURITY=tls" in (await said_by(box(port))).mend
    context, _ = certified("localhost")
    async with server(b"220 hello\r\n", context) as port:
        error = await said_by(box(port, "tls", "localhost"))
    assert "self-signed" in str(error) and "SSL_CERT_FILE" in error.mend and not isinstance(error, Rejected)
