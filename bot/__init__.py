"""The part that connects: sockets, storage, commands. It alone knows the tracker, the bridge and the articles."""
