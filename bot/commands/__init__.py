"""The subcommands of `askonce`: read what was typed, call, print, set the status. No rule lives here."""
