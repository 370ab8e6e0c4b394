"""Articles found, quoted, and left alone where none answers."""
