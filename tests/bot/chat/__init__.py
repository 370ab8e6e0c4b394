"""Conversations at work: sockets, clashes, doors, presence, phrases. The table is tested in `tests/dialogue`."""
