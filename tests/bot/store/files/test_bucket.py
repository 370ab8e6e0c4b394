"""What is a bucket's alone: what its errors say, and replicas that go on with one another's uploads. The service is
moto's server; one that refuses is a few lines here."""

from __future__ import annotations

import functools
import http.server
import pathlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bot.settings import SettingsError, read_settings
from bot.settings.file_services import S3Address
from bot.store.files.bucket import Bucket, connected
from bot.store.files.incoming import Incoming
from tests.bot.store.files.conftest import bucket_of
from tests.bot.store.files.s3_server import KEY, REGION, SECRET, new_bucket, s3_server


def bucket_at(address: S3Address, folder: pathlib.Path) -> Bucket:
    return Bucket(address, Incoming(folder / "incoming"), functools.partial(connected, address, KEY, SECRET, REGION))


@contextmanager
def refusing(status: int, code: str) -> Iterator[str]:
    """A service that answers everything with this error."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>their own words</Message></Error>".encode()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Length", str(0 if self.command == "HEAD" else len(body)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else body)

        do_GET = do_PUT = do_HEAD = do_DELETE = handle_any

        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, "InvalidAccessKeyId", "ASKONCE_FILES_S3_KEY"), (403, "SignatureDoesNotMatch", "ASKONCE_FILES_S3_SECRET"),
        (403, "AccessDenied", "list, get, put and delete"), (404, "NoSuchBucket", "no such bucket"),
        (400, "AuthorizationHeaderMalformed", "ASKONCE_FILES_S3_REGION"), (418, "Odd", "it answers Odd"),
    ],
)  # fmt: skip
def test_what_it_refuses_is_told_by_the_setting(tmp_path: pathlib.Path, status: int, code: str, words: str) -> None:
    with refusing(status, code) as server:
        bucket = bucket_at(S3Address(server, "shop", ""), tmp_path)
        for deed in (bucket.try_it, lambda: bucket.put(b"lid"), lambda: list(bucket.contents())):
            with pytest.raises(OSError, match="cannot be used") as error:
                deed()
            assert words in (error.value.strerror or "") and "their own" not in str(error.value)
        with pytest.raises(OSError, match="cannot be used"):
            bucket.holds("a" * 64) if status == 403 else bucket.read("a" * 64)
        assert bucket.keeps_versions() is False


def test_a_bucket_that_is_not_there_is_told_by_a_real_server(s3: str, tmp_path: pathlib.Path) -> None:
    with pytest.raises(OSError, match="there is no such bucket: see ASKONCE_FILES_S3"):
        bucket_at(S3Address(s3, "nobody-made-it", ""), tmp_path).try_it()


def test_a_service_that_went_away_and_came_back_lost_nothing(tmp_path: pathlib.Path) -> None:
    with s3_server() as server:
        address = new_bucket(server)
        bucket = bucket_at(address, tmp_path)
        bucket.put(b"lid")
    deeds: tuple[Callable[[], object], ...] = (
        bucket.try_it, lambda: bucket.put(b"lid"), lambda: bucket.holds("a" * 64), lambda: bucket.read("a" * 64),
        lambda: bucket.take("a" * 64), lambda: list(bucket.contents()), lambda: bucket.append("c:1", 0, b"one"),
    )  # fmt: skip
    for deed in deeds:
        with pytest.raises(OSError, match="cannot be reached") as error:
            deed()
        assert not isinstance(error.value, FileNotFoundError), "away is not: not there"


def test_another_replica_goes_on_with_an_upload(s3: str, tmp_path: pathlib.Path) -> None:
    address = new_bucket(s3)
    here, there = bucket_at(address, tmp_path / "here"), bucket_at(address, tmp_path / "there")
    assert here.append("c:1", 0, b"one") == 3 == there.received("c:1")
    assert there.append("c:1", 3, b" two") == 7 == here.received("c:1")
    whole = here.gathered("c:1")
    assert whole.read_bytes() == there.gathered("c:1").read_bytes() == b"one two"
    there.forget("c:1")
    with pytest.raises(FileNotFoundError):
        here.gathered("c:1")
    here.forget("c:1")
    assert not whole.exists()


def test_pieces_of_two_sizes_at_once_make_no_other_file(s3: str, tmp_path: pathlib.Path) -> None:
    """A client that lost the line goes on elsewhere, in other pieces, while its first ones are still on their way."""
    bucket = bucket_of(s3, tmp_path)
    bucket.append("c:1", 0, b"abcd")
    bucket.append("c:1", 4, b"efgh")
    key = next(key for key, _ in bucket._pieces("c:1"))
    bucket._put(key, b"ab")  # the late one
    assert bucket.received("c:1") == 2
    assert bucket.append("c:1", 2, b"cdefgh") == 8
    assert bucket.gathered("c:1").read_bytes() == b"abcdefgh"


def test_a_content_that_is_not_what_was_put_is_not_given(s3: str, tmp_path: pathlib.Path) -> None:
    bucket = bucket_of(s3, tmp_path)
    hash = bucket.put(b"lid")
    bucket._put(f"contents/{hash}", b"another")
    with pytest.raises(OSError, match="is not what was put there"):
        bucket.read(hash)


def test_a_bucket_that_keeps_what_is_deleted_is_known(s3: str, tmp_path: pathlib.Path) -> None:
    address = new_bucket(s3)
    bucket = bucket_at(address, tmp_path)
    assert not bucket.keeps_versions()
    connected(address, KEY, SECRET, REGION).put_bucket_versioning(
        Bucket=address.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    assert bucket.keeps_versions()


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    "text",
    [
        "s3://bucket/x",
        "https://host",
        "https://host/",
        "https://host/Bucket_",
        "https://host/bucket?x=1",
        "host/bucket",
    ],
)
def test_a_wrong_address_is_told_at_the_start(text: str) -> None:
    with pytest.raises(SettingsError, match="ASKONCE_FILES_S3: "):
        read_settings(files_s3=text, files_s3_key="a", files_s3_secret="b")


@pytest.mark.parametrize("text", ["https://user:pw@host/bucket", "http://169.254.169.254/bucket"])
def test_where_no_files_may_go_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"must not hold a user name|leads to a"):
        read_settings(files_s3=text, files_s3_key="a", files_s3_secret="b")


def test_it_needs_a_key_and_a_secret_that_were_copied_whole() -> None:
    address = "https://s3.example/bucket/askonce"
    with pytest.raises(SettingsError, match="ASKONCE_FILES_S3 needs ASKONCE_FILES_S3_KEY"):
        read_settings(files_s3=address)
    with pytest.raises(SettingsError, match="ASKONCE_FILES_S3 needs ASKONCE_FILES_S3_SECRET"):
        read_settings(files_s3=address, files_s3_key="a")
    with pytest.raises(SettingsError, match="ASKONCE_FILES_S3_SECRET: begins or ends with a space"):
        read_settings(files_s3=address, files_s3_key="a", files_s3_secret="b ")
    settings = read_settings(files_s3=address, files_s3_key="a", files_s3_secret="hidden")
    assert settings.bucket == S3Address("https://s3.example", "bucket", "askonce/") and "hidden" not in repr(settings)
    assert str(settings.bucket) == address and read_settings().bucket is None
