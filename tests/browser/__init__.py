"""A real Chromium before a real bot: the widget and the console as people see them."""
