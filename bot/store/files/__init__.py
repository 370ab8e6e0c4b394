"""Files that shoppers send: their bytes in a folder by their hash, their rows in the database. Nothing here looks into
a file, or knows why one is kept."""
