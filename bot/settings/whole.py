"""Every setting together: read from `ASKONCE_*` variables or a `.env` file, checked once at the start."""

from __future__ import annotations

import datetime
import json
import pathlib
import re
from typing import Annotated, Any, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from bot.settings.file_services import FileServiceSettings
from bot.settings.files import FileSettings
from bot.settings.helpdesk import HelpdeskSettings
from bot.settings.limits import LimitSettings
from bot.settings.pages import PageSettings

#: The address of the demo, and of whatever is tried out without one.
DEMO_EMAIL = "support@example.com"

_SHORTEST_TOKEN = 12
_LONGEST_TEXT = 2000


class SettingsError(Exception):
    """A setting that cannot be used, in one line that says what to do."""


def _first_and_last(text: str) -> tuple[datetime.date, datetime.date]:
    """A date, or two of them with `..` between. Raises `ValueError`."""
    first, _, last = text.partition("..")
    try:
        found = datetime.date.fromisoformat(first.strip()), datetime.date.fromisoformat((last or first).strip())
    except ValueError as error:
        raise ValueError(
            f"{text!r} is no date such as 2026-12-24, nor two of them such as 2026-12-27..2027-01-02"
        ) from error
    if not datetime.timedelta(0) <= found[1] - found[0] < datetime.timedelta(366):
        raise ValueError(f"{text!r} ends before it begins, or more than a year later")
    return found


