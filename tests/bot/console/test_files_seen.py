"""Files of shoppers in the console: for a reviewer, noted; for a viewer, who sees no personal data, not at all."""

from __future__ import annotations

from sqlalchemy import select

from bot.evidence.serving import POLICY
from bot.store.accounts import Role
from bot.store.console_tables import access
from bot.store.files.rows import Kept
from tests.bot.console.conftest import Desk
from tests.bot.evidence.hostile import picture


async def _uploaded(desk: Desk, chat: str) -> Kept:
    """A picture that was uploaded to the chat."""
    content = picture()
    kept = await desk.bot.intake.take(chat, "1", name="lid.jpg", size=len(content), offset=0, piece=content)
    assert isinstance(kept, Kept)
    return kept


async def test_a_reviewer_opens_a_file_and_that_is_noted_and_a_viewer_is_not_let_in(desk: Desk) -> None:
    chat, other = await desk.chat("my lamp is broken"), await desk.chat("hello")
    kept = await _uploaded(desk, chat)
    paths = [f"/console/conversations/{chat}/files/{kept.id}", f"/console/conversations/{chat}/files/{kept.id}/small"]
    reviewer, viewer = await desk.as_role(Role.REVIEWER), await desk.as_role(Role.VIEWER)
    for path in paths:
        answer = await reviewer.client.get(path)
        assert answer.status_code == 200 and answer.content[:2] == b"\xff\xd8"
        assert (
            answer.headers["content-security-policy"] == POLICY
            and answer.headers["x-content-type-options"] == "nosniff"
        )
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        refused = await viewer.client.get(path)
        assert refused.status_code == 403 and b"\xff\xd8" not in refused.content
        assert (await desk.client().get(path)).status_code in (303, 401)
    for path in (f"/conversations/{other}/files/{kept.id}", f"/conversations/{chat}/files/{'a' * 28}"):
        await reviewer.get(path, 404)
    async with desk.bot.store.read() as connection:
        rows = await connection.execute(select(access.c.who, access.c.action, access.c.target).order_by(access.c.id))
        noted = [(action, target) for who, action, target in rows if who == "reviewer@example.com" and "file" in action]
    assert noted[:2] == [("read file", chat), ("read files", chat)]
