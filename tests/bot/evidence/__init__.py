"""Files that shoppers send: the safe door, the folder, backups."""
