"""Articles imported from folders, pages and exports, and given back: real files, a real server, real databases."""
