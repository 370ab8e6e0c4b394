"""The pages that everybody may read: the public address and the help centre."""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode

from bot.settings.addresses import page_address

#: Where a path of the bot's own begins.
_TAKEN = frozenset(("api", "console", "demo", "healthz", "metrics", "once", "readyz", "webhooks", "widget", "ws"))
#: As many as fit above a telephone's keyboard.
MOST_TOPICS = 6


class PageSettings(BaseSettings):
    """Where the public pages stand and how they look."""

    public_url: str = ""
    help: bool = True
    help_prefix: str = "/help"
    help_colour: str = "#2456d6"
    help_chat: str = ""
    one_time_hours: int = Field(default=24, ge=1, le=168)
    topics: Annotated[tuple[str, ...], NoDecode] = ()

    @field_validator("public_url", "help_chat")
    @classmethod
    def _page(cls, value: str, about: ValidationInfo) -> str:
        if about.field_name == "help_chat" and value.strip().lower() in ("", "widget"):
            return value.strip().lower()
        found = page_address(value.strip())
        if found is None or (about.field_name == "public_url" and ("?" in value or "#" in value)):
            other = ", or `widget`" if about.field_name == "help_chat" else ", without ? and #"
            raise ValueError(f"is an address such as https://chat.your-shop.example{other}")
        return found.rstrip("/") if about.field_name == "public_url" else found

    @field_validator("topics", mode="before")
    @classmethod
    def _ids(cls, value: Any) -> Any:
        return tuple(v.strip() for v in value.split(",") if v.strip()) if isinstance(value, str) else value

    @field_validator("topics")
    @classmethod
    def _few(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(value) > MOST_TOPICS or len(set(value)) < len(value):
            raise ValueError(f"names up to {MOST_TOPICS} articles by their id, each once, with commas between")
        return value

    @field_validator("help_prefix")
    @classmethod
    def _prefix(cls, value: str) -> str:
        value = value.strip().rstrip("/")
        if not re.fullmatch(r"(/[a-z0-9][a-z0-9-]*)+", value) or value.split("/")[1] in _TAKEN:
            raise ValueError(
                f"is where the help centre stands, such as /help or /hilfe: lower-case letters, digits and hyphens "
                f"after each slash, and none of the bot's own places ({', '.join(sorted(_TAKEN))})"
            )
        return value

    @field_validator("help_colour")
    @classmethod
    def _colour(cls, value: str) -> str:
        if not re.fullmatch(r"#([0-9a-f]{3}|[0-9a-f]{6})", value.strip().lower()):
            raise ValueError("is the shop's colour as #1f5c4a or #fd0 (in a .env file within quotes)")
        return value.strip().lower()

    @property
    def help_path(self) -> str:
        """Where the help centre stands for whoever asks at the public address."""
        return urlsplit(self.public_url).path + self.help_prefix

    @property
    def help_url(self) -> str:
        """The same with the public address, where there is one."""
        return self.public_url + self.help_prefix
