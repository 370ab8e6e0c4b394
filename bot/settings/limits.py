"""How much of anything one chat, one address and one process may have."""

from __future__ import annotations

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings


class LimitSettings(BaseSettings):
    """Limits by chat, by address and by process, and how long a shutdown drains."""

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