class Settings(HelpdeskSettings, PageSettings, FileSettings, FileServiceSettings, LimitSettings):
    """Names are those of the variables without `ASKONCE_`; see `docs/operating.md` for all of them."""

    model_config = SettingsConfigDict(
        env_prefix="ASKONCE_", env_file=".env", extra="ignore", env_ignore_empty=True, populate_by_name=True
    )

    support_email: str = ""
    database_url: str = "sqlite+aiosqlite:///./var/askonce.db"
    database_timeout: float = Field(default=15.0, ge=1, le=300)
    rasa_url: str = ""
    rasa_timeout: float = Field(default=1.0, gt=0, le=30)
    rasa_when: Literal["needed", "always"] = "needed"
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    hours: str = ""
    country: str = ""
    closed: Annotated[tuple[tuple[datetime.date, datetime.date], ...], NoDecode] = ()
    danger_reply: Annotated[dict[str, str], NoDecode] = {}
    danger_help: Annotated[dict[str, str], NoDecode] = {}
    presence: float = Field(default=120.0, ge=20, le=3600)
    presence_patience: float = Field(default=900.0, ge=30, le=86_400)
    retention_days: int = Field(default=0, ge=0, le=36_500)
    retention_desk_days: int = Field(default=0, ge=0, le=36_500)
    retention_log_days: int = Field(default=365, ge=0, le=36_500)
    identity_secret: SecretStr = SecretStr("")
    admin_token: SecretStr = SecretStr("")
    rest_channel: bool = False
    demo: bool = False
    articles: pathlib.Path | None = None
    review_months: int = Field(default=12, ge=0, le=120)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    traces_url: str = ""

    @field_validator("allowed_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(v.strip().rstrip("/") for v in value.split(",") if v.strip()) if isinstance(value, str) else value

    @field_validator("danger_reply", "danger_help", mode="before")
    @classmethod
    def _by_language(cls, value: Any) -> Any:
        """One text for everybody, or a JSON object of texts by language tag, with `*` for every other."""
        if not isinstance(value, str):
            return value
        if not value.strip().startswith("{"):
            return {"*": value.strip()}
        try:
            texts = json.loads(value)
        except json.JSONDecodeError as error:
            raise ValueError(f"begins with {{ and is no JSON object ({error})") from error
        return {str(tag).replace("_", "-").lower(): text for tag, text in texts.items()}

    @field_validator("danger_reply", "danger_help")
    @classmethod
    def _texts(cls, value: dict[str, str]) -> dict[str, str]:
        for tag, text in value.items():
            if not re.fullmatch(r"\*|[a-z]{2,3}(-[a-z0-9]{2,8})*", tag):
                raise ValueError(f"{tag!r} is no language tag such as de or de-AT, nor * for every other")
            if not text.strip() or len(text) > _LONGEST_TEXT:
                raise ValueError(f"the text for {tag} has 1 to {_LONGEST_TEXT} characters")
        return value

    @field_validator("country")
    @classmethod
    def _known_country(cls, value: str) -> str:
        value = value.strip().upper()
        if value:
            import holidays  # takes a tenth of a second, and many shops name no country

            code, _, part = value.partition("-")
            try:
                holidays.country_holidays(code, subdiv=part or None)
            except NotImplementedError as error:
                raise ValueError(
                    f"{value!r} is no country whose holidays are known, such as DE, nor a part of one, such as DE-BY "
                    f"({error})"
                ) from error
        return value

    @field_validator("closed", mode="before")
    @classmethod
    def _dates(cls, value: object) -> object:
        """`2026-12-24, 2026-12-27..2027-01-02` as pairs of first and last date."""
        if not isinstance(value, str):
            return value
        return tuple(_first_and_last(part.strip()) for part in value.split(",") if part.strip())

    @field_validator("support_email")
    @classmethod
    def _support(cls, value: str) -> str:
        if value:
            try:
                validate_email(value, check_deliverability=False, globally_deliverable=False)
            except EmailNotValidError as error:
                raise ValueError(f"is not an email address ({error})") from error
        return value

    @field_validator("admin_token")
    @classmethod
    def _guessable(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value()
        if token and len(token) < _SHORTEST_TOKEN:
            raise ValueError(
                f"is too easy to guess: it opens every conversation; take {_SHORTEST_TOKEN} characters or more, "
                "at random, such as `openssl rand -hex 24` prints, or leave it unset and one is made"
            )
        return value

    @field_validator("traces_url")
    @classmethod
    def _collector(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("is the address of an OTLP/HTTP collector, such as http://collector:4318")
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        for short, full in (
            ("postgresql://", "postgresql+asyncpg://"),
            ("postgres://", "postgresql+asyncpg://"),
            ("sqlite://", "sqlite+aiosqlite://"),
        ):
            if value.startswith(short):
                value = full + value[len(short) :]
        value = re.sub(r"([?&])sslmode=", r"\1ssl=", value)  # as the server's own tools write it
        if not value.startswith(("postgresql+asyncpg://", "sqlite+aiosqlite://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @property
    def retention(self) -> dict[str, int]:
        """Days by the name of the setting, for whatever has an age of its own (`bot.store.declarations`)."""
        return {name: getattr(self, name) for name in type(self).model_fields if name.startswith("retention_")}

    @property
    def files_follow(self) -> bool:
        """Whether the helpdesk is to hear of files beside what a ticket itself says when it is filed."""
        return self.files and (self.evidence == "attach" or (self.evidence == "link" and bool(self.public_url)))

    @property
    def files_folder(self) -> pathlib.Path:
        """Where files are kept: by default beside the database, where that is a file."""
        if self.files_path is not None:
            return self.files_path
        return (self.database_file.parent if self.database_file else pathlib.Path("var")) / "files"

    @property
    def database_file(self) -> pathlib.Path | None:
        """The file of a SQLite database; None where it has none, or is no SQLite."""
        file = self.database_url.partition("///")[2].partition("?")[0] if self.sqlite else ""
        return pathlib.Path(file) if file and file != ":memory:" else None

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")


def read_settings(**given: Any) -> Settings:
    """The settings of this process; `given` outranks the environment. Raises `SettingsError`, one line."""
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        place = first["loc"][0] if first["loc"] else ""
        name = (
            "" if not place else str(place) if str(place).startswith("ASKONCE_") else f"ASKONCE_{str(place).upper()}: "
        )
        reason = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"{name}{reason}") from error


def require_support_email(settings: Settings) -> None:
    """Only `serve` needs it: every way out the bot offers leads to this address (R11, R13, R14)."""
    if not settings.support_email:
        raise SettingsError(
            "ASKONCE_SUPPORT_EMAIL is not set: shoppers are sent to this address; set it, for example "
            "ASKONCE_SUPPORT_EMAIL=support@your-shop.example"
        )
