"""Past conversations are looked at from a desk of the console's kind."""

from tests.bot.console.conftest import desk, either

__all__ = ["desk", "either"]
