"""Every setting, read from `ASKONCE_*` variables or a `.env` file, checked once at the start. No setting is read
elsewhere."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import json
import pathlib
import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AliasChoices,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

#: The address of the demo, and of whatever is tried out without one.
DEMO_EMAIL = "support@example.com"

HelpdeskName = Literal["desk", "rt", "django_helpdesk", "zammad", "zendesk", "freshdesk", "email", "webhook"]
#: What each helpdesk cannot do without.
_NEEDED = {
    "webhook": ("webhook_url",),
    "rt": ("rt_url", "rt_token"),
    "django_helpdesk": ("django_helpdesk_url", "django_helpdesk_token"),
    "zammad": ("zammad_url", "zammad_token"),
    "zendesk": ("zendesk_url", "zendesk_email", "zendesk_token"),
    "freshdesk": ("freshdesk_url", "freshdesk_key"),
    "email": ("smtp_host", "email_to", "email_from"),
}


_SHORTEST_TOKEN = 12
_LONGEST_TEXT = 2000


#: Where a path of the bot's own begins.
_TAKEN = frozenset(("api", "console", "demo", "healthz", "metrics", "readyz", "webhooks", "widget", "ws"))


class SettingsError(Exception):
    """A setting that cannot be used, in one line that says what to do."""


#: Where clouds keep the machine's own secrets; no helpdesk lives there.
_METADATA = frozenset(("metadata.google.internal", "metadata", "instance-data", "169.254.169.254"))


def _leads_astray(url: str) -> str:
    """Why tickets must not be sent to `url`; empty where they may. The shop's own network is fine: helpdesks live
    there."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.username or parts.password:
            return "must not hold a user name or a password; there are variables for them"
        if not host:
            return "names no host"
        with contextlib.suppress(ValueError):
            number = ipaddress.ip_address(int(host, 0) if host.lower().startswith("0x") or host.isdigit() else host)
            if number.is_link_local or number.is_multicast or number in ipaddress.ip_network("fd00:ec2::/32"):
                return "leads to a link-local address, where clouds keep a machine's secrets, and not to a helpdesk"
        if host.lower().rstrip(".") in _METADATA:
            return "leads to a cloud's metadata, and not to a helpdesk"
    except ValueError as error:
        return f"is no address ({error})"
    return ""


