"""What a shop may set of how the tracker decides. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Configuration the tracker may look at. Nothing here varies by person, region or order value (R16).

    `fruitless_limit`: how many questions may stay without fruit before the bot stops asking (R9).
    """

    fruitless_limit: int = 3
