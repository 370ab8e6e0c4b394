"""Services that files of shoppers go through: a virus scanner, and storage that speaks S3."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import field_validator
from pydantic_settings import BaseSettings

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


class FileServiceSettings(BaseSettings):
    """Addresses are read at the start, so that a wrong one is told then."""

    clamav: str = ""

    @field_validator("clamav")
    @classmethod
    def _scanner(cls, value: str) -> str:
        clamd_address(value)
        return value

    @property
    def clamd(self) -> ClamdAddress | None:
        """The virus scanner; None where the shop has none."""
        return clamd_address(self.clamav)