def _address(text: str) -> str | None:
    """`text` where it is empty or the address of a page, such as `https://your-shop.example/help`; else None."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        fine = parts.scheme in ("http", "https") and parts.hostname and not parts.username and parts.port != 0
    except ValueError:
        return None
    return text if fine and not re.search(r"[\s<>\"'\\]", text) else None


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


class Settings(BaseSettings):
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
    helpdesk: HelpdeskName = "desk"
    ticket_subject: str = Field(default="{reason}", max_length=200)
    ticket_tags: Annotated[tuple[str, ...], NoDecode] = ()
    ticket_language: str = Field(default="", max_length=35)
    webhook_url: str = ""
    webhook_secret: SecretStr = SecretStr("")
    rt_url: str = ""
    rt_token: SecretStr = SecretStr("")
    rt_queue: str = "General"
    rt_field: str = "ExternalRef"
    django_helpdesk_url: str = ""
    django_helpdesk_token: SecretStr = SecretStr("")
    django_helpdesk_queue: int = 1
    django_helpdesk_field: str = "external_ref"
    django_helpdesk_name_field: str = "requester_name"
    zammad_url: str = ""
    zammad_token: SecretStr = SecretStr("")
    zammad_group: str = "Users"
    zammad_field: str = "external_ref"
    zendesk_url: str = ""
    zendesk_email: str = ""
    zendesk_token: SecretStr = SecretStr("")
    freshdesk_url: str = ""
    freshdesk_key: SecretStr = SecretStr("")
    freshdesk_field: str = "cf_external_ref"
    email_to: str = ""
    email_from: str = ""
    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    helpdesk_timeout: float = Field(default=10.0, gt=0, le=120)
    saved_after: float = Field(default=3.0, ge=0, le=60)
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
    public_url: str = ""
    help: bool = True
    help_prefix: str = "/help"
    help_colour: str = "#2456d6"
    help_chat: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    limit_burst: int = Field(default=20, ge=1, validation_alias=AliasChoices("ASKONCE_LIMIT_BURST", "limit_burst"))
    limit_rate: float = Field(default=5.0, gt=0)
    limit_address_chats: int = Field(default=100, ge=1)
    limit_address_rate: float = Field(default=50.0, gt=0)
    limit_address_beginnings: int = Field(default=1000, ge=1)
    limit_address_beginnings_rate: float = Field(default=5.0, gt=0)
    limit_chats: int = Field(default=12_000, ge=1)
    limit_waiting: int = Field(default=400, ge=2)
    limit_silence: float = Field(default=20.0, ge=1, le=300)
    drain: float = Field(default=0.0, ge=0, le=600)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    traces_url: str = ""

    @field_validator("allowed_origins", "trusted_proxies", "ticket_tags", mode="before")
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

    @field_validator("ticket_subject")
    @classmethod
    def _subject(cls, value: str) -> str:
        """A form with `{reason}` and perhaps `{reference}`, such as `Chat {reference}: {reason}`."""
        try:
            value.format(reason="", reference="")
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError("may hold {reason} and {reference} and no other braces") from error
        return value

    @field_validator(
        "rt_field", "zammad_field", "freshdesk_field", "django_helpdesk_field", "django_helpdesk_name_field"
    )
    @classmethod
    def _field_name(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z][\w. -]{0,80}", value):
            raise ValueError("is the name of a field: letters, digits, and _ - . or spaces between them")
        return value

    @field_validator("support_email", "email_to", "email_from")
    @classmethod
    def _email(cls, value: str) -> str:
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

    @field_validator("public_url", "help_chat")
    @classmethod
    def _page(cls, value: str, about: ValidationInfo) -> str:
        if about.field_name == "help_chat" and value.strip().lower() in ("", "widget"):
            return value.strip().lower()
        found = _address(value.strip())
        if found is None or (about.field_name == "public_url" and ("?" in value or "#" in value)):
            other = ", or `widget`" if about.field_name == "help_chat" else ", without ? and #"
            raise ValueError(f"is an address such as https://chat.your-shop.example{other}")
        return found.rstrip("/") if about.field_name == "public_url" else found

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

    @model_validator(mode="after")
    def _together(self) -> Settings:
        for name in _NEEDED.get(self.helpdesk, ()):
            value = getattr(self, name)
            text = value.get_secret_value() if isinstance(value, SecretStr) else value
            variable = f"ASKONCE_{name.upper()}"
            if name.endswith("_url") and not text.startswith(("http://", "https://")):
                raise ValueError(
                    f"ASKONCE_HELPDESK={self.helpdesk} needs {variable}, beginning with http:// or https://"
                )
            if name.endswith("_url") and (why := _leads_astray(text)):
                raise ValueError(f"{variable} {why}")
            if not text:
                raise ValueError(f"ASKONCE_HELPDESK={self.helpdesk} needs {variable}")
        if self.smtp_host and not self.email_from:
            raise ValueError("ASKONCE_SMTP_HOST needs ASKONCE_EMAIL_FROM, the address that the shop's mail comes from")
        return self

    @property
    def retention(self) -> dict[str, int]:
        """Days by the name of the setting, for whatever has an age of its own (`bot.store.declarations`)."""
        return {name: getattr(self, name) for name in type(self).model_fields if name.startswith("retention_")}

    @property
    def help_path(self) -> str:
        """Where the help centre stands for whoever asks at the public address."""
        return urlsplit(self.public_url).path + self.help_prefix

    @property
    def help_url(self) -> str:
        """The same with the public address, where there is one."""
        return self.public_url + self.help_prefix

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
