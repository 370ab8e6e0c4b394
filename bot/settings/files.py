"""Files that shoppers send: where they are kept, how many and how large, and how they reach the helpdesk."""

from __future__ import annotations

import pathlib
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings


class FileSettings(BaseSettings):
    """Sizes are in megabytes (of 1,000,000 bytes) and megapixels, as people read them on their telephones."""

    files: bool = True
    files_path: pathlib.Path | None = None
    limit_file: int = Field(default=10, ge=1, le=100)
    limit_file_pixels: int = Field(default=50, ge=1, le=90)
    limit_chat_files: int = Field(default=20, ge=1, le=1000)
    limit_address_files: int = Field(default=60, ge=1)
    limit_shop_files: int = Field(default=20_000, ge=1)
    evidence: Literal["link", "attach", "none"] = "link"
    evidence_days: int = Field(default=30, ge=1, le=3650)
