"""The house, read from its own files: rooms, floors, circles, figures. Nothing here runs the bot."""
