"""Which helpdesk tickets go to, and what each cannot do without."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from email_validator import EmailNotValidError, validate_email
from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode

from bot.settings.addresses import leads_astray
from bot.settings.copied import copied_whole
from bot.settings.installed import all_installed, installed

#: The helpdesks that come with the bot; others are installed (`bot.settings.installed`).
OWN = (
    "desk", "rt", "django_helpdesk", "zammad", "zendesk", "freshdesk", "chatwoot", "libredesk", "freescout", "gorgias",
    "email", "webhook",
)  # fmt: skip
#: What each helpdesk cannot do without.
_NEEDED = {
    "webhook": ("webhook_url",),
    "rt": ("rt_url", "rt_token"),
    "django_helpdesk": ("django_helpdesk_url", "django_helpdesk_token"),
    "zammad": ("zammad_url", "zammad_token"),
    "zendesk": ("zendesk_url", "zendesk_email", "zendesk_token"),
    "freshdesk": ("freshdesk_url", "freshdesk_key"),
    "chatwoot": ("chatwoot_url", "chatwoot_token", "chatwoot_inbox"),
    "libredesk": ("libredesk_url", "libredesk_key", "libredesk_secret", "libredesk_inbox"),
    "freescout": ("freescout_url", "freescout_key", "freescout_user"),
    "gorgias": ("gorgias_url", "gorgias_email", "gorgias_key", "gorgias_address"),
    "email": ("smtp_host", "email_to", "email_from"),
}


class HelpdeskSettings(BaseSettings):
    """The helpdesk, its rights, and the mail that goes out."""

    helpdesk: str = "desk"
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
    chatwoot_url: str = ""
    chatwoot_token: SecretStr = SecretStr("")
    chatwoot_account: int = Field(default=1, ge=1)
    chatwoot_inbox: int = Field(default=0, ge=0)
    chatwoot_field: str = "external_ref"
    libredesk_url: str = ""
    libredesk_key: SecretStr = SecretStr("")
    libredesk_secret: SecretStr = SecretStr("")
    libredesk_inbox: int = Field(default=0, ge=0)
    libredesk_field: str = "external_ref"
    freescout_url: str = ""
    freescout_key: SecretStr = SecretStr("")
    freescout_mailbox: int = Field(default=1, ge=1)
    freescout_user: int = Field(default=0, ge=0)
    freescout_field: str = "external_ref"
    gorgias_url: str = ""
    gorgias_email: str = ""
    gorgias_key: SecretStr = SecretStr("")
    gorgias_address: str = ""
    email_to: str = ""
    email_from: str = ""
    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    helpdesk_timeout: float = Field(default=10.0, gt=0, le=120)
    saved_after: float = Field(default=3.0, ge=0, le=60)

    @field_validator("helpdesk")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in OWN and installed(value) is None:
            there = f", or installed: {', '.join(others)}" if (others := all_installed()) else ""
            raise ValueError(f"{value!r} is none of {', '.join(OWN)}{there}; a package can bring another along")
        return value

    @field_validator("ticket_tags", mode="before")
    @classmethod
    def _split_tags(cls, value: Any) -> Any:
        return tuple(v.strip().rstrip("/") for v in value.split(",") if v.strip()) if isinstance(value, str) else value

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
        "rt_field", "zammad_field", "freshdesk_field", "django_helpdesk_field", "django_helpdesk_name_field",
        "chatwoot_field", "libredesk_field", "freescout_field",
    )  # fmt: skip
    @classmethod
    def _field_name(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z][\w. -]{0,80}", value):
            raise ValueError("is the name of a field: letters, digits, and _ - . or spaces between them")
        return value

    @field_validator("email_to", "email_from", "gorgias_email", "gorgias_address")
    @classmethod
    def _address(cls, value: str) -> str:
        if value:
            try:
                validate_email(value, check_deliverability=False, globally_deliverable=False)
            except EmailNotValidError as error:
                raise ValueError(f"is not an email address ({error})") from error
        return value

    @field_validator(
        "rt_token", "django_helpdesk_token", "zammad_token", "zendesk_token", "freshdesk_key", "chatwoot_token",
        "libredesk_key", "libredesk_secret", "freescout_key", "gorgias_key", "webhook_secret",
    )  # fmt: skip
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        return copied_whole(value)

    @model_validator(mode="after")
    def _together(self) -> Self:
        for name in _NEEDED.get(self.helpdesk, ()):
            value = getattr(self, name)
            text = value.get_secret_value() if isinstance(value, SecretStr) else value
            variable = f"ASKONCE_{name.upper()}"
            if name.endswith("_url") and not text.startswith(("http://", "https://")):
                raise ValueError(
                    f"ASKONCE_HELPDESK={self.helpdesk} needs {variable}, beginning with http:// or https://"
                )
            if name.endswith("_url") and (why := leads_astray(text)):
                raise ValueError(f"{variable} {why}")
            if not text:
                raise ValueError(f"ASKONCE_HELPDESK={self.helpdesk} needs {variable}")
        if self.smtp_host and not self.email_from:
            raise ValueError("ASKONCE_SMTP_HOST needs ASKONCE_EMAIL_FROM, the address that the shop's mail comes from")
        return self
