"""Secrets as people copy them into settings: with something around them, a service would refuse them, and that is hard
to see."""

from __future__ import annotations

from pydantic import SecretStr


def copied_whole(value: SecretStr) -> SecretStr:
    """`value` itself. Raises `ValueError`, which does not tell it."""
    text = value.get_secret_value()
    if text != text.strip():
        raise ValueError("begins or ends with a space or a line end: copy it without")
    if not (text.isascii() and text.isprintable()):
        raise ValueError("has a character that no token has (an umlaut, a long dash, a line end): copy it anew")
    return value
