"""The bot, room by room."""
