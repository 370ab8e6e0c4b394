"""Every setting of the process, in rooms by what it is about. No setting is read elsewhere, and nothing here knows what
a setting is used for."""

from bot.settings.whole import DEMO_EMAIL, Settings, SettingsError, read_settings, require_support_email

__all__ = ["DEMO_EMAIL", "Settings", "SettingsError", "read_settings", "require_support_email"]
