"""Services that files of shoppers go through: a virus scanner, and storage that speaks S3."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from bot.settings.addresses import leads_astray
from bot.settings.copied import copied_whole

_CLAMD_PORT = 3310


@dataclass(frozen=True, slots=True)
class ClamdAddress:
    """Where clamd listens: a socket at `path`, or `host` and `port`."""

    path: str = ""
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        return self.path or f"{self.host}:{self.port}"


def clamd_address(text: str) -> ClamdAddress | None:
    """`unix:/run/clamav/clamd.ctl` or `tcp:host:3310`; None where there is none. Raises `ValueError`."""
    if not text:
        return None
    kind, _, rest = text.partition(":")
    if kind == "unix" and rest.startswith("/"):
        return ClamdAddress(path=rest)
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?", rest)
    port = int(found[2] or _CLAMD_PORT) if found else 0
    if kind != "tcp" or not found or not 0 < port < 65536:
        raise ValueError(
            f"{text!r} is neither unix: with the path of clamd's socket, such as unix:/run/clamav/clamd.ctl, nor tcp: "
            "with a host and a port, such as tcp:scanner:3310"
        )
    return ClamdAddress(host=found[1].strip("[]"), port=port)


@dataclass(frozen=True, slots=True)
class S3Address:
    """A `bucket` of the service at `endpoint`; `prefix` is what all keys begin with: empty, or ending in a slash."""

    endpoint: str
    bucket: str
    prefix: str

    def __str__(self) -> str:
        return f"{self.endpoint}/{self.bucket}/{self.prefix}".rstrip("/")


def s3_address(text: str) -> S3Address | None:
    """`https://host[:port]/bucket[/prefix]`; None where there is none. Raises `ValueError`."""
    if not text:
        return None
    if why := leads_astray(text):
        raise ValueError(why)
    parts = urlsplit(text)
    bucket, _, prefix = parts.path.strip("/").partition("/")
    if (
        parts.scheme not in ("http", "https")
        or parts.query
        or parts.fragment
        or not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", bucket)
        or not re.fullmatch(r"[A-Za-z0-9!_.*'()/-]{0,200}", prefix)
    ):
        raise ValueError(
            "is the address of a bucket, with a prefix if you like, such as "
            "https://s3.eu-central-1.amazonaws.com/bucket/askonce"
        )
    return S3Address(f"{parts.scheme}://{parts.netloc}", bucket, f"{prefix}/" if prefix else "")


class FileServiceSettings(BaseSettings):
    """Addresses are read at the start, so that a wrong one is told then."""

    clamav: str = ""
    files_s3: str = ""
    files_s3_key: str = ""
    files_s3_secret: SecretStr = SecretStr("")
    files_s3_region: str = "us-east-1"

    @field_validator("clamav")
    @classmethod
    def _scanner(cls, value: str) -> str:
        clamd_address(value)
        return value

    @field_validator("files_s3")
    @classmethod
    def _bucket(cls, value: str) -> str:
        s3_address(value)
        return value

    @field_validator("files_s3_secret")
    @classmethod
    def _secret(cls, value: SecretStr) -> SecretStr:
        return copied_whole(value)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name in ("files_s3_key", "files_s3_secret"):
            if self.files_s3 and not getattr(self, name):
                raise ValueError(f"ASKONCE_FILES_S3 needs ASKONCE_{name.upper()}")
        return self

    @property
    def bucket(self) -> S3Address | None:
        """Where files are kept; None where that is a folder."""
        return s3_address(self.files_s3)

    @property
    def clamd(self) -> ClamdAddress | None:
        """The virus scanner; None where the shop has none."""
        return clamd_address(self.clamav)
