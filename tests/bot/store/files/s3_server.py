"""A server that speaks S3 for tests: moto's, in a process of its own, behind a real socket.

Whoever has another one at hand tries that: `TEST_S3=http://host:port TEST_S3_KEY=… TEST_S3_SECRET=… pytest
tests/bot/store/files`.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bot.settings.file_services import S3Address
from bot.store.files.bucket import connected
from tests.conftest import free_port
from tests.patience import wait_until

ANOTHER = os.environ.get("TEST_S3", "")
KEY, SECRET = os.environ.get("TEST_S3_KEY", "askonce-key"), os.environ.get("TEST_S3_SECRET", "askonce-secret")
REGION = "us-east-1"


@contextmanager
def s3_server() -> Iterator[str]:
    """Its address, while the block lasts."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ASKONCE_"))}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    try:
        wait_until(lambda: _listens(port) or process.poll() is not None)
        assert process.poll() is None, "moto's server did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def new_bucket(server: str) -> S3Address:
    """An empty bucket of this server, and a prefix in it."""
    address = S3Address(server, f"askonce-{secrets.token_hex(6)}", "shop/")
    connected(address, KEY, SECRET, REGION).create_bucket(Bucket=address.bucket)
    return address
