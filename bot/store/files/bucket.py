"""Contents in a bucket of a service that speaks S3, so that replicas need no disk in common.

There is no renaming: what is taken is copied aside and then deleted, what is put back is copied again. The service
must give at once what was written; its lists may lag. An upload is one object for each of its pieces, so that any
replica goes on where another was. Every error of the client becomes an `OSError` here, in words that name the setting.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
import hashlib
import pathlib
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bot.clock import now
from bot.settings.file_services import S3Address
from bot.store.files.contents import Taken, checked, hash_of, is_hash
from bot.store.files.incoming import Incoming

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: What the service's own codes mean, for an operator.
_WHY = {
    "NoSuchBucket": "there is no such bucket: see ASKONCE_FILES_S3",
    "InvalidAccessKeyId": "the key is not known there: see ASKONCE_FILES_S3_KEY",
    "SignatureDoesNotMatch": "the secret does not belong to the key: see ASKONCE_FILES_S3_SECRET",
    "AccessDenied": "the key may not do that there: it needs to list, get, put and delete",
    "403": "the key may not do that there: it needs to list, get, put and delete",
    "PermanentRedirect": "the bucket lies in another region: see ASKONCE_FILES_S3 and ASKONCE_FILES_S3_REGION",
    "AuthorizationHeaderMalformed": "the bucket lies in another region: see ASKONCE_FILES_S3_REGION",
    "RequestTimeTooSkewed": "the clock of this machine is wrong",
    "QuotaExceeded": "there is no more room",
}
_NOT_THERE = frozenset(("NoSuchKey", "404", "NotFound"))
#: Seconds to connect and to wait for an answer, and how often it is tried: who waits holds a thread.
_CONNECT, _READ, _TRIES = 3, 10, 2
_DIGITS = 12


def _at(hash: str) -> str:
    return f"contents/{checked(hash)}"


def _aside(taken: Taken) -> str:
    return f"aside/{taken}"


def _shelf(upload: str) -> str:
    return f"incoming/{hashlib.sha256(upload.encode()).hexdigest()}/"


def connected(address: S3Address, key: str, secret: str, region: str) -> S3Client:
    """A client of the service. It takes half a second to load, and only shops that use it pay for that."""
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=_CONNECT, read_timeout=_READ, retries={"total_max_attempts": _TRIES, "mode": "standard"},
        s3={"addressing_style": "path"}, signature_version="s3v4",
        # Checksums of the newest kind are AWS's own; what comes back is checked against its hash.
        request_checksum_calculation="when_required", response_checksum_validation="when_required",
    )  # fmt: skip
    return boto3.session.Session().client(
        "s3", endpoint_url=address.endpoint, region_name=region, aws_access_key_id=key, aws_secret_access_key=secret,
        config=config,
    )  # fmt: skip


class Bucket:
    """`bot.store.files.contents.Contents` at `address`; whole uploads are put together in `incoming` while somebody
    looks at them; `connect` makes the client, once."""

    def __init__(self, address: S3Address, incoming: Incoming, connect: Callable[[], S3Client]) -> None:
        self._address, self._incoming, self._connect = address, incoming, connect
        self._client: S3Client | None = None
        self._connecting = threading.Lock()

    @property
    def place(self) -> str:
        return str(self._address)

    def holds(self, hash: str) -> bool:
        try:
            with self._told() as s3:
                s3.head_object(Bucket=self._address.bucket, Key=self._address.prefix + _at(hash))
        except FileNotFoundError:
            return False
        return True

    def read(self, hash: str) -> bytes:
        content = self._got(_at(hash))
        if hash_of(content) != hash:
            raise OSError(errno.EIO, f"what {self.place} gave is not what was put there")
        return content

    def put(self, content: bytes) -> str:
        hash = hash_of(content)
        self._put(_at(hash), content)
        return hash

    def take(self, hash: str) -> Taken | None:
        taken = Taken.of(hash)
        try:
            self._copy(_at(hash), _aside(taken))
        except FileNotFoundError:
            return None
        self._delete(_at(hash))
        return taken

    def put_back(self, taken: Taken) -> None:
        with contextlib.suppress(FileNotFoundError):
            self._copy(_aside(taken), _at(taken.hash))
            self._delete(_aside(taken))

    def drop(self, taken: Taken) -> None:
        self._delete(_aside(taken))

    def taken(self) -> Iterator[Taken]:
        for key, _, _ in self._listed("aside/"):
            if (found := Taken.named(key.rpartition("/")[2])) is not None:
                yield found

    def contents(self, older_than: float = 0.0) -> Iterator[str]:
        until = _before(older_than)
        for key, _, written in self._listed("contents/"):
            if is_hash(name := key.rpartition("/")[2]) and written <= until:
                yield name

    # ------------------------------------------------------------ uploads

    def received(self, upload: str) -> int:
        return sum(size for _, size in self._pieces(upload))

    def append(self, upload: str, offset: int, piece: bytes) -> int:
        length = self.received(upload)
        if length != offset or not piece:
            return length
        self._put(f"{_shelf(upload)}{offset:0{_DIGITS}d}", piece)
        return offset + len(piece)

    def gathered(self, upload: str) -> pathlib.Path:
        whole, pieces = self._incoming.at(upload), self._pieces(upload)
        if not pieces:
            raise FileNotFoundError(errno.ENOENT, "this upload is not there")
        self._incoming.written(b"".join(self._got(key) for key, _ in pieces)).replace(whole)
        return whole

    def forget(self, upload: str) -> None:
        self._incoming.at(upload).unlink(missing_ok=True)
        for key, _, _ in list(self._listed(_shelf(upload))):
            self._delete(key)

    def forget_uploads(self, older_than: float) -> int:
        until = _before(older_than)
        old = [key for key, _, written in self._listed("incoming/") if written <= until]
        for key in old:
            self._delete(key)
        return len(old) + self._incoming.forget_older(older_than)

    def _pieces(self, upload: str) -> list[tuple[str, int]]:
        """Key and size of the pieces that follow one another from the beginning. Where two replicas were sent pieces of
        other sizes at once, what overlaps is passed over."""
        found, end = [], 0
        for key, size, _ in self._listed(_shelf(upload)):
            if int(key.rpartition("/")[2]) == end:
                found.append((key, size))
                end += size
        return found

    # ------------------------------------------------------------ the service

    def try_it(self) -> None:
        self._put("try", b"askonce")
        self._delete("try")
        for _ in self._listed("aside/"):
            break

    def keeps_versions(self) -> bool:
        """Whether the bucket keeps what is deleted from it; False where it does not say."""
        try:
            with self._told() as s3:
                return s3.get_bucket_versioning(Bucket=self._address.bucket).get("Status") == "Enabled"
        except OSError:
            return False

    def _put(self, key: str, content: bytes) -> None:
        with self._told() as s3:
            s3.put_object(Bucket=self._address.bucket, Key=self._address.prefix + key, Body=content)

    def _got(self, key: str) -> bytes:
        with self._told() as s3:
            return s3.get_object(Bucket=self._address.bucket, Key=self._address.prefix + key)["Body"].read()

    def _copy(self, key: str, to: str) -> None:
        bucket, prefix = self._address.bucket, self._address.prefix
        with self._told() as s3:
            s3.copy_object(Bucket=bucket, Key=prefix + to, CopySource={"Bucket": bucket, "Key": prefix + key})

    def _delete(self, key: str) -> None:
        with self._told() as s3:
            s3.delete_object(Bucket=self._address.bucket, Key=self._address.prefix + key)

    def _listed(self, under: str) -> Iterator[tuple[str, int, datetime.datetime]]:
        """Key, size and time of every object below `under`, in the order of their keys."""
        bucket, prefix = self._address.bucket, self._address.prefix
        with self._told() as s3:
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix + under):
                for each in page.get("Contents", ()):
                    yield each["Key"].removeprefix(prefix), each["Size"], each["LastModified"]

    @contextlib.contextmanager
    def _told(self) -> Iterator[S3Client]:
        """The client, whose errors become `OSError`."""
        with self._connecting:
            self._client = self._client or self._connect()
        from botocore.exceptions import BotoCoreError, ClientError  # there since the client is

        try:
            yield self._client
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _NOT_THERE:
                raise FileNotFoundError(errno.ENOENT, f"{self.place} does not have it") from None
            why = _WHY.get(code) or f"it answers {code[:60] or 'with an error'}"
            raise OSError(errno.EIO, f"{self.place} cannot be used ({why})") from None
        except BotoCoreError as error:
            raise OSError(errno.EIO, f"{self.place} cannot be reached ({type(error).__name__})") from None


def _before(seconds: float) -> datetime.datetime:
    return now() - datetime.timedelta(seconds=seconds)
