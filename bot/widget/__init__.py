"""What the shop's page loads: the widget, a module of one purpose in each file, and how they become one script."""
