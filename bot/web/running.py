"""The bot that an application serves, as every route asks for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Request

from bot.bootstrap import Bot


def bot_of(app: FastAPI) -> Bot:
    """The bot at work behind an application; there is one between its start and its end."""
    found: Bot = app.state.bot
    return found


async def _running(request: Request) -> Bot:
    return bot_of(request.app)


#: A route's parameter: `running: Running`.
Running = Annotated[Bot, Depends(_running)]
