"""Who may use the API: the bearer of the administrator's token."""

from __future__ import annotations

import hashlib
import secrets

from bot.bootstrap import Bot
from bot.history import views


async def admits(running: Bot, token: str) -> bool:
    """True for the administrator's token: the configured one, or the one printed at the first start."""
    if not token:
        return False
    configured = running.settings.admin_token.get_secret_value()
    if configured:
        return secrets.compare_digest(token.encode(), configured.encode())
    offered = hashlib.sha256(token.encode()).hexdigest()
    return any([secrets.compare_digest(offered, known) for known in await views.admin_hashes(running.store)])
