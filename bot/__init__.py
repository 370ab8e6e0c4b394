"""The part that connects: sockets, storage, pages, commands. It alone knows the tracker, the bridge and the
articles."""
