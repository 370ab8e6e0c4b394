"""Every setting, read from `ASKONCE_*` variables or a `.env` file, checked once at the start. No setting is read elsewhere."""

from __future__ import annotations

import pathlib
from typing import Annotated, Any, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class SettingsError(Exception):
    """A setting that cannot be used, in one line that says what to do."""


class Settings(BaseSettings):
    """Names are those of the variables without `ASKONCE_`; see `docs/operating.md` for all of them."""

    model_config = SettingsConfigDict(
        env_prefix="ASKONCE_", env_file=".env", extra="ignore", env_ignore_empty=True, populate_by_name=True
    )

    support_email: str = ""
    database_url: str = "sqlite+aiosqlite:///./var/askonce.db"
    rasa_url: str = ""
    rasa_timeout: float = Field(default=1.0, gt=0, le=30)
    rasa_when: Literal["needed", "always"] = "needed"
    helpdesk: Literal["desk", "webhook"] = "desk"
    webhook_url: str = ""
    webhook_secret: SecretStr = SecretStr("")
    helpdesk_timeout: float = Field(default=10.0, gt=0, le=120)
    saved_after: float = Field(default=3.0, ge=0, le=60)
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    hours: str = ""
    admin_token: SecretStr = SecretStr("")
    rest_channel: bool = False
    demo: bool = False
    articles: pathlib.Path | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    limit_burst: int = Field(default=20, ge=1, validation_alias=AliasChoices("ASKONCE_LIMIT_BURST", "limit_burst"))
    limit_rate: float = Field(default=5.0, gt=0)
    limit_address_chats: int = Field(default=100, ge=1)
    limit_address_rate: float = Field(default=50.0, gt=0)
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("allowed_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(v.strip().rstrip("/") for v in value.split(",") if v.strip()) if isinstance(value, str) else value

    @field_validator("support_email")
    @classmethod
    def _email(cls, value: str) -> str:
        if value:
            try:
                validate_email(value, check_deliverability=False, globally_deliverable=False)
            except EmailNotValidError as error:
                raise ValueError(f"is not an email address ({error})") from error
        return value

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str) -> str:
        for short, full in (("postgresql://", "postgresql+asyncpg://"), ("postgres://", "postgresql+asyncpg://"),
                            ("sqlite://", "sqlite+aiosqlite://")):  # fmt: skip
            if value.startswith(short):
                value = full + value[len(short) :]
        if not value.startswith(("postgresql+asyncpg://", "sqlite+aiosqlite://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @model_validator(mode="after")
    def _together(self) -> Settings:
        if self.helpdesk == "webhook" and not self.webhook_url.startswith(("http://", "https://")):
            raise ValueError("ASKONCE_HELPDESK=webhook needs ASKONCE_WEBHOOK_URL, beginning with http:// or https://")
        return self

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
