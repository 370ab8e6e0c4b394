"""clamd for tests: Debian's own with two harmless signatures, and a small one that misbehaves as told."""

from __future__ import annotations

import asyncio
import pathlib
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

from bot.settings.file_services import ClamdAddress
from tests.patience import wait_until

#: What the real one finds anywhere in a file; harmless, and no signature of anybody else's.
MARK = b"ASKONCE-HARMLESS-TEST-SIGNATURE"
CLAMD = shutil.which("clamd", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
Deed = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


@contextmanager
def clamd_in(folder: pathlib.Path, *more: str) -> Iterator[ClamdAddress]:
    """Debian's clamd with `more` lines in its settings, while the block lasts."""
    assert CLAMD
    base, path = folder / "signatures", folder / "clamd.ctl"
    base.mkdir(exist_ok=True)
    (base / "askonce.ndb").write_text(f"Askonce.Test:0:*:{MARK.hex()}\n")
    (base / "eicar.hdb").write_text("44d88612fea8a8f36de82e1278abb02f:68:Eicar.Test\n")
    lines = [f"DatabaseDirectory {base}", f"LocalSocket {path}", f"LogFile {folder / 'clamd.log'}", *more]
    (folder / "clamd.conf").write_text("\n".join(lines) + "\n")
    command = [CLAMD, "--foreground", f"--config-file={folder / 'clamd.conf'}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _listens(path) or process.poll() is not None)
        assert process.poll() is None, (folder / "clamd.log").read_text()
        yield ClamdAddress(path=str(path))
    finally:
        process.terminate()
        process.wait()


def _listens(path: pathlib.Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
        probe.connect(str(path))
        return True
    return False


class FakeClamd:
    """Answers each connection with `deed`; `got`: the files that came whole."""

    def __init__(self, deed: Deed | None = None) -> None:
        self.deed, self.got = deed or self.says("stream: OK"), list[bytes]()

    def says(self, answer: str) -> Deed:
        """Hears a file out and says `answer`."""

        async def deed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
            content = b""
            while length := int.from_bytes(await reader.readexactly(4), "big"):
                content += await reader.readexactly(length)
            self.got.append(content)
            writer.write(answer.encode() + b"\0")

        return deed

    @asynccontextmanager
    async def listening(self, folder: pathlib.Path | None) -> AsyncIterator[ClamdAddress]:
        """On a socket in `folder`, or on a port of this machine."""

        serving = set[asyncio.Task[Any]]()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            serving.add(asyncio.current_task())  # type: ignore[arg-type]
            with suppress(OSError, asyncio.IncompleteReadError):
                await self.deed(reader, writer)
                await writer.drain()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

        if folder is None:
            server = await asyncio.start_server(serve, "127.0.0.1", 0)
            address = ClamdAddress(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        else:
            address = ClamdAddress(path=str(folder / "fake.ctl"))
            server = await asyncio.start_unix_server(serve, address.path)
        async with server:
            yield address
        await asyncio.gather(*serving)
